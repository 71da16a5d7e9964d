// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {Base} from "./Base.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice Several offices of two economies, an issuer and its extracts, and a reader that knows only the journal.
/// @dev Records are few and small, so that acts meet each other. The reader folds every entry as the specification
/// says, in signed numbers: what falls below nothing is seen and not reverted. What must not happen is written to
/// `violation`.
contract UseHandler is UseSetting {
    struct Sum {
        int256 authorised;
        int256 reserved;
        int256 consumed;
        int256 granted; // to children, part of what is consumed
        int256 conflicts; // quantities of late entries that broke a rule
    }

    struct Told {
        uint8 state;
        uint16 line;
        int256 reserved;
        int256 consumed;
    }

    struct Choice {
        bytes32 customs;
        address sender;
        bytes32 tag;
        IUseRegistry.UseId id;
        IUseRegistry.Amount amount;
    }

    bytes32 private constant WHOLE = "whole";
    bytes32 private constant COPY = "copy";
    bytes32 private constant LAST = "last lot";
    bytes32[9] private _tags = [TAG, LAST, WHOLE, COPY, bytes32("child 0"), "child 1", "child 2", "child 3", "child 4"];

    string public violation;
    mapping(uint256 act => uint256) public done;
    uint256 private _folded;
    mapping(bytes32 tag => mapping(uint256 line => Sum)) private _sums;
    mapping(bytes32 key => Told) private _told;
    mapping(bytes32 tag => int256) private _live;
    mapping(bytes32 tag => uint256) private _status;
    mapping(bytes32 key => uint256) private _usesIn;
    mapping(bytes32 tag => mapping(bytes2 economy => uint256)) private _declarations;
    mapping(bytes32 tag => uint256) private _lateConflicts;

    constructor() {
        foundUse();
        uses = registry;
        IUseRegistry.Terms memory terms = oneLine(100, 10);
        terms.lines = new IUseRegistry.LineTerms[](2);
        terms.lines[0] = IUseRegistry.LineTerms(KGM, 0, 100);
        terms.lines[1] = IUseRegistry.LineTerms(KGM, 0, 40);
        _anchor(TAG, QUANTITY, terms);
        terms = oneLine(100, 10);
        terms.onRemaining = true;
        terms.economies = new bytes2[](2);
        (terms.economies[0], terms.economies[1]) = ("CN", "AU");
        _anchor(LAST, 0x0303, terms);
        delete terms;
        _anchor(WHOLE, SINGLE, terms);
        IUseRegistry.Issue memory copy = copyOf(TAG, COPY);
        copy.documentType = 864;
        anchorOneAs(MOIT, copy);
        _fold();
    }

    modifier act() {
        _;
        _fold();
    }

    function _anchor(bytes32 tag, uint16 usePolicy, IUseRegistry.Terms memory terms) private {
        anchorOneAs(MOIT, issueOf(tag, 864, usePolicy, terms));
    }

    // --- acts ---

    function write(uint8 kind, uint8 who, uint8 what, uint8 which, uint8 quantity) external act {
        Choice memory one = _choose(who, what, which, quantity % 64);
        bool isNew = uses.useOf(one.customs, MOIT, one.tag, one.id).state == IUseRegistry.UseState.None;
        bool allowed =
            uses.allows(MOIT, one.tag, consortium.memberOf(one.customs).economy, one.id.office) &&
                uses.recordOf(MOIT, one.tag).status == IRegistry.Status.Valid;
        uint256 size = journal.size();
        bytes4 selector = [IUseRegistry.reserve.selector, IUseRegistry.consume.selector][kind % 2];
        bytes memory call = abi.encodeWithSelector(selector, one.customs, MOIT, one.tag, one.id, one.amount);
        if (!_do(one, call) || journal.size() == size) return;
        ++done[kind % 2];
        if (isNew && !allowed) violation = "something new was drawn that may not be";
    }

    function enter(uint8 who, uint8 what, uint8 which, uint8 quantity) external act {
        // Seldom, or every balance would be over-drawn.
        if (quantity > 40) return;
        Choice memory one = _choose(who, what, which, quantity);
        uint64 now_ = uint64(block.timestamp);
        if (_do(one, abi.encodeCall(uses.enter, (one.customs, MOIT, one.tag, one.id, one.amount, now_)))) ++done[2];
    }

    function release(uint8 who, uint8 what, uint8 which) external act {
        Choice memory one = _choose(who, what, which, 0);
        if (_do(one, abi.encodeCall(uses.release, (one.customs, MOIT, one.tag, one.id)))) ++done[3];
    }

    function correct(uint8 who, uint8 what, uint8 which, bool falls, uint8 quantity) external act {
        Choice memory one = _choose(who, what, which, 0);
        IUseRegistry.Use memory use = uses.useOf(one.customs, MOIT, one.tag, one.id);
        // Often all of it.
        uint72 change = quantity % 3 == 0 && falls ? use.consumed : quantity % 32;
        uint8 number = use.corrections + 1;
        bytes memory call = abi.encodeCall(
            uses.correct,
            (one.customs, MOIT, one.tag, one.id, number, falls, change, 7)
        );
        if (_do(one, call)) ++done[4];
    }

    function extract(uint8 number, uint8 quantity, bool ofTheLast) external act {
        IUseRegistry.Issue memory issue = child(
            _tags[4 + (number % 5)],
            IUseRegistry.Relation.ExtractOf,
            quantity % 64
        );
        issue.documentType = 864;
        issue.terms.tolerance = number % 12;
        if (ofTheLast) issue.link.tag = LAST;
        uint256 size = journal.size();
        vm.prank(operatorOf(MOIT));
        try uses.anchorOne(MOIT, issue) {
            if (journal.size() != size) ++done[5];
        } catch {}
    }

    /// @dev A child that is not used ends and gives back.
    function cancel(uint8 number) external act {
        vm.prank(operatorOf(MOIT));
        try uses.changeStatus(MOIT, _tags[4 + (number % 5)], IRegistry.Status.Cancelled, 1, 0) {} catch {}
    }

    function changeStatus(uint8 what, uint8 to, uint8 chance) external act {
        bytes32 tag = _tags[what % 9];
        IRegistry.Status status = IRegistry.Status(to % 6);
        // Roots seldom, and children often.
        if (what % 9 < 4 && chance > 20 && status != IRegistry.Status.Valid) return;
        vm.prank(operatorOf(MOIT));
        try uses.changeStatus(MOIT, tag, status, 1, 0) {
            ++done[6];
        } catch {}
    }

    function _choose(uint8 who, uint8 what, uint8 which, uint8 quantity) private view returns (Choice memory one) {
        one.customs = [CN, PORT, CN, AU][who % 4];
        one.sender = who < 220 ? operatorOf(one.customs) : operatorOf(who % 2 == 0 ? NZ : PORT);
        one.tag = _tags[what % 9];
        one.id = id(which % 3);
        if (which % 5 == 0) one.id.item = 1;
        if (which % 7 == 0) one.id.office = OTHER_OFFICE;
        if (one.tag != WHOLE) one.amount = IUseRegistry.Amount(one.tag == TAG && which > 160 ? 2 : 1, KGM, quantity);
    }

    /// @dev Whoever else than an operator of that customs member succeeds has done what must not be.
    function _do(Choice memory one, bytes memory call) private returns (bool ok) {
        vm.prank(one.sender);
        (ok, ) = address(uses).call(call);
        if (ok && one.sender != operatorOf(one.customs)) violation = "a use was written by a stranger";
    }

    // --- the reader ---

    function _fold() private {
        collect();
        for (; _folded < entries.length; ++_folded) {
            bytes memory entry = entries[_folded];
            if (address(uint160(_number(entry, 9, 20))) != address(uses)) continue;
            uint256 kind = uint8(entry[37]);
            bytes32 tag = bytes32(_number(entry, 90, 32));
            if (kind == 0x20) _foldStatus(bytes32(_number(entry, 126, 32)), 1);
            else if (kind == 0x21) _foldStatus(tag, _number(entry, 122, 1));
            else if (kind == 0x31) _sums[tag][_number(entry, 122, 2)].authorised += int256(_number(entry, 127, 9));
            else if (kind == 0x32) _foldChild(entry, 1);
            else if (kind == 0x33) _foldChild(entry, -1);
            else if (kind >= 0x34 && kind <= 0x38) _foldUse(kind, entry);
        }
    }

    function _foldStatus(bytes32 tag, uint256 status) private {
        if (_status[tag] > 2) violation = "a final status was changed";
        _status[tag] = status;
    }

    function _foldChild(bytes memory entry, int256 sign) private {
        bytes32 tag = bytes32(_number(entry, 122, 32));
        int256 quantity = sign * int256(_number(entry, 222, 9));
        _sums[tag][_number(entry, 218, 2)].consumed += quantity;
        _sums[tag][_number(entry, 218, 2)].granted += quantity;
        if (_number(entry, 220, 2) == 1) _live[tag] += sign;
        if (sign < 0) ++done[7];
    }

    function _foldUse(uint256 kind, bytes memory entry) private {
        bytes32 tag = bytes32(_number(entry, 122, 32));
        bytes32 customs = bytes32(_number(entry, 38, 32));
        bytes32 declaration = keccak256(abi.encode(tag, customs, _number(entry, 186, 17), _number(entry, 203, 32)));
        Told storage told = _told[keccak256(abi.encode(declaration, _number(entry, 235, 2)))];
        int256 quantity = int256(_number(entry, kind == 0x37 ? 241 : 239, 9));
        _sums[tag][told.line].reserved -= told.reserved;
        _sums[tag][told.line].consumed -= told.consumed;
        if (told.state == 0) _foldCount(tag, customs, declaration, true);
        told.reserved = kind == 0x34 ? quantity : int256(0);
        if (kind == 0x37) told.consumed += _number(entry, 240, 1) == 1 ? -quantity : quantity;
        else told.consumed = kind == 0x34 || kind == 0x36 ? int256(0) : quantity;
        told.line = uint16(_number(entry, 237, 2));
        told.state =
            kind == 0x34
                ? 1
                : kind == 0x36 || (kind == 0x37 && told.consumed == 0)
                    ? 3
                    : 2;
        if (told.state == 3) _foldCount(tag, customs, declaration, false);
        if (told.consumed < 0) violation = "less than nothing was consumed";
        _sums[tag][told.line].reserved += told.reserved;
        _sums[tag][told.line].consumed += told.consumed;
        if (kind == 0x38 && entry[256] != 0) {
            _sums[tag][told.line].conflicts += quantity;
            ++_lateConflicts[tag];
        }
    }

    function _foldCount(bytes32 tag, bytes32 customs, bytes32 declaration, bool up) private {
        _live[tag] += up ? int256(1) : int256(-1);
        // Whoever only reads would take the policy from `RecordAnchored`.
        if (uint8(uses.recordOf(MOIT, tag).usePolicy) == 0 && tag != WHOLE) return;
        bytes2 economy = tag == WHOLE ? consortium.memberOf(customs).economy : bytes2(0);
        if (up && ++_usesIn[declaration] == 1) ++_declarations[tag][economy];
        if (!up && --_usesIn[declaration] == 0) --_declarations[tag][economy];
    }

    function _number(bytes memory entry, uint256 offset, uint256 size) private pure returns (uint256 number) {
        for (uint256 i; i < size; ++i) number = (number << 8) | uint8(entry[offset + i]);
    }

    // --- what the invariants ask ---

    /// @dev Storage is what the entries say: balances, statuses, counts.
    function sameStory() external view returns (bool) {
        for (uint256 i; i < _tags.length; ++i) {
            bytes32 tag = _tags[i];
            if (uint256(uses.recordOf(MOIT, tag).status) != _status[tag]) return false;
            if (tag == COPY) continue;
            if (int256(uses.usesOf(MOIT, tag)) != _live[tag]) return false;
            for (uint256 k; k < 3; ++k) {
                bytes2 economy = tag == WHOLE ? [bytes2("CN"), "AU", "NZ"][k] : bytes2(0);
                if (uses.declarationsOf(MOIT, tag, economy) != _declarations[tag][economy]) return false;
                IUseRegistry.Line memory line = uses.lineOf(MOIT, tag, uint16(k));
                Sum memory sum = _sums[tag][k];
                if (int256(uint256(line.authorised)) != sum.authorised) return false;
                if (int256(uint256(line.reserved)) != sum.reserved) return false;
                if (int256(uint256(line.consumed)) != sum.consumed) return false;
            }
        }
        return true;
    }

    /// @dev consumed + reserved <= authorised + tolerance, and beyond it at most what late entries broke it by.
    function withinWhatWasAuthorised() external view returns (bool) {
        return _everywhere(_within);
    }

    function neverNegative() external view returns (bool) {
        return _everywhere(_positive);
    }

    function childrenWithinTheirParents() external view returns (bool) {
        return _everywhere(_granting);
    }

    /// @dev More declarations than the policy allows only by late entries that say so.
    function withinTheCount() external view returns (bool) {
        return
            _declarations[WHOLE]["CN"] + _declarations[WHOLE]["AU"] <= 2 + _lateConflicts[WHOLE] &&
            _declarations[LAST][0] <= 3 + _lateConflicts[LAST];
    }

    function _everywhere(function(bytes32, Sum memory) internal view returns (bool) holds) private view returns (bool) {
        for (uint256 i; i < _tags.length; ++i) {
            for (uint256 k; k < 3; ++k) if (!holds(_tags[i], _sums[_tags[i]][k])) return false;
        }
        return true;
    }

    function _within(bytes32 tag, Sum memory sum) private view returns (bool) {
        int256 tolerance = int256(uint256(uses.termsOf(MOIT, tag).tolerance));
        return sum.reserved + sum.consumed <= sum.authorised + (sum.authorised * tolerance) / 100 + sum.conflicts;
    }

    function _positive(bytes32 tag, Sum memory sum) private view returns (bool) {
        return sum.reserved >= 0 && sum.consumed >= 0 && _live[tag] >= 0;
    }

    /// @dev All that children were granted, and were not to give back, is part of what the parent was authorised.
    function _granting(bytes32, Sum memory sum) private pure returns (bool) {
        return sum.granted >= 0 && sum.granted <= sum.authorised && sum.granted <= sum.consumed;
    }

    function conflictsOf(bytes32 tag) external view returns (uint256) {
        return _lateConflicts[tag];
    }
}

