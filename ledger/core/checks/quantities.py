"""Quantities: is no more declared than an item certifies?

The one rule: exact, and within a dimension; only more than was certified is a finding. Several declared items that claim
one item are added up, each with one amount for each certified one: that of its kind, and only where not all of them give that
kind, another of its dimension. One measure that both sides give is enough. Gross mass bounds net mass from above, so more
of it than of a certified net mass shows nothing, and is referred as not compared.

Of a permit that was endorsed at export the endorsed quantity counts, of a licence its tolerance, and the value where its
balance is kept in value.
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
_GROSS: Final = "GROSS_MASS"
_STANDING_IN: Final = ("NET_MASS", "SUPPLEMENTARY", "OTHER", _GROSS)
"""Kinds that stand in for another one of their dimension, the most telling first."""


class _Amount(NamedTuple):
    """An amount of one kind (NET_MASS, VALUE, ...), in a unit."""

    kind: str
    amount: Decimal
    unit: str
    counted: bool = False  # at export, so without tolerance


def about_quantities(
    case: Case, declared: Iterable[DeclarationItem], item: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield what is wrong with the quantities of all declared items that claim one certified item together."""
    certified, endorsed = _certified(case, item)
    if not certified and case.question.kind == LICENCE:
        return
    given = [(one, list(_declared(one))) for one in declared]
    for one, amounts in given:
        yield from _about_units(case, one, amounts, certified)
    word = "endorsed at export" if endorsed else "certified"
    exceeded = False
    for limit in certified:
        own = [(one, _fitting(case, amounts, limit, alike=True)) for one, amounts in given]
        for finding in _about_sum(case, own, limit, word):
            exceeded = True
            yield finding
    if not exceeded:
        yield from _about_mixed(case, given, certified, word)


def _about_mixed(
    case: Case,
    given: Sequence[tuple[DeclarationItem, list[_Amount]]],
    certified: Sequence[_Amount],
    word: str,
) -> Iterator[Finding]:
    """Yield what is wrong where no certified amount has one of its own kind in every declared item that has any."""
    certified = [limit for limit in certified if limit.kind != _VALUE]
    telling = [(one, amounts) for one, amounts in given if _comparable(case, amounts, certified)]
    for limit in certified:
        if all(_fitting(case, amounts, limit, alike=True) for _, amounts in telling):
            return
    common = False
    for limit in certified:
        mixed = [(one, _fitting(case, amounts, limit)) for one, amounts in telling]
        if all(amount is not None for _, amount in mixed):
            common = True
            yield from _about_sum(case, mixed, limit, word)
    if telling and not common:
        numbers = ", ".join(str(one.sequence) for one, _ in telling)
        place = telling[-1][0].sequence
        message = f"Items {numbers} claim one certified item in units that cannot be added up."
        yield Finding.of(Reason.UNIT_MISMATCH, Word.REFER, message, item=place, next_step=_COMPARE)


def _about_sum(
    case: Case, amounts: Iterable[tuple[DeclarationItem, _Amount | None]], limit: _Amount, word: str
) -> Iterator[Finding]:
    """Yield the declared items from which on ``amounts`` together are more than ``limit``."""
    total, gross = Decimal(0), False
    allowed = _allowed(case, limit)
    with localcontext() as context:
        context.prec = _DIGITS
        for one, amount in amounts:
            if amount is None:
                continue
            total += amount.amount
            gross = gross or (amount.kind == _GROSS and limit.kind != _GROSS)
            if total <= allowed:
                continue
            told, whole = amount_words(total, limit.unit), amount_words(limit.amount, limit.unit)
            reason, message = (
                Reason.QUANTITY_MISMATCH,
                f"Item {one.sequence}: declared {told}, {word} {whole}.",
            )
            if gross:
                reason = Reason.NOT_COMPARED
                message = (
                    f"Item {one.sequence}: declared {told}, gross mass counted in, {word} {whole} of another kind; "
                    "the two cannot be compared."
                )
            yield Finding.of(reason, Word.REFER, message, item=one.sequence, next_step=_COMPARE)


