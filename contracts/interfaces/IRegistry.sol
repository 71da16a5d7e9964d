// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What all registries of records share
/// @notice A record is one storage slot keyed by (member, number tag). The number itself never reaches the chain.
interface IRegistry {
    enum Status {
        None,
        Valid,
        Suspended,
        Revoked,
        Cancelled,
        Replaced
    }

    /// @dev One slot. `commitment` is the first 22 bytes of the document id; the journal holds all 32.
    struct Record {
        bytes22 commitment;
        uint40 anchoredAt;
        Status status;
        uint16 documentType;
        uint16 usePolicy;
    }

    struct Anchor {
        bytes32 tag;
        bytes32 documentId;
    }

    /// @notice Everything a verifier asks about records of one member, seen at one block.
    struct Look {
        uint256 blockNumber;
        uint256 time;
        uint256 size;
        bytes32 root;
        Record[] records;
    }

    /// @notice `member` already anchored another document under this number.
    error RegistryNumberTaken(bytes32 member, bytes32 tag);
    error RegistryRecordUnknown(bytes32 member, bytes32 tag);
    error RegistryTransitionInvalid(bytes32 member, bytes32 tag, Status from, Status to);
    error RegistryTimeInvalid(uint64 effectiveFrom);
    error RegistryReasonMissing();
    error RegistryBatchInvalid(uint256 count);
    error RegistryTagInvalid(bytes32 tag);
    error RegistryDocumentTypeInvalid(uint16 documentType);
    error RegistryUsePolicyInvalid(uint16 usePolicy);

    /// @notice Anchors a batch in one transaction; all or nothing.
    /// @dev Anchoring the same document under the same number again is skipped, so a retry is safe. A batch in which
    /// nothing is new appends nothing. At most 512 anchors.
    /// @param key JWK thumbprint of the document key that sealed all of them.
    /// @return first Journal index of the first new record; new records keep the order of `anchors`.
    /// @return added How many of them were new.
    function anchor(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        bytes32 key,
        Anchor[] calldata anchors
    ) external returns (uint256 first, uint256 added);

    /// @notice Changes the status: valid <-> suspended, and from both to revoked or cancelled, which are final.
    /// @dev A suspended member can still suspend and revoke: losing the right to issue must not block a recall.
    /// @param reason Number of the reason code, not 0.
    /// @param effectiveFrom Seconds, not in the future; 0 means now.
    function changeStatus(bytes32 member, bytes32 tag, Status status, uint16 reason, uint64 effectiveFrom) external;

    function recordOf(bytes32 member, bytes32 tag) external view returns (Record memory);

    /// @notice One consistent look: the block, the journal's head and the records of `member` under `tags`.
    function look(bytes32 member, bytes32[] calldata tags) external view returns (Look memory);

    function kind() external view returns (uint8);
}
