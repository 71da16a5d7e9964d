// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Arithmetic of balances
/// @dev Pure, and apart from the registry so that it can be proved. Nothing overflows: quantities have 72 bits and
/// tolerances, in per cent, 8. A share of one per cent is rounded down.
library Balance {
    /// @return A quantity together with the tolerance on it.
    function withTolerance(uint72 quantity, uint8 tolerance) internal pure returns (uint256) {
        return uint256(quantity) + (uint256(quantity) * tolerance) / 100;
    }

    /// @param taken What is reserved and consumed.
    /// @param onRemaining Whether the tolerance is that of what remains, for the last lot; else of what was authorised.
    /// @return The most that may still be taken at once.
    function allowed(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance,
        bool onRemaining
    ) internal pure returns (uint256) {
        if (onRemaining) return withTolerance(free(authorised, taken), tolerance);
        uint256 limit = withTolerance(authorised, tolerance);
        return taken < limit ? limit - taken : 0;
    }

    /// @param held What is reserved for it, and not part of `taken`; that much may always be taken.
    /// @return Whether `quantity` may be taken.
    function allows(
        uint72 authorised,
        uint256 taken,
        uint8 tolerance,
        bool onRemaining,
        uint72 held,
        uint72 quantity
    ) internal pure returns (bool) {
        return quantity <= held || quantity <= allowed(authorised, taken, tolerance, onRemaining);
    }

    /// @return What is left without tolerance.
    function free(uint72 authorised, uint256 taken) internal pure returns (uint72) {
        return taken < authorised ? uint72(authorised - taken) : 0;
    }
}
