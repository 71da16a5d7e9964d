"""``tradeseal use`` and ``tradeseal balance``: what customs writes, what an officer reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.cli import console
from ledger.service.use_answers import UseAction
from tests.cli.command import Command
from tests.fakes.face_ledger import FaceLedger

LICENCE = ("--issuer", "VN-VCCI", "--number", "GL 2026/0042", "--kind", "licence")
AT = ("--office", "CNSHA", "--declaration", "2230 2026 0001", "--item", "3")
TEN = ("--line", "1", "--quantity", "10", "--unit", "TNE")
T = "2026-11-22T17:00:00+08:00"


def reserved(command: Command, *more: str) -> str:
    """Reserve 10 t and return the use's id."""
    [answer] = command("use", "reserve", *LICENCE, *AT, *TEN, *more, "--json").lines()
    return str(answer["useId"])


def test_an_officer_reads_what_was_held_for_which_declaration_and_what_is_free(command: Command) -> None:
    answer = command("use", "reserve", *LICENCE, *AT, *TEN)
    assert answer.code == 0
    for text in (
        "reserved  10 TNE of line 1  licence GL 2026/0042 of VN-VCCI",
        "for declaration 2230 2026 0001, item 3, at CNSHA",
        "free on this line: 90 TNE",
        "journal entry 0",
    ):
        assert text in answer.out


@pytest.mark.parametrize(
    ("line", "state", "consumed", "free"),
    [
        (("consume", "--quantity", "7.5", "--unit", "TNE"), "consumed", "7.5", "92.5"),
        (("consume",), "consumed", "10", "90"),
        (("release",), "released", "0", "100"),
    ],
)
def test_a_reservation_is_found_again_by_its_id_or_by_its_declaration(
    line: tuple[str, ...], state: str, consumed: str, free: str, command: Command
) -> None:
    use_id = reserved(command)
    [by_id] = command("use", line[0], use_id, *line[1:], "--json").lines()
    assert (by_id["state"], by_id["consumed"], by_id["free"]) == (state, consumed, free)
    quantity = line[1:] or ("--quantity", "10", "--unit", "TNE")
    again = () if line[0] == "release" else quantity
    [by_declaration] = command("use", line[0], *LICENCE, *AT, *again, "--json").lines()
    assert by_declaration["useId"] == use_id


def test_a_correction_takes_away_with_a_minus_sign(command: Command, ledger: FaceLedger) -> None:
    use_id = reserved(command)
    command("use", "consume", use_id, "--quantity", "10", "--unit", "TNE")
    line = ("--quantity", "-2.5", "--unit", "TNE", "--reason", "R16", "--correction", "1")
    answer = command("use", "correct", use_id, *line)
    assert (answer.code, "7.5 TNE" in answer.out) == (0, True)
    asked = ledger.uses.requests[-1]
    assert (asked.action, asked.quantity, asked.reason, asked.correction) == (
        UseAction.CORRECT,
        "-2.5",
        16,
        1,
    )


def test_a_certificate_is_used_as_a_whole_without_a_quantity(command: Command) -> None:
    record = ("--issuer", "VN-VCCI", "--number", "VN-CN 24/02/00123")
    assert command("use", "consume", *record, "--office", "CNSHA", "--declaration", "1").code == 0
    second = command("use", "consume", *record, "--office", "CNTAO", "--declaration", "2")
    assert second.code == 1
    assert "R11: it has been used already (UseLimitReached)" in second.err


def test_what_is_more_than_is_left_exits_1_and_tells_what_is_free(command: Command) -> None:
    reserved(command)
    line = ("--office", "CNTAO", "--declaration", "2", "--line", "1", "--quantity", "95", "--unit", "TNE")
    answer = command("use", "reserve", *LICENCE, *line)
    assert answer.code == 1
    assert answer.err.strip().endswith("R12: Requested 95 t, free 90 t (UseBalanceExceeded)")


def test_a_late_entry_that_breaks_a_limit_stands_and_is_shown_as_a_conflict(
    command: Command, ledger: FaceLedger
) -> None:
    line = ("--line", "1", "--quantity", "130", "--unit", "TNE", "--happened-at", T)
    answer = command("use", "enter", *LICENCE, *AT, *line)
    assert (answer.code, "CONFLICT" in answer.out) == (0, True)
    assert ledger.uses.requests[0].happened_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    balance = command("balance", "show", *LICENCE)
    assert "licence GL 2026/0042 of VN-VCCI  valid  OVERDRAWN" in balance.out
    assert "consumed, conflict" in balance.out


