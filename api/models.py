"""Models: the bodies that are taken, checked with these, and the answers that are given, described by these.

Answers are not run through these models on their way out: a look-up must stay cheap. A test compares the two
instead.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Taken(BaseModel):
    """What a caller sends: no member that is not known, no type but the one that is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, frozen=True)


class Given(BaseModel):
    """What a caller is told."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


IssuerCode = Annotated[str, Field(min_length=1, max_length=32, description="Member code, such as `VN-VCCI`.")]
Number = Annotated[str, Field(min_length=1, max_length=200, description="Certificate number as printed.")]
Moment = Annotated[
    str, Field(max_length=40, description="ISO 8601 with offset.", json_schema_extra={"format": "date-time"})
]
Digest = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
Kind = Annotated[str, Field(pattern="^(origin|licence|aeo)$", description="Kind of record.")]
ReasonCode = Annotated[str, Field(pattern="^R[0-9]{2}$", description="Reason code, such as `R24`.")]
AeoType = Annotated[
    str, Field(min_length=1, max_length=8, description="Type of authorisation, such as `AEOS`.")
]
Office = Annotated[str, Field(min_length=1, max_length=17, description="Code of the customs office.")]

# --- taken --------------------------------------------------------------------------------------------------


class DocumentsBody(Taken):
    """Several certificates; a single certificate, or a bare array of them, is taken as well."""

    documents: list[dict[str, Any]]


class VerifyBody(Taken):
    """A question: a sealed document, or issuer and number; with either, a declaration."""

    document: str | None = Field(None, description="The sealed document as it was handed out.")
    declaration: dict[str, Any] | None = Field(None, description="The import declaration.")
    issuer: IssuerCode | None = None
    number: Number | None = None
    second_key: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Invoice number or issue date as printed."
    )
    as_of: Moment | None = Field(None, description="The moment to judge; now when absent.")
    kind: Kind | None = Field(
        None, description="Kind of record; the document's own, or `origin` without one, when absent."
    )
    partner: IssuerCode | None = Field(
        None, description="Who should recognise the AEO; this gateway's member when absent."
    )
    type: AeoType | None = None
    office: Office | None = None


class StatusBody(Taken):
    """A change of a record's status by the body that issued it."""

    issuer: IssuerCode
    number: Number
    action: Annotated[str, Field(pattern="^(suspend|reinstate|revoke|cancel)$")]
    reason: ReasonCode
    effective_from: Moment | None = Field(None, description="Since when; now when absent.")
    kind: Kind = "origin"


class ReplacementBody(Taken):
    """A new certificate in the place of an earlier one of the same body, in one step."""

    number: Number
    reason: ReasonCode
    document: dict[str, Any] = Field(description="The new certificate.")


class ConfirmationBody(Taken):
    """Records that their issuing body stands by although their key was compromised: `numbers`, or all of `key`."""

    numbers: Annotated[list[Number], Field(min_length=1)] | None = None
    key: Digest | None = Field(None, description="Thumbprint of the key that was reported.")
    kind: Kind = "origin"


# --- given --------------------------------------------------------------------------------------------------


class ProblemItem(Given):
    """One finding: the place, the value found, what was expected."""

    path: str
    value: str
    expectation: str
    severity: Annotated[str, Field(pattern="^(error|warning)$")]
    code: str


class ProblemReport(Given):
    """An error (RFC 9457); `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace: str
    problems: list[ProblemItem] | None = None
    refusal: str | None = Field(None, description="The contract's error, when its rules forbid the act.")
    reason: str | None = Field(
        None, description="Reason code of the refusal, such as `R12`, where it has one."
    )
    arguments: dict[str, Any] | None = None


class IssueItem(Given):
    """What became of one certificate."""

    source: str
    number: str
    outcome: Annotated[str, Field(pattern="^(anchored|already_anchored|refused|pending)$")]
    document_id: Digest | None
    journal_index: int | None
    anchored_at: Moment | None
    reason: str
    problems: list[ProblemItem]
    refusal: str | None = Field(description="The contract's error, where it was the chain that refused it.")


class IssueAnswer(Given):
    """One result per certificate, in the order in which they were sent."""

    results: list[IssueItem]


class DocumentAnswer(Given):
    """A sealed document that this gateway issued."""

    document_id: Digest
    issuer: str
    number: str
    state: str
    journal_index: int | None
    sealed: str
    reason: str


class ValidationItem(Given):
    """What is wrong with one certificate; valid when nothing is worse than a warning."""

    source: str
    valid: bool
    problems: list[ProblemItem]


class ValidationAnswer(Given):
    """One entry per certificate, in the order in which they were sent."""

    results: list[ValidationItem]


class ReceiptAnswer(Given):
    """What the chain says of an act."""

    act: str
    transaction: Digest
    block_number: int
    journal_index: int | None
    time: Moment
    details: dict[str, Any]


class ReceiptsAnswer(Given):
    """What the chain says of an act that may take several transactions, in their order."""

    receipts: list[ReceiptAnswer]


class LineItem(Given):
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


class HistoryAnswer(Given):
    """Everything that was ever said about one record, re-read from the chain."""

    issuer: str
    number: str
    tag: Digest
    found: bool
    block_number: int
    journal_size: int
    lines: list[LineItem]


class JournalAnswer(Given):
    """A page of the journal; `next` is where the following page starts, null at the end."""

    first: int
    lines: list[LineItem]
    next: int | None


class HeadAnswerBody(Given):
    """The journal's head as the chain answers it."""

    size: int
    root: Digest
    block_number: int
    block_time: Moment
    cached_size: int


class SchemasAnswer(Given):
    """The published JSON Schemas by name."""

    schemas: list[str]


class HealthAnswer(Given):
    """Whether the process runs (`/healthz`) or can answer truthfully (`/readyz`)."""

    ready: bool
    parts: dict[str, str] | None = None


class FindingItem(Given):
    """One thing that was found; `code` is stable, `item` the sequence of the item it is about."""

    code: str
    name: str
    message: str
    item: int | None
    next: str


class CheckItem(Given):
    """One check."""

    check: Annotated[str, Field(pattern="^(INTEGRITY|ISSUER|STATUS|USAGE|DATA|LINEAGE|RECOGNITION)$")]
    outcome: Annotated[str, Field(pattern="^(PASS|WARN|FAIL|NOT_CHECKED|UNAVAILABLE)$")]
    findings: list[FindingItem]


VerdictWord = Annotated[str, Field(pattern="^(ACCEPT|ACCEPT_WITH_REMARKS|REFER|REJECT|CANNOT_VERIFY_NOW)$")]


class ItemVerdictItem(Given):
    """The verdict on one item."""

    sequence: int
    verdict: VerdictWord
    findings: list[FindingItem]


class BlockItem(Given):
    """The block that a verdict rests on, and how old it was when it was looked at."""

    number: int | None
    time: Moment | None
    age_seconds: int | None
    source: str


class VerdictAnswer(Given):
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
