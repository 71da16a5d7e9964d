"""Entries: the journal's bytes and what they say, both ways.

``docs/spec/journal.md`` fixes the bytes. The one rule: what cannot be read completely is not read at all.
Whether an act was possible in the state before it is not judged here: see ``state``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final, Protocol

from ledger.core import aeo_entries, governance_entries, use_entries
from ledger.core.acts import Act, EntryType
from ledger.core.layouts import ROLES, MalformedEntry, code_bytes, text
from ledger.core.use_acts import (
    ExportEndorsed,
    LineGranted,
    LineReturned,
    UseConsumed,
    UseCorrected,
    UseEntered,
    UseReleased,
    UseReserved,
)

__all__ = [
    "FIXED_LENGTH",
    "ROLES",
    "VERSION",
    "AppendedEvent",
    "Entry",
    "MalformedEntry",
    "code_bytes",
    "decode",
    "encode",
    "entries_of",
    "owner_of",
    "raw_entries",
]

VERSION: Final = 1
_FIXED: Final = Struct(">BQ20sQB32s20s")
FIXED_LENGTH: Final = _FIXED.size
_TYPES: Final = {kind.value: kind for kind in EntryType}
_READERS: Final = {**governance_entries.READERS, **use_entries.READERS, **aeo_entries.READERS}
_SPELLERS: Final = {**governance_entries.SPELLERS, **use_entries.SPELLERS, **aeo_entries.SPELLERS}
_OWNED: Final = (LineGranted, LineReturned, ExportEndorsed)
_USES: Final = (UseReserved, UseConsumed, UseReleased, UseCorrected, UseEntered)


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
    def owner(self) -> str:
        """Return whose record the entry is about, which others may write too; of any other entry the acting member."""
        return owner_of(self.act) or self.member

    @property
    def leaf(self) -> bytes:
        """Return the entry's leaf in the journal's tree, 32 bytes. Source: RFC 9162 section 2.1.1."""
        return sha256(b"\0" + self.raw).digest()


def owner_of(act: Act) -> str | None:
    """Return whose record an act is about where it says so itself, else None: then it is the acting member's."""
    if isinstance(act, _USES):
        return act.place.owner
    return act.owner if isinstance(act, _OWNED) else None


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


def encode(chain_id: int, contract: bytes, time: int, member: str, operator: bytes, act: Act) -> bytes:
    """Return the bytes of an entry.

    Raises:
        MalformedEntry: a value does not fit its place, or would not be read back as it was given.
    """
    kind, spell = _SPELLERS[type(act)]
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
    reader = _READERS.get(number)
    if reader is None:
        raise MalformedEntry(f"type is {number:#04x}, expected one of the specification's")
    subject, act = reader(raw[FIXED_LENGTH:])
    code = text(member, "member")
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
