// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "../../../contracts/Balance.sol";

/// @notice What `make prove` shows of `Balance` for all values of every argument, on its bytecode.
/// @dev A function is proved when none of its assertions can fail. One step is left to arithmetic, because no solver
/// decided it within a minute: `_isMonotone`, which says that a share of less is no more. `Balance.t.sol` fuzzes it.
contract BalanceProof {
    using Balance for uint72;

    /// @dev floor(x * t / 100) <= floor(y * t / 100) for x <= y, as x * t <= y * t and rounding down keeps order.
    /// Said of the two quantities at hand, as the library itself computes them.
    function _isMonotone(uint72 less, uint72 more, uint8 tolerance) private pure returns (bool) {
        return less > more || less.withTolerance(tolerance) - less <= more.withTolerance(tolerance) - more;
    }

    /// @dev Together with what is taken, what is free makes up what was authorised.
    function check_free_is_what_is_left(uint72 authorised, uint256 taken) external pure {
        uint72 free = authorised.free(taken);
        assert(taken >= authorised ? free == 0 : free + taken == authorised);
    }

    /// @dev reserved + consumed <= authorised + tolerance: true of whatever takes more than was held for it, even if late
    /// entries had over-drawn the line. Whatever takes no more adds nothing to it. Here with the tolerance on all of it.
    function check_what_is_allowed_of_the_whole_keeps_the_limit(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance,
        uint72 held,
        uint72 quantity
    ) external pure {
        if (quantity <= held || !authorised.allows(taken, tolerance, false, held, quantity)) return;
        assert(taken + quantity <= authorised.withTolerance(tolerance));
    }

    /// @dev The same with the tolerance on what remains.
    function check_what_is_allowed_of_the_rest_keeps_the_limit(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance,
        uint72 held,
        uint72 quantity
    ) external pure {
        if (!_isMonotone(authorised.free(taken), authorised, tolerance)) return;
        if (quantity <= held || !authorised.allows(taken, tolerance, true, held, quantity)) return;
        assert(taken + quantity <= authorised.withTolerance(tolerance));
    }

    /// @dev What is reserved can be consumed, whatever became of the balance.
    function check_what_is_held_may_always_be_taken(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance,
        bool onRemaining,
        uint72 held,
        uint72 quantity
    ) external pure {
        if (quantity > held) return;
        assert(authorised.allows(taken, tolerance, onRemaining, held, quantity));
    }
}
