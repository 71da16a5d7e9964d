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

    function _add(uint64 time, uint8 state) private {
        _changes.add(time, state, state);
        while (_kept.length != 0 && _kept[_kept.length - 1].time > time) _kept.pop();
        _kept.push(Kept(time, state));
    }

    /// @dev Changes `gaps` apart, many of them 0, some before others, each with a state of its own where 8 bits suffice.
    function _add(uint64 from, uint8[] memory gaps) private {
        uint64 time = from;
        for (uint256 i; i < gaps.length; ++i) {
            // One in three takes effect together with the one before, one in seven well before it.
            time += gaps[i] % 3 == 0 ? 0 : gaps[i];
            if (gaps[i] % 7 == 0 && time > from + 300) time -= 300;
            _add(time, uint8(i % 255) + 1);
        }
    }

    /// @dev The last change in effect at `time`: every one is looked at.
    function _walk(uint64 time) private view returns (uint8 state) {
        for (uint256 i; i < _kept.length; ++i) if (_kept[i].time <= time) state = _kept[i].state;
    }

    function _same(uint64 time) private view {
        eq(_changes.changeAt(time).stateOf(), _walk(time));
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
        if (gaps.length != 0) _same(uint64(within(any, from - 1, uint256(_changes.last.timeOf()) + 1)));
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
        eq(_changes.last.numberOf(), _kept.length);
        eq(_changes.first().timeOf(), _kept[0].time);
        if (_kept.length > 1) eq(_changes.previous().timeOf(), _kept[_kept.length - 2].time);
        for (uint256 i; i < _kept.length; ++i) {
            _same(_kept[i].time - 1);
            _same(_kept[i].time);
            _same(_kept[i].time + 1);
        }
    }

    function test_of_any_number_of_changes_at_one_time_the_last_counts() public {
        for (uint256 count = 1; count <= 40; ++count) {
            _add(1000, new uint8[](1));
            eq(_changes.changeAt(999).stateOf(), 0);
            eq(_changes.changeAt(1000).stateOf(), _kept[count - 1].state);
        }
    }

    function test_fuzz_what_is_added_is_kept_in_full(uint64 time, uint8 state, uint64 agreement) public {
        _changes.add(time, state, agreement);
        Change last = _changes.last;
        eq(last.timeOf(), time);
        eq(last.stateOf(), state);
        eq(last.agreementOf(), agreement);
        eq(last.numberOf(), 1);
    }

    function test_fuzz_a_change_alters_nothing_before_it(uint8[] memory gaps, uint64 from, uint16 back) public {
        _add(uint64(within(from, 1, LATEST / 2)), gaps);
        uint64 time = _changes.last.timeOf();
        time = time > back ? time - back : 1;
        uint8[64] memory before;
        for (uint64 i; i < 64 && i < time; ++i) before[i] = _changes.changeAt(time - i - 1).stateOf();
        _add(time, 7);
        for (uint64 i; i < 64 && i < time; ++i) eq(_changes.changeAt(time - i - 1).stateOf(), before[i]);
        eq(_changes.changeAt(time).stateOf(), 7);
        eq(_changes.changeAt(LATEST).stateOf(), 7);
    }

    function test_fuzz_a_change_takes_effect_when_asked_but_not_before_what_is_in_effect(
        uint64[3] memory said,
        uint64 begin,
        uint64 asked,
        uint64 now_
    ) public {
        begin = uint64(within(begin, 0, LATEST));
        vm.warp(within(now_, 1, LATEST));
        for (uint256 i; i < 3; ++i) _add(uint64(within(said[i], 1, LATEST)), uint8(i) + 1);
        uint64 earliest = begin;
        for (uint256 i; i < _kept.length; ++i) {
            if (_kept[i].time <= block.timestamp && _kept[i].time > earliest) earliest = _kept[i].time;
        }
        if (asked == 0) eq(this.next(0, begin), earliest > block.timestamp ? earliest : block.timestamp);
        else if (asked >= earliest && asked <= LATEST) eq(this.next(asked, begin), asked);
        else {
            vm.expectRevert(abi.encodeWithSelector(IAeoRegistry.AeoTimeInvalid.selector, asked, earliest));
            this.next(asked, begin);
        }
    }

    function next(uint64 asked, uint64 begin) external view returns (uint64) {
        return _changes.next(asked, begin);
    }
}
