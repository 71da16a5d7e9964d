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
    from collections.abc import Sequence

    from ledger.service.parts import Parts
    from ledger.store.uses import KnownUse

_Place = tuple[bytes, str, bytes, str, bytes, int]
"""Registry, owner, root's number tag; office, declaration, item."""


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
            return Reservations(0, ())
        found = [
            (entry, act)
            for entry, act in self._open(step.size)
            if before is None or moment(entry.time) < before
        ]
        told = found[:limit]
        known = self._parts.store.uses.by_commitments([act.place.declaration for _, act in told])
        reservations = (
            self._told(entry, act, known.get(act.place.declaration, ()), step.size) for entry, act in told
        )
        return Reservations(len(found), tuple(reservations))

    def _open(self, size: int) -> Sequence[tuple[Entry, UseReserved]]:
        """Return the open reservations among the first ``size`` entries, oldest first."""
        found: dict[_Place, tuple[Entry, UseReserved]] = {}
        for cached in self._parts.store.journal.entries_of_uses(self._own):
            entry = read(cached)
            place = getattr(entry.act, "place", None)
            if entry.index >= size or entry.contract not in self._kinds or not isinstance(place, UsePlace):
                continue
            key = entry.contract, entry.owner, entry.subject, place.office, place.declaration, place.item
            if isinstance(entry.act, UseReserved):
                found[key] = entry, entry.act
            else:
                found.pop(key, None)
        return list(found.values())

    def _told(self, entry: Entry, act: UseReserved, known: Sequence[KnownUse], size: int) -> Reservation:
        place = act.place
        use = use_id(entry.member, place)
        ours = next((one for one in known if one.use_id == use), None)
        usage = self._parts.knowledge.story(entry.owner, entry.contract, entry.subject, size).usage
        line = None if usage is None else usage.lines.get(place.line)
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
            unit=None if line is None else line.unit,
            reserved=None if line is None else from_millionths(act.quantity),
            since=moment(entry.time),
            journal_index=entry.index,
        )
