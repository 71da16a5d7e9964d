// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "./interfaces/IAeoRegistry.sol";

/// @dev One storage slot: time of effect 64 bits, number of the change 32, agreement 64, party 1, state 8; from the
/// left, with the party in bit 8.
type Change is uint256;

/// @title States that take effect at times of their own
/// @dev Changes are only added, in the order of their times, so the state at a time is found by halving. The last one
/// lies apart: the first change costs one slot, each later one another, and asking about today reads one. A change is
/// kept as one word, which is half the code of a struct.
library Timeline {
    /// @notice All changes of one thing.
    struct Changes {
        Change last;
        mapping(uint256 number => Change) earlier;
    }

    uint64 private constant _LATEST = 253_402_300_799; // the last second of the year 9999, which all readers can write
    uint256 private constant _TIME_BITS = 192;
    uint256 private constant _NUMBER_BITS = 160;
    uint256 private constant _AGREEMENT_BITS = 96;
    uint256 private constant _PARTY_BITS = 8;

    /// @notice Adds a change, whose number is given here, counted from 1.
    /// @param agreement Of recognition, under which agreement; else 0.
    /// @param byHome Of recognition, by which party.
    function add(Changes storage changes, uint64 time, uint8 state, uint256 agreement, bool byHome) internal {
        Change last = changes.last;
        uint256 number = numberOf(last);
        if (number != 0) changes.earlier[number] = last;

        uint256 party = byHome ? 1 << _PARTY_BITS : 0;
        changes.last = Change.wrap(
            (uint256(time) << _TIME_BITS) |
                ((number + 1) << _NUMBER_BITS) |
                (agreement << _AGREEMENT_BITS) |
                party |
                state
        );
    }

    /// @notice The state at `time`, by the last change in effect then; 0 if there was none.
    function stateAt(Changes storage changes, uint64 time) internal view returns (uint8) {
        Change last = changes.last;
        if (timeOf(last) <= time) return stateOf(last);
        // All changes up to `low` are in effect at `time`, none from `high` on.
        uint256 low = 0;
        uint256 high = numberOf(last);
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (timeOf(changes.earlier[middle]) <= time) low = middle;
            else high = middle;
        }
        return stateOf(changes.earlier[low]);
    }

    /// @notice When a change after `last` takes effect for which `time` was asked; 0 means now, or with `last` if that
    /// is later.
    // The members are the validators, and seconds do not matter to days.
    // slither-disable-next-line timestamp
    function next(Change last, uint64 time) internal view returns (uint64) {
        if (time == 0) {
            time = timeOf(last);
            if (time < block.timestamp) time = uint64(block.timestamp);
        }
        requireNotBefore(last, time);
        return time;
    }

    /// @notice Reverts if no change can take effect at `time` after `last`.
    function requireNotBefore(Change last, uint64 time) internal pure {
        uint64 earliest = timeOf(last);
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

    function isByHome(Change change) internal pure returns (bool) {
        return Change.unwrap(change) & (1 << _PARTY_BITS) != 0;
    }

    function stateOf(Change change) internal pure returns (uint8) {
        return uint8(Change.unwrap(change));
    }
}
