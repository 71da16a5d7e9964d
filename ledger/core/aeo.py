"""AEO: what the journal says of an entry's types of authorisation and of agreements on mutual recognition, over time.

Every change takes effect at a time of its own, never before what is in effect already, so the state at any time is the last
change in effect by then. A change drops what was said before, of the same type or by the same party, to take effect after it.
Each party of an agreement speaks for itself: recognition is in force while neither says otherwise. ``types_of`` and
``agreements_of`` believe the entries: see ``state`` for judging them. Times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from ledger.core.acts import (
    AgreementConsented,
    AgreementDeclined,
    AgreementProposed,
    RecognitionChanged,
    TypeChanged,
    TypeGranted,
)
from ledger.core.entries import Entry
from ledger.core.records import Status


class Recognition(IntEnum):
    """Where recognition of one type stands; ``TERMINATED`` is final for the agreement."""

    IN_FORCE = 1
    SUSPENDED = 2
    TERMINATED = 3


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A status of a type: in force from ``effective_from`` on, known since ``recorded_at``."""

    status: Status
    reason: int
    effective_from: int
    recorded_at: int
    index: int


@dataclass(frozen=True, slots=True)
class TypeState:
    """A type of authorisation, such as AEOS, with its changes; the first is the grant."""

    name: str
    changes: tuple[TypeChange, ...]

    def change_at(self, time: int) -> TypeChange | None:
        """Return the change in effect at ``time``, or None before the grant took effect."""
        return next((change for change in reversed(self.changes) if change.effective_from <= time), None)

    def status_at(self, time: int) -> Status | None:
        """Return the status at ``time`` as known now, or None before the grant took effect."""
        change = self.change_at(time)
        return None if change is None else change.status


@dataclass(frozen=True, slots=True)
class RecognitionChange:
    """A change of recognition by ``member``, in effect from ``effective_from`` on."""

    agreement: int
    recognition: Recognition
    reason: int
    effective_from: int
    recorded_at: int
    member: str
    index: int

    @property
    def is_consent(self) -> bool:
        """Whether it is the consent that lets recognition begin; everything else has a reason."""
        return self.reason == 0


@dataclass(frozen=True, slots=True)
class Cover:
    """That ``partner`` recognises ``home``'s AEOs of type ``name``, under one agreement.

    Args:
        changes: the consent, and what the parties said since, in the order of the journal; empty before consent.
    """

    home: str
    partner: str
    name: str
    data_exchange_from: int
    benefits_from: int
    changes: tuple[RecognitionChange, ...] = ()

    def said_by(self, party: str) -> tuple[RecognitionChange, ...]:
        """Return what a party says since the consent, in the order of its times."""
        return tuple(one for one in self.changes if one.member == party and not one.is_consent)

    def stance_at(self, party: str, time: int) -> Recognition:
        """Return what a party said last of what takes effect by ``time``; its consent lets it be in force."""
        change = _last_by(self.said_by(party), time)
        return Recognition.IN_FORCE if change is None else change.recognition

    def ended_by(self, time: int) -> bool:
        """Return whether either party had terminated it by ``time``."""
        return Recognition.TERMINATED in (
            self.stance_at(self.home, time),
            self.stance_at(self.partner, time),
        )

    def change_at(self, time: int) -> RecognitionChange | None:
        """Return the change that decides at ``time``, or None before benefits began."""
        if not self.changes or self.benefits_from > time:
            return None
        said = (_last_by(self.said_by(party), time) for party in (self.home, self.partner))
        found = [self.changes[0], *(one for one in said if one is not None)]
        for state in (Recognition.TERMINATED, Recognition.SUSPENDED):
            against = [one for one in found if one.recognition is state]
            if against:
                return min(against, key=lambda one: (one.effective_from, one.index))
        return max(found, key=lambda one: (one.effective_from, one.index))


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement between two administrations; nothing of it holds before ``consented_at``."""

    number: int
    proposer: str
    partner: str
    proposed_at: int
    covers: tuple[Cover, ...]
    consented_at: int | None = None
    declined_at: int | None = None


@dataclass(frozen=True, slots=True)
class Agreements:
    """All agreements, by number."""

    by_number: Mapping[int, Agreement]

    def covers(self, home: str, partner: str, name: str | None = None) -> tuple[Cover, ...]:
        """Return the covers of consented agreements, in the order of their numbers."""
        return tuple(
            cover
            for _, agreement in sorted(self.by_number.items())
            if agreement.consented_at is not None
            for cover in agreement.covers
            if cover.changes and (cover.home, cover.partner) == (home, partner) and name in (None, cover.name)
        )

    def agreed(self, home: str, partner: str, name: str) -> tuple[Cover, ...]:
        """Return the covers by which a type is recognised one after the other, in the order of their times.

        One that ended before it began may be dropped by a later consent to an earlier time.
        """
        found: list[Cover] = []
        for cover in sorted(self.covers(home, partner, name), key=lambda one: one.changes[0].index):
            while found and found[-1].benefits_from > cover.benefits_from:
                found.pop()
            found.append(cover)
        return tuple(found)

    def changes(self, home: str, partner: str, name: str) -> tuple[RecognitionChange, ...]:
        """Return all changes of recognition of a type, whichever agreement they belong to, oldest first."""
        found = [change for cover in self.covers(home, partner, name) for change in cover.changes]
        return tuple(sorted(found, key=lambda change: change.index))

    def change_at(
        self, home: str, partner: str, name: str, time: int, size: int | None = None
    ) -> RecognitionChange | None:
        """Return the change that decides at ``time``, or None before there was any.

        Args:
            size: where given, only what the first ``size`` entries of the journal said.
        """
        known = self if size is None else self._known(size)
        covers = known.agreed(home, partner, name)
        cover = next((one for one in reversed(covers) if one.benefits_from <= time), None)
        return None if cover is None else cover.change_at(time)

    def _known(self, size: int) -> Agreements:
        return Agreements(
            {
                number: replace(agreement, covers=tuple(_first_of(cover, size) for cover in agreement.covers))
                for number, agreement in self.by_number.items()
            }
        )

    def recognised_at(self, home: str, partner: str, name: str, time: int) -> bool:
        """Return whether ``partner`` recognised ``home``'s AEOs of type ``name`` at ``time``, as known now."""
        change = self.change_at(home, partner, name, time)
        return change is not None and change.recognition is Recognition.IN_FORCE


