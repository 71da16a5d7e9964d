// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUseRegistry} from "./IUseRegistry.sol";

/// @title Licences and permits
interface ILicenceRegistry is IUseRegistry {
    /// @notice The permit was endorsed before, has no lines, or not as many as `count`.
    error LicenceEndorsementInvalid(bytes32 member, bytes32 tag, uint256 count);

    /// @notice Endorses at export what really leaves: each line's authorised quantity becomes the actual one.
    /// @dev By customs of the issuer's own economy, once, on a valid record. Repeating it with the same quantities does
    /// nothing. An actual quantity is at most the authorised one with its tolerance, and at least what was taken
    /// (`UseLineInvalid`); it has no tolerance itself. What an extract took of its licence does not change.
    /// @param actual For each line, in order.
    function endorse(bytes32 customs, bytes32 member, bytes32 tag, bytes17 office, uint72[] calldata actual) external;
}
