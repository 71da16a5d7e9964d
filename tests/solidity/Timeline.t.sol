// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change, Timeline} from "../../contracts/Timeline.sol";
import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {Base} from "./Base.sol";

/// @notice Looking up the state at a time by halving, beside a walk over all changes.
contract TimelineTest is Base {
    using Timeline for Change;
    using Timeline for Timeline.Changes;

    struct Kept {
        uint64 time;
        uint8 state;
    }

    uint64 private constant LATEST = 253_402_300_799;

    Timeline.Changes private _changes;
    Kept[] private _kept;

    /// @dev Changes `gaps` apart, many of them 0, each with a state of its own where 8 bits suffice.
    function _add(uint64 from, uint8[] memory gaps) private {
        uint64 time = from;
        for (uint256 i; i < gaps.length; ++i) {
            // One in three takes effect together with the one before.
            time += gaps[i] % 3 == 0 ? 0 : gaps[i];
            uint8 state = uint8(i % 255) + 1;
            _changes.add(time, state, i, i % 2 == 0);
            _kept.push(Kept(time, state));
        }
    }

    /// @dev The last change in effect at `time`: every one is looked at.
    function _walk(uint64 time) private view returns (uint8 state) {
        for (uint256 i; i < _kept.length; ++i) if (_kept[i].time <= time) state = _kept[i].state;
    }

    function _same(uint64 time) private view {
        eq(_changes.stateAt(time), _walk(time));
    }

    function test_without_changes_there_is_no_state_at_any_time() public view {
        _same(0);
        _same(LATEST);
        _same(type(uint64).max);
    }

    function test_fuzz_halving_finds_what_a_walk_finds_at_any_time(
        uint8[] memory gaps,
        uint64 from,
        uint64 any
    ) public {
        from = uint64(within(from, 1, LATEST / 2));
        _add(from, gaps);
        _same(uint64(within(any, from - 1, uint256(_changes.last.timeOf()) + 1)));
        _same(any);
        _same(0);
        _same(type(uint64).max);
    }

    function test_fuzz_halving_finds_what_a_walk_finds_at_before_and_after_every_change(
        uint8[24] memory gaps,
        uint8 count,
        uint64 from
    ) public {
        uint8[] memory some = new uint8[](within(count, 1, 24));
        for (uint256 i; i < some.length; ++i) some[i] = gaps[i];
        _add(uint64(within(from, 1, LATEST / 2)), some);
        for (uint256 i; i < _kept.length; ++i) {
            _same(_kept[i].time - 1);
            _same(_kept[i].time);
            _same(_kept[i].time + 1);
        }
    }

    function test_of_any_number_of_changes_at_one_time_the_last_counts() public {
        for (uint256 count = 1; count <= 40; ++count) {
            _add(1000, new uint8[](1));
            eq(_changes.stateAt(999), 0);
            eq(_changes.stateAt(1000), _kept[count - 1].state);
        }
    }

    function test_fuzz_what_is_added_is_kept_in_full(uint64 time, uint8 state, uint64 agreement, bool byHome) public {
        _changes.add(time, state, agreement, byHome);
        Change last = _changes.last;
        eq(last.timeOf(), time);
        eq(last.stateOf(), state);
        eq(last.agreementOf(), agreement);
        yes(last.isByHome() == byHome, "the party");
        eq(last.numberOf(), 1);
    }

    function test_fuzz_a_later_change_alters_nothing_before_it(uint8[] memory gaps, uint64 from, uint8 gap) public {
        _add(uint64(within(from, 1, LATEST / 2)), gaps);
        uint64 last = _changes.last.timeOf();
        uint8[64] memory before;
        for (uint64 i; i < 64 && i < last; ++i) before[i] = _changes.stateAt(last - i - 1);
        _changes.add(last + gap, 7, 0, false);
        for (uint64 i; i < 64 && i < last; ++i) eq(_changes.stateAt(last - i - 1), before[i]);
        eq(_changes.stateAt(last + gap), 7);
    }

    function test_fuzz_a_change_takes_effect_when_asked_or_not_at_all(uint64 before, uint64 asked, uint64 now_) public {
        before = uint64(within(before, 1, LATEST));
        vm.warp(within(now_, 1, LATEST));
        _changes.add(before, 1, 0, false);
        if (asked == 0) eq(this.next(0), before > block.timestamp ? before : block.timestamp);
        else if (asked >= before && asked <= LATEST) eq(this.next(asked), asked);
        else {
            vm.expectRevert(abi.encodeWithSelector(IAeoRegistry.AeoTimeInvalid.selector, asked, before));
            this.next(asked);
        }
    }

    function next(uint64 asked) external view returns (uint64) {
        return _changes.last.next(asked);
    }
}
