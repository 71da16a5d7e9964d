"""Uses: what the journal says of one record's use: terms, lines, uses, and what was passed on to children.

``usage_of`` reads the entries of one record and believes them: whether they were possible is judged in ``state``. Everything
lies with the root: of a certified true copy with its original. Quantities are whole millionths of the line's unit, times
seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256
from typing import Final

from ledger.core.acts import (
    ExportEndorsed,
    LineAuthorised,
    LineGranted,
    LineReturned,
    TermsSet,
    UseConsumed,
    UseCorrected,
    UseEntered,
    UsePlace,
    UseReleased,
    UseReserved,
)
from ledger.core.balances import LineState
from ledger.core.entries import Entry

_ID_BYTES: Final = 16

UseKey = tuple[str, str, bytes, int]
"""A use of a record: customs member, office, declaration, item."""


class UseState(IntEnum):
    """Where a use stands; ``RELEASED`` is final."""

    RESERVED = 1
    CONSUMED = 2
    RELEASED = 3


@dataclass(frozen=True, slots=True)
class TermsState:
    """Who may draw on a record and where; no offices means all. ``tolerance`` in per cent."""

    tolerance: int
    on_remaining: bool
    economies: tuple[str, ...]
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseRecord:
    """One use as it stands.

    Args:
        customs: code of the customs member that wrote it.
        reserved_at, consumed_at, released_at: entry times, None for what did not happen. happened_at: of a late entry, when
            it really happened; conflict: it broke a limit.
        corrections: how many there were; last_fell, last_change: the last one's.
        first_index, last_index: its first and last entry in the journal.
    """

    customs: str
    place: UsePlace
    state: UseState
    reserved: int
    consumed: int
    first_index: int
    last_index: int
    reserved_at: int | None = None
    consumed_at: int | None = None
    released_at: int | None = None
    happened_at: int | None = None
    conflict: bool = False
    corrections: int = 0
    last_fell: bool = False
    last_change: int = 0

    @property
    def use_id(self) -> str:
        """Return its id, 32 hexadecimal digits."""
        return use_id(self.customs, self.place)

    @property
    def stands(self) -> bool:
        """Return whether it counts: it was not given back."""
        return self.state is not UseState.RELEASED

    @property
    def used_at(self) -> int:
        """Return when the goods were presented, as far as the ledger knows: for a late entry when it happened."""
        return next(
            time
            for time in (self.happened_at, self.reserved_at, self.consumed_at, self.released_at)
            if time is not None
        )

    @property
    def quantity(self) -> int:
        """Return what it holds now."""
        return self.reserved + self.consumed

    @property
    def by(self) -> tuple[str, str, bytes]:
        """Return the declaration that it counts for: customs, office, commitment."""
        return self.customs, self.place.office, self.place.declaration


@dataclass(frozen=True, slots=True)
class ChildGrant:
    """What one child took: (line, the child's line, quantity) each; ``returned_at`` once the child gave it back."""

    member: str
    tag: bytes
    lines: tuple[tuple[int, int, int], ...]
    index: int
    returned_at: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Everything about a root record's use; ``endorsed_at`` is when a permit was endorsed at export."""

    terms: TermsState | None = None
    lines: Mapping[int, LineState] = field(default_factory=dict)
    uses: tuple[UseRecord, ...] = ()
    children: tuple[ChildGrant, ...] = ()
    endorsed_at: int | None = None

    @property
    def standing(self) -> tuple[UseRecord, ...]:
        """Return the uses that were not given back."""
        return tuple(use for use in self.uses if use.stands)

    @property
    def count(self) -> int:
        """Return how many uses were not given back, and children not ended: ``usesOf`` of the contracts."""
        return len(self.standing) + sum(child.returned_at is None for child in self.children)

    def declarations(self, customs: Iterable[str] | None = None) -> int:
        """Return how many declarations used it, of these customs members or of all."""
        wanted = None if customs is None else frozenset(customs)
        return len({use.by for use in self.standing if wanted is None or use.customs in wanted})

    def use(self, customs: str, office: str, declaration: bytes, item: int) -> UseRecord | None:
        """Return one use, given back or not, or None."""
        return next(
            (use for use in self.uses if (*use.by, use.place.item) == (customs, office, declaration, item)),
            None,
        )

    @property
    def overdrawn(self) -> bool:
        """Return whether more was taken from a line than its tolerance allows."""
        tolerance = 0 if self.terms is None else self.terms.tolerance
        return any(line.overdrawn(tolerance) for line in self.lines.values())


def use_id(customs: str, place: UsePlace) -> str:
    """Return the id of a use, 32 hexadecimal digits: of its record's root and its place in a declaration."""
    parts = (customs.encode(), place.owner.encode(), place.tag, place.office.encode(), place.declaration)
    data = b"".join(len(part).to_bytes(2, "big") + part for part in parts) + place.item.to_bytes(2, "big")
    return sha256(b"TradeSeal-use-v1\0" + data).hexdigest()[: 2 * _ID_BYTES]


class UseBook:
    """The use of one root record while its entries are taken in, in order; ``usage`` tells where it stands.

    Taking in an entry costs the same however many came before. The members are for reading only.
    """

    __slots__ = ("_declared", "_standing", "children", "count", "endorsed_at", "lines", "terms", "uses")

    def __init__(self) -> None:
        self.terms: TermsState | None = None
        self.lines: dict[int, LineState] = {}
        self.uses: dict[UseKey, UseRecord] = {}
        self.children: dict[tuple[str, bytes], ChildGrant] = {}
        self.endorsed_at: int | None = None
        self.count = 0
        self._standing: dict[tuple[str, str, bytes], int] = {}
        self._declared: dict[str, int] = {}

    def declares(self, by: tuple[str, str, bytes]) -> bool:
        """Return whether a declaration (customs, office, commitment) has a use that was not given back."""
        return by in self._standing

    def declarations(self, customs: Iterable[str] | None = None) -> int:
        """Return how many declarations used it, of these customs members or of all."""
        return sum(self._declared.get(code, 0) for code in (self._declared if customs is None else customs))

    def usage(self) -> Usage:
        """Return everything as it stands now; later entries do not change it."""
        return Usage(
            self.terms,
            dict(self.lines),
            tuple(self.uses.values()),
            tuple(self.children.values()),
            self.endorsed_at,
        )

    def take(self, entry: Entry) -> None:
        """Take in the next entry about the record; one that is not about its use changes nothing."""
        match entry.act:
            case UseReserved() | UseConsumed() | UseReleased() | UseCorrected() | UseEntered() as act:
                self._take_use(entry, act)
            case TermsSet(_, tolerance, on_remaining, economies, offices):
                self.terms = TermsState(tolerance, on_remaining, economies, offices)
            case LineAuthorised(_, line, unit, quantity):
                self.lines[line] = LineState(line, unit, quantity)
            case LineGranted() as act:
                self._pass_on(act.line, act.quantity)
                self._grant(act, entry.index)
            case LineReturned() as act:
                self._pass_on(act.line, -act.quantity)
                child = self.children.get((act.child_member, act.child_tag))
                if child is not None:
                    self.count -= child.returned_at is None
                    self.children[child.member, child.tag] = replace(child, returned_at=entry.time)
            case ExportEndorsed(_, _, _, line, quantity):
                self.lines[line] = replace(self.lines[line], authorised=quantity)
                self.endorsed_at = entry.time
                if self.terms is not None and line == len(self.lines):
                    self.terms = replace(self.terms, tolerance=0)

    def _pass_on(self, number: int, quantity: int) -> None:
        line = self.lines[number]
        self.lines[number] = replace(line, consumed=line.consumed + quantity, granted=line.granted + quantity)

    def _grant(self, act: LineGranted, index: int) -> None:
        key = act.child_member, act.child_tag
        child = self.children.get(key)
        if child is None:
            self.count += 1
            child = ChildGrant(act.child_member, act.child_tag, (), index)
        line = (act.line, act.child_line, act.quantity)
        self.children[key] = replace(child, lines=(*child.lines, line))

    def _take_use(
        self, entry: Entry, act: UseReserved | UseConsumed | UseReleased | UseCorrected | UseEntered
    ) -> None:
        place = act.place
        key = entry.member, place.office, place.declaration, place.item
        before = self.uses.get(key)
        after = _next_use(before, entry, act)
        self.uses[key] = after
        if before is not None:
            self._book(before.place.line, -before.reserved, -before.consumed)
        self._book(after.place.line, after.reserved, after.consumed)
        self._count(after.by, after.stands - (before is not None and before.stands))

    def _book(self, number: int, reserved: int, consumed: int) -> None:
        line = self.lines.get(number)
        if line is not None:
            self.lines[number] = replace(
                line, reserved=line.reserved + reserved, consumed=line.consumed + consumed
            )

    def _count(self, by: tuple[str, str, bytes], more: int) -> None:
        """Count a use more or less, and its declaration with its first one."""
        if not more:
            return
        before = self._standing.get(by, 0)
        after = before + more
        self.count += more
        if after:
            self._standing[by] = after
        else:
            del self._standing[by]
        if not before or not after:
            self._declared[by[0]] = self._declared.get(by[0], 0) + more


def usage_of(entries: Iterable[Entry]) -> Usage:
    """Return what ``entries``, all those about one root record, in order, add up to; others among them are passed over."""
    book = UseBook()
    for entry in entries:
        book.take(entry)
    return book.usage()


def _next_use(
    before: UseRecord | None,
    entry: Entry,
    act: UseReserved | UseConsumed | UseReleased | UseCorrected | UseEntered,
) -> UseRecord:
    use = before or UseRecord(entry.member, act.place, UseState.RESERVED, 0, 0, entry.index, entry.index)
    use = replace(use, last_index=entry.index)
    match act:
        case UseReserved(_, quantity):
            return replace(use, state=UseState.RESERVED, reserved=quantity, reserved_at=entry.time)
        case UseConsumed(place, quantity):
            return replace(
                use,
                place=place,
                state=UseState.CONSUMED,
                reserved=0,
                consumed=quantity,
                consumed_at=entry.time,
            )
        case UseEntered(place, quantity, happened_at, conflict):
            return replace(
                use,
                place=place,
                state=UseState.CONSUMED,
                reserved=0,
                consumed=quantity,
                consumed_at=entry.time,
                happened_at=happened_at,
                conflict=conflict,
            )
        case UseReleased():
            return replace(use, state=UseState.RELEASED, reserved=0, released_at=entry.time)
        case UseCorrected(_, number, falls, quantity, _):
            consumed = use.consumed + (-quantity if falls else quantity)
            use = replace(use, consumed=consumed, corrections=number, last_fell=falls, last_change=quantity)
            if consumed == 0:
                return replace(use, state=UseState.RELEASED, released_at=entry.time)
            return use
