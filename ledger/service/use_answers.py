"""Use answers: what customs writes about a record's use, and what it is told; the values of the use cases.

Quantities are decimals as text with their unit (UN/ECE Recommendation 20, or ISO 4217 for a balance of value). Times are
aware UTC ``datetime``. Nothing here acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.service.answers import ActReceipt


class UseAction(StrEnum):
    """What customs can write; ``ENTER`` is a use of an earlier time, when the chain could not be reached."""

    RESERVE = "reserve"
    CONSUME = "consume"
    RELEASE = "release"
    CORRECT = "correct"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class UseRequest:
    """One act on the use of one record.

    Args:
        kind: 1 origin, 2 licence. AEO entries are relied on: ``aeo_answers.RelianceRequest``.
        office: code of the customs office, 1 to 17 characters.
        declaration: the declaration's number as lodged; only a keyed commitment leaves this gateway.
        item: the declaration's item, 0 for all of it.
        line: the record's line, from 1; 0 for a record without lines.
        quantity: with ``unit``; None for a record without lines. For ``CORRECT`` signed: ``-2.5``; None takes the
            use of a record without lines back.
        reason: number of the reason code, for ``CORRECT``.
        correction: its number among this use's corrections; None is the next one.
        happened_at: for ``ENTER``.
    """

    action: UseAction
    issuer: str
    number: str
    office: str
    declaration: str
    kind: int = 1
    item: int = 0
    line: int = 0
    quantity: str | None = None
    unit: str | None = None
    reason: int = 0
    correction: int | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UseAnswer:
    """A use as it stands after an act.

    Args:
        use_id: 32 hexadecimal digits, for ``PATCH /v1/uses/{id}``.
        state: ``reserved``, ``consumed`` or ``released``.
        conflict: the late entry broke a limit.
        free: what is left on the line without tolerance; None without lines.
        receipt: of this act; None when it had been done before.
    """

    use_id: str
    state: str
    kind: int
    issuer: str
    number: str
    office: str
    declaration: str
    item: int
    line: int
    unit: str | None
    reserved: str | None
    consumed: str | None
    free: str | None
    conflict: bool
    receipt: ActReceipt | None


@dataclass(frozen=True, slots=True)
class LineBalance:
    """One line: decimals in ``unit``; ``granted`` is the part of ``consumed`` that children have."""

    line: int
    unit: str
    authorised: str
    reserved: str
    consumed: str
    granted: str
    free: str
    overdrawn: bool


@dataclass(frozen=True, slots=True)
class UseLine:
    """A use as anybody in the consortium sees it; ``declaration`` only where this gateway wrote it."""

    customs: str
    office: str
    state: str
    item: int
    line: int
    unit: str | None
    reserved: str | None
    consumed: str | None
    since: datetime
    happened_at: datetime | None
    conflict: bool
    use_id: str
    declaration: str | None


@dataclass(frozen=True, slots=True)
class BalanceAnswer:
    """What is left of a record, as read from the chain.

    Args:
        policy: ``none``, ``single``, ``up to n`` or ``quantity``. limit: declarations allowed, None for any number.
        declarations: how many count, by economy (one entry ``*`` when the record has terms).
        economies, offices: who may draw and where; empty means everybody, everywhere.
        overdrawn: more was taken from a line than its tolerance allows, or more declarations used it than may.
    """

    kind: int
    issuer: str
    number: str
    status: str
    policy: str
    limit: int | None
    declarations: dict[str, int]
    tolerance: int
    tolerance_on_remaining: bool
    economies: tuple[str, ...]
    offices: tuple[str, ...]
    endorsed: bool
    overdrawn: bool
    lines: tuple[LineBalance, ...]
    uses: tuple[UseLine, ...]
    block_number: int
    journal_size: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """What an office of this gateway's member holds for a declaration, neither consumed nor released yet.

    Args:
        use_id: as ``UseAnswer``. number, declaration: where this gateway wrote the use. tag: number tag, 32 bytes.
        unit, reserved: None for a record without lines. since: when it was reserved, by entry ``journal_index``.
    """

    use_id: str
    kind: int
    issuer: str
    number: str | None
    tag: bytes
    office: str
    declaration: str | None
    item: int
    line: int
    unit: str | None
    reserved: str | None
    since: datetime
    journal_index: int


@dataclass(frozen=True, slots=True)
class Reservations:
    """Open reservations, oldest first; ``count`` is how many there are in all, as of the first ``journal_size`` entries.

    ``next`` is the entry from which to ask for the following ones, None after the last.
    """

    count: int
    reservations: tuple[Reservation, ...]
    journal_size: int
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that fell after this gateway's member had relied on it: an office, or its own certificate that builds on it.

    Args:
        alert_id: stable: index of the journal entry that tells it, and of the use.
        cause: name of the causing entry, such as ``StatusChanged``; journal_index: its place.
        code, message: reason code and sentence for the officer. what_next: what to do.
        effective_from: when it took effect. recorded_at: when the ledger learned of it.
        use_id: of the use that relied on it; None for a reliance on an AEO, which has a ``reliance_id``, and for a
            certificate of one's own, which has neither.
        number: where this gateway wrote the use or sealed the certificate; of a reliance the AEO code as declared.
        office: None for a certificate of one's own.
        used_at: of a reliance, when the declaration was accepted, state ``relied on``; of a certificate, when it was anchored,
            state ``issued``.
        declaration: the declaration's number where this gateway wrote the use.
    """

    alert_id: str
    cause: str
    journal_index: int
    code: str
    message: str
    what_next: str
    kind: int
    issuer: str
    number: str | None
    tag: bytes
    effective_from: datetime
    recorded_at: datetime
    use_id: str | None
    office: str | None
    used_at: datetime
    state: str
    declaration: str | None
    reliance_id: str | None = None
