// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";

/// @title Registry
/// @dev What a kind of document adds is `_rolesFor` and `kind`. A record is kept as one word, in the layout that
/// `Record` documents, so that a batch writes each with one store.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses are
// compared for equality, which the analysis takes for a comparison of times because both lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract Registry is IRegistry {
    uint8 private constant _RECORD_ANCHORED = 0x20;
    uint8 private constant _STATUS_CHANGED = 0x21;
    uint256 private constant _MAX_BATCH = 512;
    uint256 private constant _STATUS_BITS = 32;
    uint256 private constant _TIME_BITS = 40;
    bytes32 private constant _COMMITMENT = bytes32(bytes22(type(uint176).max));

    struct Slot {
        bytes32 word;
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
    ) external returns (uint256 first, uint256 added) {
        if (anchors.length == 0 || anchors.length > _MAX_BATCH) revert RegistryBatchInvalid(anchors.length);
        _requireUsePolicy(usePolicy);
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
    // The place of a single entry is in its event; nobody asks for it here.
    // slither-disable-next-line unused-return
    function changeStatus(bytes32 member, bytes32 tag, Status status, uint16 reason, uint64 effectiveFrom) external {
        consortium.requireOperator(member, msg.sender);
        Slot storage slot = _slots[member][tag];
        Record memory record = _unpack(slot.word);
        if (record.status == Status.None) revert RegistryRecordUnknown(member, tag);
        if (!_mayFollow(record.status, status)) revert RegistryTransitionInvalid(member, tag, record.status, status);
        if (status == Status.Valid) _requireActive(member);
        if (reason == 0) revert RegistryReasonMissing();
        if (effectiveFrom == 0) effectiveFrom = uint64(block.timestamp);
        if (effectiveFrom < record.anchoredAt || effectiveFrom > block.timestamp) {
            revert RegistryTimeInvalid(effectiveFrom);
        }

        record.status = status;
        slot.word = _pack(record);

        _journal.append(
            abi.encodePacked(_STATUS_CHANGED, member, msg.sender),
            abi.encodePacked(tag, status, reason, effectiveFrom),
            1
        );
    }

    /// @inheritdoc IRegistry
    function recordOf(bytes32 member, bytes32 tag) external view returns (Record memory) {
        return _unpack(_slots[member][tag].word);
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

    /// @return added How many were new.
    /// @return known Which were not; empty when all were new.
    function _store(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        Anchor[] calldata anchors
    ) private returns (uint256 added, bool[] memory known) {
        mapping(bytes32 tag => Slot) storage slots = _slots[member];
        bytes32 shared = _pack(Record(0, uint40(block.timestamp), Status.Valid, documentType, usePolicy));
        for (uint256 i; i < anchors.length; ++i) {
            Anchor calldata one = anchors[i];
            bytes32 tag = one.tag;
            if (tag == 0) revert RegistryTagInvalid(tag);
            Slot storage slot = slots[tag];
            bytes32 before = slot.word;
            bytes32 word = (one.documentId & _COMMITMENT) | shared;
            if (before == 0) {
                slot.word = word;
                ++added;
            } else {
                if ((before ^ word) & _COMMITMENT != 0) revert RegistryNumberTaken(member, tag);
                if (known.length == 0) known = new bool[](anchors.length);
                known[i] = true;
            }
        }
    }

    function _requireActive(bytes32 member) private view {
        if (consortium.memberOf(member).standing != IConsortium.Standing.Active) {
            revert IConsortium.ConsortiumNotActive(member);
        }
    }

    function _requireRoles(uint16 documentType) private pure returns (uint32 roles) {
        roles = _rolesFor(documentType);
        if (roles == 0) revert RegistryDocumentTypeInvalid(documentType);
    }

    /// @dev Kind in the first byte: 0 none, 1 single, 2 up to n, 3 quantity; n in the second.
    function _requireUsePolicy(uint16 usePolicy) private pure {
        uint256 policy = usePolicy >> 8;
        bool counts = policy == 2;
        if (policy > 3 || counts != (usePolicy & 0xff != 0)) revert RegistryUsePolicyInvalid(usePolicy);
    }

    function _mayFollow(Status from, Status to) private pure returns (bool) {
        if (from != Status.Valid && from != Status.Suspended) return false;
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
