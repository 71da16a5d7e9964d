from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.core.alerts import AlertFact, Confirmation, KeyReport, Relied, alerts_of
from ledger.core.opening import Relation
from ledger.core.records import Link, RecordState, Status, StatusChange
from ledger.core.uses import UseRecord, UseState
from tests.journals import ACCI, CN, DAY, START, VCCI, thumbprint_of
from tests.questions import Presented, a_usage, a_use, tag_of

TENTH = int(datetime(2026, 3, 10, 9, 0, tzinfo=UTC).timestamp())
TWENTIETH = int(datetime(2026, 3, 20, 10, 0, tzinfo=UTC).timestamp())


def a_record(*changes: StatusChange, **details: Any) -> RecordState:
    record = Presented().anchor().gathered(None).record
    assert record is not None
    return replace(record, changes=changes, **details)


def changed(
    status: Status, time: int = TWENTIETH, index: int = 100, recorded: int | None = None
) -> StatusChange:
    return StatusChange(status, 24, time, time if recorded is None else recorded, index)


def relied_on(record: RecordState, **details: Any) -> Relied:
    """A use of 10 March, whose entry has the index 90."""
    return Relied(a_use(at=TENTH), 1, record, **details)


def only(alerts: list[AlertFact]) -> AlertFact:
    (alert,) = alerts
    return alert


def test_30_a_revocation_after_a_use_alerts_its_office_and_leaves_the_use_alone() -> None:
    relied = relied_on(a_record(changed(Status.REVOKED)))
    alert = only(alerts_of([relied]))
    assert (alert.code, alert.cause, alert.journal_index) == ("R24", "StatusChanged", 100)
    assert alert.message == (
        "The issuer revoked it from 2026-03-20 10:00 UTC (R24 REVOKED); used 2026-03-10 09:00 UTC while valid."
    )
    assert alert.what_next == "Past releases stand. Review the declaration and record your decision."
    assert alert.use == relied.use


def test_a_revocation_with_effect_before_the_use_does_not_call_it_valid_then() -> None:
    alert = only(alerts_of([relied_on(a_record(changed(Status.REVOKED, TENTH - 60, recorded=TWENTIETH)))]))
    assert "while valid" not in alert.message
    assert (alert.effective_from, alert.recorded_at) == (TENTH - 60, TWENTIETH)


def test_an_alert_keeps_its_id() -> None:
    relied = relied_on(a_record(changed(Status.REVOKED)))
    assert only(alerts_of([relied, relied])).alert_id == f"100-{relied.use.use_id}"


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (Status.SUSPENDED, "R25", "StatusChanged"),
        (Status.CANCELLED, "X05", "StatusChanged"),
        (Status.REPLACED, "R26", "RecordReplaced"),
    ],
)
def test_every_status_that_is_not_valid_alerts(status: Status, code: str, cause: str) -> None:
    alert = only(alerts_of([relied_on(a_record(changed(status)))]))
    assert (alert.code, alert.cause) == (code, cause)


def test_a_suspension_that_was_lifted_closes_its_alert() -> None:
    record = a_record(changed(Status.SUSPENDED), changed(Status.VALID, TWENTIETH + DAY, 101))
    first, second = alerts_of([relied_on(record)])
    assert (first.closes, second.closes) == (False, True)
    assert second.message == "The suspension was lifted from 2026-03-21 10:00 UTC."


def test_what_was_said_before_the_use_is_no_alert() -> None:
    record = a_record(changed(Status.SUSPENDED, START, 50), changed(Status.VALID, START, 51))
    assert alerts_of([relied_on(record)]) == []


def test_a_use_that_was_given_back_relied_on_nothing() -> None:
    use = a_use(at=TENTH, state=UseState.RELEASED, released_at=TENTH + 1)
    assert alerts_of([replace(relied_on(a_record(changed(Status.REVOKED))), use=use)]) == []


def test_33_the_fall_of_a_parent_alerts_offices_that_used_its_children() -> None:
    parent = a_record(changed(Status.REVOKED), member=ACCI, tag=tag_of("AU-1"))
    alert = only(alerts_of([relied_on(a_record(), above=(parent,))]))
    assert alert.code == "R21"
    assert alert.message.startswith(
        "The certificate of AU-ACCI, on which it builds, was revoked from 2026-03-20"
    )
    assert alert.what_next == "Ask VN-VCCI whether it stands by its own certificate."


