"""Opening: what a record is anchored with besides its document: what it hangs on, what may be drawn on it, its types.

Values only, as the registries take them; where they come from (a document and its agreement's profile) is not known here.
Quantities are whole millionths of the line's unit, times whole seconds, lines counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Relation(IntEnum):
    """How a record hangs on another; the numbers are those of ``docs/spec/journal.md`` section 4."""

    TRUE_COPY = 1
    BACK_TO_BACK = 2
    EXTRACT = 3


@dataclass(frozen=True, slots=True)
class Link:
    """The record that another one hangs on: its member and its number tag, 32 bytes."""

    relation: Relation
    member: str
    tag: bytes


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What a line is opened with; ``parent_line`` is 0 unless the record is a child."""

    unit: str
    authorised: int
    parent_line: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be drawn, by whom, where: no economies means the issuer's own, no offices all of them.

    Args:
        tolerance: per cent, of what was authorised or, ``on_remaining``, of what remains for the last lot.
    """

    lines: tuple[LineTerms, ...]
    tolerance: int = 0
    on_remaining: bool = False
    economies: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A type of authorisation such as ``AEOS``, and from when on."""

    name: str
    effective_from: int


@dataclass(frozen=True, slots=True)
class Opening:
    """All of it; ``aliases`` are number tags of the other forms of an AEO's code."""

    link: Link | None = None
    terms: Terms | None = None
    grants: tuple[Grant, ...] = ()
    aliases: tuple[bytes, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Return whether the record is anchored like any other, with whatever may follow."""
        return self.link is None and self.terms is None

    @property
    def is_followed(self) -> bool:
        """Return whether the record needs further acts once it is anchored."""
        return bool(self.grants or self.aliases)
