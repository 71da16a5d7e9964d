"""AEO rules: types of authorisation, aliases, and agreements on mutual recognition.

The one rule: an entry that ``contracts/AeoRegistry.sol`` could not have written in the state before it is a contradiction.
Changes of one thing take effect in the order in which they are said; the covers of a proposal are entries of one call.
"""

from __future__ import annotations

from typing import Final

from ledger.core.acts import (
    AgreementConsented,
    AgreementDeclined,
    AgreementProposed,
    AliasAdded,
    AliasRemoved,
    EntryType,
    RecognitionChanged,
    TypeChanged,
    TypeGranted,
)
from ledger.core.aeo import Agreement, Recognition, RecognitionChange, with_agreement_entry, with_type_entry
from ledger.core.callers import require_active, require_operator
from ledger.core.contradiction import contradict
from ledger.core.entries import Entry
from ledger.core.members import Role
from ledger.core.record_rules import may_follow
from ledger.core.records import Status
from ledger.core.registers import Course, Registers, Rule

LATEST: Final = 253_402_300_799
"""The last second of the year 9999."""

_MOST_COVERS: Final = 16
_PROPOSED: Final = frozenset({EntryType.AGREEMENT_PROPOSED})


def _grant_type(registers: Registers, entry: Entry, act: TypeGranted, _: Course | None) -> None:
    require_active(registers.members, entry, Role.ADMINISTRATION)
    _require_not_final(registers, entry, act.tag)
    types = registers.types.setdefault((entry.contract, entry.member, act.tag), {})
    if act.name in types:
        contradict(entry, f"type {act.name} was granted before")
    _require_time(entry, act.effective_from)
    with_type_entry(types, entry)


def _change_type(registers: Registers, entry: Entry, act: TypeChanged, _: Course | None) -> None:
    require_operator(registers.members, entry)
    registers.record(entry, entry.member, act.tag)
    types = registers.types.get((entry.contract, entry.member, act.tag), {})
    known = types.get(act.name)
    if known is None:
        contradict(entry, f"type {act.name} was never granted")
    if not may_follow(known.status, act.status):
        contradict(entry, f"status {Status(act.status).name} cannot follow {known.status.name}")
    if act.status == Status.VALID:
        require_active(registers.members, entry, Role.ADMINISTRATION)
        _require_not_final(registers, entry, act.tag)
    _require_reason(entry, act.reason)
    _require_time(entry, act.effective_from, known.changes[-1].effective_from)
    with_type_entry(types, entry)


def _add_alias(registers: Registers, entry: Entry, act: AliasAdded, _: Course | None) -> None:
    require_active(registers.members, entry, Role.ADMINISTRATION)
    registers.record(entry, entry.member, act.tag)
    place = (entry.contract, entry.member, act.alias)
    if act.alias == bytes(32) or place in registers.aliases or place in registers.records:
        contradict(entry, f"alias {act.alias.hex()} is zero, an alias, or a record's number tag")
    registers.aliases[place] = act.tag


def _remove_alias(registers: Registers, entry: Entry, act: AliasRemoved, _: Course | None) -> None:
    require_active(registers.members, entry, Role.ADMINISTRATION)
    place = (entry.contract, entry.member, act.alias)
    if registers.aliases.get(place) != act.tag:
        contradict(entry, f"{act.alias.hex()} is not an alias of {act.tag.hex()}")
    del registers.aliases[place]


# --- agreements ------------------------------------------------------------------------------------------------------


def _propose(registers: Registers, entry: Entry, act: AgreementProposed, course: Course | None) -> None:
    agreements = registers.agreements.setdefault(entry.contract, {})
    if course is not None and act.agreement == len(agreements):
        _require_further_cover(entry, act, agreements[act.agreement])
    elif act.agreement != len(agreements) + 1:
        contradict(entry, f"agreement is {act.agreement}, expected {len(agreements) + 1}")
    require_active(registers.members, entry, Role.ADMINISTRATION)
    _require_administration(registers, entry, act.partner)
    if act.partner == entry.member:
        contradict(entry, f"{act.partner} proposes an agreement to itself")
    if act.home not in (entry.member, act.partner):
        contradict(entry, f"home is {act.home}, expected {entry.member} or {act.partner}")
    _require_time(entry, act.data_exchange_from)
    _require_time(entry, act.benefits_from, act.data_exchange_from)
    with_agreement_entry(agreements, entry)
    registers.course = Course(entry, may=_PROPOSED)


def _require_further_cover(entry: Entry, act: AgreementProposed, agreement: Agreement) -> None:
    if act.partner != agreement.partner:
        contradict(entry, f"partner is {act.partner}, expected {agreement.partner}")
    if len(agreement.covers) == _MOST_COVERS:
        contradict(entry, f"agreement {act.agreement} has {_MOST_COVERS} covers, which is the most")
    if any((cover.home, cover.name) == (act.home, act.name) for cover in agreement.covers):
        contradict(entry, f"agreement {act.agreement} covers {act.name} of {act.home} twice")


