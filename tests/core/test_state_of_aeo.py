"""The fold of AEO: types, aliases and agreements over time, and that it stops at what no registry could have written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.core import acts
from ledger.core.aeo import Agreements, TypeState
from ledger.core.aeo_rules import LATEST
from ledger.core.state import JournalContradiction, Replay, Status, record_of
from tests.journals import (
    AEO,
    AU,
    CN,
    DAY,
    LICENCES,
    NZ,
    START,
    VCCI,
    AJournal,
    an_anchoring,
    operator_of,
    tag_of,
)

Step = Callable[[AJournal], object]
PAST, SOON, LATER = START - DAY, START + 10 * DAY, START + 20 * DAY


def replay(journal: AJournal) -> Replay:
    return Replay().fold_all(journal.entries)


def a_journal(*steps: Step) -> AJournal:
    """With T of AU-ABF, an AEOS since yesterday with the alias A."""
    journal = AJournal.complete()
    journal.issue("T", member=AU, kind=3, policy=0)
    for step in (granted("AEOS", PAST), aliased("A"), *steps):
        step(journal)
    return journal


def wrote(*several: acts.Act, by: str = AU) -> Step:
    return lambda journal: journal.write(by, *several, kind=3)


def granted(name: str, at: int, number: str = "T", by: str = AU) -> Step:
    return wrote(acts.TypeGranted(tag_of(number), name, at), by=by)


def changed(
    status: int, at: int = SOON, name: str = "AEOS", reason: int = 24, number: str = "T", by: str = AU
) -> Step:
    return wrote(acts.TypeChanged(tag_of(number), name, status, reason, at), by=by)


def status(status: int) -> Step:
    return lambda journal: journal.write(
        AU, acts.StatusChanged(tag_of("T"), status, 24, journal.time), kind=3
    )


def aliased(alias: str, number: str = "T", by: str = AU) -> Step:
    return wrote(acts.AliasAdded(tag_of(alias), tag_of(number)), by=by)


def unaliased(alias: str, number: str = "T", by: str = AU) -> Step:
    return wrote(acts.AliasRemoved(tag_of(alias), tag_of(number)), by=by)


def a_cover(
    home: str = AU,
    name: str = "AEOS",
    exchange: int = PAST,
    benefits: int = SOON,
    number: int = 1,
    partner: str = CN,
) -> acts.AgreementProposed:
    return acts.AgreementProposed(number, partner, home, name, exchange, benefits)


def proposed(*covers: acts.AgreementProposed, by: str = AU) -> Step:
    return wrote(*(covers or (a_cover(),)), by=by)


def consented(number: int = 1, by: str = CN) -> Step:
    return wrote(acts.AgreementConsented(number), by=by)


def declined(number: int = 1, by: str = CN) -> Step:
    return wrote(acts.AgreementDeclined(number), by=by)


def recognised(
    to: int,
    at: int = SOON,
    by: str = CN,
    *,
    home: str = AU,
    name: str = "AEOS",
    reason: int = 24,
    number: int = 1,
) -> Step:
    return wrote(acts.RecognitionChanged(number, home, name, to, reason, at), by=by)


def decided(act: acts.Act) -> Step:
    return lambda journal: journal.decide(act)


def dismiss(journal: AJournal) -> None:
    journal.say(AU, acts.OperatorRemoved(AU, operator_of(AU)))


FORMER: Step = dismiss
SUSPENDED, NO_ROLE = decided(acts.MemberSuspended(AU, 28)), decided(acts.RolesChanged(AU, 30))
IN_FORCE = (proposed(), consented())


def the_type(journal: AJournal, name: str = "AEOS") -> TypeState:
    return replay(journal).registers.types[AEO, AU, tag_of("T")][name]


def the_agreements(journal: AJournal) -> Agreements:
    return Agreements(replay(journal).registers.agreements[AEO])


def test_a_type_is_known_for_every_time() -> None:
    state = the_type(a_journal(changed(2, SOON), changed(1, SOON), changed(3, LATER)))
    asked = [state.status_at(time) for time in (PAST - 1, PAST, SOON - 1, SOON, LATER - 1, LATER)]
    assert asked == [None, Status.VALID, Status.VALID, Status.VALID, Status.VALID, Status.REVOKED]


def test_types_are_granted_together_and_later_and_apart() -> None:
    both = (acts.TypeGranted(tag_of("T"), "AEOC", LATEST), acts.TypeGranted(tag_of("T"), "AEOF", 1))
    journal = a_journal(wrote(*both), changed(3), changed(2, LATEST, "AEOC"))
    assert the_type(journal).changes[-1].status is Status.REVOKED
    assert the_type(journal, "AEOC").changes[-1].status is Status.SUSPENDED
    assert the_type(journal, "AEOF").changes[-1].status is Status.VALID


def test_a_suspended_member_may_still_take_its_types_back() -> None:
    assert the_type(a_journal(SUSPENDED, changed(2), changed(3))).changes[-1].status is Status.REVOKED


def test_the_types_of_a_revoked_entry_can_be_ended() -> None:
    assert the_type(a_journal(status(3), changed(4))).changes[-1].status is Status.CANCELLED


def test_an_alias_may_be_given_to_another_once_it_is_removed() -> None:
    journal = a_journal(
        lambda j: j.issue("U", member=AU, kind=3, policy=0), unaliased("A"), aliased("A", "U")
    )
    assert replay(journal).registers.aliases == {(AEO, AU, tag_of("A")): tag_of("U")}


def test_a_removed_alias_may_become_a_number() -> None:
    journal = a_journal(unaliased("A"), lambda j: j.issue("A", member=AU, kind=3, policy=0))
    record = replay(journal).records[AEO, AU, tag_of("A")]
    about = [entry for entry in journal.entries if entry.subject == tag_of("A")]
    assert [record_of(about), record_of(about[:2])] == [record, None]


def test_recognition_is_known_for_every_time() -> None:
    journal = a_journal(
        proposed(a_cover(), a_cover(CN)), consented(), recognised(2, SOON + 5), recognised(1, LATER)
    )
    recognised(3, LATER + 5, AU)(journal)
    known = the_agreements(journal)
    times = (SOON - 1, SOON, SOON + 5, LATER, LATER + 5)
    assert [known.recognised_at(AU, CN, "AEOS", time) for time in times] == [False, True, False, True, False]
    assert [known.recognised_at(CN, AU, "AEOS", time) for time in times] == [False, True, True, True, True]


def test_a_change_drops_what_was_said_to_take_effect_after_it() -> None:
    journal = a_journal(changed(2, SOON), changed(4, LATER), changed(3, SOON + 5))
    state = the_type(journal)
    assert [state.status_at(time) for time in (SOON, SOON + 5, LATEST)] == [
        Status.SUSPENDED, Status.REVOKED, Status.REVOKED,
    ]  # fmt: skip
    assert len(state.changes) == 3


def test_what_was_said_of_a_type_for_later_is_withdrawn_by_saying_what_holds() -> None:
    assert the_type(a_journal(changed(4, LATER), changed(1, SOON))).status_at(LATEST) is Status.VALID
    lifting = (changed(2, PAST), changed(1, LATER), changed(2, SOON))
    assert the_type(a_journal(*lifting)).status_at(LATEST) is Status.SUSPENDED


@pytest.mark.parametrize("far", [2, 3])
def test_nobody_is_locked_out_by_what_the_other_says_for_the_year_9999(far: int) -> None:
    journal = a_journal(
        *IN_FORCE, recognised(far, LATEST), recognised(2, SOON, AU), recognised(1, SOON + 5, AU)
    )
    known = the_agreements(journal)
    times = (SOON, SOON + 5, LATEST)
    assert [known.recognised_at(AU, CN, "AEOS", time) for time in times] == [False, True, False]
    for step in (
        recognised(3, SOON + 6, AU),
        proposed(a_cover(number=2, benefits=SOON + 7)),
        consented(2),
    ):
        step(journal)
    known = the_agreements(journal)
    assert [known.recognised_at(AU, CN, "AEOS", time) for time in (SOON + 6, SOON + 7)] == [False, True]


def test_recognition_that_both_suspend_is_in_force_when_both_lift() -> None:
    journal = a_journal(*IN_FORCE, recognised(2, SOON), recognised(2, SOON + 1, AU), recognised(1, SOON + 2))
    assert not the_agreements(journal).recognised_at(AU, CN, "AEOS", LATER)
    recognised(1, SOON + 3, AU)(journal)
    assert the_agreements(journal).recognised_at(AU, CN, "AEOS", LATER)


def test_what_a_party_announced_only_the_party_withdraws() -> None:
    announced = (*IN_FORCE, recognised(3, LATER), recognised(2, SOON, AU), recognised(1, SOON + 1, AU))
    assert not the_agreements(a_journal(*announced)).recognised_at(AU, CN, "AEOS", LATER)
    withdrawn = a_journal(*announced, recognised(1, SOON))
    assert the_agreements(withdrawn).recognised_at(AU, CN, "AEOS", LATER)


def test_an_agreement_that_ended_before_it_began_makes_room_for_an_earlier_one() -> None:
    journal = a_journal(proposed(a_cover(benefits=LATEST)), consented(), recognised(3, SOON))
    for step in (proposed(a_cover(number=2, benefits=SOON)), consented(2)):
        step(journal)
    assert the_agreements(journal).recognised_at(AU, CN, "AEOS", LATEST)


def test_the_last_days_of_an_agreement_can_be_suspended_when_the_next_is_agreed_already() -> None:
    journal = a_journal(*IN_FORCE, recognised(3, LATER), proposed(a_cover(number=2, benefits=LATER)))
    for step in (consented(2), recognised(2, SOON, AU)):
        step(journal)
    known = the_agreements(journal)
    assert [known.recognised_at(AU, CN, "AEOS", time) for time in (SOON, LATER)] == [False, True]


def test_a_later_agreement_takes_over_what_an_earlier_one_ended() -> None:
    journal = a_journal(*IN_FORCE, recognised(3), proposed(a_cover(number=2, benefits=LATER)), consented(2))
    assert the_agreements(journal).recognised_at(AU, CN, "AEOS", LATER)


def test_a_proposal_waits_beside_others_until_it_is_answered_or_withdrawn() -> None:
    journal = a_journal(proposed(), proposed(a_cover(number=2)), declined(1, AU), consented(2))
    known = the_agreements(journal).by_number
    assert [(one.declined_at is None, one.consented_at is None) for one in known.values()] == [
        (False, True), (True, False),
    ]  # fmt: skip


def test_two_proposals_of_one_second_are_told_apart_by_their_numbers() -> None:
    journal = a_journal(proposed(a_cover(), a_cover(number=2)))
    assert [len(one.covers) for one in the_agreements(journal).by_number.values()] == [1, 1]


A_USE = acts.UsePlace(AU, tag_of("T"), tag_of("T"), "CNSHA", tag_of("declaration"), 0, 0)
NAMES = [f"T{place}" for place in range(17)]
IMPOSSIBLE: list[tuple[str, list[Step], str]] = [
    ("a certificate among AEO entries", [lambda j: j.write(VCCI, an_anchoring("O", kind=1), kind=3)],
     "no registry of AEO takes"),
    ("an AEO entry of a body", [lambda j: j.issue("U", kind=3, policy=0)], "expected 1 among them"),
    ("an AEO entry under an alias", [lambda j: j.issue("A", member=AU, kind=3, policy=0)], "is an alias"),
    ("an AEO entry among licences", [lambda j: j.say(AU, an_anchoring("U", AU, 3, 0), operator_of(AU), LICENCES)],
     "no registry of licences takes"),
    ("a type among licences", [lambda j: j.write(AU, acts.TypeGranted(tag_of("T"), "AEOC", 1), kind=2)],
     "not an act of a registry of licences"),
    ("a use of an AEO entry", [wrote(acts.UseConsumed(A_USE, 0), by=CN)], "USE_CONSUMED is not an act of a registry of AEO"),
    ("a late use of an AEO entry", [wrote(acts.UseEntered(A_USE, 0, START, True), by=CN)],
     "USE_ENTERED is not an act of a registry of AEO"),
    ("a type of nothing", [granted("AEOC", PAST, "unknown")], "has no record"),
    ("a type of another's entry", [granted("AEOC", PAST, by=CN)], "has no record"),
    ("a type by a suspended member", [SUSPENDED, granted("AEOC", PAST)], "expected active"),
    ("a type by a member without the role", [NO_ROLE, granted("AEOC", PAST)], "expected 1 among them"),
    ("a type of a revoked entry", [status(3), granted("AEOC", PAST)], "is REVOKED, which is final"),
    ("a type twice", [granted("AEOS", LATER)], "was granted before"),
    ("a type that was revoked again", [changed(3), granted("AEOS", LATER)], "was granted before"),
    ("a type from no time on", [granted("AEOC", 0)], "time is 0"),
    ("a type after the year 9999", [granted("AEOC", LATEST + 1)], "time is 253402300800"),
    ("a change of a type that was not granted", [changed(2, name="AEOC")], "never granted"),
    ("a change of a type of nothing", [changed(2, number="unknown")], "has no record"),
    ("a change before what is in effect", [changed(2, PAST + 5), changed(3, PAST + 4)], f"expected {PAST + 5} to"),
    ("a change before a grant for later", [granted("AEOC", SOON), changed(2, SOON - 1, "AEOC")], f"expected {SOON} to"),
    ("a change after an end for later", [changed(3, SOON), changed(2, SOON)], "SUSPENDED cannot follow REVOKED"),
    ("a withdrawal of nothing", [changed(2, SOON), changed(1, SOON + 5), changed(1, SOON + 5)],
     "VALID cannot follow VALID"),
    ("a withdrawal by a suspended member", [changed(3, SOON), SUSPENDED, changed(1, SOON - 1)], "expected active"),
    ("a change before the grant", [changed(2, PAST - 1)], f"expected {PAST} to"),
    ("a change without reason", [changed(2, reason=0)], "has no reason"),
    ("a change to what it is", [changed(1)], "VALID cannot follow VALID"),
    ("a change by a former operator", [FORMER, changed(2)], "is not an operator"),
    ("life after revocation", [changed(3), changed(1)], "VALID cannot follow REVOKED"),
    ("a reinstatement by a suspended member", [changed(2), SUSPENDED, changed(1)], "expected active"),
    ("a reinstatement without the role", [changed(2), NO_ROLE, changed(1)], "expected 1 among them"),
    ("a reinstatement of a revoked entry", [changed(2), status(3), changed(1)], "is REVOKED, which is final"),
    ("an alias of nothing", [aliased("B", "unknown")], "has no record"),
    ("an alias twice", [aliased("A")], "is zero, an alias, or"),
    ("an alias that is a number", [aliased("T")], "or a record's number tag"),
    ("an alias of zeros", [wrote(acts.AliasAdded(bytes(32), tag_of("T")))], "is zero"),
    ("an alias by a suspended member", [SUSPENDED, aliased("B")], "expected active"),
    ("an alias removed that is none", [unaliased("B")], "is not an alias of"),
    ("an alias removed from another", [lambda j: j.issue("U", member=AU, kind=3, policy=0), unaliased("A", "U")],
     "is not an alias of"),
    ("another's alias removed", [unaliased("A", by=CN)], "is not an alias of"),
    ("an alias removed by a suspended member", [SUSPENDED, unaliased("A")], "expected active"),
    ("an agreement out of turn", [proposed(a_cover(number=2))], "agreement is 2, expected 1"),
    ("an agreement with oneself", [proposed(a_cover(partner=AU))], "to itself"),
    ("an agreement with a body", [proposed(a_cover(partner=VCCI))], "VN-VCCI is not an active administration"),
    ("an agreement with nobody", [proposed(a_cover(partner="XX"))], "XX is not an active administration"),
    ("an agreement with a suspended member", [decided(acts.MemberSuspended(CN, 28)), proposed()],
     "CN-GACC is not an active"),
    ("an agreement of a suspended member", [SUSPENDED, proposed()], "expected active"),
    ("an agreement about a third", [proposed(a_cover(NZ))], "home is NZ-CS"),
    ("an agreement with benefits before data", [proposed(a_cover(exchange=SOON, benefits=SOON - 1))], "expected"),
    ("an agreement from no time on", [proposed(a_cover(exchange=0))], "time is 0"),
    ("an agreement after the year 9999", [proposed(a_cover(benefits=LATEST + 1))], "time is 253402300800"),
    ("a cover twice", [proposed(a_cover(), a_cover(benefits=LATER))], "covers AEOS of AU-ABF twice"),
    ("a cover with another partner", [proposed(a_cover(), a_cover(CN, partner=NZ))], "partner is NZ-CS"),
    ("a cover a minute later", [proposed(), proposed(a_cover(CN))], "agreement is 1, expected 2"),
    ("seventeen covers", [proposed(*(a_cover(name=name) for name in NAMES))], "which is the most"),
    ("a consent to nothing", [consented()], "there is no agreement 1"),
    ("a consent of the proposer", [proposed(), consented(by=AU)], "AU-ABF consents, expected CN-GACC"),
    ("a consent of a third", [proposed(), consented(by=NZ)], "NZ-CS consents"),
    ("a consent twice", [*IN_FORCE, consented()], "does not wait for consent"),
    ("a consent after it was declined", [proposed(), declined(), consented()], "does not wait for consent"),
    ("a consent to a suspended proposer", [proposed(), SUSPENDED, consented()], "AU-ABF is not an active"),
    ("a consent of a suspended member", [proposed(), decided(acts.MemberSuspended(CN, 28)), consented()],
     "expected active"),
    ("a consent to what another agreement has", [*IN_FORCE, proposed(a_cover(number=2)), consented(2)],
     "is under way by agreement 1"),
    ("a consent to what another has suspended", [*IN_FORCE, recognised(2), proposed(a_cover(number=2)), consented(2)],
     "is under way by agreement 1"),
    ("a consent to benefits before the last end",
     [*IN_FORCE, recognised(3, LATER), proposed(a_cover(number=2)), consented(2)], "is under way by agreement 1"),
    ("a consent to benefits before those of another agreement", [*IN_FORCE, recognised(3, LATER),
     proposed(a_cover(number=2, benefits=SOON - 1)), consented(2)], "is under way by agreement 1"),
    ("a consent to benefits within what comes before one that never began",
     [*IN_FORCE, recognised(3, LATER), proposed(a_cover(number=2, benefits=LATER)), consented(2),
      recognised(3, LATER, number=2), proposed(a_cover(number=3, benefits=LATER - 1)), consented(3)],
     "is under way by agreement 1"),
    ("a refusal of nothing", [declined()], "there is no agreement 1"),
    ("a refusal after consent", [*IN_FORCE, declined()], "does not wait for consent"),
    ("a refusal twice", [proposed(), declined(), declined(by=AU)], "does not wait for consent"),
    ("a refusal by a former operator", [proposed(), FORMER, declined(by=AU)], "is not an operator"),
    ("a refusal by a third", [proposed(), declined(by=NZ)], "is not a party"),
    ("recognition before consent", [proposed(), recognised(2)], "waits for consent"),
    ("recognition by a former operator", [*IN_FORCE, FORMER, recognised(2, by=AU)], "is not an operator"),
    ("recognition of a third's", [*IN_FORCE, recognised(2, home=NZ)], "is not under agreement 1"),
    ("recognition by a third", [*IN_FORCE, recognised(2, by=NZ)], "is not a party"),
    ("recognition of a type without cover", [*IN_FORCE, recognised(2, name="AEOC")], "is not under agreement 1"),
    ("recognition the other way round", [*IN_FORCE, recognised(2, home=CN)], "is not under agreement 1"),
    ("recognition under an agreement that is over",
     [*IN_FORCE, recognised(3), proposed(a_cover(number=2)), consented(2), recognised(2)],
     "SUSPENDED by CN-GACC cannot follow TERMINATED"),
    ("recognition in force twice", [*IN_FORCE, recognised(1)], "IN_FORCE by CN-GACC cannot follow IN_FORCE"),
    ("a suspension twice", [*IN_FORCE, recognised(2), recognised(2)], "cannot follow SUSPENDED"),
    ("a suspension lifted by the other party", [*IN_FORCE, recognised(2), recognised(1, by=AU)],
     "IN_FORCE by AU-ABF cannot follow IN_FORCE"),
    ("a suspension after the other party's end", [*IN_FORCE, recognised(3), recognised(2, LATER, by=AU)],
     "SUSPENDED by AU-ABF cannot follow TERMINATED"),
    ("a suspension before the other party's end that is in effect", [*IN_FORCE, recognised(3, PAST), recognised(2, 1, by=AU)],
     "SUSPENDED by AU-ABF cannot follow TERMINATED"),
    ("a suspension lifted by a suspended member",
     [*IN_FORCE, recognised(2, by=AU), SUSPENDED, recognised(1, by=AU)], "expected active"),
    ("recognition after its end", [*IN_FORCE, recognised(3), recognised(3)], "cannot follow TERMINATED"),
    ("recognition without reason", [*IN_FORCE, recognised(2, reason=0)], "has no reason"),
    ("recognition before what the party said", [*IN_FORCE, recognised(2, PAST), recognised(1, PAST - 1)],
     f"expected {PAST} to"),
    ("recognition from no time on", [*IN_FORCE, recognised(2, 0)], "time is 0"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "what"), [case[1:] for case in IMPOSSIBLE], ids=[c[0] for c in IMPOSSIBLE])
def test_the_fold_stops_at(steps: list[Step], what: str) -> None:
    journal = a_journal(*steps)
    with pytest.raises(JournalContradiction, match=what) as stopped:
        replay(journal)
    assert stopped.value.index == len(journal.entries) - 1
