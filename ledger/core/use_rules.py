"""Use rules: what customs write of a record's use, and of a permit's export.

The one rule: an entry that ``contracts/UseRegistry.sol`` or ``contracts/LicenceRegistry.sol`` could not have written in the state
before it is a contradiction; so is a late entry whose mark of conflict is not what the rules say. Repeating an act writes
nothing, so an entry never repeats one. All of it lies with the root: of a certified true copy with its original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.core.acts import (
    EntryType,
    ExportEndorsed,
    UseConsumed,
    UseCorrected,
    UseEntered,
    UsePlace,
    UseReleased,
    UseReserved,
)
from ledger.core.balances import LARGEST, LineState, ceiling, most
from ledger.core.callers import require_active, require_operator
from ledger.core.contradiction import contradict
from ledger.core.entries import Entry
from ledger.core.members import Role
from ledger.core.records import RecordState, Status
from ledger.core.registers import Course, Registers, Rule
from ledger.core.uses import UseBook, UseRecord, UseState

_MOST_ENTERED: Final = 2**64 - 1
_ENDORSED: Final = frozenset({EntryType.EXPORT_ENDORSED})


@dataclass(frozen=True, slots=True)
class _Case:
    """What an entry is about: the certificate presented, its root with its book, and the use so far."""

    presented: RecordState
    root: RecordState
    book: UseBook
    use: UseRecord | None


def _reserve(registers: Registers, entry: Entry, act: UseReserved, _: Course | None) -> None:
    case = _case(registers, entry, act.place)
    if case.use is not None:
        contradict(entry, f"use is {case.use.state.name}, and cannot be reserved again")
    _begin(registers, entry, act.place, case)
    _require_balance(entry, case, act.place, act.quantity)
    case.book.take(entry)


def _consume(registers: Registers, entry: Entry, act: UseConsumed, _: Course | None) -> None:
    case = _case(registers, entry, act.place)
    held = 0
    if case.use is None:
        _begin(registers, entry, act.place, case)
    else:
        held = _held(registers, entry, act, case.use)
    _require_balance(entry, case, act.place, act.quantity, held)
    if case.use is not None and case.book.terms is not None:
        limit = ceiling(held, case.book.terms.tolerance)
        if act.quantity > limit:
            contradict(
                entry, f"consumed are {act.quantity}, expected at most {limit} for the {held} reserved"
            )
    case.book.take(entry)


def _held(registers: Registers, entry: Entry, act: UseConsumed, use: UseRecord) -> int:
    """Return what is reserved for a use that is to be completed; refuse one that cannot be."""
    require_operator(registers.members, entry)
    if use.state is not UseState.RESERVED:
        contradict(entry, f"use is {use.state.name}, and cannot be consumed again")
    if use.place.line != act.place.line:
        contradict(entry, f"line is {act.place.line}, expected {use.place.line}, which was reserved")
    return use.reserved


def _release(registers: Registers, entry: Entry, act: UseReleased, _: Course | None) -> None:
    require_operator(registers.members, entry)
    case = _case(registers, entry, act.place)
    use = _standing(entry, act.place, case, UseState.RESERVED)
    if act.quantity != use.reserved:
        contradict(entry, f"released are {act.quantity}, expected the {use.reserved} reserved")
    case.book.take(entry)


def _correct(registers: Registers, entry: Entry, act: UseCorrected, _: Course | None) -> None:
    require_operator(registers.members, entry)
    case = _case(registers, entry, act.place)
    use = _standing(entry, act.place, case, UseState.CONSUMED)
    if act.number != use.corrections + 1:
        contradict(entry, f"correction has number {act.number}, expected {use.corrections + 1}")
    if act.reason == 0:
        contradict(entry, "correction has no reason")
    if not act.falls:
        if act.quantity == 0:
            contradict(entry, "correction changes nothing")
        require_active(registers.members, entry, Role.CUSTOMS)
        _require_valid(registers, entry, case)
        _require_balance(entry, case, act.place, act.quantity)
    elif act.quantity > use.consumed or (act.quantity == 0 and use.consumed != 0):
        contradict(entry, f"correction takes {act.quantity} from {use.consumed} consumed")
    case.book.take(entry)


def _enter(registers: Registers, entry: Entry, act: UseEntered, _: Course | None) -> None:
    require_active(registers.members, entry, Role.CUSTOMS)
    if not 0 < act.happened_at <= entry.time:
        contradict(entry, f"use happened at {act.happened_at}, expected 1 to {entry.time}")
    case, place = _case(registers, entry, act.place), act.place
    held = 0
    if case.use is None:
        _require_economy(registers, entry, case)
        # What was cancelled or replaced holds nothing any more: what it had others may have taken.
        conflict = case.root.status > Status.REVOKED or any(_broken(registers, entry, place, case))
    elif case.use.state is not UseState.RESERVED:
        contradict(entry, f"use is {case.use.state.name}, and cannot be entered again")
    else:
        conflict = False
        held = case.use.reserved if case.use.place.line == place.line else 0
    line = _line(entry, case.book, place, act.quantity)
    if line is not None:
        if act.quantity > _MOST_ENTERED or line.taken - held + act.quantity > LARGEST:
            contradict(entry, f"line {line.number} cannot hold {act.quantity} more")
        conflict = conflict or _exceeds(case.book, line, act.quantity, held)
    if conflict != act.conflict:
        contradict(entry, f"conflict is {act.conflict}, expected {conflict}")
    case.book.take(entry)


def _endorse(registers: Registers, entry: Entry, act: ExportEndorsed, course: Course | None) -> None:
    place = (entry.contract, act.owner, act.tag)
    record = registers.record(entry, act.owner, act.tag)
    book = registers.book(record)
    number = 1
    if course is None:
        _require_endorsable(registers, entry, record, book)
    else:
        last = course.entry.act
        assert isinstance(last, ExportEndorsed)
        number = last.line + 1
        if course.record != place or act.office != last.office:
            contradict(entry, "endorsement does not go on with the record and the office that it began with")
    if act.line != number:
        contradict(entry, f"endorsed line is {act.line}, expected {number} of {len(book.lines)}")
    line = book.lines[number]
    assert book.terms is not None
    largest = ceiling(line.authorised, book.terms.tolerance)
    least = min(line.taken, largest)
    if not least <= act.quantity <= largest:
        expected = f"expected {least} to {largest}"
        contradict(entry, f"line {number} is endorsed for {act.quantity}, {expected}")
    book.take(entry)
    if number < len(book.lines):
        registers.course = Course(entry, place, _ENDORSED, must=True)


def _require_endorsable(registers: Registers, entry: Entry, record: RecordState, book: UseBook) -> None:
    """Refuse the first line of an endorsement where there can be none."""
    customs = require_active(registers.members, entry, Role.CUSTOMS)
    if customs.economy != registers.members[record.member].economy:
        contradict(entry, f"economy is {customs.economy}, expected that of {record.member}")
    if record.root_tag != record.tag:
        contradict(entry, "endorsement is of a true copy, expected of its original")
    for one in registers.rests_on(record):
        if one.status is not Status.VALID:
            contradict(entry, f"record is {one.status.name}, expected VALID")
    if not book.lines or book.endorsed_at is not None:
        contradict(entry, "record has no lines, or was endorsed before")


# --- what the acts have in common ------------------------------------------------------------------------------------


def _case(registers: Registers, entry: Entry, place: UsePlace) -> _Case:
    presented = registers.record(entry, place.owner, place.presented)
    if presented.root_tag != place.tag:
        contradict(entry, f"use lies with {place.tag.hex()}, expected with {presented.root_tag.hex()}")
    root = registers.record(entry, place.owner, place.tag)
    book = registers.book(root)
    return _Case(
        presented, root, book, book.uses.get((entry.member, place.office, place.declaration, place.item))
    )


def _standing(entry: Entry, place: UsePlace, case: _Case, state: UseState) -> UseRecord:
    """Return the use that an entry goes on with; refuse one that is not in ``state``, or on another line."""
    use = case.use
    if use is None:
        contradict(entry, f"{entry.member} has no such use")
    if use.state is not state:
        contradict(entry, f"use is {use.state.name}, expected {state.name}")
    if use.place.line != place.line:
        contradict(entry, f"line is {place.line}, expected {use.place.line}")
    return use


def _begin(registers: Registers, entry: Entry, place: UsePlace, case: _Case) -> None:
    """Refuse a new use that breaks a rule, the balance apart."""
    require_active(registers.members, entry, Role.CUSTOMS)
    _require_valid(registers, entry, case)
    _require_economy(registers, entry, case)
    for broken in _broken(registers, entry, place, case):
        contradict(entry, broken)


def _require_valid(registers: Registers, entry: Entry, case: _Case) -> None:
    for record in registers.rests_on(case.presented):
        if record.status is not Status.VALID:
            contradict(entry, f"record is {record.status.name}, expected VALID")


def _require_economy(registers: Registers, entry: Entry, case: _Case) -> None:
    economy, terms = registers.members[entry.member].economy, case.book.terms
    if terms is not None and economy not in terms.economies:
        contradict(entry, f"economy is {economy}, which the terms do not allow")


def _broken(registers: Registers, entry: Entry, place: UsePlace, case: _Case) -> Iterator[str]:
    """Yield what a new use breaks besides the balance that a late one may break, in words."""
    economy, terms = registers.members[entry.member].economy, case.book.terms
    if terms is not None and terms.offices and place.office not in terms.offices:
        yield f"office is {place.office}, which the terms do not allow"
    if case.root.use_limit and not case.book.declares((entry.member, place.office, place.declaration)):
        # With terms one count for all, else one for each economy.
        counted = None if terms is not None else _members_of(registers, economy)
        declarations = case.book.declarations(counted)
        if declarations >= case.root.use_limit:
            yield f"{declarations} declarations used the record, of {case.root.use_limit}"


def _members_of(registers: Registers, economy: str) -> list[str]:
    return [member.code for member in registers.members.values() if member.economy == economy]


def _line(entry: Entry, book: UseBook, place: UsePlace, quantity: int) -> LineState | None:
    """Return the line that is drawn on, or None of a record without lines."""
    if not book.lines:
        if place.line or quantity:
            contradict(entry, f"{quantity} of line {place.line}, expected nothing of a record without lines")
        return None
    line = book.lines.get(place.line)
    if line is None:
        contradict(entry, f"record has no line {place.line}")
    return line


def _exceeds(book: UseBook, line: LineState, quantity: int, held: int) -> bool:
    """Return whether the balance does not allow ``quantity`` in the place of ``held``, which can always be taken."""
    assert book.terms is not None
    allowed = most(
        line.authorised, line.taken - held, book.terms.tolerance, on_remaining=book.terms.on_remaining
    )
    return quantity > held and quantity > allowed


def _require_balance(entry: Entry, case: _Case, place: UsePlace, quantity: int, held: int = 0) -> None:
    line = _line(entry, case.book, place, quantity)
    if line is not None and _exceeds(case.book, line, quantity, held):
        contradict(entry, f"asked are {quantity} of line {line.number}, of which {line.free} is free")


RULES: Final[dict[EntryType, Rule]] = {
    EntryType.USE_RESERVED: _reserve,
    EntryType.USE_CONSUMED: _consume,
    EntryType.USE_RELEASED: _release,
    EntryType.USE_CORRECTED: _correct,
    EntryType.USE_ENTERED: _enter,
}
ENDORSEMENT_RULES: Final[dict[EntryType, Rule]] = {EntryType.EXPORT_ENDORSED: _endorse}
