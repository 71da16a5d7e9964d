"""Models: the bodies that are taken, checked with these, and the answers that are given, described by these.

Answers are not run through these models on their way out: a look-up must stay cheap. A test compares the two
instead.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


IssuerCode = Annotated[str, Field(min_length=1, max_length=32, description="Member code, such as `VN-VCCI`.")]
Number = Annotated[str, Field(min_length=1, max_length=200, description="Certificate number as printed.")]
Moment = Annotated[
    str, Field(max_length=40, description="ISO 8601 with offset.", json_schema_extra={"format": "date-time"})
]
Digest = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]

# --- taken --------------------------------------------------------------------------------------------------


class DocumentsBody(_Body):
    """Several certificates; a single certificate, or a bare array of them, is taken as well."""

    documents: list[dict[str, Any]]


class VerifyBody(_Body):
    """A question: a sealed document, or issuer and number; with either, a declaration."""

    document: str | None = Field(None, description="The sealed document as it was handed out.")
    declaration: dict[str, Any] | None = Field(None, description="The import declaration.")
    issuer: IssuerCode | None = None
    number: Number | None = None
    second_key: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Invoice number or issue date as printed."
    )
    as_of: Moment | None = Field(None, description="The moment to judge; now when absent.")


class StatusBody(_Body):
    """A change of a record's status by the body that issued it."""

    issuer: IssuerCode
    number: Number
    action: Annotated[str, Field(pattern="^(suspend|reinstate|revoke|cancel)$")]
    reason: Annotated[str, Field(pattern="^R[0-9]{2}$", description="Reason code, such as `R24`.")]
    effective_from: Moment | None = Field(None, description="Since when; now when absent.")


# --- given --------------------------------------------------------------------------------------------------


class ProblemItem(_Answer):
    """One finding: the place, the value found, what was expected."""

    path: str
    value: str
    expectation: str
    severity: Annotated[str, Field(pattern="^(error|warning)$")]
    code: str


class ProblemReport(_Answer):
    """An error (RFC 9457); `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace: str
    problems: list[ProblemItem] | None = None
    refusal: str | None = Field(None, description="The contract's error, when its rules forbid the act.")
    arguments: dict[str, Any] | None = None


class IssueItem(_Answer):
    """What became of one certificate."""

    source: str
    number: str
    outcome: Annotated[str, Field(pattern="^(anchored|already_anchored|refused|pending)$")]
    document_id: Digest | None
    journal_index: int | None
    anchored_at: Moment | None
    reason: str
    problems: list[ProblemItem]


class IssueAnswer(_Answer):
    """One result per certificate, in the order in which they were sent."""

    results: list[IssueItem]


class DocumentAnswer(_Answer):
    """A sealed document that this gateway issued."""

    document_id: Digest
    issuer: str
    number: str
    state: str
    journal_index: int | None
    sealed: str
    reason: str


class ValidationItem(_Answer):
    """What is wrong with one certificate; valid when nothing is worse than a warning."""

    source: str
    valid: bool
    problems: list[ProblemItem]


class ValidationAnswer(_Answer):
    """One entry per certificate, in the order in which they were sent."""

    results: list[ValidationItem]


class ReceiptAnswer(_Answer):
    """What the chain says of an act."""

    act: str
    transaction: Digest
    block_number: int
    journal_index: int | None
    time: Moment
    details: dict[str, Any]


class LineItem(_Answer):
    """One journal entry."""

    index: int
    time: Moment
    block_number: int
    act: str
    member: str
    operator: str
    contract: str
    details: dict[str, Any]
    leaf: Digest


class HistoryAnswer(_Answer):
    """Everything that was ever said about one record, re-read from the chain."""

    issuer: str
    number: str
    tag: Digest
    found: bool
    block_number: int
    journal_size: int
    lines: list[LineItem]


class JournalAnswer(_Answer):
    """A page of the journal; `next` is where the following page starts, null at the end."""

    first: int
    lines: list[LineItem]
    next: int | None


class HeadAnswerBody(_Answer):
    """The journal's head as the chain answers it."""

    size: int
    root: Digest
    block_number: int
    block_time: Moment
    cached_size: int


class MembersAnswer(_Answer):
    """All members, as the journal tells it."""

    members: list[dict[str, Any]]


class SchemasAnswer(_Answer):
    """The published JSON Schemas by name."""

    schemas: list[str]


class HealthAnswer(_Answer):
    """Whether the process runs (`/healthz`) or can answer truthfully (`/readyz`)."""

    ready: bool
    parts: dict[str, str] | None = None


class FindingItem(_Answer):
    """One thing that was found; `code` is stable, `item` the sequence of the item it is about."""

    code: str
    name: str
    message: str
    item: int | None
    next: str


class CheckItem(_Answer):
    """One of the six checks."""

    check: Annotated[str, Field(pattern="^(INTEGRITY|ISSUER|STATUS|USAGE|DATA|LINEAGE)$")]
    outcome: Annotated[str, Field(pattern="^(PASS|WARN|FAIL|NOT_CHECKED|UNAVAILABLE)$")]
    findings: list[FindingItem]


VerdictWord = Annotated[str, Field(pattern="^(ACCEPT|ACCEPT_WITH_REMARKS|REFER|REJECT|CANNOT_VERIFY_NOW)$")]


class ItemVerdictItem(_Answer):
    """The verdict on one item."""

    sequence: int
    verdict: VerdictWord
    findings: list[FindingItem]


class BlockItem(_Answer):
    """The block that a verdict rests on, and how old it was when it was looked at."""

    number: int | None
    time: Moment | None
    age_seconds: int | None
    source: str


class VerdictAnswer(_Answer):
    """The answer to one question; it advises, the officer decides."""

    verdict: VerdictWord
    concerns: str
    trace_id: str
    as_of: Moment
    block: BlockItem
    checks: list[CheckItem]
    items: list[ItemVerdictItem]
    next: list[str]
    record: dict[str, Any] | None
