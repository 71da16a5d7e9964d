"""Open reservations: what this gateway's member holds and has neither consumed nor released yet.

Rule: a reservation that stays open is told, oldest first, and never freed: the goods may have left the port. Nothing is kept; the
member's own uses are read from the journal each time, in time proportional to them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ledger.core.acts import UsePlace, UseReserved
from ledger.core.entries import Entry
from ledger.core.units import from_millionths
from ledger.core.uses import use_id
from ledger.service.reading import moment
from ledger.service.stories import read
from ledger.service.use_answers import Reservation, Reservations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.service.parts import Parts
    from ledger.store.uses import KnownUse

_Root = tuple[bytes, str, bytes]
"""The record that keeps the use: registry, owner, number tag."""


class OpenReservations:
    """Finds the reservations of this gateway's member that are still open."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._own = parts.settings.member.code
        self._kinds = {one.address: one.kind for one in parts.manifest.registries}

    def read(self, before: datetime | None, limit: int) -> Reservations:
        """Return the oldest ``limit`` open reservations, and how many there are; see ``Ledger.reservations``."""
        step = self._parts.store.journal.head()
        if step is None or not self._own:
            return Reservations(0, (), 0 if step is None else step.size)
        found = [
            (entry, act)
            for entry, act in self._open(step.size)
            if before is None or moment(entry.time) < before
        ]
        told = found[:limit]
        known = self._parts.store.uses.by_commitments([act.place.declaration for _, act in told])
        units = self._units([entry for entry, _ in told], step.size)
        reservations = (
            self._told(entry, act, known.get(act.place.declaration, ()), units[_root(entry)])
            for entry, act in told
        )
        return Reservations(len(found), tuple(reservations), step.size)

    def _open(self, size: int) -> Sequence[tuple[Entry, UseReserved]]:
        """Return the open reservations among the first ``size`` entries, oldest first."""
        found: dict[tuple[bytes, str, bytes, str, bytes, int], tuple[Entry, UseReserved]] = {}
        for cached in self._parts.store.journal.entries_of_uses(self._own):
            entry = read(cached)
            place = getattr(entry.act, "place", None)
            if entry.index >= size or entry.contract not in self._kinds or not isinstance(place, UsePlace):
                continue
            key = *_root(entry), place.office, place.declaration, place.item
            if isinstance(entry.act, UseReserved):
                found[key] = entry, entry.act
            else:
                found.pop(key, None)
        return list(found.values())

    def _units(self, entries: Sequence[Entry], size: int) -> dict[_Root, Mapping[int, str]]:
        """Return the unit of each line of the records; each is read once, however many reservations there are on it."""
        units: dict[_Root, Mapping[int, str]] = {}
        for root in dict.fromkeys(map(_root, entries)):
            contract, owner, tag = root
            usage = self._parts.knowledge.story(owner, contract, tag, size).usage
            units[root] = {} if usage is None else {line: state.unit for line, state in usage.lines.items()}
        return units

    def _told(
        self, entry: Entry, act: UseReserved, known: Sequence[KnownUse], units: Mapping[int, str]
    ) -> Reservation:
        place = act.place
        use = use_id(entry.member, place)
        ours = next((one for one in known if one.use_id == use), None)
        unit = units.get(place.line)
        return Reservation(
            use_id=use,
            kind=self._kinds[entry.contract],
            issuer=entry.owner,
            number=None if ours is None else ours.number,
            tag=place.presented,
            office=place.office,
            declaration=None if ours is None else ours.declaration,
            item=place.item,
            line=place.line,
            unit=unit,
            reserved=None if unit is None else from_millionths(act.quantity),
            since=moment(entry.time),
            journal_index=entry.index,
        )


def _root(entry: Entry) -> _Root:
    return entry.contract, entry.owner, entry.subject