def _last_by(changes: tuple[RecognitionChange, ...], time: int) -> RecognitionChange | None:
    return next((one for one in reversed(changes) if one.effective_from <= time), None)


def _first_of(cover: Cover, size: int) -> Cover:
    return replace(cover, changes=tuple(one for one in cover.changes if one.index < size))


def types_of(entries: Iterable[Entry]) -> dict[str, TypeState]:
    """Return the types that ``entries``, all those about one AEO entry, in order, grant and change, by name."""
    types: dict[str, TypeState] = {}
    for entry in entries:
        with_type_entry(types, entry)
    return types


def with_type_entry(types: dict[str, TypeState], entry: Entry) -> None:
    """Take one more entry about an AEO entry into its ``types``; entries that are not about types change nothing."""
    match entry.act:
        case TypeGranted(_, name, effective_from):
            change = TypeChange(Status.VALID, 0, effective_from, entry.time, entry.index)
            types[name] = TypeState(name, (change,))
        case TypeChanged(_, name, status, reason, effective_from):
            change = TypeChange(Status(status), reason, effective_from, entry.time, entry.index)
            kept = (one for one in types[name].changes if one.effective_from <= effective_from)
            types[name] = TypeState(name, (*kept, change))


def agreements_of(entries: Iterable[Entry]) -> Agreements:
    """Return what all entries about agreements, in order, add up to; others among them are passed over."""
    found: dict[int, Agreement] = {}
    for entry in entries:
        with_agreement_entry(found, entry)
    return Agreements(found)


def with_agreement_entry(found: dict[int, Agreement], entry: Entry) -> None:
    """Take one more entry into ``found``; entries that are not about agreements change nothing."""
    match entry.act:
        case AgreementProposed(number, partner, home, name, data_exchange_from, benefits_from):
            recognises = partner if home == entry.member else entry.member
            cover = Cover(home, recognises, name, data_exchange_from, benefits_from)
            known = found.get(number) or Agreement(number, entry.member, partner, entry.time, ())
            found[number] = replace(known, covers=(*known.covers, cover))
        case AgreementConsented(number):
            known = found[number]
            covers = tuple(_in_force(known, cover, entry) for cover in known.covers)
            found[number] = replace(known, covers=covers, consented_at=entry.time)
        case AgreementDeclined(number):
            found[number] = replace(found[number], declined_at=entry.time)
        case RecognitionChanged(number, home, name, recognition, reason, effective_from):
            change = RecognitionChange(
                number,
                Recognition(recognition),
                reason,
                effective_from,
                entry.time,
                entry.member,
                entry.index,
            )
            known = found[number]
            covers = tuple(
                _with_change(cover, change) if (cover.home, cover.name) == (home, name) else cover
                for cover in known.covers
            )
            found[number] = replace(known, covers=covers)


def _with_change(cover: Cover, change: RecognitionChange) -> Cover:
    """Return the cover with one more change, without what the same party said for later."""
    kept = (
        one
        for one in cover.changes
        if one.is_consent or one.member != change.member or one.effective_from <= change.effective_from
    )
    return replace(cover, changes=(*kept, change))


def _in_force(agreement: Agreement, cover: Cover, consent: Entry) -> Cover:
    change = RecognitionChange(
        agreement.number,
        Recognition.IN_FORCE,
        0,
        cover.benefits_from,
        consent.time,
        consent.member,
        consent.index,
    )
    return replace(cover, changes=(change,))