def test_a_balance_is_a_table_of_lines_and_of_uses(command: Command) -> None:
    use_id = reserved(command)
    lines = [line.split() for line in command("balance", "show", *LICENCE).out.splitlines()]
    assert ["line", "unit", "authorised", "reserved", "consumed", "granted", "free"] in lines
    assert ["1", "TNE", "100", "10", "0", "0", "90"] in lines
    assert ["used", "by", "quantity"] in lines
    assert ["only", "by", "customs", "of", "CN"] in lines
    assert any(line[:2] == ["CN-GACC", "CNSHA"] and line[-1] == use_id for line in lines)


def test_an_overdrawn_line_is_red_on_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "coloured", lambda text, colour: text)
    monkeypatch.setattr("ledger.cli.balances.coloured", lambda text, colour: f"<{colour}>{text}")
    command(
        "use", "enter", *LICENCE, *AT, "--line", "1", "--quantity", "130", "--unit", "TNE", "--happened-at", T
    )
    out = command("balance", "show", *LICENCE).out
    red = [line.split() for line in out.splitlines() if line.startswith(f"<{console.RED}>")]
    assert red == [[f"<{console.RED}>1", "TNE", "100", "0", "130", "0", "0", "OVERDRAWN"]]
    assert f"<{console.RED}>OVERDRAWN" in out


def test_an_unused_record_says_so(command: Command) -> None:
    out = command("balance", "show", *LICENCE).out
    assert "not used yet" in out
    assert "read from the chain at block 7" in out


def test_a_balance_is_opened_and_a_permit_endorsed(command: Command) -> None:
    record = ("--issuer", "VN-VCCI", "--number", "VN-CN 24/02/00123")
    assert command("balance", "open", *record).code == 0
    assert command("balance", "show", *record, "--json").lines()[0]["lines"][0]["authorised"] == "100"
    assert command("endorse", *LICENCE[:4], "--office", "VNSGN", "--actual", "40:NMB").code == 0
    assert (
        command("endorse", *LICENCE[:4], "--office", "VNSGN", "--actual", "4:NMB", "--actual", "1:NMB").code
        == 1
    )
    assert "endorsed at export" in command("balance", "show", *LICENCE).out


def test_an_outage_exits_3_and_holds_nothing(command: Command, ledger: FaceLedger) -> None:
    ledger.chain_answers = False
    assert command("use", "reserve", *LICENCE, *AT, *TEN).code == 3
    assert command("balance", "show", *LICENCE).code == 3
    ledger.chain_answers = True
    assert "not used yet" in command("balance", "show", *LICENCE).out


def test_text_from_outside_cannot_repaint_the_screen(command: Command) -> None:
    line = ("--issuer", "VN-VCCI", "--number", "1\x1b[2J", "--kind", "licence")
    out = command("use", "reserve", *line, "--office", "CNSHA", "--declaration", "\x1b[31m", *TEN).out
    out += command("balance", "show", *line).out
    assert "\x1b" not in out


def test_what_is_held_and_not_settled_is_listed(command: Command) -> None:
    use_id = reserved(command)
    answer = command("use", "reservations")
    assert answer.code == 0
    for text in (
        "10 TNE",
        "licence GL 2026/0042 of VN-VCCI",
        "2230 2026 0001",
        use_id,
        "1 open reservations",
        "None is freed",
    ):
        assert text in answer.out
    [listed] = command("use", "reservations", "--json").lines()
    assert [one["useId"] for one in listed["reservations"]] == [use_id]
    command("use", "release", use_id)
    assert command("use", "reservations").out == "0 open reservations as of 8 entries of the journal\n"


def test_how_many_reservations_are_not_shown_is_said(command: Command) -> None:
    for item in ("1", "2"):
        command("use", "reserve", *LICENCE, *AT[:-1], item, *TEN)
    page = command("use", "reservations", "--limit", "1").out
    assert "2 open reservations as of" in page
    assert "--first 1 shows the following ones" in page
    rest = command("use", "reservations", "--first", "1", "--json").lines()[0]
    assert ([one["journalIndex"] for one in rest["reservations"]], rest["next"]) == ([1], None)
    assert command("use", "reservations", "--first", "-1").code == 4


@pytest.mark.parametrize("wrong", [("--limit", "0"), ("--before", "yesterday")])
def test_a_wrong_question_about_reservations_is_bad_input(wrong: tuple[str, str], command: Command) -> None:
    answer = command("use", "reservations", *wrong)
    assert (answer.code, wrong[0] in answer.err) == (4, True)
