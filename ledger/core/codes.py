"""Codes: the code lists as values, and what is asked of them.

A list says whether it is complete; a code missing from a subset is only unusual, not wrong. Reading the files is not
done here: see ``ledger.reference``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.core.profiles import Profile, choose
from ledger.core.units import Units


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


_ORIGIN: Final = 1
_LICENCE: Final = 2
_HS_DIGITS: Final = {HsLevel.SUBHEADING: 6, HsLevel.HEADING: 4, HsLevel.CHAPTER: 2}


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything that documents are validated against: code lists, HS editions, profiles of agreements and licences.

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
    cites_purposes: CodeList
    cites_sources: CodeList
    cites_appendices: CodeList
    cites_terms: CodeList
    hs: Mapping[str, HsEdition]
    profiles: Sequence[Profile]

    @property
    def agreements(self) -> tuple[str, ...]:
        """Return the agreement codes that have a profile, sorted."""
        return tuple(sorted({profile.id for profile in self.profiles if profile.kind == _ORIGIN}))

    @property
    def licence_profiles(self) -> tuple[str, ...]:
        """Return the codes of the profiles of licences, sorted."""
        return tuple(sorted({profile.id for profile in self.profiles if profile.kind == _LICENCE}))

    def profile(self, agreement: str, on: str) -> Profile | None:
        """Return the version of an agreement's or licence's profile in force on the ISO 8601 day ``on``, or None."""
        return choose(self.profiles, agreement, on)