def _about_units(
    case: Case, one: DeclarationItem, amounts: Sequence[_Amount], certified: Sequence[_Amount]
) -> Iterator[Finding]:
    """Yield whether an item's quantities cannot be compared at all, or not in the unit that the agreement asks for."""
    stated = [amount.unit for amount in amounts if amount.kind != _VALUE]
    units = ", ".join(stated)
    if stated and not _comparable(case, amounts, certified):
        message = f"Item {one.sequence}: {units} cannot be compared with the certified units."
        yield Finding.of(Reason.UNIT_MISMATCH, Word.REFER, message, item=one.sequence, next_step=_COMPARE)
    elif stated and _unit_must_match(case) and not {amount.unit for amount in certified} & set(stated):
        wanted = ", ".join(dict.fromkeys(amount.unit for amount in certified if amount.kind != _VALUE))
        message = f"Item {one.sequence}: declared in {units}, certified in {wanted}; the agreement asks for the same unit."
        yield Finding.of(Reason.UNIT_MISMATCH, Word.REFER, message, item=one.sequence, next_step=_COMPARE)
    elif not stated and certified and not _comparable(case, amounts, certified):
        word = Word.REFER if _unit_must_match(case) else Word.ACCEPT_WITH_REMARKS
        message = f"Item {one.sequence}: no quantity is declared, so none was compared."
        yield Finding.of(Reason.NOT_COMPARED, word, message, item=one.sequence, next_step=_COMPARE)


def _unit_must_match(case: Case) -> bool:
    """Return whether the agreement wants quantities declared in the certificate's own units."""
    return case.profile is not None and case.profile.values.get("unitMustMatch") is True


def _allowed(case: Case, limit: _Amount) -> Decimal:
    """Return what may be declared of a certified amount: under a licence with its tolerance, unless it was counted."""
    tolerance = case.subject.get("tolerancePct") if case.question.kind == LICENCE else None
    if limit.counted or type(tolerance) is not int or not 0 <= tolerance <= 100:
        return limit.amount
    with localcontext() as context:
        context.prec = _DIGITS
        return limit.amount * (100 + tolerance) / 100


def _declared(item: DeclarationItem) -> Iterator[_Amount]:
    for quantity in item.quantities:
        yield _Amount(quantity.kind, Decimal(quantity.value), quantity.unit)
    if item.customs_value is not None:
        yield _Amount(_VALUE, Decimal(item.customs_value.amount), item.customs_value.currency)


def _comparable(case: Case, amounts: Iterable[_Amount], certified: Sequence[_Amount]) -> bool:
    every = list(amounts)
    return any(_fitting(case, every, limit) is not None for limit in certified)


def _fitting(
    case: Case, amounts: Iterable[_Amount], limit: _Amount, *, alike: bool = False
) -> _Amount | None:
    """Return the amount to hold against a certified one, in its unit: of its kind, else, unless ``alike``, of its dimension."""
    kinds = [limit.kind] if alike or limit.kind == _VALUE else [limit.kind, *_STANDING_IN]
    fitting = [
        _Amount(one.kind, converted, limit.unit)
        for one in amounts
        if one.kind in kinds and (converted := _converted(case, one, limit.unit)) is not None
    ]
    return min(fitting, key=lambda one: kinds.index(one.kind), default=None)


def _converted(case: Case, amount: _Amount, unit: str) -> Decimal | None:
    if amount.unit == unit:
        return amount.amount
    return case.reference.units.convert(amount.amount, amount.unit, unit)


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
    """Return what was endorsed at export of an item's line, or None where nothing was by the time to judge."""
    usage, items = case.facts.usage, case.subject.get("items")
    if usage is None or usage.endorsed_at is None or usage.endorsed_at > case.time:
        return None
    if not isinstance(items, list | tuple):
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
    return _Amount(kind, Decimal(line.authorised) / UNIT_SCALE, line.unit, counted=True)


def _amount(case: Case, kind: str, value: object, unit: object) -> list[_Amount]:
    """Return an amount as a stranger wrote it, or none."""
    if isinstance(value, str) and isinstance(unit, str) and len(value) <= _LONGEST:
        amount = case.reference.units.to_unit(value, unit, unit)
        return [] if amount is None else [_Amount(kind, amount, unit)]
    return []
