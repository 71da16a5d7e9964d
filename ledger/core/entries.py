"""Entries: the journal's bytes and what they say, both ways.

``docs/spec/journal.md`` fixes the bytes. The one rule: what cannot be read completely is not read at all.
Whether an act was possible in the state before it is not judged here: see ``state``.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Any, Final, Protocol

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

VERSION: Final = 1
_FIXED: Final = Struct(">BQ20sQB32s20s")
FIXED_LENGTH: Final = _FIXED.size
_CODE: Final = re.compile(rb"[!-~]{1,32}\x00*")
_KEY_LENGTHS: Final = {1: range(64, 65), 2: range(96, 97), 3: range(32, 33), 4: range(256, 513)}
ROLES: Final = 1 | 2 | 4 | 8 | 16


class MalformedEntry(ValueError):
    """The bytes are not an entry; the message says what is and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the journal holds it.

    Args:
        index: its place, from 0.
        raw: all of its bytes.
        contract: who appended it, 20 bytes. operator: the account that acted, 20 bytes.
        time: block time in seconds.
        subject: what it is about, 32 bytes: a member's code, a key, a proposal, a number tag, or a registry
            (20 bytes, zeros in front).
        act: what happened.
    """

    index: int
    raw: bytes
    chain_id: int
    contract: bytes
    time: int
    type: EntryType
    member: str
    operator: bytes
    subject: bytes
    act: Act

    @property
    def leaf(self) -> bytes:
        """Return the entry's leaf in the journal's tree, 32 bytes. Source: RFC 9162 section 2.1.1."""
        return sha256(b"\0" + self.raw).digest()


class AppendedEvent(Protocol):
    """The members of the journal's event that entries are cut from."""

    @property
    def first(self) -> int:
        """Index of the first entry."""

    @property
    def author(self) -> bytes:
        """The contract that appended, 20 bytes."""

    @property
    def time(self) -> int:
        """Block time in seconds."""

    @property
    def count(self) -> int:
        """Number of entries."""

    @property
    def head(self) -> bytes:
        """What the entries share."""

    @property
    def tails(self) -> bytes:
        """Where they differ, end to end."""


def code_bytes(code: str) -> bytes:
    """Return a member's code as 32 bytes, padded with zeros.

    Raises:
        MalformedEntry: not 1 to 32 printable ASCII characters.
    """
    data = code.encode("ascii", "replace")
    if not _CODE.fullmatch(data) or not code.isascii():
        raise MalformedEntry(f"member code is {code[:40]!r}, expected 1 to 32 printable ASCII characters")
    return data.ljust(32, b"\0")


def encode(chain_id: int, contract: bytes, time: int, member: str, operator: bytes, act: Act) -> bytes:
    """Return the bytes of an entry.

    Raises:
        MalformedEntry: a value does not fit its place, or would not be read back as it was given.
    """
    kind, spell = _SPELLED[type(act)]
    try:
        raw = _FIXED.pack(VERSION, chain_id, contract, time, kind, code_bytes(member), operator) + spell(act)
    except (struct.error, OverflowError) as error:
        raise MalformedEntry(f"{type(act).__name__} cannot be spelt: {error}") from None
    read = decode(raw)
    if (read.contract, read.member, read.operator, read.act) != (contract, member, operator, act):
        raise MalformedEntry(
            f"{type(act).__name__} has a value of the wrong length, expected those of {read.act}"
        )
    return raw


def decode(raw: bytes, index: int = 0) -> Entry:
    """Return the entry that ``raw`` spells.

    Raises:
        MalformedEntry: unknown version or type, wrong length, text that is not printable ASCII, unknown code.
    """
    if len(raw) < FIXED_LENGTH:
        raise MalformedEntry(f"entry is {len(raw)} bytes, expected at least {FIXED_LENGTH}")
    version, chain_id, contract, time, number, member, operator = _FIXED.unpack_from(raw)
    if version != VERSION:
        raise MalformedEntry(f"version is {version}, expected {VERSION}")
    reader = _READ.get(number)
    if reader is None:
        raise MalformedEntry(f"type is {number:#04x}, expected one of the specification's")
    subject, act = reader(raw[FIXED_LENGTH:])
    code = _text(member, "member")
    return Entry(index, bytes(raw), chain_id, contract, time, _TYPES[number], code, operator, subject, act)


def raw_entries(event: AppendedEvent, chain_id: int) -> list[bytes]:
    """Return the bytes of an event's entries, in order, without reading what they say.

    Raises:
        MalformedEntry: the tails cannot be cut into that many equal parts.
    """
    count, tails = event.count, event.tails
    if count < 1 or not tails or len(tails) % count:
        raise MalformedEntry(f"{count} entries cannot be cut from {len(tails)} bytes of tails")
    length = len(tails) // count
    front = (
        VERSION.to_bytes(1, "big")
        + chain_id.to_bytes(8, "big")
        + event.author
        + event.time.to_bytes(8, "big")
        + event.head
    )
    return [front + tails[start : start + length] for start in range(0, len(tails), length)]


def entries_of(event: AppendedEvent, chain_id: int) -> list[Entry]:
    """Return the entries of an event, in order.

    Raises:
        MalformedEntry: as ``raw_entries`` and ``decode``.
    """
    return [decode(raw, event.first + place) for place, raw in enumerate(raw_entries(event, chain_id))]


def _text(data: bytes, what: str) -> str:
    if not _CODE.fullmatch(data):
        raise MalformedEntry(f"{what} is {data.hex()}, expected printable ASCII followed by zeros")
    return data.rstrip(b"\0").decode("ascii")


def _known(value: int, known: Any, what: str) -> int:
    if value not in known:
        raise MalformedEntry(f"{what} is {value}, expected one of the specification's")
    return value


