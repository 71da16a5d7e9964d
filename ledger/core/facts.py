"""Facts: what was seen of the chain for one question, before anybody judges it.

The shell gathers facts at one block and decides nothing; ``verify`` judges them and fetches nothing. The one rule: what
was not looked at is None and never a guess, so "absent" and "not asked" cannot be taken for each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from ledger.core.aeo import Agreements, TypeState
from ledger.core.documents.declaration import Declaration
from ledger.core.envelope import Opened
from ledger.core.state import MemberState, RecordState
from ledger.core.uses import Usage

COMMITMENT_BYTES: Final = 22
"""How much of the document id a slot holds; the journal holds all of it."""

LONGEST_LAG: Final = timedelta(seconds=60)
"""How far journal and node may be apart when the record itself looks the same in both."""


class Source(StrEnum):
    """Where the newest facts come from.

    ``CHAIN``: the node answered. ``RECENT``: read no longer ago than the operator allows. ``CACHE``: read before, the
    node does not answer.
    """

    CHAIN = "CHAIN"
    RECENT = "RECENT"
    CACHE = "CACHE"


class RecordSlot(Protocol):
    """A record's slot in a registry's storage, as a node answered it; status 0 means that there is no record."""

    @property
    def commitment(self) -> bytes:
        """First 22 bytes of the document id."""

    @property
    def anchored_at(self) -> int:
        """Seconds."""

    @property
    def status(self) -> int:
        """Status number, 0 for no record."""

    @property
    def document_type(self) -> int:
        """UNTDID 1001 code."""

    @property
    def use_policy(self) -> int:
        """Kind in the high byte, n in the low one."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A place on the chain: a block, and size and root of the journal there."""

    block_number: int
    block_time: datetime
    journal_size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another number of the same issuer that looks alike, and the second keys (invoice number, issue date) it has."""

    number: str
    second_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parent:
    """A certificate that a document refers to, or that its record hangs on, as far as it was found.

    Args:
        number: as the document has it; empty where only the record tells of the parent.
        record: None means looked for, not found.
        usage: use of the record's root; None when it was not looked at.
        member: its issuer, whose keys are judged; None when that was not looked at.
        tag: number tag, 32 bytes; None when it is not known here.
    """

    issuer: str
    number: str
    record: RecordState | None
    usage: Usage | None = None
    member: MemberState | None = None
    tag: bytes | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one question is judged by.

    Args:
        chain_id, registry: our chain, and our registry for this kind of document (20 bytes).
        observed_at: when the facts were gathered.
        chain: the block at which the node answered; None when it did not.
        cache: how far the journal had been read that ``member``, ``record`` and ``parents`` are folded from; None when
            nothing was ever read.
        member: the issuer; None when the journal has no such member.
        record: the record under ``tag`` where the tag is known, else the one with the document's id.
        slot: what the node has under the record's tag; None when it was not asked.
        tag: tag of the number that is asked about, by the issuer's tag key; None when that key is not known here.
        key_owners: all members that registered the document's key.
        candidates: look-alikes of a number that was not found.
        parents: what was found of the certificates that the document refers to.
        second_keys: invoice numbers and issue date of the certificate, where this gateway holds them.
        recent: the cache is no older than the operator allows, so it answers in place of the chain.
        root: the record that its use lies with: of a certified true copy the original, else itself; None when it was not
            looked at, which is the record itself unless that is a copy.
        usage: use of the root; None when it was not looked at.
        economies: economy of each customs member, ISO 3166-1 alpha-2, by its code.
        types: of an AEO entry, by name; None when they were not looked at.
        agreements: all agreements on mutual recognition; None when they were not looked at.
        original: the document that the record was anchored for, where another one is presented and this gateway holds it.
        partner: who is to recognise an AEO; None when the journal has no such member, or none is asked about.
    """

    chain_id: int
    registry: bytes
    observed_at: datetime
    chain: Sight | None
    cache: Sight | None
    member: MemberState | None = None
    record: RecordState | None = None
    slot: RecordSlot | None = None
    tag: bytes | None = None
    key_owners: frozenset[str] = frozenset()
    candidates: tuple[Candidate, ...] = ()
    parents: tuple[Parent, ...] = ()
    second_keys: frozenset[str] | None = None
    recent: bool = False
    root: RecordState | None = None
    usage: Usage | None = None
    economies: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, TypeState] | None = None
    agreements: Agreements | None = None
    original: Opened | None = None
    partner: MemberState | None = None

    @property
    def seen(self) -> Sight | None:
        """Return the place that the answer holds for, or None when nothing is known of the chain."""
        return self.chain or self.cache

    @property
    def source(self) -> Source | None:
        """Return where that place was seen."""
        if self.chain is not None:
            return Source.CHAIN
        if self.cache is None:
            return None
        return Source.RECENT if self.recent else Source.CACHE

    @property
    def age(self) -> timedelta | None:
        """Return how long before ``observed_at`` that place was, never negative; None when there is none."""
        return None if self.seen is None else max(self.observed_at - self.seen.block_time, timedelta())

    @property
    def slot_agrees(self) -> bool:
        """Return whether node and journal tell the same of the record, its absence included."""
        slot, record = self.slot, self.record
        if slot is None or slot.status == 0:
            return record is None
        return record is not None and (
            slot.commitment == record.document_id[:COMMITMENT_BYTES]
            and slot.anchored_at == record.anchored_at
            and slot.status == record.status
            and slot.document_type == record.document_type
            and slot.use_policy == record.use_policy
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks: about a number, a sealed document, or either together with a declaration.

    Args:
        as_of: the moment to judge, aware; its own offset decides which day it is.
        trace_id: whatever the caller wants to find the answer by.
        kind: kind of document, 1 origin, 2 licence, 3 AEO.
        issuer, number: as typed; None when only a document was given. Of an AEO entry, the trader's code.
        second_key: an invoice number or issue date that the asker read on the paper.
        unreadable: why a given file is not a sealed document; ``document`` is None then.
        economy: of the customs that asks, ISO 3166-1 alpha-2; None when the asker is not customs.
        office: code of the customs office where it is to be used; None leaves it to the declaration.
        commitment: what stands for the declaration on the ledger, 32 bytes; None when it has no number or is not ours.
        partner: member whose recognition of an AEO is asked about.
        aeo_type: type of authorisation that is asked about, such as AEOS; None asks about all of them.
    """

    as_of: datetime
    trace_id: str = ""
    kind: int = 1
    issuer: str | None = None
    number: str | None = None
    second_key: str | None = None
    document: Opened | None = None
    declaration: Declaration | None = None
    unreadable: str = ""
    economy: str | None = None
    office: str | None = None
    commitment: bytes | None = None
    partner: str | None = None
    aeo_type: str | None = None
