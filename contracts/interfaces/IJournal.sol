// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The one log of everything that happened in a consortium
/// @notice An RFC 6962 Merkle tree over entries whose bytes `docs/spec/journal.md` fixes. The contract hashes every
/// entry itself and keeps the tree's frontier, so no reader has to believe anybody about what was appended.
interface IJournal {
    /// @notice `author` is neither the consortium nor a registry that it admitted.
    error JournalNotAdmitted(address author);

    /// @notice `count` entries cannot be cut from `length` bytes of tails.
    error JournalUneven(uint256 length, uint256 count);

    /// @notice `chainId` does not fit the 8 bytes that an entry has for it.
    error JournalChainIdInvalid(uint256 chainId);

    /// @notice Entries `first` to `first + count - 1` were appended by `author` at `time`.
    /// @dev Entry i is version, chain id, author, time, head and the i-th of `count` equal parts of `tails`.
    /// @param first Index of the first entry, counted from 0.
    /// @param time Block time, seconds.
    event Appended(uint256 indexed first, address indexed author, uint64 time, uint32 count, bytes head, bytes tails);

    /// @notice Appends `count` entries that share `entryHead` and differ in their tails.
    /// @return first Index of the first of them.
    function append(bytes calldata entryHead, bytes calldata tails, uint256 count) external returns (uint256 first);

    /// @notice Number of entries.
    function size() external view returns (uint256);

    /// @notice Number of entries and the RFC 6962 root over all of them.
    function head() external view returns (uint256 entries, bytes32 root);

    /// @notice The consortium that this journal belongs to.
    function consortium() external view returns (address);
}
