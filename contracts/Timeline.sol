// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "./interfaces/IAeoRegistry.sol";

/// @dev One storage slot: from the left time of effect 64 bits, number of the change 32, agreement 64, and in the last
/// 8 bits the state.
type Change is uint256;

/// @title States that take effect at times of their own
/// @dev Changes lie in the order of their times, so the state at a time is found by halving. A new one takes the place
/// of those that were said to take effect after it; what is in effect already is never replaced. The last one lies
/// apart: the first change costs one slot, each later one another, and asking about today reads one. A change is kept
/// as one word, which is half the code of a struct.
// The members are the validators, and seconds do not matter to days.
// slither-disable-start timestamp,incorrect-equality
library Timeline {
    /// @notice All changes of one thing. Those `earlier` that are not before `last` are left over and mean nothing.
    struct Changes {
        Change last;
        mapping(uint256 number => Change) earlier;
    }

    uint64 private constant _LATEST = 253_402_300_799; // the last second of the year 9999, which all readers can write
    uint256 private constant _TIME_BITS = 192;
    uint256 private constant _NUMBER_BITS = 160;
    uint256 private constant _AGREEMENT_BITS = 96;

    /// @notice Adds a change after those in effect at `time`, and drops all others; see `next`.
    /// @param agreement Which one took effect; 0 where that is not asked.
    function add(Changes storage changes, uint64 time, uint8 state, uint256 agreement) internal {
        Change before = changeAt(changes, time);
        uint256 number = numberOf(before);
        if (number != 0 && number == numberOf(changes.last)) changes.earlier[number] = before;

        changes.last = Change.wrap(
            (uint256(time) << _TIME_BITS) | ((number + 1) << _NUMBER_BITS) | (agreement << _AGREEMENT_BITS) | state
        );
    }

    /// @notice The last change in effect at `time`; 0 if there was none.
    function changeAt(Changes storage changes, uint64 time) internal view returns (Change) {
        Change last = changes.last;
        if (timeOf(last) <= time) return last;
        // All changes up to `low` are in effect at `time`, none from `high` on.
        uint256 low = 0;
        uint256 high = numberOf(last);
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (timeOf(changes.earlier[middle]) <= time) low = middle;
            else high = middle;
        }
        return changes.earlier[low];
    }

    /// @notice The first change; 0 if there is none.
    function first(Changes storage changes) internal view returns (Change) {
        Change last = changes.last;
        return numberOf(last) > 1 ? changes.earlier[1] : last;
    }

    /// @notice The change before the last one; 0 if there is none.
    function previous(Changes storage changes) internal view returns (Change) {
        uint256 number = numberOf(changes.last);
        return number > 1 ? changes.earlier[number - 1] : Change.wrap(0);
    }

    /// @notice Whether something was said to take effect after `time`, so that a change at `time` drops it.
    function drops(Changes storage changes, uint64 time) internal view returns (bool) {
        return timeOf(changes.last) > time;
    }

    /// @notice When a change takes effect for which `time` was asked; 0 means now, or at `begin` if that is later.
    /// Reverts if that is before `begin` or before what is in effect now.
    function next(Changes storage changes, uint64 time, uint64 begin) internal view returns (uint64) {
        uint64 now_ = uint64(block.timestamp);
        uint64 earliest = timeOf(changeAt(changes, now_));
        if (earliest < begin) earliest = begin;
        if (time == 0) time = earliest < now_ ? now_ : earliest;
        requireTime(time, earliest);
        return time;
    }

    /// @notice Reverts if nothing can take effect at `time`, or not before `earliest`.
    function requireTime(uint64 time, uint64 earliest) internal pure {
        if (time == 0 || time < earliest || time > _LATEST) revert IAeoRegistry.AeoTimeInvalid(time, earliest);
    }

    /// @notice Whether there is a change at all.
    function exists(Change change) internal pure returns (bool) {
        return Change.unwrap(change) != 0;
    }

    function timeOf(Change change) internal pure returns (uint64) {
        return uint64(Change.unwrap(change) >> _TIME_BITS);
    }

    function numberOf(Change change) internal pure returns (uint32) {
        return uint32(Change.unwrap(change) >> _NUMBER_BITS);
    }

    function agreementOf(Change change) internal pure returns (uint64) {
        return uint64(Change.unwrap(change) >> _AGREEMENT_BITS);
    }

    function stateOf(Change change) internal pure returns (uint8) {
        return uint8(Change.unwrap(change));
    }
}
// slither-disable-end timestamp,incorrect-equality
