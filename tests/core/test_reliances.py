"""Reliances: which of them are listed for review, by what was recorded later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.aeo import (
    Agreement,
    Agreements,
    Cover,
    Recognition,
    RecognitionChange,
    TypeChange,
    TypeState,
)
from ledger.core.records import RecordState, Status, StatusChange
from ledger.core.reliances import Reliance, RelianceAlert, Rested, reliance_alerts
from tests.journals import START, VCCI
from tests.questions import Presented

PARTNER = "CN-GACC"
MINUTE = 60
TEN = int(datetime(2026, 3, 10, 10, 0, tzinfo=UTC).timestamp())
KNOWN = 90
RELIANCE = Reliance("0123456789abcdef" * 2, VCCI, b"\x01" * 32, PARTNER, "AEOS", TEN + 5 * MINUTE, KNOWN)


def changed(status: Status, minute: int = 0, index: int = 100, recorded: int = 20) -> TypeChange:
    """A change of 10 March 2026, in minutes after ten o'clock."""
    return TypeChange(status, 34, TEN + minute * MINUTE, TEN + recorded * MINUTE, index)


def on_type(*changes: TypeChange, name: str = "AEOS", reliance: Reliance = RELIANCE) -> Rested:
    state = TypeState(name, (TypeChange(Status.VALID, 0, START, START, 20), *changes))
    return Rested(reliance, a_record(), {name: state})


def a_record(*changes: StatusChange) -> RecordState:
    record = Presented().anchor().gathered(None).record
    assert record is not None
    return replace(record, changes=changes)


def on_recognition(*changes: RecognitionChange) -> Rested:
    first = RecognitionChange(1, Recognition.IN_FORCE, 0, START, START, PARTNER, 21)
    cover = Cover(VCCI, PARTNER, "AEOS", START, START, (first, *changes))
    return Rested(
        RELIANCE, a_record(), {}, Agreements({1: Agreement(1, VCCI, PARTNER, START, (cover,), START)})
    )


def recognition(state: Recognition, minute: int = 0, index: int = 100) -> RecognitionChange:
    return RecognitionChange(1, state, 33, TEN + minute * MINUTE, TEN + 20 * MINUTE, PARTNER, index)


def only(*rested: Rested) -> RelianceAlert:
    (alert,) = reliance_alerts(rested)
    return alert


def test_41_a_suspension_at_ten_recorded_at_twenty_past_lists_the_declaration_of_five_past_for_review() -> (
    None
):
    alert = only(on_type(changed(Status.SUSPENDED)))
    assert (alert.code, alert.cause, alert.journal_index) == ("R34", "TypeChanged", 100)
    assert alert.message == (
        "AEO status suspended from 2026-03-10 10:00 UTC (type AEOS), recorded 2026-03-10 10:20 UTC; "
        "relied on 2026-03-10 10:05 UTC. Listed for review."
    )
    assert "is not rewritten" in alert.what_next
    assert (alert.reliance, alert.alert_id) == (RELIANCE, f"100-{RELIANCE.reliance_id}")
    assert (alert.effective_from, alert.recorded_at) == (TEN, TEN + 20 * MINUTE)


@pytest.mark.parametrize(
    "rested",
    [
        on_type(),
        on_type(changed(Status.SUSPENDED, minute=6)),
        on_type(changed(Status.SUSPENDED, index=KNOWN - 1), changed(Status.VALID, 3, KNOWN - 1)),
        on_type(changed(Status.SUSPENDED), name="AEOC"),
        on_recognition(recognition(Recognition.SUSPENDED, minute=6)),
        Rested(RELIANCE, None),
    ],
    ids=[
        "nothing",
        "with effect after it",
        "known when it was noted",
        "another type",
        "recognition after it",
        "no entry",
    ],
)
def test_what_does_not_decide_about_the_acceptance_is_no_alert(rested: Rested) -> None:
    assert reliance_alerts([rested]) == []


def test_what_took_effect_in_the_second_of_the_acceptance_counts() -> None:
    assert only(on_type(changed(Status.SUSPENDED, minute=5))).code == "R34"


def test_the_first_entry_that_was_not_known_yet_counts() -> None:
    assert only(on_type(changed(Status.SUSPENDED, index=KNOWN))).journal_index == KNOWN


@pytest.mark.parametrize(
    ("status", "word"), [(Status.REVOKED, "revoked"), (Status.CANCELLED, "withdrawn"), (Status.SUSPENDED, "suspended")]
)  # fmt: skip
def test_every_end_of_a_type_is_named(status: Status, word: str) -> None:
    assert only(on_type(changed(status))).message.startswith(f"AEO status {word} from ")


def test_a_lifting_for_the_time_of_the_acceptance_closes_the_alert() -> None:
    first, second = reliance_alerts([on_type(changed(Status.SUSPENDED), changed(Status.VALID, 3, 101, 30))])
    assert (first.closes, second.closes, second.code) == (False, True, "X18")
    assert second.message == (
        "The AEO status (type AEOS) is in force again from 2026-03-10 10:03 UTC, recorded 2026-03-10 10:30 UTC; "
        "relied on 2026-03-10 10:05 UTC."
    )


