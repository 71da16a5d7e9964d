// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {Base} from "./Base.sol";
import {UseHandler} from "./UseHandler.sol";

/// @notice What holds for uses, balances and lineage after any sequence of acts, whoever tries them.
abstract contract UseInvariants is Base {
    UseHandler internal _handler;

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev Acts that only some registries have.
    /// @return Whether this one has them.
    function more(uint8, uint8, uint8) internal virtual returns (bool) {
        return false;
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

    function invariant_a_record_and_its_children_together_stay_within_what_was_authorised_and_tolerated() public view {
        yes(_handler.familiesWithinWhatWasAuthorised(), "a family over-drawn in silence");
    }

    function invariant_no_more_declarations_than_the_policy_allows_but_by_late_entries() public view {
        yes(_handler.withinTheCount(), "too many declarations");
    }

    function invariant_only_a_late_entry_over_draws_and_says_so() public view {
        yes(!_handler.overdrawnInSilence(), "over-drawn by something else");
    }

    function invariant_a_final_status_never_changes() public view {
        yes(!_handler.aFinalStatusChanged(), "an end was changed");
    }

    function invariant_only_the_importing_economys_customs_writes_its_use() public view {
        yes(!_handler.anotherEconomyWrote(), "another economy wrote");
        yes(!_handler.aStrangerWrote(), "a stranger wrote");
        yes(!_handler.drawnThoughNotAllowed(), "drawn from what may not be drawn from");
    }

    /// @dev Invariants over acts that all fail would prove nothing.
    function test_the_acts_of_the_handler_reach_what_the_invariants_are_about() public {
        bool hasMore = false;
        // Rare ones, before uses stand in their way.
        _handler.setTerms(200, 5);
        _handler.take(0, 8, false);
        _handler.replace(0, 1, 5, false);
        for (uint256 i; i < 800; ++i) {
            bytes32 random = keccak256(abi.encode(i));
            uint8 a = uint8(random[0]);
            uint8 b = uint8(random[1]);
            uint8 c = uint8(random[2]);
            uint8 d = uint8(random[3]);
            uint256 what = uint8(random[4]) % 16;
            if (what < 5) _handler.write(uint8(random[5]), a, b, c, d);
            else if (what == 5) _handler.enter(a, b, c, d);
            else if (what < 8) _handler.release(a, b, c);
            else if (what < 10) _handler.correct(a, b, c, d % 4 != 0, uint8(random[5]));
            else if (what == 10 && d < 90) _handler.cancel(a);
            else if (what == 10) _handler.take(a, b, d % 2 == 0);
            else if (what == 11 || what == 15) _handler.replace(a, b, c, d % 2 == 0);
            else if (what == 12) _handler.setTerms(a, b);
            else if (what == 13) _handler.suspendCustoms(a);
            else _handler.changeStatus(a, b, c);
            if (i % 10 == 9) hasMore = more(a, b, c);
        }
        for (uint256 k; k < 12; ++k) {
            if (k == 8 && !hasMore) continue;
            yes(_handler.done(k) != 0, string.concat("done: ", string(abi.encodePacked(bytes1(uint8(48 + k))))));
        }
        yes(_handler.conflictsOf("last lot") + _handler.conflictsOf(keccak256("licence")) != 0, "and over-drawn");
        yes(_handler.sameStory() && _handler.neverNegative(), "one story");
        yes(_handler.withinWhatWasAuthorised() && _handler.childrenWithinTheirParents(), "within");
        yes(_handler.familiesWithinWhatWasAuthorised() && _handler.withinTheCount(), "counted");
        invariant_only_a_late_entry_over_draws_and_says_so();
        invariant_a_final_status_never_changes();
        invariant_only_the_importing_economys_customs_writes_its_use();
    }
}

contract OriginHandler is UseHandler {
    bytes32 private constant CHAMBER = "CN-CCPIT";

    /// @dev Children are certificates of another economy for what came with Viet Nam's.
    function _issuer() internal pure override returns (bytes32) {
        return CHAMBER;
    }

    function _registry() internal override returns (IUseRegistry, uint16) {
        decide(abi.encodeCall(IConsortium.admitMember, (CHAMBER, "CN", 4, controllerOf(CHAMBER))));
        vm.prank(controllerOf(CHAMBER));
        consortium.addOperator(CHAMBER, operatorOf(CHAMBER));
        vm.prank(controllerOf(CHAMBER));
        consortium.registerKey(CHAMBER, KEY, 1, new bytes(64), 0);
        return (registry, 864);
    }
}

contract OriginUseInvariantsTest is UseInvariants {
    function setUp() public {
        _handler = new OriginHandler();
    }
}

contract LicenceHandler is UseHandler {
    function _registry() internal view override returns (IUseRegistry, uint16) {
        return (licences, LICENCE);
    }

    /// @dev The export of a little less than was authorised, by customs of the issuer's economy or of another.
    function endorse(uint8 who, uint8 what, uint8 less) external act {
        bytes32 customs = who < 200 ? VN : CN;
        bytes32 tag = _tags[what % 14];
        uint72[] memory actual = new uint72[](uses.termsOf(MOIT, tag).lines);
        for (uint16 n = 1; n <= actual.length; ++n) {
            uint72 authorised = uses.lineOf(MOIT, tag, n).authorised;
            actual[n - 1] = less % 8 > authorised ? 0 : authorised - (less % 8);
        }
        vm.prank(operatorOf(customs));
        try licences.endorse(customs, MOIT, tag, "VNSGN01", actual) {
            if (customs != VN) anotherEconomyWrote = true;
        } catch {}
    }
}

contract LicenceUseInvariantsTest is UseInvariants {
    function setUp() public {
        _handler = new LicenceHandler();
    }

    function more(uint8 a, uint8 b, uint8 c) internal override returns (bool) {
        LicenceHandler(address(_handler)).endorse(a, b, c);
        return true;
    }
}
