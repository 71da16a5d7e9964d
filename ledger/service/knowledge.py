"""Knowledge: what the cache adds up to, kept folded in memory and brought up to date before it is used.

Governance is small, so it is folded once and then only what is new; a reorganisation folds it anew. Records are folded from
their few entries when somebody asks. Nothing is fetched from the chain here.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from ledger.core.entries import Entry, MalformedEntry, decode
from ledger.core.state import RECORD_TYPES, Consortium, JournalContradiction, RecordState, record_of
from ledger.errors import Unavailable

if TYPE_CHECKING:
    from ledger.store import Store
    from ledger.store.journal import CachedEntry, Step


class Knowledge:
    """The folded cache; safe to use from several threads.

    Raises (every method): ``Unavailable`` when the cache cannot be read or contradicts itself.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._consortium = Consortium()
        self._folded: list[CachedEntry] = []
        self._step: Step | None = None
        self._number = 0

    def consortium(self, step: Step | None = None) -> Consortium:
        """Return members, keys, registries and proposals as of the cache's newest step, which is ``step`` if given."""
        step = self._store.journal.head() if step is None else step
        number = 0 if step is None else step.number
        with self._guard:
            if (step, number) != (self._step, self._number):
                self._bring_up_to_date()
                self._step, self._number = step, number
            return self._consortium

    def record(self, member: str, registry: bytes, tag: bytes) -> RecordState | None:
        """Return a record as its entries in the cache tell it, or None."""
        return _record(registry, self._store.journal.entries_about(member, tag))

    def head_and_record(
        self, member: str, registry: bytes, tag: bytes
    ) -> tuple[Step | None, RecordState | None]:
        """Return how far the cache has read, and a record, as one consistent reading."""
        step, cached = self._store.journal.head_and_entries_about(member, tag)
        return step, _record(registry, cached)

    def anchored(self, member: str, registry: bytes, document_id: bytes) -> RecordState | None:
        """Return the record by which ``member`` anchored a document, or None."""
        for cached in self._store.journal.entries_anchoring(member, document_id):
            entry = read(cached)
            if entry.contract == registry:
                return self.record(member, registry, entry.subject)
        return None

    def _bring_up_to_date(self) -> None:
        # Compared from the first entry on: a reorganisation, or a rebuild of an edited cache, may have changed any.
        found = self._store.journal.governance_entries()
        known = len(self._folded)
        if found == self._folded:
            return
        grown = found[:known] == self._folded
        # A copy, because others may be reading the one that was handed out.
        consortium = deepcopy(self._consortium) if grown else Consortium()
        for cached in found[known:] if grown else found:
            try:
                consortium.fold(read(cached))
            except JournalContradiction as error:
                raise Unavailable(
                    f"the journal contradicts itself: {error}; run tradeseal rebuild"
                ) from error
        self._consortium, self._folded = consortium, found


def _record(registry: bytes, cached: Sequence[CachedEntry]) -> RecordState | None:
    entries = [read(one) for one in cached]
    try:
        return record_of([one for one in entries if one.contract == registry and one.type in RECORD_TYPES])
    except ValueError as error:
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
