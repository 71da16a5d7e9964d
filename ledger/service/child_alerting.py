"""Child alerting: which certificates that this gateway's member issued build on one of others that fell.

Rule: as in ``alerting``, nothing is kept. Only what builds on records whose status changed since the place that is asked
about is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ledger.core.acts import EntryType
from ledger.core.child_alerts import Child, ChildAlert, child_alerts
from ledger.service.lineages import Lineages
from ledger.service.reading import moment
from ledger.service.stories import Place, read
from ledger.service.use_answers import Alert

if TYPE_CHECKING:
    from ledger.service.parts import Parts

_FIRST, _LAST = EntryType.STATUS_CHANGED, EntryType.RECORD_REPLACED
_ISSUED: Final = "issued"


class ChildAlerting:
    """Finds the alerts for certificates of this gateway's member."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._own = parts.settings.member.code
        self._lineages = Lineages(parts.knowledge)

    def alerts(self, first: int, limit: int, size: int) -> list[Alert]:
        """Return up to ``limit`` alerts that entries from index ``first`` on, up to ``size``, caused; oldest first."""
        changed = self._parts.store.journal.entries_of_types(_FIRST, _LAST, first_index=first)
        fallen = {
            (entry.contract, entry.owner, entry.subject)
            for entry in map(read, changed)
            if entry.index < size and entry.owner != self._own
        }
        own = [place for place in self._lineages.below(fallen, size) if place[1] == self._own]
        found = [one for one in child_alerts(self._children(own, size)) if one.journal_index >= first]
        return [self._told(one) for one in found[:limit]]

    def _children(self, places: list[Place], size: int) -> Iterator[Child]:
        kinds = {one.address: one.kind for one in self._parts.manifest.registries}
        for contract, owner, tag in sorted(places):
            record = self._parts.knowledge.story(owner, contract, tag, size).record
            if record is not None and contract in kinds:
                yield Child(kinds[contract], record, tuple(self._lineages.above(record, contract, size)))

    def _told(self, fact: ChildAlert) -> Alert:
        record, kind = fact.child.record, fact.child.kind
        known = self._parts.store.documents.by_tags(kind, record.member, [record.tag]).get(record.tag)
        return Alert(
            alert_id=fact.alert_id,
            cause=fact.cause,
            journal_index=fact.journal_index,
            code=fact.code,
            message=fact.message,
            what_next=fact.what_next,
            kind=kind,
            issuer=record.member,
            number=None if known is None else known.number,
            tag=record.tag,
            effective_from=moment(fact.change.effective_from),
            recorded_at=moment(fact.change.recorded_at),
            use_id=None,
            office=None,
            used_at=moment(record.anchored_at),
            state=_ISSUED,
            declaration=None,
        )
