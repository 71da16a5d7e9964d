// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./IConsortium.sol";

/// @title What all registries of records share
/// @notice A record is one storage slot keyed by (member, number tag). The number itself never reaches the chain.
interface IRegistry {
    /// @notice What the issuer says of a record. `Revoked`, `Cancelled` and `Replaced` are final.
    enum Status {
        None,
        Valid,
        Suspended,
        Revoked,
        Cancelled,
        Replaced
    }

    /// @notice A record. `commitment` is the first 22 bytes of the document id; the journal holds all 32.
    /// @dev One storage slot, in which the members follow each other in this order, big-endian, without gaps.
    /// `anchoredAt` is seconds; `documentType` a UNTDID 1001 code; `usePolicy` as in `docs/spec/journal.md` section 4.
    struct Record {
        bytes22 commitment;
        uint40 anchoredAt;
        Status status;
        uint16 documentType;
        uint16 usePolicy;
    }

    /// @notice What is new in each entry of a batch: number tag and document id.
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

    /// @notice `member` already anchored another document under this number, or this one with another type or use
    /// policy.
    error RegistryNumberTaken(bytes32 member, bytes32 tag);
    /// @notice `member` never anchored anything under this number.
    error RegistryRecordUnknown(bytes32 member, bytes32 tag);
    /// @notice A record that is `from` cannot become `to`.
    error RegistryTransitionInvalid(bytes32 member, bytes32 tag, Status from, Status to);
    /// @notice `effectiveFrom` is in the future, or before the record was anchored.
    error RegistryTimeInvalid(uint64 effectiveFrom);
    /// @notice A change of status needs a reason code.
    error RegistryReasonMissing();
    /// @notice A batch has 1 to 512 anchors, not `count`.
    error RegistryBatchInvalid(uint256 count);
    /// @notice No number has the tag `tag` of zeros.
    error RegistryTagInvalid(bytes32 tag);
    /// @notice The registry does not take documents of this type.
    error RegistryDocumentTypeInvalid(uint16 documentType);
    /// @notice The first byte is more than 3, or the second is not what the first asks for.
    error RegistryUsePolicyInvalid(uint16 usePolicy);
    /// @notice A batch to confirm has 1 to 512 tags, not `count`.
    error RegistryConfirmationsInvalid(uint256 count);

    /// @notice Anchors a batch in one transaction; all or nothing.
    /// @dev Anchoring the same document under the same number again is skipped, so a retry is safe, also
    /// within one batch. A batch in which nothing is new appends nothing and returns zeros. At most 512 anchors.
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
    /// @dev A suspended member can still suspend, revoke and cancel: losing the right to issue must not block a recall.
    /// It cannot make a record valid again.
    /// @param reason Number of the reason code, not 0.
    /// @param effectiveFrom Seconds, not in the future, not before the record was anchored; 0 means now. A record that
    /// was bad from the beginning is revoked from the time it was anchored.
    function changeStatus(bytes32 member, bytes32 tag, Status status, uint16 reason, uint64 effectiveFrom) external;

    /// @notice Says of records that were anchored with a key that others may have used: these are ours.
    /// @dev Changes no storage: the journal is where a verifier reads it. Only an active member, 1 to 512 records that
    /// it has and that are not final; all or nothing.
    function confirm(bytes32 member, bytes32[] calldata tags) external;

    /// @notice The record of `member` under `tag`; all zero if there is none.
    function recordOf(bytes32 member, bytes32 tag) external view returns (Record memory);

    /// @notice One consistent look: the block, the journal's head and the records of `member` under `tags`.
    function look(bytes32 member, bytes32[] calldata tags) external view returns (Look memory);

    /// @notice The consortium that says who may write here.
    function consortium() external view returns (IConsortium);

    /// @notice Kind of the records: 1 origin, 2 licences, 3 AEO.
    function kind() external view returns (uint8);
}
