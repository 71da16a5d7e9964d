"""Units: what a quantity is counted in, and how one unit becomes another.

The one rule: exact, and only within a dimension. Tonnes become kilograms, kilograms never become pieces; what has no
exact result is refused and never rounded. Money is a unit of its own, its ISO 4217 code: it converts to nothing else.
Balances are kept in whole millionths of a line's unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from ledger.core.balances import UNIT_SCALE

_FACTOR_DIGITS: Final = 60
_QUANTITY: Final = re.compile(r"(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?")
_DIGITS_AFTER: Final = len(str(UNIT_SCALE)) - 1


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure; ``factor`` of them is one of the dimension's base unit, exactly."""

    code: str
    name: str
    dimension: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Units:
    """The units that quantities may be given in."""

    units: Mapping[str, Unit]

    def __contains__(self, code: object) -> bool:
        """Return whether ``code`` is a known unit."""
        return code in self.units

    def convert(self, value: Decimal, unit: str, to: str) -> Decimal | None:
        """Return ``value`` of ``unit`` in ``to``; None when a unit is unknown or their dimensions differ.

        Exact for every quantity that the documents allow, except where the result has no finite decimal
        expansion (a kilogram in pounds): that is rounded at 60 significant digits.
        """
        source, target = self.units.get(unit), self.units.get(to)
        if source is None or target is None or source.dimension != target.dimension:
            return None
        with localcontext() as context:
            context.prec = _FACTOR_DIGITS
            return value * source.factor / target.factor

    def to_unit(self, value: str, unit: str, target: str) -> Decimal | None:
        """Return the quantity ``value`` of ``unit`` in ``target``, exactly.

        None when ``value`` is no quantity as documents write it, the dimensions differ, or the result cannot be written
        down exactly (a kilogram in pounds). A unit that is not known here, such as a currency, is only its own.
        """
        if not _QUANTITY.fullmatch(value):
            return None
        amount = Decimal(value)
        if unit == target:
            return amount
        source, converted = self.units.get(unit), self.convert(amount, unit, target)
        if source is None or converted is None:
            return None
        with localcontext() as context:
            context.prec = 2 * _FACTOR_DIGITS
            exact = converted * self.units[target].factor == amount * source.factor
        return converted if exact else None


def to_millionths(value: str | Decimal) -> int | None:
    """Return a quantity in whole millionths, or None when it is none, is negative or has more than 6 decimals.

    Args:
        value: a quantity as documents write it (``"24000.500"``), or the exact result of a conversion.
    """
    if isinstance(value, str):
        if not _QUANTITY.fullmatch(value):
            return None
        value = Decimal(value)
    if not value.is_finite() or value < 0:
        return None
    with localcontext() as context:
        context.prec = 2 * _FACTOR_DIGITS
        scaled = value.scaleb(_DIGITS_AFTER)
    return int(scaled) if scaled == int(scaled) else None


def from_millionths(millionths: int) -> str:
    """Return whole millionths as documents write a quantity: ``24000.5``, without zeros at the end."""
    whole, rest = divmod(millionths, UNIT_SCALE)
    return f"{whole}.{rest:0{_DIGITS_AFTER}d}".rstrip("0").rstrip(".")
