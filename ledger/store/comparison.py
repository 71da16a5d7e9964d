"""Comparison: where a cached journal is not byte for byte what another one, read from the chain, holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, or_, select

from ledger.store.schema import entries, events, reservations

if TYPE_CHECKING:
    from ledger.store.journal import Step

_CHUNK: Final = 5_000


def differences(
    mine: Connection, theirs: Connection, own: Step | None, good: Step | None, limit: int
) -> list[str]:
    """Return, one per line, up to ``limit`` places where one cache differs from the other, which is believed.

    Args:
        own, good: how far each has read.
    """
    found: list[str] = []
    size = 0 if own is None else own.size
    both = min(size, 0 if good is None else good.size)
    for table, key in ((entries, entries.c.position), (events, events.c.first)):
        asked = select(table).order_by(key).execution_options(yield_per=_CHUNK)
        here = mine.execute(asked.where(or_(key < both, key >= size, key < 0)))
        for left, right in _side_by_side(here, theirs.execute(asked.where(key < both))):
            if left != right:
                found.append(_difference(table.name, left, right))
            if len(found) >= limit:
                return found
    if own is None or good is None or own.size != good.size:
        return found
    # Only of equal journals: a later entry settles what an earlier one reserved.
    asked = select(reservations).order_by(reservations.c.position).execution_options(yield_per=_CHUNK)
    for left, right in _side_by_side(mine.execute(asked), theirs.execute(asked)):
        if left != right and len(found) < limit:
            found.append(_difference(reservations.name, left, right))
    if (own.root, own.frontier) != (good.root, good.frontier):
        found.append(f"steps {own.block_number}: the cache holds another tree than the chain")
    return found


def _side_by_side(
    left: Iterable[Row[Any]], right: Iterable[Row[Any]]
) -> Iterator[tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]]:
    """Pair rows by their first column, both sides sorted by it; None where one side lacks the row."""
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            yield tuple(one or ()), None
            one = next(lefts, None)
        elif one is None or other[0] < one[0]:
            yield None, tuple(other)
            other = next(rights, None)
        else:
            yield tuple(one), tuple(other)
            one, other = next(lefts, None), next(rights, None)


def _difference(table: str, left: tuple[Any, ...] | None, right: tuple[Any, ...] | None) -> str:
    key = (left or right or ("?",))[0]
    if left is None:
        return f"{table} {key}: missing in the cache"
    if right is None:
        return f"{table} {key}: not on the chain"
    return f"{table} {key}: the cache holds other bytes than the chain"
