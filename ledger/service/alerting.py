"""Alerting: what fell after this gateway's member had relied on it, read from the journal each time it is asked for.

Rule: nothing is kept, so nothing can be missed or told twice: the same journal gives the same alerts. Only uses of what fell
since the place that is asked about, and of what builds on that, are looked at; all own uses only where a key was reported.
The alerts of uses, of reliances on AEOs and of own certificates that build on others are in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from ledger.core.acts import EntryType, KeyCompromised
from ledger.core.alerts import AlertFact, Confirmation, KeyReport, Relied, alerts_of
from ledger.core.profiles import UsePolicy
from ledger.core.uses import UseRecord
from ledger.service.balance_sheets import USE_STATES
from ledger.service.child_alerting import ChildAlerting
from ledger.service.lineages import Lineages
from ledger.service.reading import moment
from ledger.service.reliance_alerting import RelianceAlerting
from ledger.service.stories import Place, Story, read
from ledger.service.use_answers import Alert

if TYPE_CHECKING:
    from ledger.core.entries import Entry
    from ledger.service.parts import Parts
    from ledger.store.uses import KnownUse

_CAUSES: Final = (
    (EntryType.KEY_COMPROMISED, EntryType.KEY_COMPROMISED),
    (EntryType.STATUS_CHANGED, EntryType.RECORD_CONFIRMED),
    (EntryType.USE_ENTERED, EntryType.USE_ENTERED),
)


class Alerting:
    """Finds the alerts for what this gateway's member relied on as customs, and issued on the strength of others."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._own = parts.settings.member.code
        self._lineages = Lineages(parts.knowledge)
        self._reliances = RelianceAlerting(parts)
        self._children = ChildAlerting(parts)

    def alerts(self, first: int, limit: int) -> list[Alert]:
        """Return up to ``limit`` alerts that entries from index ``first`` on caused, oldest first."""
        step = self._parts.store.journal.head()
        if step is None or not self._own:
            return []
        found = [
            *self._of_uses(first, limit, step.size),
            *self._reliances.alerts(first, limit, step),
            *self._children.alerts(first, limit, step.size),
        ]
        found.sort(key=lambda alert: (alert.journal_index, alert.alert_id))
        return found[:limit]

    def _of_uses(self, first: int, limit: int, size: int) -> list[Alert]:
        fallen = self._fallen(first, size)
        if fallen is not None and not fallen:
            return []
        places = self._own_places(size) if fallen is None else self._lineages.below(fallen, size)
        relied = [
            one
            for one in self._relied(places, size)
            if fallen is None or not fallen.isdisjoint(_rests_on(one))
        ]
        found = alerts_of(relied, self._reports(), self._confirmations(relied, size))
        facts = [one for one in found if one.journal_index >= first][:limit]
        known = self._parts.store.uses.by_commitments([one.use.place.declaration for one in facts])
        return [_told(one, known.get(one.use.place.declaration, [])) for one in facts]

    def _fallen(self, first: int, size: int) -> set[Place] | None:
        """Return the records that causing entries since ``first`` are about, or None when a key was reported: then any."""
        fallen: set[Place] = set()
        for least, most in _CAUSES:
            found = self._parts.store.journal.entries_of_types(least, most, first_index=first)
            causes = [entry for entry in map(read, found) if entry.index < size]
            if causes and least is EntryType.KEY_COMPROMISED:
                return None
            fallen |= {(entry.contract, entry.owner, entry.subject) for entry in causes}
        return fallen

    def _own_places(self, size: int) -> set[Place]:
        """Return the roots of all that this gateway's member ever used."""
        used = map(read, self._parts.store.journal.entries_of_uses(self._own))
        return {(entry.contract, entry.owner, entry.subject) for entry in used if entry.index < size}

    def _relied(self, places: set[Place], size: int) -> Iterator[Relied]:
        """Yield the own uses of ``places`` that stand, each with what it rests on."""
        kinds = {one.address: one.kind for one in self._parts.manifest.registries}
        for contract, owner, tag in sorted(places):
            root = self._parts.knowledge.story(owner, contract, tag, size)
            uses = () if root.usage is None else root.usage.standing
            for use in uses:
                if use.customs == self._own and contract in kinds:
                    yield from self._resting(use, kinds[contract], contract, root, size)

    def _resting(
        self, use: UseRecord, kind: int, contract: bytes, root: Story, size: int
    ) -> Iterator[Relied]:
        place = use.place
        shown = (
            root
            if place.presented == place.tag
            else self._parts.knowledge.story(place.owner, contract, place.presented, size)
        )
        if shown.record is None or root.record is None:
            return
        above = [] if shown is root else [root.record]
        above += self._lineages.above(root.record, contract, size)
        yield Relied(
            use,
            kind,
            shown.record,
            root.usage,
            UsePolicy.from_chain(root.record.use_policy).limit,
            self._sharing(root),
            tuple(above),
        )

    def _sharing(self, root: Story) -> frozenset[str] | None:
        """Return whose uses count together with our own: with terms everybody's, else those of our economy."""
        members = self._parts.knowledge.consortium().members
        if (root.usage is not None and root.usage.terms is not None) or self._own not in members:
            return None
        economy = members[self._own].economy
        return frozenset(one.code for one in members.values() if one.economy == economy)

    def _reports(self) -> list[KeyReport]:
        least = EntryType.KEY_COMPROMISED
        reports = []
        for cached in self._parts.store.journal.entries_of_types(least, least):
            entry = read(cached)
            if isinstance(entry.act, KeyCompromised):
                since = entry.act.compromised_since
                reports.append(KeyReport(entry.member, entry.act.key, since, entry.time, entry.index))
        return reports

    def _confirmations(self, relied: Iterable[Relied], size: int) -> list[Confirmation]:
        records = {(one.member, one.tag) for each in relied for one in (each.record, *each.above)}
        found: list[Entry] = []
        for member, tag in records:
            about = map(read, self._parts.store.journal.entries_about(member, tag))
            found += [one for one in about if one.type is EntryType.RECORD_CONFIRMED and one.index < size]
        found.sort(key=lambda entry: entry.index)
        return [Confirmation(one.member, one.subject, one.time, one.index) for one in found]


def _rests_on(relied: Relied) -> set[Place]:
    records = (relied.record, *relied.above)
    return {(one.registry, one.member, one.tag) for one in records}


def _told(fact: AlertFact, known: list[KnownUse]) -> Alert:
    use = fact.use
    ours = next((one for one in known if one.use_id == use.use_id), None)
    return Alert(
        alert_id=fact.alert_id,
        cause=fact.cause,
        journal_index=fact.journal_index,
        code=fact.code,
        message=fact.message,
        what_next=fact.what_next,
        kind=fact.kind,
        issuer=fact.issuer,
        number=None if ours is None else ours.number,
        tag=fact.tag,
        effective_from=moment(fact.effective_from),
        recorded_at=moment(fact.recorded_at),
        use_id=use.use_id,
        office=use.place.office,
        used_at=moment(use.used_at),
        state=USE_STATES[use.state],
        declaration=None if ours is None else ours.declaration,
    )
