"""Governance entries: how acts of the consortium, and anchoring and status of records, are spelt; types 01 to 21."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from ledger.core.acts import (
    Act,
    ControllerChanged,
    EntryType,
    Executed,
    KeyCompromised,
    KeyRegistered,
    KeyRetired,
    MemberAdmitted,
    MemberLeft,
    MemberReinstated,
    MemberSuspended,
    OperatorAdded,
    OperatorRemoved,
    Proposed,
    RecordAnchored,
    RegistryAdmitted,
    RegistryRetired,
    RolesChanged,
    StatusChanged,
    Voted,
)
from ledger.core.layouts import (
    MalformedEntry,
    Reader,
    Speller,
    code_bytes,
    economy,
    known,
    roles,
    text,
    unpack,
)

_KEY_LENGTHS: Final = {1: range(64, 65), 2: range(96, 97), 3: range(32, 33), 4: range(256, 513)}
_MEMBER_ADMITTED = Struct(">32s2sI20s")
_MEMBER_ROLES = Struct(">32sI")
_MEMBER_REASON = Struct(">32sH")
_MEMBER_ACCOUNT = Struct(">32s20s")
_KEY_START = Struct(">32sBQ")
_KEY_TIME = Struct(">32sQ")
_KEY_END = Struct(">32sQH")
_PROPOSAL_START = Struct(">32sQ")
_PROPOSAL_VOTE = Struct(">32sB")
_PROPOSAL = Struct(">32s")
_REGISTRY = Struct(">20sB")
_ANCHORED = Struct(">HH32s32s32s")
_STATUS = Struct(">32sBHQ")


def _read_member_admitted(detail: bytes) -> tuple[bytes, Act]:
    subject, country, bits, controller = unpack(_MEMBER_ADMITTED, detail)
    return subject, MemberAdmitted(text(subject, "subject"), economy(country), roles(bits), controller)


def _read_roles(detail: bytes) -> tuple[bytes, Act]:
    subject, bits = unpack(_MEMBER_ROLES, detail)
    return subject, RolesChanged(text(subject, "subject"), roles(bits))


def _reading(layout: Struct, make: Callable[..., Act]) -> Callable[[bytes], tuple[bytes, Act]]:
    """Return a reader for a detail of a member's code and one value."""

    def read(detail: bytes) -> tuple[bytes, Act]:
        subject, value = unpack(layout, detail)
        return subject, make(text(subject, "subject"), value)

    return read


def _read_key_registered(detail: bytes) -> tuple[bytes, Act]:
    if len(detail) <= _KEY_START.size:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected more than {_KEY_START.size}")
    key, algorithm, effective_from = _KEY_START.unpack_from(detail)
    public_key = detail[_KEY_START.size :]
    lengths = _KEY_LENGTHS[known(algorithm, _KEY_LENGTHS, "algorithm")]
    if len(public_key) not in lengths:
        raise MalformedEntry(f"public key of algorithm {algorithm} is {len(public_key)} bytes")
    return key, KeyRegistered(key, algorithm, effective_from, public_key)


def _read_key_retired(detail: bytes) -> tuple[bytes, Act]:
    key, time, reason = unpack(_KEY_END, detail)
    return key, KeyRetired(key, time, reason)


def _read_key_compromised(detail: bytes) -> tuple[bytes, Act]:
    key, time = unpack(_KEY_TIME, detail)
    return key, KeyCompromised(key, time)


def _read_proposed(detail: bytes) -> tuple[bytes, Act]:
    if len(detail) < _PROPOSAL_START.size + 4:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected at least {_PROPOSAL_START.size + 4}")
    subject, expires_at = _PROPOSAL_START.unpack_from(detail)
    return subject, Proposed(int.from_bytes(subject, "big"), expires_at, detail[_PROPOSAL_START.size :])


def _read_voted(detail: bytes) -> tuple[bytes, Act]:
    subject, approves = unpack(_PROPOSAL_VOTE, detail)
    return subject, Voted(int.from_bytes(subject, "big"), bool(known(approves, (0, 1), "approves")))


def _read_executed(detail: bytes) -> tuple[bytes, Act]:
    (subject,) = unpack(_PROPOSAL, detail)
    return subject, Executed(int.from_bytes(subject, "big"))


def _read_registry_admitted(detail: bytes) -> tuple[bytes, Act]:
    registry, kind = unpack(_REGISTRY, detail)
    return registry.rjust(32, b"\0"), RegistryAdmitted(registry, known(kind, (1, 2, 3), "kind"))


def _read_registry_retired(detail: bytes) -> tuple[bytes, Act]:
    registry, kind = unpack(_REGISTRY, detail)
    return registry.rjust(32, b"\0"), RegistryRetired(registry, known(kind, (1, 2, 3), "kind"))


