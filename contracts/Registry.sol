// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";

/// @title Registry
/// @dev What a kind of document adds is `kind`, `_rolesFor` and what it does before a batch and at a cancellation. A
/// record is kept as one word, in the layout that `Record` documents, so that a batch writes each with one store.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses are
// compared for equality, which the analysis takes for a comparison of times because both lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract Registry is IRegistry {
    uint8 private constant _RECORD_ANCHORED = 0x20;
    uint8 private constant _STATUS_CHANGED = 0x21;
    uint8 private constant _RECORD_CONFIRMED = 0x24;
    uint256 private constant _MAX_BATCH = 512;
    uint256 private constant _STATUS_BITS = 32;
    uint256 private constant _TIME_BITS = 40;
    bytes32 private constant _COMMITMENT = bytes32(bytes22(type(uint176).max));
    bytes32 private constant _SAME = _COMMITMENT | bytes32(uint256(type(uint32).max)); // and document type, use policy

    struct Slot {
        bytes32 word;
    }

    /// @dev Entries of one call that share type and head; none while `count` is 0.
    struct Batch {
        uint8 act;
        bytes head;
        bytes tails;
        uint256 count;
    }

    /// @inheritdoc IRegistry
    IConsortium public immutable consortium;

    IJournal private immutable _journal;

    mapping(bytes32 member => mapping(bytes32 tag => Slot)) private _slots;

    constructor(IConsortium consortium_) {
        consortium = consortium_;
        _journal = consortium_.journal();
    }

    /// @inheritdoc IRegistry
    function anchor(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        bytes32 key,
        Anchor[] calldata anchors
    ) public virtual returns (uint256 first, uint256 added) {
        if (anchors.length == 0 || anchors.length > _MAX_BATCH) revert RegistryBatchInvalid(anchors.length);
        _requireUsePolicy(usePolicy);
        _beforeBatch(member, usePolicy, anchors[0].tag);
        consortium.requireIssuer(member, msg.sender, _requireRoles(documentType), key);

        bool[] memory known;
        (added, known) = _store(member, documentType, usePolicy, anchors);
        if (added == 0) return (0, 0);

        bytes memory head = abi.encodePacked(_RECORD_ANCHORED, member, msg.sender, documentType, usePolicy, key);
        first =
            added == anchors.length
                ? _journal.append(head, _tails(anchors), added)
                : _journal.append(head, _tailsWithout(known, anchors, added), added);
    }

    /// @inheritdoc IRegistry
    function changeStatus(bytes32 member, bytes32 tag, Status status, uint16 reason, uint64 effectiveFrom) external {
        _requireOperator(member);
        Record memory record = _requireRecord(member, tag);
        if (!_mayFollow(record.status, status)) revert RegistryTransitionInvalid(member, tag, record.status, status);
        if (status == Status.Valid) _requireActive(member, _rolesFor(record.documentType));
        if (reason == 0) revert RegistryReasonMissing();
        if (effectiveFrom == 0) effectiveFrom = uint64(block.timestamp);
        if (effectiveFrom < record.anchoredAt || effectiveFrom > block.timestamp) {
            revert RegistryTimeInvalid(effectiveFrom);
        }

        _setStatus(member, tag, status);
        // slither-disable-next-line uninitialized-local
        Batch memory more;
        if (status == Status.Cancelled) more = _onCancel(member, tag);

        _append(_STATUS_CHANGED, member, "", abi.encodePacked(tag, status, reason, effectiveFrom), 1);
        _appendBatch(member, more);
    }

    /// @inheritdoc IRegistry
    function confirm(bytes32 member, bytes32[] calldata tags) external {
        if (tags.length == 0 || tags.length > _MAX_BATCH) revert RegistryConfirmationsInvalid(tags.length);
        _requireActive(member, 0);
        for (uint256 i; i < tags.length; ++i) {
            Status status = _requireRecord(member, tags[i]).status;
            if (_isFinal(status)) revert RegistryTransitionInvalid(member, tags[i], status, Status.Valid);
        }

        _append(_RECORD_CONFIRMED, member, "", abi.encodePacked(tags), tags.length);
    }

    /// @inheritdoc IRegistry
    function recordOf(bytes32 member, bytes32 tag) external view returns (Record memory) {
        return _record(member, tag);
    }

    /// @inheritdoc IRegistry
    function look(bytes32 member, bytes32[] calldata tags) external view returns (Look memory seen) {
        seen.blockNumber = block.number;
        seen.time = block.timestamp;
        (seen.size, seen.root) = _journal.head();
        seen.records = new Record[](tags.length);
        for (uint256 i; i < tags.length; ++i) {
            seen.records[i] = _unpack(_slots[member][tags[i]].word);
        }
    }

    /// @dev Roles that a member needs to anchor documents of this type; 0 if the registry does not take them.
    function _rolesFor(uint16 documentType) internal pure virtual returns (uint32);

    /// @dev Whether a batch may have this policy; reverts if not.
    function _beforeBatch(bytes32 member, uint16 usePolicy, bytes32 tag) internal pure virtual;

    /// @dev Undoes what hangs on a record that is cancelled, or reverts; answers what has to be appended for it.
    function _onCancel(bytes32 member, bytes32 tag) internal virtual returns (Batch memory);

    // The place of an entry is in its event.
    // slither-disable-next-line unused-return
    function _append(uint8 act, bytes32 member, bytes memory detail, bytes memory tails, uint256 count) internal {
        _journal.append(abi.encodePacked(act, member, msg.sender, detail), tails, count);
    }

    function _appendBatch(bytes32 member, Batch memory batch) internal {
        if (batch.count != 0) _append(batch.act, member, batch.head, batch.tails, batch.count);
    }

    function _requireOperator(bytes32 member) internal view {
        consortium.requireOperator(member, msg.sender);
    }

    function _requireActive(bytes32 member, uint32 roles) internal view returns (bytes2 economy) {
        return consortium.requireActive(member, msg.sender, roles);
    }

    /// @dev Checks that the member may anchor this document now, through this account.
    function _requireIssuer(bytes32 member, uint16 documentType, uint16 usePolicy, bytes32 key) internal view {
        _requireUsePolicy(usePolicy);
        consortium.requireIssuer(member, msg.sender, _requireRoles(documentType), key);
    }

    /// @dev Anchors one record; the entry is for the caller to append, see `_appendAnchored`.
    /// @return Whether it is new.
    function _storeOne(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        Anchor memory one
    ) internal returns (bool) {
        return _storeIn(_slots[member], member, one.tag, one.documentId, _shared(documentType, usePolicy));
    }

    function _appendAnchored(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        bytes32 key,
        Anchor memory one
    ) internal {
        bytes memory detail = abi.encodePacked(documentType, usePolicy, key);
        _append(_RECORD_ANCHORED, member, detail, abi.encodePacked(one.tag, one.documentId), 1);
    }

    function _setStatus(bytes32 member, bytes32 tag, Status status) internal {
        Slot storage slot = _slots[member][tag];
        Record memory record = _unpack(slot.word);
        record.status = status;
        slot.word = _pack(record);
    }

    function _record(bytes32 member, bytes32 tag) internal view returns (Record memory) {
        return _unpack(_slots[member][tag].word);
    }

    function _requireRecord(bytes32 member, bytes32 tag) internal view returns (Record memory record) {
        record = _record(member, tag);
        if (record.status == Status.None) revert RegistryRecordUnknown(member, tag);
    }

    function _isFinal(Status status) internal pure returns (bool) {
        return status != Status.Valid && status != Status.Suspended;
    }

    /// @return added How many were new.
    /// @return known Which were not; empty when all were new.
    function _store(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        Anchor[] calldata anchors
    ) private returns (uint256 added, bool[] memory known) {
        mapping(bytes32 tag => Slot) storage slots = _slots[member];
        bytes32 shared = _shared(documentType, usePolicy);
        for (uint256 i; i < anchors.length; ++i) {
            if (_storeIn(slots, member, anchors[i].tag, anchors[i].documentId, shared)) {
                ++added;
            } else {
                if (known.length == 0) known = new bool[](anchors.length);
                known[i] = true;
            }
        }
    }

    function _storeIn(
        mapping(bytes32 tag => Slot) storage slots,
        bytes32 member,
        bytes32 tag,
        bytes32 documentId,
        bytes32 shared
    ) private returns (bool) {
        if (tag == 0) revert RegistryTagInvalid(tag);
        Slot storage slot = slots[tag];
        bytes32 before = slot.word;
        bytes32 word = (documentId & _COMMITMENT) | shared;
        if (before == 0) {
            slot.word = word;
            return true;
        }
        if ((before ^ word) & _SAME != 0) revert RegistryNumberTaken(member, tag);
        return false;
    }

    function _requireRoles(uint16 documentType) private pure returns (uint32 roles) {
        roles = _rolesFor(documentType);
        if (roles == 0) revert RegistryDocumentTypeInvalid(documentType);
    }

    /// @dev Kind in the first byte: 0 none, 1 single, 2 up to n, 3 quantity; n in the second.
    function _requireUsePolicy(uint16 usePolicy) private pure {
        uint256 policy = usePolicy >> 8;
        bool hasNumber = usePolicy & 0xff != 0;
        bool valid = policy == 3 || (policy == 2 ? hasNumber : policy < 2 && !hasNumber);
        if (!valid) revert RegistryUsePolicyInvalid(usePolicy);
    }

    function _mayFollow(Status from, Status to) internal pure returns (bool) {
        if (_isFinal(from)) return false;
        if (to == Status.Revoked || to == Status.Cancelled) return true;
        return from == Status.Valid ? to == Status.Suspended : to == Status.Valid;
    }

    /// @dev An array of anchors lies in calldata as its tails do in the journal, so it is handed on as it came: its
    /// place is in the fifth argument of `anchor`, its items begin one word after. Copying would cost 857 gas more for
    /// each record in a batch of 100.
    function _tails(Anchor[] calldata anchors) private pure returns (bytes calldata) {
        uint256 start = uint256(bytes32(msg.data[132:164])) + 36;
        return msg.data[start:start + anchors.length * 64];
    }

    /// @return The tails of those anchors that were not `known`.
    function _tailsWithout(
        bool[] memory known,
        Anchor[] calldata anchors,
        uint256 added
    ) private pure returns (bytes memory) {
        bytes32[] memory words = new bytes32[](added * 2);
        uint256 next = 0;
        for (uint256 i; i < anchors.length; ++i) {
            if (known[i]) continue;
            words[next] = anchors[i].tag;
            words[next + 1] = anchors[i].documentId;
            next += 2;
        }
        return abi.encodePacked(words);
    }

    /// @dev What the records of a batch have in common.
    function _shared(uint16 documentType, uint16 usePolicy) private view returns (bytes32) {
        return _pack(Record(0, uint40(block.timestamp), Status.Valid, documentType, usePolicy));
    }

    function _pack(Record memory record) private pure returns (bytes32) {
        return
            bytes32(record.commitment) |
            bytes32(
                (uint256(record.anchoredAt) << _TIME_BITS) |
                    (uint256(record.status) << _STATUS_BITS) |
                    (uint256(record.documentType) << 16) |
                    record.usePolicy
            );
    }

    function _unpack(bytes32 word) private pure returns (Record memory) {
        uint256 bits = uint256(word);
        return
            Record(
                bytes22(word),
                uint40(bits >> _TIME_BITS),
                Status(uint8(bits >> _STATUS_BITS)),
                uint16(bits >> 16),
                uint16(bits)
            );
    }
}
// slither-disable-end timestamp,incorrect-equality