def test_a_lifting_after_the_acceptance_leaves_the_alert_open() -> None:
    assert not only(on_type(changed(Status.SUSPENDED), changed(Status.VALID, 6, 101))).closes


@pytest.mark.parametrize(
    ("status", "cause"), [(Status.SUSPENDED, "StatusChanged"), (Status.REPLACED, "RecordReplaced")]
)
def test_the_fall_of_the_whole_entry_lists_it_too(status: Status, cause: str) -> None:
    change = StatusChange(status, 34, TEN, TEN + 20 * MINUTE, 100)
    alert = only(Rested(RELIANCE, a_record(change)))
    assert (alert.code, alert.cause) == ("R34", cause)
    assert "(the whole entry), recorded 2026-03-10 10:20 UTC" in alert.message


@pytest.mark.parametrize(
    ("state", "word"), [(Recognition.SUSPENDED, "suspended"), (Recognition.TERMINATED, "terminated")]
)
def test_the_end_of_recognition_lists_it_by_the_agreement(state: Recognition, word: str) -> None:
    alert = only(on_recognition(recognition(state)))
    assert (alert.code, alert.cause) == ("R33", "RecognitionChanged")
    assert alert.message == (
        f"Recognition of AEOS of {VCCI} by CN-GACC {word} from 2026-03-10 10:00 UTC, recorded "
        "2026-03-10 10:20 UTC; relied on 2026-03-10 10:05 UTC. Listed for review."
    )


def test_recognition_in_force_again_closes_the_alert() -> None:
    again = recognition(Recognition.IN_FORCE, 2, 101)
    first, second = reliance_alerts([on_recognition(recognition(Recognition.SUSPENDED), again)])
    assert (first.closes, second.closes, second.cause) == (False, True, "RecognitionChanged")


def test_a_new_agreement_with_effect_by_the_acceptance_closes_the_alert() -> None:
    rested = on_recognition(recognition(Recognition.TERMINATED))
    again = RecognitionChange(2, Recognition.IN_FORCE, 0, TEN + 2 * MINUTE, TEN + 30 * MINUTE, PARTNER, 101)
    cover = Cover(VCCI, PARTNER, "AEOS", START, TEN + 2 * MINUTE, (again,))
    second_one = Agreement(2, VCCI, PARTNER, START, (cover,), TEN + 30 * MINUTE)
    both = Agreements({**rested.agreements.by_number, 2: second_one})
    first, second = reliance_alerts([replace(rested, agreements=both)])
    assert (first.closes, second.closes, second.cause) == (False, True, "AgreementConsented")


def test_of_two_suspensions_the_lifting_of_the_last_one_closes_the_alerts() -> None:
    by_home = [
        replace(recognition(state, minute, index), member=VCCI)
        for state, minute, index in ((Recognition.SUSPENDED, 1, 101), (Recognition.IN_FORCE, 3, 103))
    ]
    lifted = recognition(Recognition.IN_FORCE, 2, 102)
    rested = on_recognition(recognition(Recognition.SUSPENDED), by_home[0], lifted, by_home[1])
    alerts = reliance_alerts([rested])
    assert [(alert.journal_index, alert.closes) for alert in alerts] == [
        (100, False),
        (101, False),
        (103, True),
    ]


def test_alerts_stand_in_the_order_of_the_journal() -> None:
    late = replace(RELIANCE, reliance_id="f" * 32)
    rested = [
        on_type(changed(Status.SUSPENDED, index=120), reliance=late),
        on_type(changed(Status.SUSPENDED)),
    ]
    assert [alert.journal_index for alert in reliance_alerts(rested)] == [100, 120]


_changes = st.lists(
    st.tuples(st.sampled_from([Status.SUSPENDED, Status.VALID]), st.integers(-10, 20), st.integers(0, 20)), max_size=8
)  # fmt: skip


@given(_changes, st.integers(0, 8))
def test_the_last_alert_says_whether_it_is_in_force_now(changes: Any, known: int) -> None:
    told = [
        changed(status, minute, KNOWN + place, recorded)
        for place, (status, minute, recorded) in enumerate(sorted(changes, key=lambda one: int(one[1])))
    ]
    rested = on_type(*told, reliance=replace(RELIANCE, journal_size=KNOWN + known))
    before = TypeState(
        "AEOS", tuple(one for one in rested.types["AEOS"].changes if one.index < KNOWN + known)
    )
    if before.status_at(RELIANCE.accepted_at) is not Status.VALID:
        return  # it would not have been noted
    alerts = reliance_alerts([rested])
    fell = bool(alerts) and not alerts[-1].closes
    assert fell == (rested.types["AEOS"].status_at(RELIANCE.accepted_at) is not Status.VALID)
