"""Uses in memory that keep the promises of ``Ledger``: one line of 100 t per licence, one use per certificate.

``FaceUses`` books as the contracts do where the faces can tell; terms, copies and children are tested elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from ledger.core.problems import Problem
from ledger.errors import Refused, Rejected
from ledger.service.answers import ActReceipt
from ledger.service.use_answers import (
    Alert,
    BalanceAnswer,
    LineBalance,
    Reservation,
    Reservations,
    UseAction,
    UseAnswer,
    UseLine,
    UseRequest,
)

AUTHORISED = Decimal(100)
UNIT = "TNE"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
_Key = tuple[int, str, str]


@dataclass
class Booked:
    """One use: what is held and what was written off."""

    request: UseRequest
    state: str
    reserved: Decimal = Decimal(0)
    consumed: Decimal = Decimal(0)
    conflict: bool = False
    corrections: int = 0


@dataclass
class FaceUses:
    """``receipt`` makes the receipt of an act on a number; ``alerts`` are handed out as they are."""

    receipt: Callable[[str, str], ActReceipt]
    alerts: list[Alert] = field(default_factory=list)
    requests: list[UseRequest] = field(default_factory=list)
    _booked: dict[str, Booked] = field(default_factory=dict)
    _opened: set[_Key] = field(default_factory=set)
    _endorsed: set[_Key] = field(default_factory=set)

    def use(self, request: UseRequest) -> UseAnswer:
        self.requests.append(request)
        if request.issuer != "VN-VCCI":
            problem = Problem(
                "issuer", request.issuer[:40], "a member of the consortium", code="ISSUER_UNKNOWN"
            )
            raise Rejected([problem])
        use_id = _use_id(request)
        booked = self._booked.get(use_id)
        match request.action:
            case UseAction.RESERVE | UseAction.CONSUME | UseAction.ENTER:
                return self._take(use_id, booked, request)
            case UseAction.RELEASE | UseAction.CORRECT if booked is None:
                raise Refused("UseUnknown", "there is no such use")
        assert booked is not None
        if request.action is UseAction.RELEASE:
            if booked.state == "consumed":
                raise Refused("UseDiffers", "R11: it was consumed already", {"state": 2})
            booked.state, booked.reserved = "released", Decimal(0)
        else:
            self._correct(booked, request)
        return self._answer(use_id, booked, request.action.value)

    def by_id(self, use_id: str, request: UseAction, **changes: object) -> UseAnswer:
        if use_id not in self._booked:
            raise Rejected([Problem("id", use_id, "a use that this gateway wrote", code="USE_UNKNOWN")])
        booked = self._booked[use_id]
        before = booked.request
        changes["unit"] = changes["unit"] or before.unit
        if request is UseAction.CONSUME and changes["quantity"] is None and booked.reserved:
            changes["quantity"] = str(booked.reserved)
        return self.use(replace(before, action=request, **changes))  # type: ignore[arg-type]

    def _take(self, use_id: str, booked: Booked | None, request: UseRequest) -> UseAnswer:
        quantity = self._quantity(request)
        late = request.action is UseAction.ENTER
        key = (request.kind, request.issuer, request.number)
        own = Decimal(0) if booked is None else booked.reserved
        free = AUTHORISED - self._taken(key) + own
        broken = self._broken(key, request, quantity, free, use_id)
        if broken is not None and not late:
            raise broken
        state = "reserved" if request.action is UseAction.RESERVE else "consumed"
        if booked is None:
            booked = self._booked[use_id] = Booked(request, state)
        booked.state, booked.conflict = state, broken is not None
        booked.reserved = quantity if state == "reserved" else Decimal(0)
        booked.consumed = quantity if state == "consumed" else Decimal(0)
        return self._answer(use_id, booked, request.action.value)

    def _broken(
        self, key: _Key, request: UseRequest, quantity: Decimal, free: Decimal, use_id: str
    ) -> Refused | None:
        if request.office == "CLOSED":
            return Refused(
                "UseOfficeNotAllowed", "R13: it may not be used at office CLOSED", {"office": "CLOSED"}
            )
        others = any(one != use_id and it.state != "released" for one, it in self._of(key).items())
        if not self._has_lines(key) and key[0] == 1 and others:
            return Refused("UseLimitReached", "R11: it has been used already", {"limit": 1})
        if self._has_lines(key) and quantity > free:
            message = f"R12: Requested {quantity} t, free {free} t"
            return Refused("UseBalanceExceeded", message, {"asked": str(quantity), "free": str(free)})
        return None

    def _quantity(self, request: UseRequest) -> Decimal:
        if not self._has_lines((request.kind, request.issuer, request.number)):
            if request.line or request.quantity is not None:
                problem = Problem(
                    "line", str(request.line), "no line: the record has none", code="LINE_UNKNOWN"
                )
                raise Rejected([problem])
            return Decimal(0)
        problems = []
        if request.line not in (0, 1):
            problems.append(Problem("line", str(request.line), "1", code="LINE_UNKNOWN"))
        if request.unit != UNIT:
            problems.append(Problem("unit", str(request.unit)[:20], UNIT, code="UNIT_MISMATCH"))
        quantity = _decimal(request.quantity)
        if quantity is None or quantity <= 0:
            problems.append(
                Problem("quantity", str(request.quantity)[:40], "a decimal above 0", code="QUANTITY_INVALID")
            )
        if problems or quantity is None:
            raise Rejected(problems)
        return quantity

    def _correct(self, booked: Booked, request: UseRequest) -> None:
        change = -booked.consumed if request.quantity is None else _decimal(request.quantity)
        if change is None:
            raise Rejected([Problem("quantity", "", "a signed decimal", code="QUANTITY_INVALID")])
        expected = booked.corrections + 1
        if booked.state != "consumed" or booked.consumed + change < 0:
            raise Refused("UseCorrectionInvalid", "less than nothing would be left", {"expected": expected})
        if request.correction not in (None, expected):
            raise Refused(
                "UseCorrectionInvalid", f"the next correction is number {expected}", {"expected": expected}
            )
        booked.consumed += change
        booked.corrections = expected
        booked.state = "consumed" if booked.consumed else "released"

    def open_balance(self, issuer: str, number: str) -> ActReceipt:
        self._opened.add((1, issuer, number))
        return self.receipt("open-balance", number)

    def endorse(self, issuer: str, number: str, actual: list[tuple[str, str]]) -> ActReceipt:
        if len(actual) != 1:
            raise Refused("LicenceEndorsementInvalid", "the permit has 1 line", {"count": 1})
        if _decimal(actual[0][0]) is None:
            raise Rejected([Problem("actual[0].quantity", "", "a decimal", code="QUANTITY_INVALID")])
        self._endorsed.add((2, issuer, number))
        return self.receipt("endorse", number)

    def balance(self, kind: int, issuer: str, number: str) -> BalanceAnswer:
        key = (kind, issuer, number)
        lines = (self._line(key),) if self._has_lines(key) else ()
        uses = tuple(
            UseLine(
                "CN-GACC", it.request.office, it.state, it.request.item, it.request.line,
                it.request.unit, str(it.reserved), str(it.consumed), NOW, it.request.happened_at,
                it.conflict, use_id, it.request.declaration,
            )
            for use_id, it in self._of(key).items()
        )  # fmt: skip
        return BalanceAnswer(
            kind, issuer, number, "valid", "quantity" if lines else "single", None if lines else 1,
            {"*" if lines else "CN": len(uses)}, 0, False, ("CN",), (), key in self._endorsed,
            any(one.overdrawn for one in lines), lines, uses, 7, 8,
        )  # fmt: skip

    def reservations(self, before: datetime | None, limit: int, first: int) -> Reservations:
        found = [
            Reservation(
                use_id, it.request.kind, it.request.issuer, it.request.number, bytes(32), it.request.office,
                it.request.declaration, it.request.item, it.request.line, it.request.unit,
                str(it.reserved) if it.request.unit else None, NOW, place,
            )
            for place, (use_id, it) in enumerate(self._booked.items())
            if it.state == "reserved" and (before is None or before > NOW)
        ]  # fmt: skip
        page = [one for one in found if one.journal_index >= first]
        following = page[limit].journal_index if len(page) > limit else None
        return Reservations(len(found), tuple(page[:limit]), 8, following)

    def _line(self, key: _Key) -> LineBalance:
        reserved = sum((it.reserved for it in self._of(key).values()), Decimal(0))
        consumed = sum((it.consumed for it in self._of(key).values()), Decimal(0))
        free = max(Decimal(0), AUTHORISED - reserved - consumed)
        return LineBalance(
            1, UNIT, str(AUTHORISED), str(reserved), str(consumed), "0", str(free),
            reserved + consumed > AUTHORISED,
        )  # fmt: skip

    def _answer(self, use_id: str, booked: Booked, act: str) -> UseAnswer:
        asked = booked.request
        key = (asked.kind, asked.issuer, asked.number)
        lines = self._has_lines(key)
        return UseAnswer(
            use_id, booked.state, asked.kind, asked.issuer, asked.number, asked.office,
            asked.declaration, asked.item, int(lines), UNIT if lines else None,
            str(booked.reserved) if lines else None, str(booked.consumed) if lines else None,
            self._line(key).free if lines else None, booked.conflict, self.receipt(act, asked.number),
        )  # fmt: skip

    def _has_lines(self, key: _Key) -> bool:
        return key[0] == 2 or key in self._opened

    def _taken(self, key: _Key) -> Decimal:
        return sum((it.reserved + it.consumed for it in self._of(key).values()), Decimal(0))

    def _of(self, key: _Key) -> dict[str, Booked]:
        return {
            use_id: it
            for use_id, it in self._booked.items()
            if (it.request.kind, it.request.issuer, it.request.number) == key
        }


def _use_id(request: UseRequest) -> str:
    parts = (request.kind, request.issuer, request.number, request.office, request.declaration, request.item)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _decimal(text: str | None) -> Decimal | None:
    try:
        found = Decimal(text or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**15 else None
