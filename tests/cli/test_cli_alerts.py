"""``tradeseal alerts``: once, from a place on, and again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.errors import Unavailable
from ledger.service.use_answers import Alert
from tests.cli.command import Command, a_command
from tests.fakes.face_ledger import FaceLedger

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def an_alert(index: int, place: int = 0) -> Alert:
    return Alert(
        f"{index}-{place}", "StatusChanged", index, "R24", "It was \x1b[2Jrevoked.", "Recover the duty.", 1, "VN-VCCI",
        "VN-CN 24/02/00123", bytes(32), NOW, NOW, "0" * 32, "CNSHA", NOW, "consumed", "2230 2026 0001",
    )  # fmt: skip


def test_an_officer_reads_what_fell_what_was_used_and_what_to_do(
    command: Command, ledger: FaceLedger
) -> None:
    ledger.uses.alerts = [an_alert(5)]
    answer = command("alerts")
    assert answer.code == 0
    for text in (
        "R24  origin VN-CN 24/02/00123 of VN-VCCI", "in effect from 2026-11-23T10:00:00Z", "journal entry 5",
        "consumed at CNSHA on 2026-11-23T10:00:00Z for declaration 2230 2026 0001", "what to do: Recover the duty.",
        "1 alerts from journal entry 0 on; next time: --first 6",
    ):  # fmt: skip
        assert text in answer.out
    assert "\x1b" not in answer.out


def test_an_officer_reads_which_declaration_relied_on_an_aeo(command: Command, ledger: FaceLedger) -> None:
    alert = replace(an_alert(5), code="R34", use_id=None, reliance_id="a" * 32, state="relied on", kind=3)
    ledger.uses.alerts = [alert]
    assert (
        "  relied on at CNSHA on 2026-11-23T10:00:00Z for declaration 2230 2026 0001" in command("alerts").out
    )


def test_an_issuing_body_reads_which_of_its_certificates_builds_on_what_fell(
    command: Command, ledger: FaceLedger
) -> None:
    ledger.uses.alerts = [replace(an_alert(5), use_id=None, office=None, declaration=None, state="issued")]
    assert "  issued on 2026-11-23T10:00:00Z\n" in command("alerts").out


def test_all_pages_are_told_at_once(command: Command, ledger: FaceLedger) -> None:
    ledger.uses.alerts = [an_alert(5, place) for place in range(150)] + [an_alert(6), an_alert(9)]
    [answer] = command("alerts", "--json").lines()
    assert (len(answer["alerts"]), answer["next"]) == (152, 10)
    assert command("alerts", "--first", "10", "--json").lines() == [{"first": 10, "alerts": [], "next": 10}]


class Scripted(FaceLedger):
    """Answers each question with the next of ``script``, and is interrupted when there is none left."""

    def __init__(self, script: list[Callable[[], Sequence[Alert]]]) -> None:
        super().__init__()
        self.script = script
        self.asked: list[int] = []

    def alerts(self, first: int = 0, limit: int = 100) -> Sequence[Alert]:
        self.asked.append(first)
        if not self.script:
            raise KeyboardInterrupt
        return self.script.pop(0)()


def out_of_reach() -> Sequence[Alert]:
    raise Unavailable("the node did not answer")


def test_watching_goes_on_where_it_was_outages_included_until_it_is_interrupted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ledger = Scripted([lambda: [an_alert(5)], list, out_of_reach, lambda: [an_alert(8)], list])
    answer = a_command(ledger, capsys)("alerts", "--watch", "0.001", "--json")
    assert answer.code == 0
    assert [[one["journalIndex"] for one in line["alerts"]] for line in answer.lines()] == [[5], [8]]
    assert ledger.asked == [0, 6, 6, 6, 9, 9]
    assert "not available now" in answer.err
