"""The cached reservations: which entries reserved something, and by which later entry that was settled.

Part of the cache: ``CachedJournal`` writes it with the entries themselves, so it is never ahead or behind of them. What a
reservation says is read from its entry; here is only what finds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from ledger.core.acts import EntryType, UsePlace
from ledger.core.entries import MalformedEntry, decode
from ledger.core.uses import use_id
from ledger.store.schema import OPEN, entries, events, reservations

if TYPE_CHECKING:
    from ledger.store.journal import EntryRow

_USES: Final = range(EntryType.USE_RESERVED, EntryType.USE_ENTERED + 1)
_OPEN = (
    select(
        entries.c.position,
        entries.c.entry,
        events.c.block_number,
        events.c.block_digest,
        events.c.transaction,
    )
    .select_from(reservations)
    .join(entries, entries.c.position == reservations.c.position)
    .join(events, events.c.first == entries.c.event)
    .where(text(OPEN), reservations.c.member == bindparam("member"))
    .where(reservations.c.position >= bindparam("first"), reservations.c.time < bindparam("before"))
    .order_by(reservations.c.position)
    .limit(bindparam("limit"))
)
_COUNT = (
    select(func.count())
    .select_from(reservations)
    .where(
        text(OPEN), reservations.c.member == bindparam("member"), reservations.c.time < bindparam("before")
    )
)
_SETTLE = (
    update(reservations)
    .where(text(OPEN), reservations.c.use_id == bindparam("of"))
    .values(settled=bindparam("at"))
)


def open_in(
    connection: Connection, member: str, before: int, first: int, limit: int
) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many reservations ``member`` made before second ``before`` are open, and some of their entries.

    Args:
        first, limit: those entries are the oldest from index ``first`` on, at most ``limit``.
    """
    asked = {"member": member, "before": before}
    count = connection.execute(_COUNT, asked).scalar_one()
    rows = connection.execute(_OPEN, {**asked, "first": first, "limit": limit})
    return count, [tuple(row) for row in rows]


def add_in(connection: Connection, rows: Iterable[EntryRow]) -> None:
    """Note what new entries, in their order, reserve and settle."""
    made: list[dict[str, object]] = []
    settled: list[dict[str, object]] = []
    for row in rows:
        use = _use_of(row)
        if use is None:
            continue
        if row.type == EntryType.USE_RESERVED:
            made.append({"position": row.index, "member": row.member, "use_id": use, "time": row.time})
        else:
            settled.append({"of": use, "at": row.index})
    if made:
        connection.execute(insert(reservations), made)
    if settled:
        connection.execute(_SETTLE, settled)


def forget_in(connection: Connection, size: int) -> None:
    """Take back what entries from index ``size`` on reserved and settled."""
    connection.execute(delete(reservations).where(reservations.c.position >= size))
    again = update(reservations).where(reservations.c.settled >= size)
    connection.execute(again.values(settled=None))


def _use_of(row: EntryRow) -> str | None:
    if row.type not in _USES:
        return None
    try:
        place = getattr(decode(row.entry, row.index).act, "place", None)
    except MalformedEntry:
        return None  # whoever reads the entry is told
    return use_id(row.member, place) if isinstance(place, UsePlace) else None