def _unpack(layout: Struct, detail: bytes) -> tuple[Any, ...]:
    if len(detail) != layout.size:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected {layout.size}")
    return layout.unpack(detail)


def _economy(data: bytes) -> str:
    if not (data.isalpha() and data.isupper() and data.isascii()):
        raise MalformedEntry(f"economy is {data!r}, expected two letters")
    return data.decode("ascii")


def _roles(value: int) -> int:
    if value & ~ROLES:
        raise MalformedEntry(f"roles are {value:#x}, expected bits of {ROLES:#x}")
    return value


_MEMBER_ADMITTED = Struct(">32s2sI20s")
_MEMBER_ROLES = Struct(">32sI")
_MEMBER_REASON = Struct(">32sH")
_MEMBER_ACCOUNT = Struct(">32s20s")
_KEY_START = Struct(">32sBQ")
_KEY_TIME = Struct(">32sQ")
_PROPOSAL_START = Struct(">32sQ")
_PROPOSAL_VOTE = Struct(">32sB")
_PROPOSAL = Struct(">32s")
_REGISTRY = Struct(">20sB")
_ANCHORED = Struct(">HH32s32s32s")
_STATUS = Struct(">32sBHQ")


def _read_member_admitted(detail: bytes) -> tuple[bytes, Act]:
    subject, economy, roles, controller = _unpack(_MEMBER_ADMITTED, detail)
    return subject, MemberAdmitted(_text(subject, "subject"), _economy(economy), _roles(roles), controller)


def _read_roles(detail: bytes) -> tuple[bytes, Act]:
    subject, roles = _unpack(_MEMBER_ROLES, detail)
    return subject, RolesChanged(_text(subject, "subject"), _roles(roles))


def _reading(layout: Struct, make: Callable[..., Act]) -> Callable[[bytes], tuple[bytes, Act]]:
    """Return a reader for a detail of a member's code and one value."""

    def read(detail: bytes) -> tuple[bytes, Act]:
        subject, value = _unpack(layout, detail)
        return subject, make(_text(subject, "subject"), value)

    return read


def _read_key_registered(detail: bytes) -> tuple[bytes, Act]:
    if len(detail) <= _KEY_START.size:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected more than {_KEY_START.size}")
    key, algorithm, effective_from = _KEY_START.unpack_from(detail)
    public_key = detail[_KEY_START.size :]
    lengths = _KEY_LENGTHS[_known(algorithm, _KEY_LENGTHS, "algorithm")]
    if len(public_key) not in lengths:
        raise MalformedEntry(f"public key of algorithm {algorithm} is {len(public_key)} bytes")
    return key, KeyRegistered(key, algorithm, effective_from, public_key)


def _read_key_retired(detail: bytes) -> tuple[bytes, Act]:
    key, time = _unpack(_KEY_TIME, detail)
    return key, KeyRetired(key, time)


def _read_key_compromised(detail: bytes) -> tuple[bytes, Act]:
    key, time = _unpack(_KEY_TIME, detail)
    return key, KeyCompromised(key, time)


def _read_proposed(detail: bytes) -> tuple[bytes, Act]:
    if len(detail) < _PROPOSAL_START.size + 4:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected at least {_PROPOSAL_START.size + 4}")
    subject, expires_at = _PROPOSAL_START.unpack_from(detail)
    return subject, Proposed(int.from_bytes(subject, "big"), expires_at, detail[_PROPOSAL_START.size :])


def _read_voted(detail: bytes) -> tuple[bytes, Act]:
    subject, approves = _unpack(_PROPOSAL_VOTE, detail)
    return subject, Voted(int.from_bytes(subject, "big"), bool(_known(approves, (0, 1), "approves")))


def _read_executed(detail: bytes) -> tuple[bytes, Act]:
    (subject,) = _unpack(_PROPOSAL, detail)
    return subject, Executed(int.from_bytes(subject, "big"))


def _read_registry_admitted(detail: bytes) -> tuple[bytes, Act]:
    registry, kind = _unpack(_REGISTRY, detail)
    return registry.rjust(32, b"\0"), RegistryAdmitted(registry, _known(kind, (1, 2, 3), "kind"))


def _read_registry_retired(detail: bytes) -> tuple[bytes, Act]:
    registry, kind = _unpack(_REGISTRY, detail)
    return registry.rjust(32, b"\0"), RegistryRetired(registry, _known(kind, (1, 2, 3), "kind"))


def _read_anchored(detail: bytes) -> tuple[bytes, Act]:
    document_type, use_policy, key, tag, document_id = _unpack(_ANCHORED, detail)
    if use_policy > 0x3FF or (use_policy >> 8 == 2) != (use_policy & 0xFF != 0):
        raise MalformedEntry(
            f"use policy is {use_policy:#06x}, expected a kind of 0 to 3, and n for kind 2 only"
        )
    return tag, RecordAnchored(document_type, use_policy, key, tag, document_id)


def _read_status(detail: bytes) -> tuple[bytes, Act]:
    tag, status, reason, effective_from = _unpack(_STATUS, detail)
    return tag, StatusChanged(tag, _known(status, (1, 2, 3, 4, 5), "status"), reason, effective_from)


_TYPES: Final = {kind.value: kind for kind in EntryType}
_READ: Final[dict[int, Callable[[bytes], tuple[bytes, Act]]]] = {
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


_SPELLED: Final[dict[type, tuple[EntryType, Callable[[Any], bytes]]]] = {
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
    KeyRetired: (EntryType.KEY_RETIRED, lambda act: _KEY_TIME.pack(act.key, act.retired_at)),
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