def test_the_lifting_of_a_parents_suspension_closes_its_alert() -> None:
    parent = a_record(
        changed(Status.SUSPENDED),
        changed(Status.VALID, TWENTIETH + DAY, 101),
        member=ACCI,
        tag=tag_of("AU-1"),
    )
    first, second = alerts_of([relied_on(a_record(), above=(parent,))])
    assert (first.closes, second.closes, second.code) == (False, True, "X18")
    assert second.message == (
        "The suspension of the certificate of AU-ACCI, on which it builds, was lifted from 2026-03-21 10:00 UTC."
    )


def entered_late(record: RecordState, **details: Any) -> Relied:
    """A use of 10 March that was written down on 25 March, by entry 200."""
    late = a_use(at=TWENTIETH + 5 * DAY, happened_at=TENTH, first_index=200, last_index=200)
    return Relied(late, 1, record, **details)


def test_what_fell_between_a_use_and_its_late_entry_is_told_when_it_is_written() -> None:
    alert = only(alerts_of([entered_late(a_record(changed(Status.REVOKED)))]))
    assert (alert.code, alert.cause, alert.journal_index) == ("R24", "UseEntered", 200)
    assert alert.alert_id.startswith("100-")
    assert alert.message.endswith("used 2026-03-10 09:00 UTC while valid.")
    before = a_record(changed(Status.REVOKED, TENTH - DAY))
    assert alerts_of([entered_late(before)]) == [], "it was known when the goods were presented"


def test_of_several_changes_before_a_late_entry_the_last_is_told() -> None:
    suspended, lifted = changed(Status.SUSPENDED), changed(Status.VALID, TWENTIETH + DAY, 101)
    assert alerts_of([entered_late(a_record(suspended, lifted))]) == []
    revoked = changed(Status.REVOKED, TWENTIETH + 2 * DAY, 102)
    assert only(alerts_of([entered_late(a_record(suspended, lifted, revoked))])).code == "R24"
    later = changed(Status.VALID, TWENTIETH + 6 * DAY, 201)
    told = alerts_of([entered_late(a_record(suspended, later))])
    assert [(one.code, one.journal_index, one.closes) for one in told] == [
        ("R25", 200, False),
        ("X18", 201, True),
    ]


def test_a_parent_or_a_key_that_fell_before_a_late_entry_is_told_beside_the_record_itself() -> None:
    parent = a_record(changed(Status.REVOKED), member=ACCI, tag=tag_of("AU-1"))
    record = a_record(changed(Status.SUSPENDED, index=101))
    told = alerts_of([entered_late(record, above=(parent,))], [a_report(index=102)])
    assert sorted(one.code for one in told) == ["R21", "R25", "X06"]
    assert {one.journal_index for one in told} == {200}


def test_a_report_that_was_settled_before_a_late_entry_is_no_alert() -> None:
    record = a_record()
    confirmed = Confirmation(VCCI, record.tag, TWENTIETH + 60, 101)
    assert alerts_of([entered_late(record)], [a_report()], [confirmed]) == []
    after = replace(confirmed, time=TWENTIETH + 6 * DAY, index=201)
    told = alerts_of([entered_late(record)], [a_report()], [after])
    assert [(one.code, one.journal_index, one.closes) for one in told] == [
        ("X06", 200, False),
        ("X32", 201, True),
    ]


def test_the_fall_of_the_original_alerts_offices_that_used_its_true_copy() -> None:
    original = a_record(changed(Status.REVOKED), tag=tag_of("VN-1"))
    copy = a_record(link=Link(Relation.TRUE_COPY, VCCI, original.tag))
    alert = only(alerts_of([relied_on(copy, above=(original,))]))
    assert alert.message.startswith("The original was revoked from 2026-03-20 10:00 UTC")


def a_report(since: int = START, reported: int = TWENTIETH, index: int = 100) -> KeyReport:
    return KeyReport(VCCI, thumbprint_of(), since, reported, index)


def test_16_a_stolen_key_alerts_offices_that_used_what_it_covers() -> None:
    alert = only(alerts_of([relied_on(a_record())], [a_report()]))
    assert (alert.code, alert.cause) == ("X06", "KeyCompromised")
    assert "may have been in other hands since 2026-01-01 00:00 UTC" in alert.message
    assert alert.message.endswith("It was used 2026-03-10 09:00 UTC.")


