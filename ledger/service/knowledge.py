"""Knowledge: what the cache adds up to, kept folded in memory and brought up to date before it is used.

Governance is small, so it is folded once and then only what is new; a reorganisation folds it anew. Records are folded from
their few entries when somebody asks. Nothing is fetched from the chain here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from ledger.core.acts import AliasAdded, EntryType
from ledger.core.aeo import Agreements, TypeState, agreements_of, types_of
from ledger.core.entries import Entry, MalformedEntry, decode
from ledger.core.state import RECORD_TYPES, Consortium, JournalContradiction, RecordState, record_of
from ledger.core.uses import Usage, usage_of
from ledger.errors import Unavailable

if TYPE_CHECKING:
    from ledger.store import Store
    from ledger.store.journal import CachedEntry, Step


_AGREEMENTS = (EntryType.AGREEMENT_PROPOSED, EntryType.RECOGNITION_CHANGED)
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Story:
    """What the journal tells of one record; all None, or without types, when there is none."""

    record: RecordState | None = None
    usage: Usage | None = None
    types: Mapping[str, TypeState] = field(default_factory=dict)


NOTHING = Story()


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

    def head_and_story(self, owner: str, registry: bytes, tag: bytes | None) -> tuple[Step | None, Story]:
        """Return how far the cache has read, and what it tells of a record, as one consistent reading."""
        if tag is None:
            return self._store.journal.head(), NOTHING
        step, cached = self._store.journal.head_and_entries_about(owner, tag)
        if step is None:
            return None, NOTHING
        return step, self._followed(owner, registry, cached, step.size)

    def story(self, owner: str, registry: bytes, tag: bytes, size: int) -> Story:
        """Return what the first ``size`` entries tell of a record; an alias of an AEO entry leads to that entry."""
        return self._followed(owner, registry, self._store.journal.entries_about(owner, tag), size)

    def standing(self, registry: bytes, places: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Return those of ``places``, each an owner and a tag, where a record stands or to which an alias leads, in order.

        What is returned has the tag of the record itself.
        """
        step, cached = self._store.journal.head_and_entries_about_any([tag for _, tag in places])
        if step is None:
            return []
        found = []
        for owner, tag in places:
            record = self._followed(owner, registry, cached.get((owner, tag), ()), step.size).record
            if record is not None:
                found.append((owner, record.tag))
        return found

    def root(self, story: Story, registry: bytes, size: int) -> Story:
        """Return what is told of the record that keeps the use: of a certified true copy its original, else itself."""
        record = story.record
        if record is None or record.root_tag == record.tag:
            return story
        return self.story(record.member, registry, record.root_tag, size)

    def anchored(self, member: str, registry: bytes, document_id: bytes, size: int) -> Story | None:
        """Return the record by which ``member`` anchored a document, or None."""
        for cached in self._store.journal.entries_anchoring(member, document_id):
            entry = read(cached)
            if entry.contract == registry and entry.index < size:
                return self.story(member, registry, entry.subject, size)
        return None

    def agreements(self, size: int) -> Agreements:
        """Return all agreements on mutual recognition as the first ``size`` entries tell them."""
        found = self.agreement_entries()
        return _believed(lambda: agreements_of(read(one) for one in found if one.index < size))

    def agreement_entries(self) -> list[CachedEntry]:
        """Return the entries about agreements, oldest first."""
        return self._store.journal.entries_of_types(*_AGREEMENTS)

    def _followed(self, owner: str, registry: bytes, cached: Sequence[CachedEntry], size: int) -> Story:
        entries = _about(registry, cached, size)
        target = _alias_target(entries)
        if target is not None:
            entries = _about(registry, self._store.journal.entries_about(owner, target), size)
        return _believed(lambda: _told(entries))

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


def _about(registry: bytes, cached: Sequence[CachedEntry], size: int) -> list[Entry]:
    entries = (read(one) for one in cached if one.index < size)
    return [one for one in entries if one.contract == registry and one.type in RECORD_TYPES]


def _alias_target(entries: Sequence[Entry]) -> bytes | None:
    """Return the tag that an alias leads to, or None when the entries are not about an alias that stands."""
    if not entries or not isinstance(entries[-1].act, AliasAdded):
        return None
    return entries[-1].act.tag


def _told(entries: Sequence[Entry]) -> Story:
    record = record_of(entries)
    return NOTHING if record is None else Story(record, usage_of(entries), types_of(entries))


def _believed(fold: Callable[[], _Told]) -> _Told:
    """Return what ``fold`` makes of cached entries; they were checked when they were read."""
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