def _consent(registers: Registers, entry: Entry, act: AgreementConsented, _: Course | None) -> None:
    require_active(registers.members, entry, Role.ADMINISTRATION)
    agreement = _require_agreement(registers, entry, act.agreement, consented=False)
    if entry.member != agreement.partner:
        contradict(entry, f"{entry.member} consents, expected {agreement.partner}")
    _require_administration(registers, entry, agreement.proposer)
    for cover in agreement.covers:
        last = registers.recognition.get((entry.contract, cover.home, cover.partner, cover.name))
        if last is not None and last.recognition is not Recognition.TERMINATED:
            what = f"recognition of {cover.name} of {cover.home} by {cover.partner}"
            contradict(entry, f"{what} is {last.recognition.name} under agreement {last.agreement}")
        _require_time(entry, cover.benefits_from, 0 if last is None else last.effective_from)
    agreements = registers.agreements[entry.contract]
    with_agreement_entry(agreements, entry)
    for cover in agreements[act.agreement].covers:
        key = (entry.contract, cover.home, cover.partner, cover.name)
        registers.recognition[key] = cover.changes[-1]


def _decline(registers: Registers, entry: Entry, act: AgreementDeclined, _: Course | None) -> None:
    require_operator(registers.members, entry)
    agreement = _require_agreement(registers, entry, act.agreement, consented=False)
    _other_party(entry, agreement)
    with_agreement_entry(registers.agreements[entry.contract], entry)


def _change_recognition(
    registers: Registers, entry: Entry, act: RecognitionChanged, _: Course | None
) -> None:
    if act.recognition == Recognition.IN_FORCE:
        require_active(registers.members, entry, Role.ADMINISTRATION)
    else:
        require_operator(registers.members, entry)
    agreement = _require_agreement(registers, entry, act.agreement, consented=True)
    other = _other_party(entry, agreement)
    if act.home not in (entry.member, other):
        contradict(entry, f"home is {act.home}, expected {entry.member} or {other}")
    recognises = other if act.home == entry.member else entry.member
    key = (entry.contract, act.home, recognises, act.name)
    last = registers.recognition.get(key)
    if last is None or last.agreement != act.agreement:
        contradict(entry, f"recognition of {act.name} of {act.home} is not under agreement {act.agreement}")
    _require_recognition(entry, last, Recognition(act.recognition))
    _require_reason(entry, act.reason)
    _require_time(entry, act.effective_from, last.effective_from)
    agreements = registers.agreements[entry.contract]
    with_agreement_entry(agreements, entry)
    registers.recognition[key] = next(
        cover.changes[-1]
        for cover in agreements[act.agreement].covers
        if (cover.home, cover.name) == (act.home, act.name)
    )


def _require_recognition(entry: Entry, last: RecognitionChange, after: Recognition) -> None:
    """Refuse a recognition that cannot follow the last one; only who suspended it lifts that."""
    before = last.recognition
    fits = before is not Recognition.TERMINATED
    if after is Recognition.SUSPENDED:
        fits = before is Recognition.IN_FORCE
    elif after is Recognition.IN_FORCE:
        fits = before is Recognition.SUSPENDED and last.member == entry.member
    if not fits:
        contradict(entry, f"{after.name} by {entry.member} cannot follow {before.name} by {last.member}")


def _require_agreement(registers: Registers, entry: Entry, number: int, *, consented: bool) -> Agreement:
    """Return an agreement that waits for consent, or was consented to."""
    agreement = registers.agreements.get(entry.contract, {}).get(number)
    if agreement is None:
        contradict(entry, f"there is no agreement {number}")
    if agreement.declined_at is not None or (agreement.consented_at is not None) != consented:
        contradict(
            entry, f"agreement {number} {'waits for consent' if consented else 'does not wait for consent'}"
        )
    return agreement


def _other_party(entry: Entry, agreement: Agreement) -> str:
    if entry.member not in (agreement.proposer, agreement.partner):
        contradict(entry, f"{entry.member} is not a party of agreement {agreement.number}")
    return agreement.partner if entry.member == agreement.proposer else agreement.proposer


def _require_administration(registers: Registers, entry: Entry, code: str) -> None:
    member = registers.members.get(code)
    if member is None or not member.administers:
        contradict(entry, f"{code} is not an active administration")


def _require_not_final(registers: Registers, entry: Entry, tag: bytes) -> None:
    record = registers.record(entry, entry.member, tag)
    if record.status >= Status.REVOKED:
        contradict(entry, f"record is {record.status.name}, which is final")


def _require_reason(entry: Entry, reason: int) -> None:
    if reason == 0:
        contradict(entry, f"{entry.type.name} has no reason")


def _require_time(entry: Entry, time: int, earliest: int = 0) -> None:
    """Refuse a time at which nothing can take effect: 0, before ``earliest``, or after the year 9999."""
    if not max(1, earliest) <= time <= LATEST:
        contradict(entry, f"time is {time}, expected {max(1, earliest)} to {LATEST}")


RULES: Final[dict[EntryType, Rule]] = {
    EntryType.TYPE_GRANTED: _grant_type,
    EntryType.TYPE_CHANGED: _change_type,
    EntryType.ALIAS_ADDED: _add_alias,
    EntryType.ALIAS_REMOVED: _remove_alias,
    EntryType.AGREEMENT_PROPOSED: _propose,
    EntryType.AGREEMENT_CONSENTED: _consent,
    EntryType.AGREEMENT_DECLINED: _decline,
    EntryType.RECOGNITION_CHANGED: _change_recognition,
}
