"""Quantities: is no more declared than an item certifies?

The one rule: exact, and within a dimension; only more than was certified is a finding. Several declared items that claim
one item are added up. Of a permit that was endorsed at export the endorsed quantity counts, of a licence its tolerance, and
the value where its balance is kept in value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any, Final, NamedTuple

from ledger.core.balances import UNIT_SCALE
from ledger.core.checks.case import LICENCE, Case
from ledger.core.checks.wording import amount_words
from ledger.core.documents.declaration import DeclarationItem
from ledger.core.documents.licence import BY_VALUE
from ledger.core.documents.terms import line_balance
from ledger.core.reasons import Reason
from ledger.core.verdict import Finding, Word

_COMPARE = "Compare the item with the document."
_DIGITS: Final = 60
_LONGEST: Final = 40
_VALUE: Final = "VALUE"


class _Amount(NamedTuple):
    """An amount of one kind (NET_MASS, VALUE, ...), in a unit."""

    kind: str
    amount: Decimal
    unit: str


def about_quantities(
    case: Case, declared: Iterable[DeclarationItem], item: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield what is wrong with the quantities of all declared items that claim one certified item together."""
    certified, endorsed = _certified(case, item)
    if not certified and case.question.kind == LICENCE:
        return
    totals: dict[tuple[str, str, str], Decimal] = {}
    word = "endorsed at export" if endorsed else "certified"
    for one in declared:
        limits = [(amount, _limit(case, amount, certified)) for amount in _declared(one)]
        quantities = [(amount, limit) for amount, limit in limits if amount.kind != _VALUE]
        if quantities and all(limit is None for _, limit in limits):
            units = ", ".join(amount.unit for amount, _ in quantities)
            message = f"Item {one.sequence}: {units} cannot be compared with the certified units."
            yield Finding.of(Reason.UNIT_MISMATCH, Word.REFER, message, item=one.sequence, next_step=_COMPARE)
        for amount, limit in limits:
            if limit is None:
                continue
            value = case.reference.units.convert(amount.amount, amount.unit, limit.unit)
            # Net and gross mass of the same goods may both be held against the one mass that is certified.
            place = (amount.kind, limit.kind, limit.unit)
            total = totals[place] = totals.get(place, Decimal(0)) + (
                amount.amount if value is None else value
            )
            if total > _allowed(case, limit.amount):
                told, whole = amount_words(total, limit.unit), amount_words(limit.amount, limit.unit)
                message = f"Item {one.sequence}: declared {told}, {word} {whole}."
                yield Finding.of(
                    Reason.QUANTITY_MISMATCH, Word.REFER, message, item=one.sequence, next_step=_COMPARE
                )


def _allowed(case: Case, amount: Decimal) -> Decimal:
    """Return what may be declared of ``amount``: under a licence with its tolerance."""
    tolerance = case.subject.get("tolerancePct") if case.question.kind == LICENCE else None
    if type(tolerance) is not int or not 0 <= tolerance <= 100:
        return amount
    with localcontext() as context:
        context.prec = _DIGITS
        return amount * (100 + tolerance) / 100


def _declared(item: DeclarationItem) -> Iterator[_Amount]:
    for quantity in item.quantities:
        yield _Amount(quantity.kind, Decimal(quantity.value), quantity.unit)
    if item.customs_value is not None:
        yield _Amount(_VALUE, Decimal(item.customs_value.amount), item.customs_value.currency)


def _limit(case: Case, amount: _Amount, certified: Sequence[_Amount]) -> _Amount | None:
    """Return the certified amount to compare with: of the same kind if there is one, else of its dimension."""
    units = case.reference.units
    fitting = [
        one
        for one in certified
        if (one.kind == _VALUE) == (amount.kind == _VALUE)
        and (one.unit == amount.unit or units.convert(Decimal(1), amount.unit, one.unit) is not None)
    ]
    return next((one for one in fitting if one.kind == amount.kind), fitting[0] if fitting else None)


def _certified(case: Case, item: Mapping[str, Any]) -> tuple[list[_Amount], bool]:
    """Return what an item certifies, and whether that is what was endorsed at export."""
    endorsed = _endorsed(case, item)
    if endorsed is not None:
        return [endorsed], True
    amounts = []
    quantities = item.get("quantities")
    for one in quantities if isinstance(quantities, list | tuple) else ():
        if isinstance(one, Mapping):
            amounts += _amount(case, str(one.get("kind")), one.get("value"), one.get("unit"))
    value = item.get("value")
    if case.question.kind == LICENCE and item.get("balanceKind") in BY_VALUE and isinstance(value, Mapping):
        amounts += _amount(case, _VALUE, value.get("amount"), value.get("currency"))
    return amounts, False


def _endorsed(case: Case, item: Mapping[str, Any]) -> _Amount | None:
    """Return what was endorsed at export of an item's line, or None where nothing was."""
    usage, items = case.facts.usage, case.subject.get("items")
    if usage is None or usage.endorsed_at is None or not isinstance(items, list | tuple):
        return None
    number = next((place for place, one in enumerate(items, start=1) if one is item), 0)
    line, balance = usage.lines.get(number), line_balance(item)
    if line is None or balance is None or balance[0] != line.unit:
        return None
    stated = item.get("quantities")
    kinds = [
        one.get("kind")
        for one in (stated if isinstance(stated, list | tuple) else ())
        if isinstance(one, Mapping) and one.get("unit") == line.unit
    ]
    kind = _VALUE if item.get("balanceKind") == _VALUE else str(next(iter(kinds), "NET_MASS"))
    return _Amount(kind, Decimal(line.authorised) / UNIT_SCALE, line.unit)


def _amount(case: Case, kind: str, value: object, unit: object) -> list[_Amount]:
    """Return an amount as a stranger wrote it, or none."""
    if isinstance(value, str) and isinstance(unit, str) and len(value) <= _LONGEST:
        amount = case.reference.units.to_unit(value, unit, unit)
        return [] if amount is None else [_Amount(kind, amount, unit)]
    return []
