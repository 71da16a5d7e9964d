"""The fold of governance: what it keeps, and that it stops at everything the contract could not have written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.core import acts
from ledger.core.calls import call_of
from ledger.core.state import JournalContradiction, KeyState, Replay, Role, Standing
from tests.journals import (
    ACCI,
    AU,
    CN,
    CONSORTIUM,
    DAY,
    DEPLOYER,
    NZ,
    REGISTRY,
    START,
    VCCI,
    AJournal,
    a_public_key,
    controller_of,
    operator_of,
    thumbprint_of,
)

OTHER = b"\x77" * 20
ADMIT_ACCI = acts.MemberAdmitted(ACCI, "AU", 2, controller_of(ACCI))


def replay(journal: AJournal) -> Replay:
    return Replay().fold_all(journal.entries)


def test_founders_are_members_with_roles_and_controllers() -> None:
    consortium = replay(AJournal.founded()).consortium
    assert consortium.administrations == {CN, AU, NZ}
    assert consortium.address == CONSORTIUM
    assert consortium.members[CN].controller == controller_of(CN)
    assert consortium.members[CN].roles == Role.ADMINISTRATION | Role.CUSTOMS


def test_a_decided_member_has_its_operator_and_key() -> None:
    member = replay(AJournal.working()).consortium.members[VCCI]
    assert (member.economy, member.roles, member.standing) == ("VN", 4, Standing.ACTIVE)
    assert member.operators == {operator_of(VCCI)}
    key = member.keys[thumbprint_of(VCCI)]
    assert (key.algorithm, key.public_key, key.trusted) == (1, a_public_key(VCCI).raw, True)
    assert key.notified_at == key.effective_from


def test_a_key_under_a_name_that_is_not_its_own_is_no_contradiction_but_not_trusted() -> None:
    journal = AJournal.working()
    journal.say(VCCI, acts.KeyRegistered(b"\x01" * 32, 1, journal.time, a_public_key(VCCI, 2).raw))
    journal.say(VCCI, acts.KeyRegistered(b"\x02" * 32, 1, journal.time, bytes(64)))
    keys = replay(journal).consortium.members[VCCI].keys
    assert [key.trusted for key in keys.values()] == [True, False, False]


def test_roles_and_standing_are_known_for_every_time() -> None:
    journal = AJournal.working()
    admitted = journal.time
    journal.decide(acts.MemberSuspended(VCCI, 28))
    suspended = journal.time
    journal.decide(acts.MemberReinstated(VCCI, 0))
    journal.decide(acts.RolesChanged(VCCI, 6))
    member = replay(journal).consortium.members[VCCI]
    assert [member.standing_at(t) for t in (START, admitted, suspended, journal.time)] == [
        None, Standing.ACTIVE, Standing.SUSPENDED, Standing.ACTIVE,
    ]  # fmt: skip
    assert [member.roles_at(t) for t in (START, suspended, journal.time)] == [0, 4, 6]


def test_within_one_second_the_index_decides_what_was_in_force() -> None:
    journal = AJournal.working()
    entry = journal.decide(acts.MemberSuspended(VCCI, 28))
    member = replay(journal).consortium.members[VCCI]
    assert member.standing_at(entry.time, entry.index) is Standing.ACTIVE
    assert member.standing_at(entry.time, entry.index + 1) is Standing.SUSPENDED


def test_a_report_of_compromise_also_retires_the_key() -> None:
    journal = AJournal.working()
    reported = journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), START))
    key = replay(journal).consortium.members[VCCI].keys[thumbprint_of()]
    assert (key.compromised_since, key.reported_at, key.retired_at) == (START, reported.time, reported.time)


def test_a_report_of_compromise_brings_a_later_retirement_forward_and_leaves_an_earlier_one() -> None:
    later, earlier = AJournal.working(), AJournal.working()
    later.say(VCCI, acts.KeyRetired(thumbprint_of(), later.time + DAY, 4))
    retired = earlier.say(VCCI, acts.KeyRetired(thumbprint_of(), earlier.time, 4))
    for journal in (later, earlier):
        journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), START))
    times = [
        replay(one).consortium.members[VCCI].keys[thumbprint_of()].retired_at for one in (later, earlier)
    ]
    assert times == [later.entries[-1].time, retired.time]


def test_a_retirement_and_a_report_are_moved_earlier() -> None:
    journal = AJournal.working()
    for by in (2 * DAY, DAY):
        journal.say(VCCI, acts.KeyRetired(thumbprint_of(), journal.time + by, 4))
    assert the_key(journal).retired_at == journal.entries[-1].time + DAY
    for since in (START, START - 1):
        reported = journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), since))
    assert (the_key(journal).compromised_since, the_key(journal).reported_at) == (START - 1, reported.time)
    assert the_key(journal).retired_at == journal.entries[-2].time


def test_the_reason_of_a_retirement_is_that_of_the_entry_its_time_comes_from() -> None:
    journal = AJournal.working()
    journal.say(VCCI, acts.KeyRetired(thumbprint_of(), journal.time + 3 * DAY, 4))
    assert the_key(journal).retirement_reason == 4
    journal.say(VCCI, acts.KeyRetired(thumbprint_of(), journal.time + 2 * DAY, 0))
    assert the_key(journal).retirement_reason == 0
    journal.say(VCCI, acts.KeyRetired(thumbprint_of(), journal.time + DAY, 5))
    assert the_key(journal).retirement_reason == 5


def test_a_report_gives_no_reason_for_the_retirement_that_it_makes_and_leaves_that_of_an_earlier_one() -> (
    None
):
    later, earlier = AJournal.working(), AJournal.working()
    later.say(VCCI, acts.KeyRetired(thumbprint_of(), later.time + DAY, 4))
    earlier.say(VCCI, acts.KeyRetired(thumbprint_of(), earlier.time, 4))
    for journal in (later, earlier):
        journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), START))
    assert [the_key(journal).retirement_reason for journal in (later, earlier)] == [0, 4]


def the_key(journal: AJournal) -> KeyState:
    return replay(journal).consortium.members[VCCI].keys[thumbprint_of()]


def test_a_suspended_administration_counts_neither_for_nor_against() -> None:
    journal = AJournal.founded()
    journal.decide(acts.MemberSuspended(NZ, 28))
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU)
    journal.execute(proposal, ADMIT_ACCI)
    assert ACCI in replay(journal).consortium.members


def test_an_approval_outlives_a_suspension() -> None:
    journal = AJournal.founded()
    waiting = journal.propose(ADMIT_ACCI)
    journal.approve(waiting, AU, NZ)
    journal.decide(acts.MemberSuspended(NZ, 28))
    for act in (acts.MemberReinstated(NZ, 0),):
        proposal = journal.propose(act)
        journal.approve(proposal, AU)
        journal.execute(proposal, act)
    journal.execute(waiting, ADMIT_ACCI)
    assert replay(journal).consortium.proposals[waiting].executed


def test_a_member_may_hand_over_resign_and_replace_its_operator() -> None:
    journal = AJournal.working()
    journal.say(VCCI, acts.OperatorAdded(VCCI, OTHER))
    journal.say(VCCI, acts.OperatorRemoved(VCCI, operator_of(VCCI)))
    journal.say(VCCI, acts.ControllerChanged(VCCI, OTHER))
    journal.say(VCCI, acts.MemberLeft(VCCI, 0), OTHER)
    member = replay(journal).consortium.members[VCCI]
    assert (member.operators, member.controller, member.standing) == ({OTHER}, OTHER, Standing.LEFT)


def test_a_suspended_member_may_still_report_a_compromise() -> None:
    journal = AJournal.working()
    journal.decide(acts.MemberSuspended(VCCI, 28))
    journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), START))
    assert replay(journal).consortium.members[VCCI].keys[thumbprint_of()].compromised_since == START


def decided(act: acts.Act) -> Callable[[AJournal], object]:
    return lambda journal: journal.decide(act)


def said(member: str, act: acts.Act, operator: bytes | None = None) -> Callable[[AJournal], object]:
    return lambda journal: journal.say(member, act, operator)


def after(*steps: Callable[[AJournal], object]) -> Callable[[AJournal], object]:
    return lambda journal: [step(journal) for step in steps]


def without_votes(journal: AJournal) -> None:
    journal.execute(journal.propose(ADMIT_ACCI), ADMIT_ACCI)


def with_two_votes_of_three(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU)
    journal.execute(proposal, ADMIT_ACCI)


def with_a_withdrawn_vote(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU, NZ)
    journal.say(NZ, acts.Voted(proposal, approves=False))
    journal.execute(proposal, ADMIT_ACCI)


def executed_twice(journal: AJournal) -> None:
    proposal = journal.propose(acts.MemberSuspended(VCCI, 1))
    journal.approve(proposal, AU, NZ)
    journal.execute(proposal, acts.MemberSuspended(VCCI, 1))
    journal.decide(acts.MemberReinstated(VCCI, 0))
    journal.execute(proposal, acts.MemberSuspended(VCCI, 1))


def executed_as_another_act(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU, NZ)
    journal.execute(proposal, acts.MemberAdmitted(ACCI, "AU", 6, controller_of(ACCI)))


def executed_by_one_and_carried_out_by_another(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU, NZ)
    journal.say(CN, acts.Executed(proposal), step=0)
    journal.say(AU, ADMIT_ACCI)


def executed_and_carried_out_later(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU, NZ)
    journal.say(CN, acts.Executed(proposal), step=1)
    journal.say(CN, ADMIT_ACCI)


def executed_without_its_act(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI)
    journal.approve(proposal, AU, NZ)
    journal.say(CN, acts.Executed(proposal), step=0)
    journal.anchor()


def executed_at_the_second_of_expiry(journal: AJournal) -> None:
    proposal = journal.propose(ADMIT_ACCI, lasts=180)
    journal.approve(proposal, AU, NZ)
    journal.execute(proposal, ADMIT_ACCI)


def voted_at_the_second_of_expiry(journal: AJournal) -> None:
    journal.approve(journal.propose(ADMIT_ACCI, lasts=60), AU)


def everybody_but_the_last_suspended(journal: AJournal) -> None:
    journal.decide(acts.MemberSuspended(NZ, 1))
    for act in (acts.MemberSuspended(AU, 1), acts.MemberSuspended(CN, 1)):
        proposal = journal.propose(act)
        if act.subject == AU:
            journal.approve(proposal, AU)
        journal.execute(proposal, act)


def a_proposal(lasts: int, call: bytes, number: int = 3) -> Callable[[AJournal], object]:
    return lambda journal: journal.say(CN, acts.Proposed(number, journal.time + lasts, call))


def a_key(**spoilt: int) -> Callable[[AJournal], object]:
    def register(journal: AJournal) -> None:
        public, values = a_public_key(VCCI, 2), {"effective_from": journal.time, **spoilt}
        journal.say(VCCI, acts.KeyRegistered(thumbprint_of(VCCI, 2), 1, values["effective_from"], public.raw))

    return register


KEY = thumbprint_of(VCCI)
SUSPEND_CALL = call_of(acts.MemberSuspended(VCCI, 1)) or b""
IMPOSSIBLE: list[tuple[str, Callable[[AJournal], object], str]] = [
    ("a member admitted without a vote", said(CN, ADMIT_ACCI), "does not follow the execution"),
    ("a member admitted by itself later", said(ACCI, ADMIT_ACCI), "does not follow the execution"),
    ("roles changed without a vote", said(CN, acts.RolesChanged(VCCI, 2)), "does not follow the execution"),
    ("a suspension without a vote", said(CN, acts.MemberSuspended(VCCI, 1)), "does not follow the execution"),
    ("a registry without a vote", said(CN, acts.RegistryAdmitted(OTHER, 1)), "does not follow the execution"),
    ("an execution without votes", without_votes, "1 approvals of 3"),
    ("an execution with exactly two thirds", with_two_votes_of_three, "2 approvals of 3"),
    ("an execution after a vote was withdrawn", with_a_withdrawn_vote, "2 approvals of 3"),
    ("a second execution", executed_twice, "was executed before"),
    ("an execution of another act", executed_as_another_act, "is not the act of the proposal"),
    ("an act by another than who executed", executed_by_one_and_carried_out_by_another, "is not the act"),
    ("an act in a later second", executed_and_carried_out_later, "is not the act"),
    ("a record between execution and act", executed_without_its_act, "between the execution"),
    ("an execution at the expiry", executed_at_the_second_of_expiry, "expired"),
    ("a vote at the expiry", voted_at_the_second_of_expiry, "expired"),
    ("a vote on nothing", said(CN, acts.Voted(9, approves=True)), "no proposal 9"),
    ("a vote repeated", after(a_proposal(600, SUSPEND_CALL), said(CN, acts.Voted(3, approves=True))), "repeats"),
    ("a vote by no administration", after(a_proposal(600, SUSPEND_CALL), said(VCCI, acts.Voted(3, approves=True))),
     "not an active administration"),
    ("a proposal by no administration", said(VCCI, acts.Proposed(3, START + DAY, SUSPEND_CALL)),
     "not an active administration"),
    ("a proposal out of turn", a_proposal(60, SUSPEND_CALL, 4), "proposal is 4, expected 3"),
    ("a proposal that never waits", a_proposal(0, SUSPEND_CALL), "expires at"),
    ("a proposal that waits too long", a_proposal(90 * DAY + 1, SUSPEND_CALL), "expires at"),
    ("a proposal of something else", a_proposal(60, b"\xff" * 4 + SUSPEND_CALL[4:]), "is not decided by vote"),
    ("a proposal with more arguments", a_proposal(60, SUSPEND_CALL + bytes(32)), "is not decided by vote"),
    ("the end of the last administration", everybody_but_the_last_suspended, "last active administration"),
    ("a member twice", decided(acts.MemberAdmitted(VCCI, "VN", 2, OTHER)), "was admitted before"),
    ("a member without controller", decided(acts.MemberAdmitted("XX-Y", "XX", 2, bytes(20))), "no controller"),
    ("a code in lower case", decided(acts.MemberAdmitted("vn-vcci", "VN", 2, OTHER)), "code is"),
    ("a code of one character", decided(acts.MemberAdmitted("V", "VN", 2, OTHER)), "code is"),
    ("the same roles again", decided(acts.RolesChanged(VCCI, 4)), "had these roles"),
    ("roles of nobody", decided(acts.RolesChanged("XX-Y", 4)), "is not a member"),
    ("a reinstatement of an active member", decided(acts.MemberReinstated(VCCI, 0)), "expected suspended"),
    ("a suspension of a suspended member",
     after(decided(acts.MemberSuspended(VCCI, 1)), decided(acts.MemberSuspended(VCCI, 1))), "expected active"),
    ("an act of one who left", after(decided(acts.MemberLeft(VCCI, 1)), said(VCCI, acts.OperatorAdded(VCCI, OTHER))),
     "has left"),
    ("an act by another controller", said(VCCI, acts.OperatorAdded(VCCI, OTHER), controller_of(CN)), "controller"),
    ("an operator for another member", said(CN, acts.OperatorAdded(VCCI, OTHER)), "expected on itself"),
    ("an end of another member", said(CN, acts.MemberLeft(VCCI, 0)), "expected on itself"),
    ("a controller for another member", said(CN, acts.ControllerChanged(VCCI, OTHER)), "expected on itself"),
    ("an own end with a reason", said(VCCI, acts.MemberLeft(VCCI, 24)), "expected 0"),
    ("an operator twice", said(VCCI, acts.OperatorAdded(VCCI, operator_of(VCCI))), "was one before"),
    ("nobody as operator", said(VCCI, acts.OperatorAdded(VCCI, bytes(20))), "nobody"),
    ("a removal of no operator", said(VCCI, acts.OperatorRemoved(VCCI, OTHER)), "is not an operator"),
    ("the same controller again", said(VCCI, acts.ControllerChanged(VCCI, controller_of(VCCI))), "that account"),
    ("a key twice", lambda journal: journal.register_key(), "was registered before"),
    ("a key in the past", a_key(effective_from=START), "before it was notified"),
    ("a key beyond all times", a_key(effective_from=2**40), "before it was notified"),
    ("a key of a suspended member", after(decided(acts.MemberSuspended(VCCI, 1)), a_key()), "expected active"),
    ("an end of another's key", said(CN, acts.KeyRetired(KEY, START + DAY, 4)), "is not one of CN-GACC"),
    ("an end in the past", said(VCCI, acts.KeyRetired(KEY, START, 4)), "before it was said"),
    ("a second end", after(*[said(VCCI, acts.KeyRetired(KEY, START + DAY, 4))] * 2), "was to be retired at"),
    ("a later end", after(*(said(VCCI, acts.KeyRetired(KEY, START + days * DAY, 4)) for days in (1, 2))),
     "was to be retired at"),
    ("a second report", after(*[said(VCCI, acts.KeyCompromised(KEY, START))] * 2), f"was reported since {START} before"),
    ("a report of a later time", after(*(said(VCCI, acts.KeyCompromised(KEY, START + by)) for by in (0, 1))),
     f"was reported since {START} before"),
    ("a compromise to come", said(VCCI, acts.KeyCompromised(KEY, START + DAY)), "compromised since"),
    ("a compromise since never", said(VCCI, acts.KeyCompromised(KEY, 0)), "compromised since"),
    ("a registry twice", decided(acts.RegistryAdmitted(REGISTRY, 1)), "was admitted before"),
    ("an end of a registry as another kind", decided(acts.RegistryRetired(REGISTRY, 2)), "is not in force"),
    ("a registry's second end", after(*[decided(acts.RegistryRetired(REGISTRY, 1))] * 2), "is not in force"),
    ("an act of the consortium from elsewhere",
     lambda journal: journal.say(VCCI, acts.OperatorAdded(VCCI, OTHER), contract=REGISTRY), "author is"),
    ("an entry of another chain",
     lambda journal: journal.say(VCCI, acts.OperatorAdded(VCCI, OTHER), chain_id=1), "chain id is 1"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "what"), [case[1:] for case in IMPOSSIBLE], ids=[c[0] for c in IMPOSSIBLE])
def test_the_fold_stops_at(spoil: Callable[[AJournal], object], what: str) -> None:
    journal = AJournal.working()
    spoil(journal)
    with pytest.raises(JournalContradiction, match=what) as stopped:
        replay(journal)
    assert len(journal.entries) - 2 <= stopped.value.index < len(journal.entries)


def test_a_journal_does_not_begin_with_anything_but_founders() -> None:
    journal = AJournal()
    journal.say(CN, acts.OperatorAdded(CN, OTHER))
    with pytest.raises(JournalContradiction, match="without an administration"):
        replay(journal)


def test_founders_without_an_administration_found_nothing() -> None:
    journal = AJournal()
    journal.say(VCCI, acts.MemberAdmitted(VCCI, "VN", 4, controller_of(VCCI)), DEPLOYER, step=0)
    journal.say(VCCI, acts.OperatorAdded(VCCI, OTHER))
    with pytest.raises(JournalContradiction, match="without an administration"):
        replay(journal)


@pytest.mark.parametrize(("operator", "late"), [(OTHER, 0), (DEPLOYER, 1)])
def test_founders_are_admitted_by_one_account_in_one_second(operator: bytes, late: int) -> None:
    journal = AJournal.founded(CN)
    journal.time = START + late
    journal.say(AU, acts.MemberAdmitted(AU, "AU", 17, controller_of(AU)), operator)
    with pytest.raises(JournalContradiction, match="one account in one second"):
        replay(journal)


def test_a_founder_is_not_admitted_by_another() -> None:
    journal = AJournal.founded(CN)
    journal.time = START
    journal.say(CN, acts.MemberAdmitted(AU, "AU", 17, controller_of(AU)), DEPLOYER)
    with pytest.raises(JournalContradiction, match="expected by itself"):
        replay(journal)


def test_there_are_256_seats_and_not_one_more() -> None:
    journal = AJournal()
    for number in range(257):
        code = f"CN-{number}"
        journal.say(code, acts.MemberAdmitted(code, "CN", 1, controller_of(code)), DEPLOYER, step=0)
    assert len(Replay().fold_all(journal.entries[:256]).consortium.administrations) == 256
    with pytest.raises(JournalContradiction, match="seat 257 of 256"):
        replay(journal)
