"""AEO rules: types of authorisation, aliases, and agreements on mutual recognition.

The one rule: an entry that ``contracts/AeoRegistry.sol`` or ``AeoAgreements.sol`` could not have written in the state before it
is a contradiction. What is in effect already stays; what was said for later can be said anew, by who said it. The covers of a
proposal are entries of one call.
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
from ledger.core.aeo import Agreement, Agreements, Cover, Recognition, with_agreement_entry, with_type_entry
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
    in_effect = known.change_at(entry.time) or known.changes[0]
    _require_time(entry, act.effective_from, in_effect.effective_from)
    before = known.status_at(act.effective_from)
    assert before is not None
    drops = known.changes[-1].effective_from > act.effective_from
    withdraws = drops and act.status == before and before < Status.REVOKED
    if not withdraws and not may_follow(before, act.status):
        contradict(entry, f"status {Status(act.status).name} cannot follow {before.name}")
    if act.status == Status.VALID:
        require_active(registers.members, entry, Role.ADMINISTRATION)
        _require_not_final(registers, entry, act.tag)
    _require_reason(entry, act.reason)
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
    agreements = registers.agreements[entry.contract]
    for cover in agreement.covers:
        _require_free(entry, Agreements(agreements), cover)
    with_agreement_entry(agreements, entry)


def _require_free(entry: Entry, agreements: Agreements, cover: Cover) -> None:
    """Refuse a cover of what another agreement has under way when its benefits begin, or later."""
    agreed = agreements.agreed(cover.home, cover.partner, cover.name)
    if (
        agreed
        and agreed[-1].benefits_from > cover.benefits_from
        and agreed[-1].ended_by(agreed[-1].benefits_from)
    ):
        agreed = agreed[:-1]  # it ended before it began
    if not agreed:
        return
    last = agreed[-1]
    if last.benefits_from > cover.benefits_from or not last.ended_by(cover.benefits_from):
        what = f"recognition of {cover.name} of {cover.home} by {cover.partner}"
        contradict(entry, f"{what} is under way by agreement {last.changes[0].agreement}")


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
    cover = next((one for one in agreement.covers if (one.home, one.name) == (act.home, act.name)), None)
    if cover is None:
        contradict(entry, f"recognition of {act.name} of {act.home} is not under agreement {act.agreement}")
    said = cover.said_by(entry.member)
    in_effect = max((one.effective_from for one in said if one.effective_from <= entry.time), default=0)
    _require_time(entry, act.effective_from, in_effect)
    drops = bool(said) and said[-1].effective_from > act.effective_from
    before = cover.stance_at(entry.member, act.effective_from)
    if cover.stance_at(other, max(act.effective_from, entry.time)) is Recognition.TERMINATED:
        before = Recognition.TERMINATED
    after = Recognition(act.recognition)
    if before is Recognition.TERMINATED or (before is after and not drops):
        contradict(entry, f"{after.name} by {entry.member} cannot follow {before.name}")
    _require_reason(entry, act.reason)
    with_agreement_entry(registers.agreements[entry.contract], entry)


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
