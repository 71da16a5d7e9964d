"""Use acts: what an entry can say about terms, balances and use; types 30 to 39 of ``docs/spec/journal.md`` section 4.

Quantities are whole millionths of the line's unit; lines are counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermsSet:
    """Tolerance in per cent, of what remains or of what was authorised; who may draw, and where (empty: anywhere)."""

    tag: bytes
    tolerance: int
    on_remaining: bool
    economies: tuple[str, ...]
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineAuthorised:
    """``quantity`` is in millionths of ``unit``; lines are counted from 1."""

    tag: bytes
    line: int
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LineGranted:
    """A child takes ``quantity`` (millionths) of a line of the record ``owner``, ``tag``."""

    owner: str
    tag: bytes
    child_member: str
    child_tag: bytes
    line: int
    child_line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class LineReturned:
    """A child that ended gives back what was not drawn of it."""

    owner: str
    tag: bytes
    child_member: str
    child_tag: bytes
    line: int
    child_line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class UsePlace:
    """What a use is about: the record (of a copy its original) and the place in a declaration.

    Args:
        owner, tag: the record. presented: number tag of the certificate that was shown.
        office: code of the customs office. declaration: commitment to the declaration's number, 32 bytes.
        item: the declaration's item, 0 for all of it. line: the record's line, 0 for a record without lines.
    """

    owner: str
    tag: bytes
    presented: bytes
    office: str
    declaration: bytes
    item: int
    line: int


@dataclass(frozen=True, slots=True)
class UseReserved:
    """``quantity`` is in millionths of the line's unit."""

    place: UsePlace
    quantity: int


@dataclass(frozen=True, slots=True)
class UseConsumed:
    """``quantity`` is what was really taken."""

    place: UsePlace
    quantity: int


@dataclass(frozen=True, slots=True)
class UseReleased:
    """``quantity`` is what had been reserved."""

    place: UsePlace
    quantity: int


@dataclass(frozen=True, slots=True)
class UseCorrected:
    """The ``number``-th correction: what was consumed ``falls`` or rises by ``quantity``."""

    place: UsePlace
    number: int
    falls: bool
    quantity: int
    reason: int


@dataclass(frozen=True, slots=True)
class UseEntered:
    """A use of ``happened_at`` (seconds) that was written down later; ``conflict``: it broke a limit."""

    place: UsePlace
    quantity: int
    happened_at: int
    conflict: bool


@dataclass(frozen=True, slots=True)
class ExportEndorsed:
    """``quantity`` is what really left; the line is authorised for that from now on."""

    owner: str
    tag: bytes
    office: str
    line: int
    quantity: int
