"""Open reservations: what this gateway's member holds and has neither consumed nor released yet.

Rule: a reservation that stays open is told, oldest first, and never freed: the goods may have left the port. The cache knows
which are open, so what is read is what is told, however many were settled before.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ledger.core.acts import LineAuthorised, UseReserved
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

_EVER: Final = 2**62
_Root = tuple[bytes, str, bytes]
"""The record that keeps the use: registry, owner, number tag."""


class OpenReservations:
    """Finds the reservations of this gateway's member that are still open."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._own = parts.settings.member.code
        self._kinds = {one.address: one.kind for one in parts.manifest.registries}

    def read(self, before: datetime | None, first: int, limit: int) -> Reservations:
        """Return the oldest ``limit`` open reservations from entry ``first`` on; see ``Ledger.reservations``."""
        latest = _EVER if before is None else math.ceil(before.timestamp())
        journal = self._parts.store.journal
        # One more than asked for tells whether there is a page after this one.
        step, count, found = journal.open_reservations(self._own, latest, first, limit + 1)
        size = 0 if step is None else step.size
        entries = [read(cached) for cached in found[:limit]]
        told = [
            (entry, entry.act)
            for entry in entries
            if isinstance(entry.act, UseReserved) and entry.contract in self._kinds
        ]
        known = self._parts.store.uses.by_commitments([act.place.declaration for _, act in told])
        units = {root: self._units(root) for root in dict.fromkeys(_root(entry) for entry, _ in told)}
        reservations = (
            self._told(entry, act, known.get(act.place.declaration, ()), units[_root(entry)])
            for entry, act in told
        )
        following = found[limit].index if len(found) > limit else None
        return Reservations(count, tuple(reservations), size, following)

    def _units(self, root: _Root) -> Mapping[int, str]:
        """Return the unit of each line of a record; its uses, however many, are not read for that."""
        contract, owner, tag = root
        entries = self._parts.store.journal.entries_of_lines(owner, tag)
        found = [entry for entry in map(read, entries) if entry.contract == contract]
        return {one.act.line: one.act.unit for one in found if isinstance(one.act, LineAuthorised)}

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