def _read_anchored(detail: bytes) -> tuple[bytes, Act]:
    document_type, use_policy, key, tag, document_id = unpack(_ANCHORED, detail)
    kind, n = divmod(use_policy, 256)
    if kind > 3 or (kind == 2 and n == 0) or (kind < 2 and n != 0):
        raise MalformedEntry(
            f"use policy is {use_policy:#06x}, expected a kind of 0 to 3, n for kind 2, perhaps n for kind 3"
        )
    return tag, RecordAnchored(document_type, use_policy, key, tag, document_id)


def _read_status(detail: bytes) -> tuple[bytes, Act]:
    tag, status, reason, effective_from = unpack(_STATUS, detail)
    return tag, StatusChanged(tag, known(status, (1, 2, 3, 4, 5), "status"), reason, effective_from)


READERS: Final[dict[int, Reader]] = {
    EntryType.MEMBER_ADMITTED: _read_member_admitted,
    EntryType.ROLES_CHANGED: _read_roles,
    EntryType.MEMBER_SUSPENDED: _reading(_MEMBER_REASON, MemberSuspended),
    EntryType.MEMBER_REINSTATED: _reading(_MEMBER_REASON, MemberReinstated),
    EntryType.MEMBER_LEFT: _reading(_MEMBER_REASON, MemberLeft),
    EntryType.CONTROLLER_CHANGED: _reading(_MEMBER_ACCOUNT, ControllerChanged),
    EntryType.OPERATOR_ADDED: _reading(_MEMBER_ACCOUNT, OperatorAdded),
    EntryType.OPERATOR_REMOVED: _reading(_MEMBER_ACCOUNT, OperatorRemoved),
    EntryType.KEY_REGISTERED: _read_key_registered,
    EntryType.KEY_RETIRED: _read_key_retired,
    EntryType.KEY_COMPROMISED: _read_key_compromised,
    EntryType.PROPOSED: _read_proposed,
    EntryType.VOTED: _read_voted,
    EntryType.EXECUTED: _read_executed,
    EntryType.REGISTRY_ADMITTED: _read_registry_admitted,
    EntryType.REGISTRY_RETIRED: _read_registry_retired,
    EntryType.RECORD_ANCHORED: _read_anchored,
    EntryType.STATUS_CHANGED: _read_status,
}


def _reason(act: Any) -> bytes:
    return _MEMBER_REASON.pack(code_bytes(act.subject), act.reason)


def _account(act: Any) -> bytes:
    return _MEMBER_ACCOUNT.pack(code_bytes(act.subject), act.account)


def _proposal(number: int) -> bytes:
    return number.to_bytes(32, "big")


SPELLERS: Final[dict[type, tuple[EntryType, Speller]]] = {
    MemberAdmitted: (
        EntryType.MEMBER_ADMITTED,
        lambda act: _MEMBER_ADMITTED.pack(
            code_bytes(act.subject), act.economy.encode(), act.roles, act.controller
        ),
    ),
    RolesChanged: (
        EntryType.ROLES_CHANGED,
        lambda act: _MEMBER_ROLES.pack(code_bytes(act.subject), act.roles),
    ),
    MemberSuspended: (EntryType.MEMBER_SUSPENDED, _reason),
    MemberReinstated: (EntryType.MEMBER_REINSTATED, _reason),
    MemberLeft: (EntryType.MEMBER_LEFT, _reason),
    ControllerChanged: (
        EntryType.CONTROLLER_CHANGED,
        lambda act: _MEMBER_ACCOUNT.pack(code_bytes(act.subject), act.controller),
    ),
    OperatorAdded: (EntryType.OPERATOR_ADDED, _account),
    OperatorRemoved: (EntryType.OPERATOR_REMOVED, _account),
    KeyRegistered: (
        EntryType.KEY_REGISTERED,
        lambda act: _KEY_START.pack(act.key, act.algorithm, act.effective_from) + act.public_key,
    ),
    KeyRetired: (EntryType.KEY_RETIRED, lambda act: _KEY_END.pack(act.key, act.retired_at, act.reason)),
    KeyCompromised: (EntryType.KEY_COMPROMISED, lambda act: _KEY_TIME.pack(act.key, act.compromised_since)),
    Proposed: (
        EntryType.PROPOSED,
        lambda act: _PROPOSAL_START.pack(_proposal(act.proposal), act.expires_at) + act.call,
    ),
    Voted: (EntryType.VOTED, lambda act: _PROPOSAL_VOTE.pack(_proposal(act.proposal), act.approves)),
    Executed: (EntryType.EXECUTED, lambda act: _proposal(act.proposal)),
    RegistryAdmitted: (EntryType.REGISTRY_ADMITTED, lambda act: _REGISTRY.pack(act.registry, act.kind)),
    RegistryRetired: (EntryType.REGISTRY_RETIRED, lambda act: _REGISTRY.pack(act.registry, act.kind)),
    RecordAnchored: (
        EntryType.RECORD_ANCHORED,
        lambda act: _ANCHORED.pack(act.document_type, act.use_policy, act.key, act.tag, act.document_id),
    ),
    StatusChanged: (
        EntryType.STATUS_CHANGED,
        lambda act: _STATUS.pack(act.tag, act.status, act.reason, act.effective_from),
    ),
}
