"""The fold of everything: records, and that it stops at what no registry could have written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import acts
from ledger.core.entries import decode
from ledger.core.state import JournalContradiction, RecordState, Replay, Status, record_of
from tests.journals import (
    ACCI,
    CERTIFICATE,
    DAY,
    REGISTRY,
    START,
    VCCI,
    AJournal,
    a_digest,
    controller_of,
    operator_of,
    thumbprint_of,
)

NUMBER = "VN-CN 24/02/00123"
OTHER = b"\x77" * 20


def replay(journal: AJournal) -> Replay:
    return Replay().fold_all(journal.entries)


def the_record(journal: AJournal, number: str = NUMBER, member: str = VCCI) -> RecordState:
    return replay(journal).records[REGISTRY, member, a_digest("tag " + number)]


def test_an_anchored_record_is_known_with_its_place_and_time() -> None:
    journal = AJournal.working()
    entry = journal.anchor()
    record = the_record(journal)
    assert (record.member, record.registry, record.key) == (VCCI, REGISTRY, thumbprint_of())
    assert (record.document_id, record.tag) == (a_digest("document " + NUMBER), a_digest("tag " + NUMBER))
    assert (record.anchored_at, record.index, record.status) == (entry.time, entry.index, Status.VALID)
    assert (record.document_type, record.use_policy) == (864, 0x0100)


def test_the_status_is_known_for_every_time() -> None:
    journal = AJournal.working()
    anchored = journal.anchor().time
    suspended = journal.change(2).time
    lifted = journal.change(1).time
    revoked = journal.change(3).time
    record = the_record(journal)
    asked = [anchored, suspended - 1, suspended, lifted - 1, lifted, revoked - 1, revoked]
    assert [record.status_at(time).name for time in asked] == [
        "VALID", "VALID", "SUSPENDED", "SUSPENDED", "VALID", "VALID", "REVOKED",
    ]  # fmt: skip


def test_a_revocation_from_the_beginning_covers_every_time() -> None:
    journal = AJournal.working()
    anchored = journal.anchor().time
    journal.change(2)
    journal.change(3, effective_from=anchored)
    record = the_record(journal)
    assert {record.status_at(time) for time in range(anchored, journal.time, 10)} == {Status.REVOKED}


def test_of_changes_in_force_the_one_recorded_last_counts() -> None:
    journal = AJournal.working()
    anchored = journal.anchor().time
    suspended = journal.change(2).time
    journal.change(1, effective_from=suspended)
    assert the_record(journal).status_at(suspended) is Status.VALID
    assert the_record(journal).status_at(anchored) is Status.VALID


def test_two_members_have_the_same_number_without_touching_each_other() -> None:
    journal = AJournal.working()
    journal.admit(ACCI, 6)
    journal.anchor()
    journal.anchor(member=ACCI)
    journal.change(3, member=ACCI)
    assert [the_record(journal, member=code).status.name for code in (VCCI, ACCI)] == ["VALID", "REVOKED"]


def test_two_registries_keep_their_records_apart() -> None:
    journal = AJournal.working()
    journal.anchor()
    journal.decide(acts.RegistryAdmitted(OTHER, 1))
    journal.anchor(registry=OTHER, document_id=a_digest("another"))
    records = replay(journal).records
    assert {registry for registry, _, _ in records} == {REGISTRY, OTHER}


def test_a_suspended_member_may_still_recall() -> None:
    journal = AJournal.working()
    journal.anchor()
    journal.decide(acts.MemberSuspended(VCCI, 28))
    journal.change(2)
    journal.change(3)
    assert the_record(journal).status is Status.REVOKED


def test_a_key_may_anchor_before_it_is_in_effect_and_until_it_is_retired() -> None:
    journal = AJournal.working()
    key = journal.register_key(VCCI, 2, effective_in=DAY)
    journal.anchor("early", key=key)
    journal.say(VCCI, acts.KeyRetired(key, journal.time + 120, 4))
    journal.anchor("last", key=key)
    assert len(replay(journal).records) == 2


def test_a_fold_of_one_record_is_what_the_whole_fold_has() -> None:
    journal = AJournal.working()
    journal.anchor("another")
    about = [journal.anchor(), journal.change(2), journal.change(1), journal.change(3)]
    assert record_of(about) == the_record(journal)
    assert record_of([]) is None


def test_entries_of_two_records_are_not_folded_as_one() -> None:
    journal = AJournal.working()
    entries = [journal.anchor("one"), journal.anchor("another")]
    with pytest.raises(ValueError, match="another record"):
        record_of(entries)
    with pytest.raises(ValueError, match="expected RECORD_ANCHORED"):
        record_of([journal.change(2, "one")])


def changed(status: int, **values: object) -> Callable[[AJournal], object]:
    return lambda journal: journal.change(status, **values)  # type: ignore[arg-type]


def anchored(number: str = "another", **values: object) -> Callable[[AJournal], object]:
    return lambda journal: journal.anchor(number, **values)  # type: ignore[arg-type]


def decided(act: acts.Act) -> Callable[[AJournal], object]:
    return lambda journal: journal.decide(act)


def said(act: acts.Act) -> Callable[[AJournal], object]:
    return lambda journal: journal.say(VCCI, act)


def after(*steps: Callable[[AJournal], object]) -> Callable[[AJournal], object]:
    return lambda journal: [step(journal) for step in steps]


SUSPENDED = decided(acts.MemberSuspended(VCCI, 28))
IMPOSSIBLE: list[tuple[str, Callable[[AJournal], object], str]] = [
    ("the same number again", anchored(NUMBER), "was taken by entry"),
    ("the same number with other content", anchored(NUMBER, document_id=bytes(32)), "was taken by entry"),
    ("a number tag of zeros", anchored(tag=bytes(32)), "number tag is zero"),
    ("a type that the member may not issue", anchored(document_type=CERTIFICATE), "expected 2 among them"),
    ("a type that no registry takes", anchored(document_type=999), "no registry of origin takes"),
    ("a type that no registry of origin takes", anchored(document_type=911), "no registry of origin takes"),
    ("an anchor by a stranger", anchored(operator=OTHER), "is not an operator"),
    ("an anchor by the controller", anchored(operator=controller_of(VCCI)), "is not an operator"),
    ("an anchor by another member's operator", anchored(operator=operator_of(ACCI)), "is not an operator"),
    ("an anchor of nobody", anchored(member="XX-NOBODY"), "is not a member"),
    ("an anchor of a suspended member", after(SUSPENDED, anchored()), "expected active"),
    ("an anchor of one who left", after(decided(acts.MemberLeft(VCCI, 1)), anchored()), "has left"),
    ("an anchor with a key of another", anchored(key=thumbprint_of(ACCI)), "is not one of VN-VCCI"),
    ("an anchor with a retired key",
     after(lambda j: j.say(VCCI, acts.KeyRetired(thumbprint_of(), j.time, 4)), anchored()), "was retired"),
    ("an anchor with a compromised key", after(said(acts.KeyCompromised(thumbprint_of(), START)), anchored()),
     "was reported compromised"),
    ("an anchor by a former operator", after(said(acts.OperatorRemoved(VCCI, operator_of(VCCI))), anchored()),
     "is not an operator"),
    ("a registry that was never admitted", anchored(registry=OTHER), "which was not admitted"),
    ("the consortium as a registry", anchored(registry=b"\xc0" * 20), "which was not admitted"),
    ("a retired registry", after(decided(acts.RegistryRetired(REGISTRY, 1)), anchored()), "was retired"),
    ("a certificate among licences", after(decided(acts.RegistryAdmitted(OTHER, 2)), anchored(registry=OTHER)),
     "no registry of licences takes"),
    ("a change of nothing", changed(3, number="unknown"), "has no record"),
    ("a change by a stranger", changed(3, operator=OTHER), "is not an operator"),
    ("a change by another member", after(lambda j: j.admit(ACCI, 6), changed(3, member=ACCI)), "has no record"),
    ("a change without reason", changed(3, reason=0), "has no reason"),
    ("a change to what it is", changed(1), "VALID cannot follow VALID"),
    ("a second suspension", after(changed(2), changed(2)), "SUSPENDED cannot follow SUSPENDED"),
    ("life after revocation", after(changed(3), changed(1)), "VALID cannot follow REVOKED"),
    ("a cancellation after revocation", after(changed(3), changed(4)), "CANCELLED cannot follow REVOKED"),
    ("a suspension after cancellation", after(changed(4), changed(2)), "SUSPENDED cannot follow CANCELLED"),
    ("a replacement without successor", changed(5), "REPLACED cannot follow VALID"),
    ("a change that is to come", changed(3, effective_from=START + 10 * DAY), "is effective from"),
    ("a change before the record", changed(3, effective_from=START), "is effective from"),
    ("a reinstatement by a suspended member", after(changed(2), SUSPENDED, changed(1)), "expected active"),
    ("a change by one who left", after(decided(acts.MemberLeft(VCCI, 1)), changed(3)), "has left"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "what"), [case[1:] for case in IMPOSSIBLE], ids=[c[0] for c in IMPOSSIBLE])
def test_the_fold_stops_at(spoil: Callable[[AJournal], object], what: str) -> None:
    journal = AJournal.working()
    journal.anchor()
    spoil(journal)
    with pytest.raises(JournalContradiction, match=what) as stopped:
        replay(journal)
    assert stopped.value.index == len(journal.entries) - 1


def test_the_fold_stops_when_an_entry_is_missing() -> None:
    journal = AJournal.working()
    del journal.entries[5]
    with pytest.raises(JournalContradiction, match="index is 6, expected 5"):
        replay(journal)


def test_the_fold_stops_when_time_runs_backwards() -> None:
    journal = AJournal.working()
    journal.time = START
    journal.anchor()
    with pytest.raises(JournalContradiction, match="before that of the entry before"):
        replay(journal)


def test_the_fold_stops_at_a_chain_that_is_not_the_expected_one() -> None:
    with pytest.raises(JournalContradiction, match="chain id is 7040, expected 1"):
        Replay(1).fold_all(AJournal.founded().entries)


def test_the_journal_of_the_vectors_is_possible() -> None:
    vectors = json.loads((Path(__file__).parents[1] / "vectors" / "journal.json").read_text())
    entries = [decode(bytes.fromhex(vector["entry"]), vector["index"]) for vector in vectors["entries"]]
    replayed = Replay(vectors["chainId"]).fold_all(entries)
    assert [record.status.name for record in replayed.records.values()] == [
        "REVOKED", "VALID", "REPLACED", "VALID", "VALID", "VALID", "CANCELLED", "VALID",
    ]  # fmt: skip
    assert replayed.size == len(entries)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_neighbours_of_a_journal_cannot_be_swapped_unnoticed(data: st.DataObject) -> None:
    journal = AJournal.working()
    journal.anchor()
    journal.change(2)
    place = data.draw(st.integers(0, len(journal.entries) - 2))
    kept = [entry.raw for entry in journal.entries]
    kept[place], kept[place + 1] = kept[place + 1], kept[place]
    swapped = [decode(raw, index) for index, raw in enumerate(kept)]
    try:
        replayed = Replay().fold_all(swapped)
    except JournalContradiction:
        return
    # Founders of one second, and the two votes of a proposal, may come in either order; times may not.
    assert journal.entries[place].time == journal.entries[place + 1].time
    assert replayed.records == replay(journal).records


@given(st.lists(st.integers(1, 5), max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_final_status_is_final_whatever_comes(statuses: list[int]) -> None:
    journal = AJournal.working()
    journal.anchor()
    state, before = replay(journal), Status.VALID
    for status in statuses:
        entry = journal.change(status)
        try:
            state.fold(entry)
        except JournalContradiction:
            return
        assert before < Status.REVOKED
        before = the_record(journal).status
        assert before == status
