"""Lines: what a declaration asks of the lines of a record, and what they have left for it.

The one rule: quantities are compared exactly, in the line's own unit; what cannot be converted is referred, never guessed.
Lines are counted from 1 in the order of the document's items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any, Final

from ledger.core.balances import UNIT_SCALE
from ledger.core.checks.case import Case
from ledger.core.checks.data import claimed_item
from ledger.core.documents.declaration import DeclarationItem
from ledger.core.documents.terms import value_line

_DIGITS: Final = 60
_GROSS: Final = "GROSS_MASS"
_KINDS: Final = ("NET_MASS", "SUPPLEMENTARY", "OTHER", _GROSS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one declared item asks of one line, in millionths of the line's unit; None where that cannot be said.

    ``line`` is 0 where the record has no such line. ``gross``: it is a gross mass, and the line is kept in another kind.
    """

    item: DeclarationItem
    line: int
    quantity: Decimal | None
    gross: bool = False


def asked_of(case: Case, units: Mapping[int, str]) -> Iterator[Asked]:
    """Yield what the declared items ask; of a line that quantity and value limit, each by itself.

    Args:
        units: unit of each line of the record.
    """
    declaration = case.question.declaration
    for item in () if declaration is None else declaration.items:
        line = _line_of(case, item)
        unit = units.get(line)
        if unit is None:
            yield Asked(item, 0, None)
        else:
            quantity, kind = _in_unit(case, item, line, unit)
            other = kind == _GROSS and _kind_of(case, line, unit) not in (None, _GROSS)
            yield Asked(item, line, quantity, other)
        beside = value_line(_items(case), line)
        if beside is not None and (unit := units.get(beside)) is not None:
            yield Asked(item, beside, _in_unit(case, item, beside, unit)[0])


def certified_of(case: Case, unit: str) -> Decimal:
    """Return what the document's items certify in millionths of ``unit``, each by its first quantity that converts."""
    total = Decimal(0)
    for _, item in _places(case):
        quantities = item.get("quantities")
        for one in quantities if isinstance(quantities, list | tuple) else ():
            value, given = (one.get("value"), one.get("unit")) if isinstance(one, Mapping) else (None, None)
            if isinstance(value, str) and isinstance(given, str):
                amount = case.reference.units.to_unit(value, given, unit)
                if amount is not None:
                    with localcontext() as context:
                        context.prec = _DIGITS
                        total += amount * UNIT_SCALE
                    break
    return total


def _line_of(case: Case, declared: DeclarationItem) -> int:
    """Return the line that a declared item draws on; 0 for none."""
    if case.document is None:
        return declared.certificate_item or declared.sequence
    sequence = claimed_item(case, declared)
    return next((place for place, item in _places(case) if item.get("sequence") == sequence), 0)


def _places(case: Case) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for place, item in enumerate(_items(case), start=1):
        if isinstance(item, Mapping):
            yield place, item


def _items(case: Case) -> Sequence[Any]:
    items = case.subject.get("items")
    return items if isinstance(items, list | tuple) else ()


def _in_unit(
    case: Case, declared: DeclarationItem, line: int, unit: str
) -> tuple[Decimal | None, str | None]:
    """Return the declared quantity in millionths of ``unit`` and its kind; None for both when none converts."""
    value = declared.customs_value
    order = [_kind_of(case, line, unit), *_KINDS]
    stated = [
        (one.value, one.unit, one.kind)
        for one in sorted(
            declared.quantities, key=lambda one: order.index(one.kind) if one.kind in order else len(order)
        )
    ]
    valued = [] if value is None else [(value.amount, value.currency, "VALUE")]
    for number, counted, kind in [*stated, *valued]:
        amount = case.reference.units.to_unit(number, counted, unit)
        if amount is not None:
            with localcontext() as context:
                context.prec = _DIGITS
                return amount * UNIT_SCALE, kind
    return None, None


def _kind_of(case: Case, line: int, unit: str) -> str | None:
    """Return the kind of quantity that the document states in the line's unit, else in one that converts; None for none."""
    item: Mapping[str, Any] = next((item for place, item in _places(case) if place == line), {})
    stated = item.get("quantities")
    kinds: list[tuple[bool, str]] = []
    for one in stated if isinstance(stated, list | tuple) else ():
        given, kind = (one.get("unit"), one.get("kind")) if isinstance(one, Mapping) else (None, None)
        if isinstance(given, str) and case.reference.units.to_unit("1", given, unit) is not None:
            kinds.append((given != unit, str(kind)))
    return min(kinds, key=lambda one: one[0], default=(False, None))[1]
