"""The cached journal: entries as the chain shows them, and the steps in which they were read.

Rule: only ``ledger.sync`` writes here, a whole verified step at a time. Every entry remembers the event that
brought it, so an answer can name its block and transaction. The member of an entry is who acted, its owner whose record
or membership it is about: customs writes about records that are not its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import (
    Connection,
    LargeBinary,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
    update,
)

from ledger.store import reservations
from ledger.store.comparison import differences
from ledger.store.schema import (
    AGREEMENTS,
    ANCHORED_DOCUMENT,
    CACHE,
    GOVERNANCE,
    LINES,
    USES,
    entries,
    events,
    steps,
)

if TYPE_CHECKING:
    from ledger.store.database import Database

_Row = TypeVar("_Row")
_CHUNK = 5_000
# Types that have an index of their own: first, last, and the index's condition.
_INDEXED = ((0x00, 0x1F, GOVERNANCE), (0x34, 0x38, USES), (0x44, 0x47, AGREEMENTS))


@dataclass(frozen=True, slots=True)
class CachedEntry:
    """One entry: its index, its bytes (``docs/spec/journal.md``) and where the chain holds it."""

    index: int
    entry: bytes
    block_number: int
    block_digest: bytes
    transaction: bytes


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry to be stored; ``event`` is the index of the first entry of its event."""

    index: int
    event: int
    type: int
    member: str
    owner: str
    subject: bytes
    time: int
    entry: bytes


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event to be stored: ``count`` entries from ``first`` on, and where the chain holds them."""

    first: int
    count: int
    block_number: int
    block_digest: bytes
    log_index: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """How far the cache has read: a block, and the journal's size, root and frontier after it.

    ``number`` is the store's own; a rebuilt cache goes on counting, so it is never taken for the one before.
    """

    block_number: int
    block_digest: bytes
    block_time: int
    size: int
    root: bytes
    frontier: bytes
    number: int = field(default=0, compare=False)


_FULL = (
    select(
        entries.c.position,
        entries.c.entry,
        events.c.block_number,
        events.c.block_digest,
        events.c.transaction,
    )
    .join(events, events.c.first == entries.c.event)
    .order_by(entries.c.position)
)
_ABOUT = _FULL.where(entries.c.subject == bindparam("subject"), entries.c.owner == bindparam("owner"))
_ABOUT_FROM = _ABOUT.where(entries.c.position >= bindparam("first"))
_LINES = _ABOUT.where(text(LINES))
_ANCHORING = _FULL.where(
    entries.c.type == literal_column("32"),
    literal_column(ANCHORED_DOCUMENT) == bindparam("document_id", type_=LargeBinary),
    entries.c.member == bindparam("member"),
)
_GOVERNANCE = _FULL.where(text(GOVERNANCE), entries.c.position >= bindparam("first"))
_USES = _FULL.where(
    text(USES), entries.c.member == bindparam("member"), entries.c.position >= bindparam("first")
)
_RANGE = _FULL.where(entries.c.position >= bindparam("first"), entries.c.position < bindparam("end"))
_STEPS = select(
    steps.c.block_number,
    steps.c.block_digest,
    steps.c.block_time,
    steps.c.size,
    steps.c.root,
    steps.c.frontier,
    steps.c.step,
).order_by(steps.c.step.desc())
_STEPS_BEFORE = _STEPS.where(steps.c.step < bindparam("before")).limit(bindparam("many"))
_NEWER_THAN_ANY = 2**63 - 1
_HEAD = _STEPS.limit(1)
_NEWEST, _RECORD = _HEAD.subquery("newest"), _ABOUT.subquery("about")
_HEAD_AND_ABOUT = (
    select(_NEWEST, _RECORD).select_from(_NEWEST.outerjoin(_RECORD, true())).order_by(_RECORD.c.position)
)
_ANY_RECORD = (
    _FULL.add_columns(entries.c.owner, entries.c.subject)
    .where(entries.c.subject.in_(bindparam("subjects", expanding=True)))
    .subquery("any_record")
)
_HEAD_AND_ABOUT_ANY = (
    select(_NEWEST, _ANY_RECORD)
    .select_from(_NEWEST.outerjoin(_ANY_RECORD, true()))
    .order_by(_ANY_RECORD.c.position)
)
_STEP_COLUMNS = len(_NEWEST.c)
_STEP_VALUES = tuple(column.name for column in steps.c if column.name != "step")
_KEPT = -1


class CachedJournal:
    """Reads of the cache, each in its own transaction, and the writes that ``ledger.sync`` puts into one.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading --------------------------------------------------------------------------------------------

    def entries_about(self, owner: str, subject: bytes, first: int = 0) -> list[CachedEntry]:
        """Return the entries about ``subject`` of ``owner`` from index ``first`` on, whoever made them, oldest first."""
        with self._database.reading() as connection:
            asked = {"owner": owner, "subject": subject, "first": first}
            rows = connection.execute(_ABOUT_FROM, asked).all()
        return [CachedEntry(*row) for row in rows]

    def entries_of_lines(self, owner: str, subject: bytes) -> list[CachedEntry]:
        """Return the entries that opened the lines of a record, however often it was used since."""
        with self._database.reading() as connection:
            rows = connection.execute(_LINES, {"owner": owner, "subject": subject}).all()
        return [CachedEntry(*row) for row in rows]

    def entries_anchoring(self, member: str, document_id: bytes) -> list[CachedEntry]:
        """Return the entries by which ``member`` anchored the document with this id, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_ANCHORING, {"member": member, "document_id": document_id}).all()
        return [CachedEntry(*row) for row in rows]

    def governance_entries(self, first: int = 0) -> list[CachedEntry]:
        """Return the entries about members, keys, proposals and registries from index ``first`` on."""
        with self._database.reading() as connection:
            rows = connection.execute(_GOVERNANCE, {"first": first}).all()
        return [CachedEntry(*row) for row in rows]

    def entries_of_uses(self, member: str, first: int = 0) -> list[CachedEntry]:
        """Return what ``member`` as customs wrote of uses from index ``first`` on."""
        with self._database.reading() as connection:
            rows = connection.execute(_USES, {"member": member, "first": first}).all()
        return [CachedEntry(*row) for row in rows]

    def open_reservations(
        self, member: str, before: int, first: int, limit: int
    ) -> tuple[Step | None, int, list[CachedEntry]]:
        """Return the newest step, how many of ``member``'s reservations are open, and the oldest of them.

        Args:
            before: second before which they were made. first, limit: those entries from index ``first`` on, at most
            ``limit``.
        """
        with self._database.reading() as connection:
            count, rows = reservations.open_in(connection, member, before, first, limit)
            return self.head_in(connection), count, [CachedEntry(*row) for row in rows]

    def entries_of_types(
        self,
        first_type: int,
        last_type: int,
        owner: str | None = None,
        member: str | None = None,
        first_index: int = 0,
        limit: int | None = None,
    ) -> list[CachedEntry]:
        """Return up to ``limit`` entries of types ``first_type`` to ``last_type``, both included, oldest first.

        Quick for governance, for agreements, and for the uses that one ``member`` wrote; any other question reads the
        journal from ``first_index`` on.
        """
        # The numbers stand in the statement: with parameters no partial index would be used.
        asked = _FULL.where(text(f"type >= {first_type:d} AND type <= {last_type:d}"))
        asked = asked.where(entries.c.position >= first_index)
        for least, most, condition in _INDEXED:
            if least <= first_type and last_type <= most:
                asked = asked.where(text(condition))
        if owner is not None:
            asked = asked.where(entries.c.owner == owner)
        if member is not None:
            asked = asked.where(entries.c.member == member)
        with self._database.reading() as connection:
            rows = connection.execute(asked.limit(limit)).all()
        return [CachedEntry(*row) for row in rows]

    def entries(self, first: int, limit: int) -> list[CachedEntry]:
        """Return up to ``limit`` entries from index ``first`` on."""
        with self._database.reading() as connection:
            rows = connection.execute(_RANGE, {"first": first, "end": first + limit}).all()
        return [CachedEntry(*row) for row in rows]

    def stream(self, first: int = 0) -> Iterator[CachedEntry]:
        """Yield every entry from index ``first`` on, some thousands in memory at a time."""
        while chunk := self.entries(first, _CHUNK):
            yield from chunk
            first = chunk[-1].index + 1

    def size(self) -> int:
        """Return the number of entries that the cache holds."""
        step = self.head()
        return 0 if step is None else step.size

    def head(self) -> Step | None:
        """Return the newest step, or None before the first."""
        with self._database.reading() as connection:
            return self.head_in(connection)

    def head_and_entries_about(self, owner: str, subject: bytes) -> tuple[Step | None, list[CachedEntry]]:
        """Return ``head()`` and ``entries_about(owner, subject)`` as one consistent reading."""
        # Every look-up comes through here: one statement is a consistent reading without a transaction around it.
        with self._database.asking() as connection:
            rows = connection.execute(_HEAD_AND_ABOUT, {"owner": owner, "subject": subject}).all()
        if not rows:
            return None, []
        found = [row[_STEP_COLUMNS:] for row in rows if row[_STEP_COLUMNS] is not None]
        return Step(*rows[0][:_STEP_COLUMNS]), [CachedEntry(*columns) for columns in found]

    def head_and_entries_about_any(
        self, subjects: Sequence[bytes]
    ) -> tuple[Step | None, dict[tuple[str, bytes], list[CachedEntry]]]:
        """Return ``head()`` and, by owner and subject, the entries about any of some hundred ``subjects``, consistently."""
        found: dict[tuple[str, bytes], list[CachedEntry]] = {}
        with self._database.asking() as connection:
            rows = connection.execute(_HEAD_AND_ABOUT_ANY, {"subjects": list(subjects)}).all()
        for row in rows:
            *columns, owner, subject = row[_STEP_COLUMNS:]
            if owner is not None:
                found.setdefault((owner, subject), []).append(CachedEntry(*columns))
        return (Step(*rows[0][:_STEP_COLUMNS]) if rows else None), found

    def steps(self) -> Iterator[Step]:
        """Yield all steps, newest first, read as they are asked for: nearly always the first one decides."""
        before, many = _NEWER_THAN_ANY, 1
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(_STEPS_BEFORE, {"before": before, "many": many}).all()
            found = [Step(*row) for row in rows]
            yield from found
            if len(found) < many:
                return
            before, many = found[-1].number, _CHUNK

    def differences(self, other: CachedJournal, limit: int = 20) -> list[str]:
        """Return, one per line, where this cache is not byte for byte what ``other`` holds.

        What only one of them has read so far is not a difference, because the journal only grows; a row past what this
        cache has read is one, because nobody read it.
        """
        with self._database.reading() as mine, other._database.reading() as theirs:
            return differences(mine, theirs, self.head_in(mine), self.head_in(theirs), limit)

    # --- writing, inside a transaction of the caller --------------------------------------------------------

    @staticmethod
    def head_in(connection: Connection) -> Step | None:
        """Return the newest step as this transaction sees it."""
        row = connection.execute(_HEAD).first()
        return None if row is None else Step(*row)

    @staticmethod
    def add_in(
        connection: Connection, event_rows: Iterable[EventRow], entry_rows: Iterable[EntryRow]
    ) -> None:
        """Insert events and entries; a position that is already taken ends the transaction."""
        for events_chunk in _chunks(event_rows):
            connection.execute(insert(events), [_event_values(row) for row in events_chunk])
        for entries_chunk in _chunks(entry_rows):
            connection.execute(insert(entries), [_entry_values(row) for row in entries_chunk])
            reservations.add_in(connection, entries_chunk)

    @staticmethod
    def add_step_in(connection: Connection, step: Step) -> None:
        """Record that the cache now stands at ``step``; a step that adds no entry replaces the one before."""
        connection.execute(delete(steps).where(steps.c.size == step.size))
        connection.execute(insert(steps).values({name: getattr(step, name) for name in _STEP_VALUES}))

    @staticmethod
    def forget_in(connection: Connection, size: int) -> None:
        """Delete every entry from index ``size`` on, with its events and steps."""
        reservations.forget_in(connection, size)
        connection.execute(delete(entries).where(entries.c.position >= size))
        connection.execute(delete(events).where(events.c.first >= size))
        connection.execute(delete(steps).where(steps.c.size > size))

    @staticmethod
    def forget_all_in(connection: Connection) -> None:
        """Empty the cache."""
        for table in CACHE:
            connection.execute(delete(table))

    @classmethod
    def replace_in(cls, connection: Connection, other: CachedJournal) -> None:
        """Forget everything and take over what ``other`` holds, in chunks."""
        newest = select(func.max(steps.c.step)).scalar_subquery()
        for table in CACHE:
            if table is not steps:
                connection.execute(delete(table))
        connection.execute(delete(steps).where(steps.c.step != newest))
        connection.execute(update(steps).values(size=_KEPT))  # until the new ones are numbered after it
        with other._database.reading() as source:
            for table in CACHE:
                columns = [column for column in table.c if column is not steps.c.step]
                found = source.execute(
                    select(*columns).order_by(*table.primary_key).execution_options(yield_per=_CHUNK)
                )
                for chunk in found.mappings().partitions(_CHUNK):
                    connection.execute(insert(table), [dict(row) for row in chunk])
        connection.execute(delete(steps).where(steps.c.size == _KEPT))


def _event_values(row: EventRow) -> dict[str, object]:
    return {
        "first": row.first,
        "count": row.count,
        "block_number": row.block_number,
        "block_digest": row.block_digest,
        "log_index": row.log_index,
        "transaction": row.transaction,
    }


def _entry_values(row: EntryRow) -> dict[str, object]:
    return {
        "position": row.index,
        "event": row.event,
        "type": row.type,
        "member": row.member,
        "owner": row.owner,
        "subject": row.subject,
        "time": row.time,
        "entry": row.entry,
    }


def _chunks(rows: Iterable[_Row]) -> Iterator[Sequence[_Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
