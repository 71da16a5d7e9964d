// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {Setting} from "./Setting.sol";

/// @notice A consortium at work, a member that could join it, and an account that is nobody's.
abstract contract ConsortiumSetting is Setting {
    address internal constant STRANGER = address(0xbad);
    bytes32 internal constant OTHER = "TH-DFT";

    function setUp() public {
        found();
    }

    function admission(
        bytes32 code,
        bytes2 economy,
        uint32 roles,
        address controller
    ) internal pure returns (bytes memory) {
        return abi.encodeCall(IConsortium.admitMember, (code, economy, roles, controller));
    }

    function numbered(uint256 i) internal pure returns (bytes32) {
        return bytes32(abi.encodePacked("CN-", bytes1(uint8(65 + i / 16)), bytes1(uint8(65 + (i % 16)))));
    }
}
