// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "../../contracts/Balance.sol";
import {Base} from "./Base.sol";

/// @notice The arithmetic of balances over its whole range.
contract BalanceTest is Base {
    using Balance for uint72;

    function test_a_tolerance_is_rounded_down_and_does_not_overflow() public pure {
        eq(uint72(19).withTolerance(10), 20);
        eq(uint72(99).withTolerance(1), 99);
        eq(uint72(100).withTolerance(0), 100);
        uint72 most = type(uint72).max;
        eq(most.withTolerance(255), uint256(most) + (uint256(most) * 255) / 100);
    }

    function test_what_is_allowed_by_either_base() public pure {
        eq(uint72(100).allowed(60, 10, false), 50);
        eq(uint72(100).allowed(60, 10, true), 44);
        eq(uint72(100).allowed(100, 10, false), 10);
        eq(uint72(100).allowed(100, 10, true), 0);
        eq(uint72(100).allowed(111, 10, false), 0);
        eq(uint72(100).free(101), 0);
    }

    /// @dev What is authorised and tolerated is never exceeded, whatever was held.
    function test_fuzz_what_may_be_taken_keeps_the_limit(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance,
        bool onRemaining,
        uint72 held
    ) public pure {
        uint256 limit = authorised.withTolerance(tolerance);
        taken = within(taken, 0, limit);
        held = uint72(within(held, 0, limit - taken > type(uint72).max ? type(uint72).max : limit - taken));
        uint256 most = authorised.allowed(taken, tolerance, onRemaining);
        yes(taken + most <= limit, "allowed");
        if (most > type(uint72).max - 1) return;
        yes(authorised.allows(taken, tolerance, onRemaining, held, held), "held");
        yes(authorised.allows(taken, tolerance, onRemaining, held, uint72(most)), "most");
        uint72 more = uint72(most >= held ? most + 1 : uint256(held) + 1);
        yes(!authorised.allows(taken, tolerance, onRemaining, held, more), "more");
    }

    /// @dev A limit is reached exactly by one lot of all that is allowed.
    function test_fuzz_all_that_is_allowed_reaches_the_limit_of_what_was_authorised(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance
    ) public pure {
        uint256 limit = authorised.withTolerance(tolerance);
        taken = within(taken, 0, limit);
        eq(taken + authorised.allowed(taken, tolerance, false), limit);
    }

    /// @dev Nothing that is allowed in one lot is allowed in none of its parts.
    function test_fuzz_a_smaller_quantity_is_allowed_too(
        uint72 authorised,
        uint72 taken,
        uint8 tolerance,
        bool onRemaining,
        uint72 quantity
    ) public pure {
        if (!authorised.allows(taken, tolerance, onRemaining, 0, quantity)) return;
        yes(authorised.allows(taken, tolerance, onRemaining, 0, quantity / 2), "half of it");
        uint256 before = authorised.allowed(taken, tolerance, onRemaining);
        yes(authorised.allowed(uint256(taken) + quantity, tolerance, onRemaining) <= before, "less is left");
    }

    /// @dev The step that `proofs/BalanceProof.sol` leaves to arithmetic.
    function test_fuzz_a_share_of_less_is_no_more(uint72 less, uint72 more, uint8 tolerance) public pure {
        if (less > more) (less, more) = (more, less);
        yes(less.withTolerance(tolerance) - less <= more.withTolerance(tolerance) - more, "a larger share");
    }
}
