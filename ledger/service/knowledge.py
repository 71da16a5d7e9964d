"""Knowledge: what the cache adds up to, kept folded in memory and brought up to date before it is used.

Governance and agreements are few, so they are folded once and kept until they change; a reorganisation folds them anew. Records
are folded when somebody asks (``stories``). Nothing is fetched from the chain here.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from ledger.core.acts import EntryType
from ledger.core.aeo import Agreements, agreements_of
from ledger.core.state import Consortium, JournalContradiction
from ledger.errors import Unavailable
from ledger.service.stories import NOTHING, Stories, Story, believed, read

if TYPE_CHECKING:
    from ledger.store import Store
    from ledger.store.journal import CachedEntry, Step


_AGREEMENTS = (EntryType.AGREEMENT_PROPOSED, EntryType.RECOGNITION_CHANGED)


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
        self._agreements = Agreements({})
        self._agreed: list[CachedEntry] = []
        self._agreed_at: tuple[Step, int] | None = None
        self._stories = Stories()

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
        return step, self._followed(owner, registry, tag, cached, step.size)

    def story(self, owner: str, registry: bytes, tag: bytes, size: int) -> Story:
        """Return what the first ``size`` entries tell of a record; an alias of an AEO entry leads to that entry."""
        return self._followed(owner, registry, tag, self._store.journal.entries_about(owner, tag), size)

    def standing(self, registry: bytes, places: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Return those of ``places``, each an owner and a tag, where a record stands or to which an alias leads, in order.

        What is returned has the tag of the record itself.
        """
        step, cached = self._store.journal.head_and_entries_about_any([tag for _, tag in places])
        if step is None:
            return []
        found = []
        for owner, tag in places:
            record = self._followed(owner, registry, tag, cached.get((owner, tag), ()), step.size).record
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

    def agreements(self, step: Step) -> Agreements:
        """Return all agreements on mutual recognition as of a step of the cache."""
        with self._guard:
            if (step, step.number) != self._agreed_at:
                found = [one for one in self.agreement_entries() if one.index < step.size]
                if found != self._agreed:
                    self._agreements = believed(lambda: agreements_of(map(read, found)))
                    self._agreed = found
                self._agreed_at = step, step.number
            return self._agreements

    def agreement_entries(self, first: int = 0) -> list[CachedEntry]:
        """Return the entries about agreements from index ``first`` on, oldest first."""
        return self._store.journal.entries_of_types(*_AGREEMENTS, first_index=first)

    def _followed(
        self, owner: str, registry: bytes, tag: bytes, cached: Sequence[CachedEntry], size: int
    ) -> Story:
        story = self._told(owner, registry, tag, cached, size)
        if story.alias_of is None:
            return story
        target = story.alias_of
        return self._told(owner, registry, target, self._store.journal.entries_about(owner, target), size)

    def _told(
        self, owner: str, registry: bytes, tag: bytes, cached: Sequence[CachedEntry], size: int
    ) -> Story:
        if cached and cached[-1].index >= size:
            cached = [one for one in cached if one.index < size]
        return self._stories.tell((registry, owner, tag), cached)

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
