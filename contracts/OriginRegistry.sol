// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Registry} from "./Registry.sol";

/// @title Certificates of origin
/// @dev Document types are UNTDID 1001 codes: 861 certificate of origin; 862 declaration of origin, 864 preference
/// certificate of origin, 865 Form A, 954 movement certificate EUR.1.
contract OriginRegistry is Registry {
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
}
