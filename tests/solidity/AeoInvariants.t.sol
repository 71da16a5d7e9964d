// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {AeoReader} from "./AeoReader.sol";
import {Base} from "./Base.sol";

/// @notice Three administrations that grant, agree and change, allowed or not.
/// @dev Entries, types and times are few, so that acts meet each other and many changes take effect together.
contract AeoHandler is AeoReader {
    constructor() {
        foundAeo();
        anchorAeo(CN, OTHER);
        anchorAeo(AU, TAG);
        _fold();
    }

    modifier act() {
        _;
        _fold();
    }

    // --- acts ---

    function grantType(uint8 who, uint8 which, uint8 from) external act {
        bytes32 member = _members[who % 3];
        IAeoRegistry.Grant[] memory grants = oneGrant(_names[(which / 2) % 2], _time(from));
        _do(who, member, abi.encodeCall(aeo.grantTypes, (member, _tags[which % 3], grants)));
    }

    function changeTypeOf(uint8 who, uint8 which, uint8 to, uint8 from) external act {
        // Ends seldom, or nothing else would ever change.
        if (to % 6 > 2 && from % 16 != 0) to = 1 + (to % 2);
        IRegistry.Status status = IRegistry.Status(to % 6);
        bytes32 member = _members[who % 3];
        bytes memory call = abi.encodeCall(
            aeo.changeType,
            (member, _tags[which % 3], _names[(which / 2) % 2], status, REASON, _time(from))
        );
        _do(who, member, call);
    }

    function changeEntry(uint8 who, uint8 which, uint8 to, uint8 chance) external act {
        if (to % 6 > 2 && chance > 20) to = 2;
        bytes32 member = _members[who % 3];
        bytes memory call = abi.encodeCall(
            aeo.changeStatus,
            (member, _tags[which % 3], IRegistry.Status(to % 6), REASON, 0)
        );
        _do(who, member, call);
    }

    /// @dev Seldom, or no entry would be left.
    function replaceEntry(uint8 who, uint8 which, uint8 by, uint8 chance) external act {
        if (chance > 24) return;
        bytes32 member = _members[who % 3];
        bytes memory call = abi.encodeCall(aeo.replace, (member, _tags[which % 3], REASON, issueOf(_tags[by % 3])));
        _do(who, member, call);
    }

    function changeAlias(uint8 who, uint8 which, bool add) external act {
        bytes32 member = _members[who % 3];
        bytes32 tag = _tags[which % 3];
        _do(
            who,
            member,
            add
                ? abi.encodeCall(aeo.addAlias, (member, tag, ALIAS))
                : abi.encodeCall(aeo.removeAlias, (member, tag, ALIAS))
        );
    }

    function propose(uint8 who, uint8 whom, uint8 which, uint8 from) external act {
        (bytes32 member, bytes32 partner) = (_members[who % 3], _members[whom % 3]);
        IAeoRegistry.Cover[] memory covers = new IAeoRegistry.Cover[](1 + (which % 2));
        uint64 time = _time(from);
        covers[0] = IAeoRegistry.Cover(member, _names[(which / 2) % 2], time, time);
        if (covers.length > 1) covers[1] = IAeoRegistry.Cover(partner, _names[(which / 4) % 2], 1, time + 1);
        _do(who, member, abi.encodeCall(aeo.proposeAgreement, (member, partner, covers)));
    }

    function answer(uint8 who, uint8 which, bool yes_) external act {
        bytes32 member = _members[who % 3];
        uint256 number = _recent(which);
        _do(
            who,
            member,
            yes_ ? abi.encodeCall(aeo.consent, (member, number)) : abi.encodeCall(aeo.decline, (member, number))
        );
    }

    /// @dev Mostly of what was agreed on lately.
    function changeRecognitionOf(uint8 who, uint8 which, uint8 to, uint8 from) external act {
        bytes32 member = _members[who % 3];
        if (to % 4 == 3 && from % 8 != 0) to = 2;
        uint256 number = _agreed.length < 4 ? which % 4 : _agreed[_agreed.length - 1 - ((which / 4) % 4)];
        CoverKept memory cover = CoverKept(member, _names[which % 2], 0);
        uint256 covers = _pacts[number].covers.length;
        if (covers != 0 && to < 230) cover = _pacts[number].covers[which % covers];
        IAeoRegistry.Recognition recognition = IAeoRegistry.Recognition(to % 4);
        bytes memory call = abi.encodeCall(
            aeo.changeRecognition,
            (member, number, cover.home, cover.name, recognition, REASON, _time(from))
        );
        _do(who, member, call);
    }

    /// @dev Seldom, so that much happens in the same second.
    function wait(uint8 seconds_) external act {
        if (seconds_ < 16) vm.warp(block.timestamp + seconds_);
    }

    /// @dev Mostly through the member's own operator.
    function _do(uint8 who, bytes32 member, bytes memory call) private {
        vm.prank(operatorOf(who < 220 ? member : _members[(who / 3) % 3]));
        (bool ok, ) = address(aeo).call(call);
        ok;
    }

    /// @dev Now, one of some seconds around now, or far away: next month, at the end of time and beyond it.
    function _time(uint8 any) private view returns (uint64) {
        if (any < 120) return 0;
        if (any < 220) return uint64(block.timestamp) - 4 + (any % 8);
        return any < 250 ? uint64(block.timestamp) + 30 days + (any % 4) : LATEST - 1 + (any % 3);
    }

    function _recent(uint8 any) private view returns (uint256) {
        return _proposals > 6 ? _proposals - (any % 7) : any % 8;
    }
}

