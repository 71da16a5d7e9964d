// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The cheat codes of the test runner that these tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function assume(bool condition) external pure;
    function expectRevert(bytes calldata data) external;
    function getRecordedLogs() external returns (Log[] memory);
    function load(address account, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function record() external;
    function accesses(address account) external returns (bytes32[] memory reads, bytes32[] memory writes);
    function recordLogs() external;
    function warp(uint256 time) external;
}

/// @notice Assertions and cheat codes; what a test of this project inherits from.
abstract contract Base {
    // The address at which the test runner answers: the last 20 bytes of keccak256("hevm cheat code").
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(bytes got, bytes expected);
    error NotTrue(string claim);

    function eq(uint256 got, uint256 expected) internal pure {
        if (got != expected) revert NotEqual(abi.encode(got), abi.encode(expected));
    }

    function eq(bytes32 got, bytes32 expected) internal pure {
        if (got != expected) revert NotEqual(abi.encode(got), abi.encode(expected));
    }

    function eq(address got, address expected) internal pure {
        if (got != expected) revert NotEqual(abi.encode(got), abi.encode(expected));
    }

    function eq(bytes memory got, bytes memory expected) internal pure {
        if (keccak256(got) != keccak256(expected)) revert NotEqual(got, expected);
    }

    function yes(bool condition, string memory claim) internal pure {
        if (!condition) revert NotTrue(claim);
    }

    /// @return One of `low` to `high`, both included, that `any` stands for.
    function within(uint256 any, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + (any % (high - low + 1));
    }
}
