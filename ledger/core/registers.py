"""Registers: what the registries hold while the journal is folded, and where a call of several entries has got to.

Values only, changed in place by the rules of ``record_rules``, ``terms_rules``, ``use_rules`` and ``aeo_rules``; whether an entry
was possible is judged there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ledger.core.acts import Act, EntryType
from ledger.core.aeo import Agreement, TypeState
from ledger.core.consortium import Consortium
from ledger.core.contradiction import contradict
from ledger.core.entries import Entry
from ledger.core.members import MemberState
from ledger.core.opening import Relation
from ledger.core.records import RecordState
from ledger.core.uses import UseBook

RecordKey = tuple[bytes, str, bytes]
"""Registry, member, number tag."""

NOTHING: Final[frozenset[EntryType]] = frozenset()


@dataclass(slots=True)
class Course:
    """What the call of the last entry may still write, or has to.

    Args:
        entry: its last entry.
        record: the record that the call opens, if it opens one.
        may: types of entries that can come next as part of the call.
        must: one of them has to.
        due: entries that have to come first, exactly so.
    """

    entry: Entry
    record: RecordKey | None = None
    may: frozenset[EntryType] = NOTHING
    must: bool = False
    due: tuple[Act, ...] = ()

    @property
    def is_incomplete(self) -> bool:
        """Whether the next entry has to be of the same call."""
        return self.must or bool(self.due)

    def leads_to(self, entry: Entry) -> bool:
        """Return whether ``entry`` can be the next one of the call."""
        last = self.entry
        same = (
            entry.contract == last.contract
            and entry.member == last.member
            and entry.operator == last.operator
            and entry.time == last.time
        )
        return same and (entry.act == self.due[0] if self.due else entry.type in self.may)

    def after(self, entry: Entry) -> Course:
        """Return the course after the entry that was due."""
        return replace(self, entry=entry, due=self.due[1:])


@dataclass(slots=True)
class Registers:
    """All records of all registries, with what customs and administrations wrote about them.

    Args:
        books: use of the records that have any, by the root's key.
        types: types of authorisation of AEO entries, by name.
        aliases: the number tag that another one finds.
        agreements: of each registry, by number.
        course: what the call of the last entry may still write; None when nothing.
    """

    consortium: Consortium = field(default_factory=Consortium)
    records: dict[RecordKey, RecordState] = field(default_factory=dict)
    books: dict[RecordKey, UseBook] = field(default_factory=dict)
    types: dict[RecordKey, dict[str, TypeState]] = field(default_factory=dict)
    aliases: dict[RecordKey, bytes] = field(default_factory=dict)
    agreements: dict[bytes, dict[int, Agreement]] = field(default_factory=dict)
    course: Course | None = None

    @property
    def members(self) -> dict[str, MemberState]:
        """All members, by code."""
        return self.consortium.members

    def kind(self, entry: Entry) -> int:
        """Return the kind of the registry that appended ``entry``: 1 origin, 2 licences, 3 AEO."""
        return self.consortium.registries[entry.contract].kind

    def record(self, entry: Entry, member: str, tag: bytes) -> RecordState:
        """Return a record of the registry that appended ``entry``; refuse one that is not there."""
        record = self.records.get((entry.contract, member, tag))
        if record is None:
            contradict(entry, f"{member} has no record under number tag {tag.hex()}")
        return record

    def book(self, record: RecordState) -> UseBook:
        """Return the book in which the use of ``record`` is kept: that of its root."""
        key = (record.registry, record.member, record.root_tag)
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = UseBook()
        return book

    def rests_on(self, record: RecordState) -> tuple[RecordState, ...]:
        """Return all that has to be valid for ``record`` to be used: itself, its original, what that is an extract of."""
        root = self.records[record.registry, record.member, record.root_tag]
        link = root.link
        above = None
        if link is not None and link.relation is Relation.EXTRACT:
            above = self.records[record.registry, link.parent_member, link.parent_tag]
        return (record, root) if above is None else (record, root, above)

    def change(self, record: RecordState, entry: Entry) -> None:
        """Keep ``record`` as it is after ``entry``."""
        self.records[record.registry, record.member, record.tag] = record.with_entry(entry)


Rule = Callable[[Registers, Entry, Any, Course | None], None]
"""Takes in one entry with its act, and the course of the call that it continues, or None; else JournalContradiction."""