/// @notice What holds for AEO entries and recognition after any sequence of acts, whoever tries them.
contract AeoInvariantsTest is Base {
    AeoHandler private _handler;

    function setUp() public {
        _handler = new AeoHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_types_and_recognition_at_any_time_are_what_a_walk_over_the_journal_finds() public view {
        yes(_handler.sameAtEveryTime(uint64(block.timestamp)), "another state than the journal's at some time");
    }

    function invariant_journal_and_storage_tell_the_same_story() public view {
        yes(_handler.sameStory(), "storage is not what the entries say");
    }

    function invariant_a_final_status_of_an_entry_a_type_or_a_recognition_never_changes() public view {
        yes(!_handler.anEndChanged(), "an end was changed");
    }

    function invariant_what_is_in_effect_is_never_dropped() public view {
        yes(!_handler.outOfOrder(), "out of order");
    }

    function invariant_recognition_begins_and_changes_only_as_its_parties_agreed() public view {
        yes(!_handler.notAgreed(), "nobody agreed to that");
    }

    function invariant_only_a_members_operators_write_for_it() public view {
        yes(!_handler.aStrangerWrote(), "a stranger wrote");
    }

    /// @dev Invariants over acts that all fail would prove nothing.
    function test_the_acts_of_the_handler_reach_what_the_invariants_are_about() public {
        for (uint256 i; i < 1500; ++i) {
            bytes32 random = keccak256(abi.encode(i));
            uint8 a = uint8(random[0]);
            uint8 b = uint8(random[1]);
            uint8 c = uint8(random[2]);
            uint8 d = uint8(random[3]);
            uint256 what = uint8(random[4]) % 12;
            if (what == 0) _handler.grantType(a, b, c);
            else if (what < 3) _handler.changeTypeOf(a, b, c, d);
            else if (what == 3) _handler.changeEntry(a, b, c, d);
            else if (what == 4) _handler.changeAlias(a, b, c > 127);
            else if (what == 5) _handler.replaceEntry(a, b, c, d);
            else if (what == 6) _handler.propose(a, b, c, d);
            else if (what == 7) _handler.answer(a, b, c > 60);
            else if (what < 11) _handler.changeRecognitionOf(a, b, c, d);
            else _handler.wait(a);
            if (i % 100 == 99) yes(_handler.sameAtEveryTime(uint64(block.timestamp) - a), "at any time");
        }
        uint8[10] memory kinds = [0x21, 0x22, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
        for (uint256 k; k < kinds.length; ++k) {
            yes(_handler.done(kinds[k]) != 0, string.concat("done: ", string(abi.encodePacked(bytes1(kinds[k])))));
        }
        yes(_handler.done(0x41) > 20 && _handler.done(0x47) > 20, "many changes");
        yes(_handler.together() > 5, "some of them together");
        yes(_handler.dropped() > 5, "some of them dropped");
        yes(_handler.sameStory(), "one story");
        yes(!_handler.anEndChanged() && !_handler.outOfOrder(), "in order");
        yes(!_handler.notAgreed() && !_handler.aStrangerWrote(), "agreed");
    }
}