def test_16_a_confirmation_closes_the_alert_and_an_earlier_one_does_not() -> None:
    record = a_record()
    confirmed = Confirmation(VCCI, record.tag, TWENTIETH + 60, 101)
    first, second = alerts_of([relied_on(record)], [a_report()], [confirmed])
    assert (first.closes, second.closes, second.cause) == (False, True, "RecordConfirmed")
    assert second.message == "The issuer confirmed it again on 2026-03-20 10:01 UTC."
    early = replace(confirmed, time=TWENTIETH - 1)
    assert not only(alerts_of([relied_on(record)], [a_report()], [early])).closes


@pytest.mark.parametrize(
    "report",
    [
        a_report(since=TWENTIETH),
        a_report(index=80),
        replace(a_report(), key=b"\x01" * 32),
        replace(a_report(), member=ACCI),
    ],
)
def test_a_report_that_does_not_cover_the_record_or_was_known_before_is_no_alert(report: KeyReport) -> None:
    assert alerts_of([relied_on(a_record())], [report]) == []


def test_a_stolen_key_of_a_parent_alerts_too() -> None:
    parent = a_record(member=ACCI, tag=tag_of("AU-1"), key=thumbprint_of(ACCI))
    report = KeyReport(ACCI, thumbprint_of(ACCI), START, TWENTIETH, 100)
    alert = only(alerts_of([relied_on(a_record(), above=(parent,))], [report]))
    assert "the key of the certificate of AU-ACCI above it" in alert.message


def test_a_late_entry_that_overdraws_alerts_those_who_used_it_before_and_not_itself() -> None:
    own = a_use(70, at=TENTH)
    late = a_use(50, declaration="D-2", at=TWENTIETH, happened_at=TENTH - 60, conflict=True, last_index=100)
    usage = a_usage(own, late, authorised=100)
    both = [Relied(use, 2, a_record(), usage) for use in (own, late)]
    alert = only(alerts_of(both))
    assert alert.use == own
    assert (alert.code, alert.cause, alert.recorded_at) == ("X39", "UseEntered", TWENTIETH)
    assert "more was used than was certified: 120 t of 100 t on line 1" in alert.message


def test_a_late_entry_that_overdraws_nothing_is_no_alert() -> None:
    own = a_use(10, at=TENTH)
    late = a_use(50, declaration="D-2", at=TWENTIETH, happened_at=TENTH, conflict=True, last_index=100)
    assert alerts_of([Relied(own, 2, a_record(), a_usage(own, late, authorised=100))]) == []


def test_a_second_use_of_a_single_use_certificate_that_happened_offline_alerts_the_first() -> None:
    alert = only(alerts_of([a_use_beside(late_use())]))
    assert (alert.code, "2 declarations used it, 1 may" in alert.message) == ("X39", True)


def test_a_use_too_many_that_was_given_back_is_no_alert_any_more() -> None:
    assert alerts_of([a_use_beside(late_use(state=UseState.RELEASED))]) == []


def test_a_conflict_of_another_economy_does_not_concern_a_use_that_is_counted_apart() -> None:
    late = late_use(customs="KR-KCS")
    assert alerts_of([a_use_beside(late, sharing=frozenset({CN}))]) == []
    assert only(alerts_of([a_use_beside(late, sharing=None)])).code == "X39"


def test_a_conflict_over_something_else_than_the_number_of_uses_is_no_overdrawing() -> None:
    assert alerts_of([a_use_beside(late_use(), limit=3)]) == []
    assert alerts_of([a_use_beside(late_use(), limit=0)]) == []


def late_use(**details: Any) -> UseRecord:
    return a_use(declaration="D-2", at=TWENTIETH, happened_at=TENTH, conflict=True, last_index=100, **details)


def a_use_beside(late: UseRecord, **details: Any) -> Relied:
    own = a_use(at=TENTH)
    return Relied(own, 1, a_record(), a_usage(own, late), **{"limit": 1, **details})


def test_alerts_stand_in_the_order_of_the_journal() -> None:
    record = a_record(changed(Status.REVOKED, index=120))
    indices = [alert.journal_index for alert in alerts_of([relied_on(record)], [a_report()])]
    assert indices == [100, 120]
