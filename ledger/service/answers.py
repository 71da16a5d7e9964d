"""Answers: the values that the use cases take and give.

They are what the command and the API print. Times are aware UTC ``datetime``; digests, tags and transactions are
bytes here and lower-case hexadecimal with ``0x`` at the faces. Nothing here acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ledger.core.problems import Problem


class AskerRole(StrEnum):
    """What an asker may do, narrowest first; an administrator may do everything."""

    PUBLIC = "public"
    VERIFIER = "verifier"
    CUSTOMS = "customs"
    AUDITOR = "auditor"
    ISSUER = "issuer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and what for; the look-up log keeps both.

    Args:
        name: label of the API key, or ``command line``.
        purpose: free text of at most 200 characters, such as ``import clearance``.
    """

    name: str
    role: AskerRole
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """A question about a number, a sealed document, or a document together with a declaration.

    Args:
        document: the sealed document's bytes, or None to ask by ``issuer`` and ``number``.
        second_key: an invoice number or issue date (ISO 8601) that the asker read on the paper.
        as_of: the moment to judge; None means now.
        declaration: the import declaration's JSON bytes.
        kind: 1 origin, 2 licence, 3 AEO; then ``number`` is the AEO code. None is the document's own, or 1 without one.
        partner: member code of the administration that should recognise the AEO; None is this gateway's member.
        aeo_type: the type of authorisation that is relied on, such as ``AEOS``.
        office: code of the customs office where it is presented.
    """

    document: bytes | None = None
    issuer: str | None = None
    number: str | None = None
    second_key: str | None = None
    as_of: datetime | None = None
    declaration: bytes | None = None
    kind: int | None = None
    partner: str | None = None
    aeo_type: str | None = None
    office: str | None = None


class IssueOutcome(StrEnum):
    """What became of one certificate."""

    ANCHORED = "anchored"
    ALREADY_ANCHORED = "already_anchored"
    REFUSED = "refused"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class IssueResult:
    """Result of one input document.

    Args:
        source: where it came from, such as ``batch.jsonl:17``.
        document_id: 32 bytes, None when it was refused before sealing.
        journal_index: index of its entry, None while it is not anchored.
        reason: why it was refused or is pending, in one sentence; empty otherwise.
        problems: everything validation found, warnings included.
        refusal: the contract's error, such as ``ConsortiumRoleMissing``, where it was the chain that refused it.
    """

    source: str
    number: str
    outcome: IssueOutcome
    document_id: bytes | None = None
    journal_index: int | None = None
    anchored_at: datetime | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A sealed document that this gateway keeps because it issued it."""

    document_id: bytes
    issuer: str
    number: str
    state: IssueOutcome
    journal_index: int | None
    sealed: bytes
    reason: str = ""


class StatusAction(StrEnum):
    """The acts on a record's status; ``cancel`` is a withdrawal before use at the applicant's request."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class ActReceipt:
    """What the chain says of an act that was carried out (or, ``unchanged``, had been before)."""

    act: str
    transaction: bytes
    block_number: int
    journal_index: int | None
    time: datetime
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One journal entry as a person reads it: when, who, what; ``details`` are the entry's own members."""

    index: int
    time: datetime
    block_number: int
    act: str
    member: str
    operator: bytes
    contract: bytes
    details: Mapping[str, object]
    leaf: bytes


@dataclass(frozen=True, slots=True)
class History:
    """The entries about one record, re-read from the chain, oldest first; empty when there is no record."""

    issuer: str
    number: str
    tag: bytes
    lines: tuple[HistoryLine, ...]
    block_number: int
    journal_size: int


@dataclass(frozen=True, slots=True)
class HeadAnswer:
    """The journal's head as the chain answers it, and how far the cache has read."""

    size: int
    root: bytes
    block_number: int
    block_time: datetime
    cached_size: int


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What ``rebuild`` found: equal means the cache was byte for byte what the chain says."""

    entries: int
    root: bytes
    equal: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Readiness, part by part; ``ready`` only when everything needed to answer truthfully is there."""

    ready: bool
    parts: Mapping[str, str]
