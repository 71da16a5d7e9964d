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


def usage_of(entries: Iterable[Entry]) -> Usage:
    """Return what ``entries``, all those about one root record, in order, add up to; others among them are passed over."""
    usage = Usage()
    for entry in entries:
        usage = with_entry(usage, entry)
    return usage


def with_entry(usage: Usage, entry: Entry) -> Usage:
    """Return the usage after one more entry; entries that are not about use change nothing."""
    match entry.act:
        case TermsSet(_, tolerance, on_remaining, economies, offices):
            return replace(usage, terms=TermsState(tolerance, on_remaining, economies, offices))
        case LineAuthorised(_, line, unit, quantity):
            return _with_line(usage, LineState(line, unit, quantity))
        case LineGranted() as act:
            line_state = usage.lines[act.line]
            usage = _with_line(
                usage,
                replace(
                    line_state,
                    consumed=line_state.consumed + act.quantity,
                    granted=line_state.granted + act.quantity,
                ),
            )
            return _granted(usage, act, entry.index)
        case LineReturned() as act:
            line_state = usage.lines[act.line]
            usage = _with_line(
                usage,
                replace(
                    line_state,
                    consumed=line_state.consumed - act.quantity,
                    granted=line_state.granted - act.quantity,
                ),
            )
            return _returned(usage, act, entry.time)
        case ExportEndorsed(_, _, _, line, quantity):
            usage = _with_line(usage, replace(usage.lines[line], authorised=quantity))
            return replace(usage, endorsed_at=entry.time)
        case UseReserved() | UseConsumed() | UseReleased() | UseCorrected() | UseEntered():
            return _with_use(usage, entry)
        case _:
            return usage


def _with_line(usage: Usage, line: LineState) -> Usage:
    return replace(usage, lines={**usage.lines, line.number: line})


def _granted(usage: Usage, act: LineGranted, index: int) -> Usage:
    line = (act.line, act.child_line, act.quantity)
    children = list(usage.children)
    for place, child in enumerate(children):
        if (child.member, child.tag) == (act.child_member, act.child_tag):
            children[place] = replace(child, lines=(*child.lines, line))
            break
    else:
        children.append(ChildGrant(act.child_member, act.child_tag, (line,), index))
    return replace(usage, children=tuple(children))


def _returned(usage: Usage, act: LineReturned, time: int) -> Usage:
    ended = (act.child_member, act.child_tag)
    children = (
        replace(child, returned_at=time) if (child.member, child.tag) == ended else child
        for child in usage.children
    )
    return replace(usage, children=tuple(children))


def _with_use(usage: Usage, entry: Entry) -> Usage:
    act = entry.act
    assert isinstance(act, (UseReserved, UseConsumed, UseReleased, UseCorrected, UseEntered))
    place = act.place
    before = usage.use(entry.member, place.office, place.declaration, place.item)
    after = _next_use(before, entry, act)
    usage = _moved(usage, place.line, before, after)
    uses = [after if use is before else use for use in usage.uses]
    return replace(usage, uses=(*uses, after) if before is None else tuple(uses))


def _moved(usage: Usage, line: int, before: UseRecord | None, after: UseRecord) -> Usage:
    """Return the usage with the line's sums changed by what a use holds more or less than before."""
    state = usage.lines.get(line)
    if state is None:
        return usage
    reserved, consumed = (0, 0) if before is None else (before.reserved, before.consumed)
    return _with_line(
        usage,
        replace(
            state,
            reserved=state.reserved + after.reserved - reserved,
            consumed=state.consumed + after.consumed - consumed,
        ),
    )


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
        case UseConsumed(_, quantity):
            return replace(
                use, state=UseState.CONSUMED, reserved=0, consumed=quantity, consumed_at=entry.time
            )
        case UseEntered(_, quantity, happened_at, conflict):
            return replace(
                use,
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
