"""Stories: what the cached entries about a record tell of it, folded, and for records with many entries remembered.

A licence grows by an entry with each act of each office; folding all of them anew would make every act dearer than the one
before. So what was folded is kept, in bounds, and continued with what is new. Rule: it is continued only if it began with
exactly the entries that the cache has now, because a reorganisation or the rebuild of an edited cache may change any of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from ledger.core.acts import AliasAdded
from ledger.core.aeo import TypeState, with_type_entry
from ledger.core.entries import Entry, MalformedEntry, decode
from ledger.core.records import RecordState, with_next
from ledger.core.state import RECORD_TYPES
from ledger.core.uses import Usage, UseBook
from ledger.errors import Unavailable

if TYPE_CHECKING:
    from ledger.store.journal import CachedEntry

_FEW: Final = 16
"""Entries of a record that are folded faster than they are found in memory."""
_MOST: Final = 50_000
"""Entries in memory, of all records; about 80 MB."""

_Told = TypeVar("_Told")
Place = tuple[bytes, str, bytes]
"""A record: registry, member, number tag."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the journal tells of one record; all None, or without types, when there is none.

    ``alias_of`` is the tag of another record of the same owner that the tag leads to; then nothing else is told.
    """

    record: RecordState | None = None
    usage: Usage | None = None
    types: Mapping[str, TypeState] = field(default_factory=dict)
    alias_of: bytes | None = None


NOTHING: Final = Story()


class Stories:
    """Folds cached entries; safe to use from several threads.

    Args:
        most: how many entries are kept in memory at most, of all records.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._folds: OrderedDict[Place, _Fold] = OrderedDict()
        self._kept = 0

    @property
    def kept(self) -> int:
        """Return how many entries are kept in memory."""
        return self._kept

    def tell(self, place: Place, cached: Sequence[CachedEntry]) -> Story:
        """Return what all entries so far about an owner's tag, oldest first, tell of the record at ``place``.

        Raises:
            Unavailable: an entry is damaged, or the entries contradict each other.
        """
        if len(cached) < _FEW:
            return _Fold(place[0]).continued(cached)
        with self._guard:
            fold = self._folds.pop(place, None)
            self._kept -= 0 if fold is None else len(fold.cached)
            if fold is None or not fold.begins(cached):
                fold = _Fold(place[0])
            story = fold.continued(cached)  # what raises here is not kept
            self._keep(place, fold)
        return story

    def _keep(self, place: Place, fold: _Fold) -> None:
        """Keep a fold as the one that was used last; those that were not used for longest go."""
        self._folds[place] = fold
        self._kept += len(fold.cached)
        while self._kept > self._most:
            _, oldest = self._folds.popitem(last=False)
            self._kept -= len(oldest.cached)


class _Fold:
    """The entries about one tag, taken in so far."""

    __slots__ = ("_book", "_last", "_record", "_registry", "_types", "cached")

    def __init__(self, registry: bytes) -> None:
        self.cached: list[CachedEntry] = []
        self._registry = registry
        self._last: Entry | None = None
        self._record: RecordState | None = None
        self._book = UseBook()
        self._types: dict[str, TypeState] = {}

    def begins(self, cached: Sequence[CachedEntry]) -> bool:
        """Return whether ``cached`` is what was taken in, and perhaps more."""
        return self.cached == cached[: len(self.cached)]

    def continued(self, cached: Sequence[CachedEntry]) -> Story:
        """Take in what is new and return what all of it tells."""
        new = cached[len(self.cached) :]
        self.cached.extend(new)
        return believed(lambda: self._story(new))

    def _story(self, new: Sequence[CachedEntry]) -> Story:
        for one in new:
            entry = read(one)
            if entry.contract == self._registry and entry.type in RECORD_TYPES:
                self._last = entry
                self._record = with_next(self._record, entry)
                self._book.take(entry)
                with_type_entry(self._types, entry)
        if self._last is not None and isinstance(self._last.act, AliasAdded):
            return Story(alias_of=self._last.act.tag)
        if self._record is None:
            return NOTHING
        return Story(self._record, self._book.usage(), dict(self._types))


def believed(fold: Callable[[], _Told]) -> _Told:
    """Return what ``fold`` makes of cached entries; they were checked when they were read.

    Raises:
        Unavailable: they contradict each other all the same.
    """
    try:
        return fold()
    except (ValueError, KeyError) as error:
        raise Unavailable(f"the cache contradicts itself: {error}; run tradeseal rebuild") from error


def read(cached: CachedEntry) -> Entry:
    """Return what a cached entry says.

    Raises:
        Unavailable: its bytes are damaged.
    """
    try:
        return decode(cached.entry, cached.index)
    except MalformedEntry as error:
        raise Unavailable(
            f"entry {cached.index} of the cache is damaged ({error}); run tradeseal rebuild"
        ) from error