/// @notice What holds for uses, balances and lineage after any sequence of acts, whoever tries them.
contract UseInvariantsTest is Base {
    UseHandler private _handler;

    function setUp() public {
        _handler = new UseHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_journal_and_storage_tell_the_same_story() public view {
        yes(_handler.sameStory(), "storage is not what the entries say");
    }

    function invariant_no_more_is_drawn_than_authorised_and_tolerated_but_by_late_entries_that_say_so() public view {
        yes(_handler.withinWhatWasAuthorised(), "over-drawn in silence");
    }

    function invariant_no_balance_is_ever_negative() public view {
        yes(_handler.neverNegative(), "less than nothing");
    }

    function invariant_children_never_have_more_than_their_parents() public view {
        yes(_handler.childrenWithinTheirParents(), "children exceed a parent");
    }

    function invariant_no_more_declarations_than_the_policy_allows_but_by_late_entries() public view {
        yes(_handler.withinTheCount(), "too many declarations");
    }

    /// @dev No final status changes, only customs of an economy that may draw begin a use, only operators write.
    function invariant_nothing_happens_that_must_not() public view {
        eq(bytes(_handler.violation()), "");
    }

    /// @dev Invariants over acts that all fail would prove nothing.
    function test_the_acts_of_the_handler_reach_what_the_invariants_are_about() public {
        for (uint256 i; i < 2000; ++i) {
            bytes32 random = keccak256(abi.encode(i));
            uint8 a = uint8(random[0]);
            uint8 b = uint8(random[1]);
            uint8 c = uint8(random[2]);
            uint8 d = uint8(random[3]);
            uint256 what = uint8(random[4]) % 12;
            if (what < 5) _handler.write(uint8(random[5]), a, b, c, d);
            else if (what == 5) _handler.enter(a, b, c, d);
            else if (what < 8) _handler.release(a, b, c);
            else if (what < 10) _handler.correct(a, b, c, d % 4 != 0, uint8(random[5]));
            else if (what == 10 && d < 40) _handler.cancel(a);
            else if (what == 10) _handler.extract(a, b, d % 2 == 0);
            else _handler.changeStatus(a, b, c);
        }
        for (uint256 k; k < 8; ++k) {
            yes(_handler.done(k) != 0, string.concat("done: ", string(abi.encodePacked(bytes1(uint8(48 + k))))));
        }
        yes(_handler.conflictsOf("last lot") + _handler.conflictsOf(keccak256("licence")) != 0, "and over-drawn");
        yes(_handler.sameStory() && _handler.neverNegative(), "one story");
        yes(_handler.withinWhatWasAuthorised() && _handler.childrenWithinTheirParents(), "within");
        yes(_handler.withinTheCount(), "counted");
        eq(bytes(_handler.violation()), "");
    }
}
