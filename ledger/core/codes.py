"""Codes: the code lists as values, and what is asked of them.

A list says whether it is complete; a code missing from a subset is only unusual, not wrong. Units convert
exactly and
only within their dimension: kilograms never become pieces. Reading the files is not done here: see
``ledger.reference``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from ledger.core.profiles import Profile, choose

_FACTOR_DIGITS: Final = 60


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list: ``codes`` maps each code to its English name; ``complete`` is False for a subset."""

    name: str
    version: str
    complete: bool
    codes: Mapping[str, str]

    def __contains__(self, code: object) -> bool:
        """Return whether ``code`` is in the list."""
        return code in self.codes


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


class HsLevel(StrEnum):
    """How deep an edition of the Harmonized System is known here, and so what is checked."""

    SUBHEADING = "subheading"
    HEADING = "heading"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class HsEdition:
    """An edition of the Harmonized System, such as ``HS2022``; ``codes`` are as long as ``level`` says."""

    name: str
    level: HsLevel
    codes: frozenset[str]

    def knows(self, hs_code: str) -> bool:
        """Return whether the international part of ``hs_code`` (six digits or more) exists, as far as known.

        Digits after the sixth are national and are never looked at.
        """
        return hs_code[: _HS_DIGITS[self.level]] in self.codes


_HS_DIGITS: Final = {HsLevel.SUBHEADING: 6, HsLevel.HEADING: 4, HsLevel.CHAPTER: 2}


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything that documents are validated against: code lists, HS editions and agreement profiles.

    Args:
        hs: editions by name, such as ``HS2022``.
        locations: UN/LOCODE subset, used for hints only.
        profiles: all versions, in any order.
    """

    countries: CodeList
    currencies: CodeList
    units: Units
    packages: CodeList
    document_types: CodeList
    document_status: CodeList
    transport_modes: CodeList
    locations: CodeList
    hs: Mapping[str, HsEdition]
    profiles: Sequence[Profile]

    @property
    def agreements(self) -> tuple[str, ...]:
        """Return the agreement codes that have a profile, sorted."""
        return tuple(sorted({profile.id for profile in self.profiles}))

    def profile(self, agreement: str, on: str) -> Profile | None:
        """Return the version of ``agreement`` in force on the ISO 8601 day ``on``, or None."""
        return choose(self.profiles, agreement, on)
