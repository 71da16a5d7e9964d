"""Record rules: what the issuer says of a record: anchored, status, replaced, confirmed.

The one rule: an entry that ``contracts/Registry.sol`` and ``contracts/UseTerms.sol`` could not have written in the state
before it is a contradiction. What hangs on a record (links, terms, lines) is judged in ``terms_rules``.
"""

from __future__ import annotations

from typing import Final

from ledger.core.acts import (
    EntryType,
    LineReturned,
    RecordAnchored,
    RecordConfirmed,
    RecordReplaced,
    StatusChanged,
)
from ledger.core.callers import KIND_NAMES, require_active, require_issuer, require_operator, role_for
from ledger.core.contradiction import contradict
from ledger.core.entries import Entry
from ledger.core.opening import Relation
from ledger.core.records import RecordState, Status, anchored
from ledger.core.registers import Course, Registers, Rule

_OPENING: Final = frozenset({EntryType.RECORD_LINKED, EntryType.TERMS_SET})
_ANCHORED: Final = _OPENING | {EntryType.RECORD_REPLACED}
_MAY_FOLLOW: Final = {
    Status.VALID: frozenset({Status.SUSPENDED, Status.REVOKED, Status.CANCELLED}),
    Status.SUSPENDED: frozenset({Status.VALID, Status.REVOKED, Status.CANCELLED}),
}


def may_follow(before: Status, after: int) -> bool:
    """Return whether a status can become another by a change; what is final stays."""
    return after in _MAY_FOLLOW.get(before, ())


def takes(kind: int, use_policy: int, *, terms: bool) -> bool:
    """Return whether registries of this kind take records of a policy with terms, or without them."""
    if kind == 1:
        return terms or use_policy >> 8 != 3
    if kind == 2:
        return terms or use_policy == 0
    return not terms and use_policy == 0


def _anchor(registers: Registers, entry: Entry, act: RecordAnchored, _: Course | None) -> None:
    kind = registers.kind(entry)
    needs_terms = not takes(kind, act.use_policy, terms=False)
    if needs_terms and not takes(kind, act.use_policy, terms=True):
        contradict(
            entry, f"use policy is {act.use_policy:#06x}, which no registry of {KIND_NAMES[kind]} takes"
        )
    require_issuer(registers.members, entry, role_for(entry, kind, act.document_type), act.key)
    if act.tag == bytes(32):
        contradict(entry, "number tag is zero")
    place = (entry.contract, entry.member, act.tag)
    taken = registers.records.get(place)
    if taken is not None:
        contradict(entry, f"number tag {act.tag.hex()} was taken by entry {taken.index}")
    if place in registers.aliases:
        contradict(entry, f"number tag {act.tag.hex()} is an alias")
    registers.records[place] = anchored(entry)
    registers.course = Course(entry, place, _ANCHORED, needs_terms)


def _change_status(registers: Registers, entry: Entry, act: StatusChanged, _: Course | None) -> None:
    require_operator(registers.members, entry)
    record = registers.record(entry, entry.member, act.tag)
    if act.status == Status.VALID:
        role = role_for(entry, registers.kind(entry), record.document_type)
        require_active(registers.members, entry, role)
    if not may_follow(record.status, act.status):
        contradict(entry, f"status {Status(act.status).name} cannot follow {record.status.name}")
    if act.reason == 0:
        contradict(entry, "change of status has no reason")
    if not record.anchored_at <= act.effective_from <= entry.time:
        expected = f"expected {record.anchored_at} to {entry.time}"
        contradict(entry, f"status is effective from {act.effective_from}, {expected}")
    if act.status == Status.CANCELLED:
        due = _end(registers, entry, record)
        registers.course = Course(entry, due=due) if due else None
    registers.change(record, entry)


def _supersede(registers: Registers, entry: Entry, act: RecordReplaced, course: Course | None) -> None:
    successor = (entry.contract, entry.member, act.successor)
    if course is None or course.record != successor:
        contradict(entry, "RECORD_REPLACED does not follow the anchoring of the successor")
    old = registers.record(entry, entry.member, act.tag)
    if act.tag == act.successor or old.status >= Status.REVOKED:
        contradict(entry, f"status REPLACED cannot follow {old.status.name}, nor a record replace itself")
    if act.reason == 0:
        contradict(entry, "replacement has no reason")
    due = _end(registers, entry, old)
    registers.change(old, entry)
    registers.course = Course(entry, successor, _OPENING, course.must, due)


def _confirm(registers: Registers, entry: Entry, act: RecordConfirmed, _: Course | None) -> None:
    require_active(registers.members, entry)
    record = registers.record(entry, entry.member, act.tag)
    if record.status >= Status.REVOKED:
        contradict(entry, f"record is {record.status.name}, and cannot be confirmed")
    registers.change(record, entry)


def _end(registers: Registers, entry: Entry, record: RecordState) -> tuple[LineReturned, ...]:
    """Return what a record gives back to its parent when it is cancelled or replaced; refuse one that is used."""
    book = registers.books.get((record.registry, record.member, record.root_tag))
    if book is not None and book.count:
        contradict(entry, f"record has {book.count} uses and children, so it can only be revoked")
    link = record.link
    if link is None or link.relation is Relation.TRUE_COPY:
        return ()
    parent = registers.book(registers.record(entry, link.parent_member, link.parent_tag))
    return tuple(
        LineReturned(
            link.parent_member,
            link.parent_tag,
            record.member,
            record.tag,
            line,
            own,
            quantity,
        )
        for line, own, quantity in parent.children[record.member, record.tag].lines
    )


RULES: Final[dict[EntryType, Rule]] = {
    EntryType.RECORD_ANCHORED: _anchor,
    EntryType.STATUS_CHANGED: _change_status,
    EntryType.RECORD_REPLACED: _supersede,
    EntryType.RECORD_CONFIRMED: _confirm,
}
