"""Models of use: what customs says of a record's use, what is left of it, and what fell after it was relied on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.models import (
    Digest,
    Given,
    IssuerCode,
    Kind,
    Moment,
    Number,
    Office,
    ReasonCode,
    ReceiptAnswer,
    Taken,
)

Quantity = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        description="Decimal as text, at most six digits after the point.",
        json_schema_extra={"pattern": r"^[+-]?[0-9]{1,16}(\.[0-9]{1,6})?$"},
    ),
]
Unit = Annotated[
    str,
    Field(
        min_length=1,
        max_length=8,
        description="UN/ECE Recommendation 20 code such as `TNE`, or ISO 4217 for a value.",
    ),
]
# Of AEO entries it is told by the use case where they are relied on.
UsedKind = Annotated[
    str,
    Field(
        pattern="^(origin|licence|aeo)$",
        description="Kind of record; an AEO entry is relied on instead: `POST /v1/aeo/reliances`.",
        json_schema_extra={"pattern": "^(origin|licence)$"},
    ),
]
DeclarationNumber = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The declaration's number; it never leaves this gateway.",
    ),
]
UseIdText = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
_MOST_ITEMS, _MOST_LINES = 65_535, 255

# --- taken --------------------------------------------------------------------------------------------------


class UseBody(Taken):
    """A use of a record for a declaration: held, written off, or entered late with the time when it happened."""

    action: Annotated[str, Field(pattern="^(reserve|consume|enter)$")]
    kind: UsedKind = "origin"
    issuer: IssuerCode
    number: Number
    office: Office
    declaration: DeclarationNumber
    item: Annotated[int, Field(ge=0, le=_MOST_ITEMS)] = Field(
        0, description="The declaration's item; 0 for all of it."
    )
    line: Annotated[int, Field(ge=0, le=_MOST_LINES)] = Field(
        0, description="The record's line, from 1; 0 where it has one or none."
    )
    quantity: Quantity | None = None
    unit: Unit | None = None
    happened_at: Moment | None = Field(None, description="With `enter` only: when it really happened.")


class UseChangeBody(Taken):
    """What becomes of a use that this gateway wrote."""

    action: Annotated[str, Field(pattern="^(consume|release|correct)$")]
    quantity: Quantity | None = Field(
        None,
        description="What was really taken, all that was reserved when absent; with `correct` the change, such as `-2.5`.",
    )
    unit: Unit | None = None
    reason: ReasonCode | None = None
    correction: Annotated[int, Field(ge=1, le=255)] | None = Field(
        None, description="Its number among this use's corrections; the next one when absent."
    )


class BalanceBody(Taken):
    """A record of this gateway's member whose balance is opened from the document that it keeps."""

    issuer: IssuerCode
    number: Number


class ActualQuantity(Taken):
    """What really leaves."""

    quantity: Quantity
    unit: Unit


class EndorsementBody(Taken):
    """What really leaves under an export permit, line by line."""

    issuer: IssuerCode
    number: Number
    office: Office
    actual: Annotated[list[ActualQuantity], Field(min_length=1, max_length=255)]


# --- given --------------------------------------------------------------------------------------------------


class UseReport(Given):
    """A use as it stands; `receipt` is null when the act had been done before."""

    use_id: UseIdText
    state: Annotated[str, Field(pattern="^(reserved|consumed|released)$")]
    kind: Kind
    issuer: str
    number: str
    office: str
    declaration: str
    item: int
    line: int
    unit: str | None
    reserved: str | None
    consumed: str | None
    free: str | None = Field(description="What is left on the line without tolerance; null without lines.")
    conflict: bool = Field(description="The late entry broke a limit.")
    receipt: ReceiptAnswer | None


class LineReport(Given):
    """One line's balance; `granted` is the part of `consumed` that records built on this one have."""

    line: int
    unit: str
    authorised: str
    reserved: str
    consumed: str
    granted: str
    free: str
    overdrawn: bool


class UseLineReport(Given):
    """A use as the consortium sees it; `declaration` only where this gateway wrote it."""

    customs: str
    office: str
    state: str
    item: int
    line: int
    unit: str | None
    reserved: str | None
    consumed: str | None
    since: Moment
    happened_at: Moment | None
    conflict: bool
    use_id: str
    declaration: str | None


class BalanceReport(Given):
    """What is left of a record, as read from the chain."""

    kind: Kind
    issuer: str
    number: str
    status: str
    policy: Annotated[str, Field(description="`none`, `single`, `up to n` or `quantity`.")]
    limit: int | None = Field(description="Declarations allowed; null for any number.")
    declarations: dict[str, int] = Field(
        description="How many count, by economy; `*` for all together when the record has terms."
    )
    tolerance: int = Field(description="Per cent.")
    tolerance_on_remaining: bool
    economies: list[str] = Field(description="Who may draw; empty means everybody.")
    offices: list[str] = Field(description="Where; empty means everywhere.")
    endorsed: bool
    overdrawn: bool
    lines: list[LineReport]
    uses: list[UseLineReport]
    block_number: int
    journal_size: int


class ReservationReport(Given):
    """What an office of this gateway's member holds; `number` and `declaration` only where this gateway wrote it."""

    use_id: UseIdText
    kind: Kind
    issuer: str
    number: str | None
    tag: Digest
    office: str
    declaration: str | None
    item: int
    line: int
    unit: str | None
    reserved: str | None
    since: Moment
    journal_index: int


class ReservationsAnswer(Given):
    """The oldest open reservations; none is ever freed by itself."""

    count: int = Field(description="How many there are in all.")
    reservations: list[ReservationReport]
    journal_size: int = Field(
        description="Up to how many entries the journal was read; it grows while the chain answers."
    )
    next: int | None = Field(description="What `first` is for the following ones; null after the last.")


class AlertReport(Given):
    """Something that fell after this gateway's member had relied on it: an office, or its own certificate that builds on it."""

    alert_id: str
    cause: str
    journal_index: int
    code: str
    message: str
    what_next: str
    kind: Kind
    issuer: str
    number: str | None
    tag: Digest
    effective_from: Moment
    recorded_at: Moment
    use_id: UseIdText | None = Field(description="Null for a reliance on an AEO and for an own certificate.")
    office: str | None = Field(description="Null for an own certificate.")
    used_at: Moment = Field(
        description="Of a reliance: when the declaration was accepted; of an own certificate: when it was anchored."
    )
    state: str = Field(
        description="`reserved` or `consumed`; of a reliance `relied on`; of an own certificate `issued`."
    )
    declaration: str | None
    reliance_id: UseIdText | None = Field(description="Null but for a reliance.")


class AlertsAnswer(Given):
    """Alerts from journal index `first` on; ask again from `next` and none is missed."""

    first: int
    alerts: list[AlertReport]
    next: int
