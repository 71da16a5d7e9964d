from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.core.child_alerts import Child, ChildAlert, child_alerts
from ledger.core.records import RecordState, Status, StatusChange
from tests.journals import ACCI, DAY, START
from tests.questions import Presented, tag_of


def a_record(*changes: StatusChange, **details: Any) -> RecordState:
    record = Presented().anchor().gathered(None).record
    assert record is not None
    return replace(record, changes=changes, **details)


def changed(status: Status, index: int = 100) -> StatusChange:
    return StatusChange(status, 24, START + DAY, START + DAY, index)


def a_child_of(*changes: StatusChange, own: tuple[StatusChange, ...] = (), member: str = ACCI) -> Child:
    """A record of VN-VCCI, anchored by entry 50, that builds on one of AU-ACCI."""
    parent = a_record(*changes, member=member, tag=tag_of("AU-1"))
    return Child(1, a_record(*own, index=50), (parent,))


def only(alerts: list[ChildAlert]) -> ChildAlert:
    (alert,) = alerts
    return alert


def test_33_the_issuer_of_a_child_is_told_of_its_fallen_parent_and_asked_to_decide() -> None:
    child = a_child_of(changed(Status.REVOKED))
    alert = only(child_alerts([child]))
    assert (alert.code, alert.cause, alert.journal_index) == ("R21", "StatusChanged", 100)
    assert alert.message == (
        "The certificate of AU-ACCI, on which this one builds, was revoked from 2026-01-02 00:00 UTC "
        "(R24 REVOKED). Verdicts on it refer."
    )
    assert alert.what_next.startswith("Decide whether you stand by your own certificate")
    assert alert.alert_id == f"100-{child.record.tag.hex()[:32]}"


def test_a_suspension_of_the_parent_that_was_lifted_closes_its_alert() -> None:
    first, second = child_alerts([a_child_of(changed(Status.SUSPENDED), changed(Status.VALID, 101))])
    assert (first.closes, second.closes, second.code) == (False, True, "X18")


@pytest.mark.parametrize(
    "child",
    [
        a_child_of(changed(Status.REVOKED, 40)),
        a_child_of(changed(Status.SUSPENDED, 40), changed(Status.VALID, 101)),
        a_child_of(changed(Status.REVOKED), member="VN-VCCI"),
        a_child_of(changed(Status.REVOKED), own=(changed(Status.CANCELLED, 90),)),
    ],
    ids=["before it was issued", "lifted what it knew of", "its own doing", "withdrawn before"],
)
def test_what_its_issuer_knew_or_need_not_decide_is_no_alert(child: Child) -> None:
    assert child_alerts([child]) == []


def test_a_child_that_is_only_suspended_still_needs_a_decision() -> None:
    child = a_child_of(changed(Status.REVOKED), own=(changed(Status.SUSPENDED, 90),))
    assert only(child_alerts([child])).code == "R21"


def test_each_child_has_its_own_alert_by_the_same_entry_and_keeps_its_id() -> None:
    one = a_child_of(changed(Status.REPLACED))
    other = replace(one, record=replace(one.record, tag=tag_of("VN-2")))
    alerts = child_alerts([one, other, one])
    assert len({alert.alert_id for alert in alerts}) == len(alerts) == 2
    assert {(alert.cause, alert.journal_index) for alert in alerts} == {("RecordReplaced", 100)}
