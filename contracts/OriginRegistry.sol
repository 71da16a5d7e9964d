// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Registry} from "./Registry.sol";
import {UseRegistry} from "./UseRegistry.sol";

/// @title Certificates of origin
/// @dev Document types are UNTDID 1001 codes: 861 certificate of origin; 862 declaration of origin, 864 preference
/// certificate of origin, 865 Form A, 954 movement certificate EUR.1. Without terms a quantity cannot be counted.
// Codes are compared for equality, which the analysis takes for a comparison of times because they lie in one word with
// one.
// slither-disable-start timestamp,incorrect-equality
contract OriginRegistry is UseRegistry {
    uint32 private constant _ISSUES_NON_PREFERENTIAL = 2;
    uint32 private constant _ISSUES_PREFERENTIAL = 4;

    constructor(IConsortium consortium_) Registry(consortium_) {}

    /// @inheritdoc IRegistry
    function kind() external pure returns (uint8) {
        return 1;
    }

    function _rolesFor(uint16 documentType) internal pure override returns (uint32) {
        if (documentType == 861) return _ISSUES_NON_PREFERENTIAL;
        if (documentType == 862 || documentType == 864 || documentType == 865 || documentType == 954) {
            return _ISSUES_PREFERENTIAL;
        }
        return 0;
    }

    function _takes(uint16 usePolicy, bool terms) internal pure override returns (bool) {
        return terms || usePolicy >> 8 != 3;
    }

    function _hangs(Relation relation) internal pure override returns (bool) {
        return relation != Relation.ExtractOf;
    }
}
// slither-disable-end timestamp,incorrect-equality
