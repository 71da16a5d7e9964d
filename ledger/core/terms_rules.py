"""Terms rules: what a record hangs on, and what may be drawn on it, line by line.

The one rule: an entry that ``contracts/UseTerms.sol`` could not have written in the state before it is a contradiction.
Links, what a child takes and what it gives back are only written in the call that anchors, replaces or cancels the child;
``Course`` says how far that has got. A child is a back-to-back certificate or an extract; its lines take from its parent's.
"""

from __future__ import annotations

from typing import Final

from ledger.core.acts import EntryType, LineAuthorised, LineGranted, LineReturned, RecordLinked, TermsSet
from ledger.core.balances import LARGEST, before_tolerance, ceiling, most
from ledger.core.callers import KIND_NAMES, require_active, role_for
from ledger.core.contradiction import contradict
from ledger.core.entries import Entry
from ledger.core.opening import Relation
from ledger.core.records import Link, RecordState, Status
from ledger.core.registers import Course, Registers, Rule
from ledger.core.uses import UseBook

_MOST_LINES: Final = 255
_TERMS: Final = frozenset({EntryType.TERMS_SET})
_GRANTED: Final = frozenset({EntryType.LINE_GRANTED})
_AUTHORISED: Final = frozenset({EntryType.LINE_AUTHORISED})
_UNKNOWN: Final = {1: Relation.EXTRACT, 2: Relation.BACK_TO_BACK}


def _link(registers: Registers, entry: Entry, act: RecordLinked, course: Course | None) -> None:
    place = (entry.contract, entry.member, act.tag)
    if course is None or course.record != place:
        contradict(entry, "RECORD_LINKED does not follow the anchoring of the record")
    relation = Relation(act.relation)
    if relation is _UNKNOWN[registers.kind(entry)]:
        contradict(entry, f"{relation.name} is no relation of {KIND_NAMES[registers.kind(entry)]}")
    parent = registers.record(entry, act.parent_member, act.parent_tag)
    if parent.status is not Status.VALID:
        contradict(entry, f"parent is {parent.status.name}, expected VALID")
    if (parent.member, parent.tag) == (entry.member, act.tag):
        contradict(entry, "record hangs on itself")
    if parent.link is not None and parent.link.relation is Relation.TRUE_COPY:
        contradict(entry, "parent is a true copy")
    if relation is Relation.EXTRACT and (parent.link is not None or parent.use_limit):
        contradict(
            entry, "parent is an extract itself, or has a number of uses, so nothing is extracted of it"
        )
    if relation is not Relation.BACK_TO_BACK and parent.member != entry.member:
        contradict(entry, f"parent is a record of {parent.member}, expected of {entry.member}")
    if relation is not Relation.TRUE_COPY:
        terms = registers.book(parent).terms
        if terms is None:
            contradict(entry, "parent has no terms")
        economy = registers.members[entry.member].economy
        if relation is Relation.BACK_TO_BACK and economy not in terms.economies:
            contradict(entry, f"economy is {economy}, which the parent does not allow")
    registers.change(registers.records[place], entry)
    if relation is not Relation.TRUE_COPY:
        registers.course = Course(entry, place, _TERMS, must=True)


def _set_terms(registers: Registers, entry: Entry, act: TermsSet, course: Course | None) -> None:
    record = registers.record(entry, entry.member, act.tag)
    place = (entry.contract, entry.member, act.tag)
    book = registers.book(record)
    if course is None or course.record != place:
        if course is not None and course.must:
            contradict(entry, "terms are those of another record than the one that needs them")
        _require_settable(registers, entry, record, book)
    if not act.economies or len({*act.economies}) != len(act.economies):
        contradict(entry, f"economies are {', '.join(act.economies) or 'none'}, expected some, each once")
    if len({*act.offices}) != len(act.offices):
        contradict(entry, f"offices are {', '.join(act.offices)}, expected each once")
    child = record.link
    if child is not None:
        _require_within(registers, entry, act, child)
    book.take(entry)
    registers.course = Course(entry, place, _AUTHORISED if child is None else _GRANTED, must=True)


def _require_settable(registers: Registers, entry: Entry, record: RecordState, book: UseBook) -> None:
    """Refuse terms that are set by themselves, after the record was anchored, where they cannot be."""
    role = role_for(entry, registers.kind(entry), record.document_type)
    require_active(registers.members, entry, role)
    if record.status is not Status.VALID:
        contradict(entry, f"record is {record.status.name}, expected VALID")
    if record.link is not None:
        contradict(entry, "record hangs on another, whose terms come with it")
    if book.terms is not None or book.count:
        contradict(entry, "terms were set before, or the record was used before")


