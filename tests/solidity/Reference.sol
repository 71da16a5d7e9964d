// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice RFC 6962 section 2.1, word for word: slow, over all leaves, and with nothing in common with the journal.
library Reference {
    function leaf(bytes memory entry) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", entry));
    }

    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        return leaves.length == 0 ? sha256("") : _hash(leaves, 0, leaves.length);
    }

    function _hash(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        uint256 n = to - from;
        if (n == 1) return leaves[from];
        uint256 k = 1;
        while (k * 2 < n) k *= 2;
        return sha256(bytes.concat(hex"01", _hash(leaves, from, from + k), _hash(leaves, from + k, to)));
    }
}
