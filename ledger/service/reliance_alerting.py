"""Reliance alerting: which noted reliances rest on something that fell by what was recorded later.

Rule: as in ``alerting``, nothing is kept. Only reliances on entries and recognitions that changed since the place that is asked
about are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ledger.core.acts import EntryType
from ledger.core.reliances import Reliance, RelianceAlert, Rested, reliance_alerts
from ledger.service.aeo_questions import AEO
from ledger.service.reading import moment
from ledger.service.stories import Story, read
from ledger.service.use_answers import Alert

if TYPE_CHECKING:
    from ledger.core.aeo import Agreements
    from ledger.service.parts import Parts
    from ledger.store.journal import Step
    from ledger.store.reliances import KnownReliance

_CAUSES: Final = (
    (EntryType.STATUS_CHANGED, EntryType.RECORD_REPLACED),
    (EntryType.TYPE_CHANGED, EntryType.TYPE_CHANGED),
)


class RelianceAlerting:
    """Finds the alerts for reliances that this gateway noted."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def alerts(self, first: int, limit: int, step: Step) -> list[Alert]:
        """Return up to ``limit`` alerts that entries from index ``first`` on, up to ``step``, caused; oldest first."""
        if not self._parts.store.reliances.exist():
            return []
        size = step.size
        agreements = self._parts.knowledge.agreements(step)
        known = {one.reliance_id: one for one in self._touched(first, size, agreements)}
        stories: dict[tuple[str, bytes], Story] = {}
        rested = []
        for one in known.values():
            place = (one.home, one.tag)
            if place not in stories:
                registry = self._parts.manifest.registry(AEO)
                stories[place] = self._parts.knowledge.story(one.home, registry, one.tag, size)
            story = stories[place]
            rested.append(Rested(_core(one), story.record, story.types, agreements))
        found = [one for one in reliance_alerts(rested) if one.journal_index >= first]
        return [_told(one, known[one.reliance.reliance_id]) for one in found[:limit]]

    def _touched(self, first: int, size: int, agreements: Agreements) -> Iterator[KnownReliance]:
        """Yield the reliances on what changed by entries since ``first``; some of them twice."""
        store = self._parts.store
        places = {
            (entry.owner, entry.subject)
            for least, most in _CAUSES
            for entry in map(read, store.journal.entries_of_types(least, most, first_index=first))
            if entry.index < size
        }
        yield from store.reliances.on_entries(places)
        # The first change of a recognition brings it into force, and nobody relied on it before.
        for home, partner, name in _recognitions(agreements):
            later = [one for one in agreements.changes(home, partner, name)[1:] if one.index >= first]
            if later:
                since = min(one.effective_from for one in later)
                yield from store.reliances.on_recognition(home, partner, name, since)


def _recognitions(agreements: Agreements) -> set[tuple[str, str, str]]:
    return {
        (cover.home, cover.partner, cover.name)
        for agreement in agreements.by_number.values()
        for cover in agreement.covers
    }


def _core(known: KnownReliance) -> Reliance:
    return Reliance(
        known.reliance_id,
        known.home,
        known.tag,
        known.partner,
        known.type,
        known.accepted_at,
        known.journal_size,
    )


def _told(fact: RelianceAlert, known: KnownReliance) -> Alert:
    return Alert(
        alert_id=fact.alert_id,
        cause=fact.cause,
        journal_index=fact.journal_index,
        code=fact.code,
        message=fact.message,
        what_next=fact.what_next,
        kind=AEO,
        issuer=known.home,
        number=known.code,
        tag=known.tag,
        effective_from=moment(fact.effective_from),
        recorded_at=moment(fact.recorded_at),
        use_id=None,
        office=known.office,
        used_at=moment(known.accepted_at),
        state="relied on",
        declaration=known.declaration,
        reliance_id=known.reliance_id,
    )