def _require_within(registers: Registers, entry: Entry, act: TermsSet, link: Link) -> None:
    """Refuse terms of a child that are wider than its parent's."""
    parent = registers.book(registers.record(entry, link.parent_member, link.parent_tag))
    assert parent.terms is not None
    if act.tolerance > parent.terms.tolerance:
        contradict(
            entry, f"tolerance is {act.tolerance} %, expected at most the parent's {parent.terms.tolerance} %"
        )
    more = {*act.economies} - {*parent.terms.economies}
    if link.relation is Relation.EXTRACT and more:
        contradict(entry, f"economies {', '.join(sorted(more))} are not allowed by the parent")
    offices = parent.terms.offices
    beyond = not act.offices or {*act.offices} - {*offices}
    if link.relation is Relation.EXTRACT and offices and beyond:
        contradict(
            entry, f"offices are {', '.join(act.offices) or 'all'}, expected some of {', '.join(offices)}"
        )


def _grant(registers: Registers, entry: Entry, act: LineGranted, course: Course | None) -> None:
    if course is None or course.record is None:
        contradict(entry, "LINE_GRANTED does not follow the terms of a child")
    record = registers.records[course.record]
    link = record.link
    assert link is not None
    named = (act.owner, act.tag, act.child_member, act.child_tag)
    if named != (link.parent_member, link.parent_tag, record.member, record.tag):
        contradict(entry, "grant is not that of the child to its parent")
    parent = registers.book(registers.record(entry, act.owner, act.tag))
    granted = parent.children.get((record.member, record.tag))
    number = 1 if granted is None else len(granted.lines) + 1
    if act.child_line != number or number > _MOST_LINES:
        contradict(entry, f"child's line is {act.child_line}, expected {number} of at most {_MOST_LINES}")
    line = parent.lines.get(act.line)
    if line is None:
        contradict(entry, f"parent has no line {act.line}")
    own = registers.book(record).terms
    assert own is not None
    assert parent.terms is not None
    if not 0 < act.quantity <= LARGEST or before_tolerance(act.quantity, own.tolerance) is None:
        contradict(entry, f"granted are {act.quantity}, expected a quantity with {own.tolerance} % of it")
    allowed = most(
        line.authorised, line.taken, parent.terms.tolerance, on_remaining=parent.terms.on_remaining
    )
    if act.quantity > allowed:
        contradict(
            entry, f"child takes {act.quantity} of line {act.line}, of which {allowed} may still be taken"
        )
    parent.take(entry)
    registers.course = Course(entry, course.record, _GRANTED | _AUTHORISED, must=True)


def _authorise(registers: Registers, entry: Entry, act: LineAuthorised, course: Course | None) -> None:
    if course is None or course.record is None or course.record[2] != act.tag:
        contradict(entry, "LINE_AUTHORISED does not follow the terms of its record")
    record = registers.records[course.record]
    book = registers.book(record)
    number = len(book.lines) + 1
    if act.line != number or number > _MOST_LINES:
        contradict(entry, f"line is {act.line}, expected {number} of at most {_MOST_LINES}")
    _require_authorisable(entry, act.quantity, book)
    if record.link is None:
        registers.course = Course(entry, course.record, _AUTHORISED)
    elif course.due:
        registers.course = course.after(entry)
    else:
        lines = _granted_lines(registers, entry, record, record.link)
        if act != lines[0]:
            contradict(entry, f"line {act.line} is not authorised for what was granted, {lines[0].quantity}")
        registers.course = Course(entry, course.record, due=lines[1:])
    book.take(entry)


def _require_authorisable(entry: Entry, quantity: int, book: UseBook) -> None:
    assert book.terms is not None
    if not quantity or ceiling(quantity, book.terms.tolerance) > LARGEST:
        contradict(entry, f"quantity is {quantity}, expected 1 to 2^72 - 1 with the tolerance on it")


def _granted_lines(
    registers: Registers, entry: Entry, record: RecordState, link: Link
) -> tuple[LineAuthorised, ...]:
    """Return how the lines of a child are opened: with what its parent's granted without the tolerance, in the same unit."""
    parent = registers.book(registers.record(entry, link.parent_member, link.parent_tag))
    terms = registers.book(record).terms
    assert terms is not None
    return tuple(
        LineAuthorised(
            record.tag, own, parent.lines[line].unit, before_tolerance(quantity, terms.tolerance) or 0
        )
        for line, own, quantity in parent.children[record.member, record.tag].lines
    )


def _give_back(registers: Registers, entry: Entry, act: LineReturned, course: Course | None) -> None:
    if course is None:
        contradict(entry, "LINE_RETURNED does not follow the end of a child")
    registers.book(registers.record(entry, act.owner, act.tag)).take(entry)
    registers.course = course.after(entry)


RULES: Final[dict[EntryType, Rule]] = {
    EntryType.RECORD_LINKED: _link,
    EntryType.TERMS_SET: _set_terms,
    EntryType.LINE_GRANTED: _grant,
    EntryType.LINE_AUTHORISED: _authorise,
    EntryType.LINE_RETURNED: _give_back,
}
