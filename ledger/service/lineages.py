"""Lineages: which records build on others, up and down, as the cached journal tells it.

Rule: a record's use, and so its children, lie with its root; what hangs on a true copy is found at the original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledger.core.records import RecordState
    from ledger.service.knowledge import Knowledge
    from ledger.service.stories import Place

_MOST: Final = 8
"""Generations of certificates above or below one that are looked at."""


class Lineages:
    """Walks from records to those that they build on, and to those that build on them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def above(self, record: RecordState, contract: bytes, size: int) -> Iterator[RecordState]:
        """Yield the records that one builds on, the nearest first."""
        for _ in range(_MOST):
            link = record.link
            if link is None:
                return
            story = self._knowledge.story(link.parent_member, contract, link.parent_tag, size)
            if story.record is None:
                return
            record = story.record
            yield record

    def below(self, places: Iterable[Place], size: int) -> set[Place]:
        """Return the roots of ``places``, and of all that builds on them, a generation at a time."""
        found: set[Place] = set()
        generation = set(places)
        for _ in range(_MOST + 1):
            roots = {self._root(place, size) for place in generation} - found
            found |= roots
            generation = {
                (contract, child.member, child.tag)
                for contract, owner, tag in roots
                if (usage := self._knowledge.story(owner, contract, tag, size).usage) is not None
                for child in usage.children
            }
        return found

    def _root(self, place: Place, size: int) -> Place:
        contract, owner, tag = place
        record = self._knowledge.story(owner, contract, tag, size).record
        return place if record is None else (contract, owner, record.root_tag)
