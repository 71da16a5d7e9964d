// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IJournal} from "./interfaces/IJournal.sol";

/// @title Journal
/// @dev Of the tree only the frontier is kept: for each bit that is set in the size, the root of the full subtree that
/// the bit stands for. A slot whose bit is not set holds an older value and is never read.
contract Journal is IJournal {
    uint8 private constant _VERSION = 1;
    // Words kept free before the leaves: one for the peak that joins from the left at each level, one for the prefix.
    uint256 private constant _SPARE = 65;

    /// @inheritdoc IJournal
    address public immutable consortium;

    /// @inheritdoc IJournal
    uint256 public size;

    bytes32[64] private _frontier;

    /// @dev Whoever deploys the journal is its consortium.
    constructor() {
        if (block.chainid > type(uint64).max) revert JournalChainIdInvalid(block.chainid);

        consortium = msg.sender;
    }

    /// @inheritdoc IJournal
    function append(bytes calldata entryHead, bytes calldata tails, uint256 count) external returns (uint256 first) {
        if (msg.sender != consortium && IConsortium(consortium).registryKind(msg.sender) == 0) {
            revert JournalNotAdmitted(msg.sender);
        }
        if (tails.length == 0 || count == 0 || tails.length % count != 0) revert JournalUneven(tails.length, count);

        first = size;
        size = first + count;
        _grow(first, _leaves(entryHead, tails, count), count);

        emit Appended(first, msg.sender, uint64(block.timestamp), uint32(count), entryHead, tails);
    }

    /// @inheritdoc IJournal
    function head() external view returns (uint256 entries, bytes32 root) {
        entries = size;
        if (entries == 0) return (0, sha256(""));

        bool found = false;
        for (uint256 level = 0; entries >> level != 0; ++level) {
            if ((entries >> level) & 1 == 0) continue;
            root = found ? sha256(abi.encodePacked(uint8(1), _frontier[level], root)) : _frontier[level];
            found = true;
        }
    }

    /// @dev Builds the entries one after the other in the same memory and hashes each: RFC 6962 section 2.1, leaves.
    /// @return nodes `_SPARE` free words, then the leaves.
    // Why assembly, here and in `_join`: in a batch of 100 a record cost 25,630 gas, and 28,766 with the same loops in
    // plain Solidity (`scripts/gas.py`, then at 10,000 optimizer runs). Head and tail cannot be confused: the type
    // fixes the length of the head.
    // slither-disable-next-line assembly,encode-packed-collision
    function _leaves(
        bytes calldata entryHead,
        bytes calldata tails,
        uint256 count
    ) private view returns (bytes32[] memory nodes) {
        uint256 width = tails.length / count;
        nodes = new bytes32[](_SPARE + count);
        // The leaf prefix and the first entry.
        bytes memory entry = abi.encodePacked(
            uint8(0),
            _VERSION,
            uint64(block.chainid),
            msg.sender,
            uint64(block.timestamp),
            entryHead,
            tails[:width]
        );
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let length := mload(entry)
            let input := add(entry, 32)
            let tail := add(input, sub(length, width))
            let source := tails.offset
            let output := add(nodes, mul(add(_SPARE, 1), 32))
            for {
                let end := add(output, mul(count, 32))
            } lt(output, end) {
                output := add(output, 32)
                source := add(source, width)
            } {
                calldatacopy(tail, source, width)
                if iszero(staticcall(gas(), 2, input, length, output, 32)) {
                    revert(0, 0)
                }
            }
        }
    }

    /// @dev Joins new nodes level by level with the frontier; every peak that changes is stored once.
    function _grow(uint256 first, bytes32[] memory nodes, uint256 count) private {
        uint256 start = _SPARE;
        for (uint256 level = 0; count != 0; ++level) {
            if (first & 1 == 1) {
                nodes[--start] = _frontier[level];
                ++count;
            }
            if (count & 1 == 1) _frontier[level] = nodes[start + count - 1];
            first >>= 1;
            count >>= 1;
            _join(nodes, start, count);
        }
    }

    /// @dev Replaces `count` pairs from `start` on by their parents: RFC 6962 section 2.1, nodes. The prefix byte takes
    /// the place of a byte that is not needed any more: of a free word, or of the pair before.
    // slither-disable-next-line assembly
    function _join(bytes32[] memory nodes, uint256 start, uint256 count) private view {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let output := add(nodes, mul(add(start, 1), 32))
            let input := sub(output, 1)
            for {
                let end := add(output, mul(count, 32))
            } lt(output, end) {
                output := add(output, 32)
                input := add(input, 64)
            } {
                mstore8(input, 1)
                if iszero(staticcall(gas(), 2, input, 65, output, 32)) {
                    revert(0, 0)
                }
            }
        }
    }
}
