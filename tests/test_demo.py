"""The demo as a stranger runs it: every step as expected, or an exit code that says otherwise."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.demo.offices import ten_oclock
from ledger.demo.steps import JourneyStopped, Recorder, Step

ROOT = Path(__file__).resolve().parents[1]


def run_demo(folder: Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the demo; what it makes is in ``folder``, and it must leave nothing there."""
    # Settings of another gateway in the caller's shell are none of the demo's business.
    elsewhere = {
        "TRADESEAL_CHAIN_URL": "http://127.0.0.1:9",
        "TRADESEAL_MEMBER_CODE": "XX",
        "TMPDIR": str(folder),
    }
    return subprocess.run(
        [sys.executable, "-m", "ledger.cli", "demo", "--once", "--json"],
        cwd=ROOT, env={**os.environ, **elsewhere}, capture_output=True, check=False, timeout=300, **more,
    )  # fmt: skip


TOLD = {
    "the same certificate at two ports": (
        ("the same certificate at two ports: Shanghai writes it off", "consumed"),
        ("the same certificate at two ports: Ningbo asks about it", "REJECT R11"),
        ("the same certificate at two ports: Ningbo writes it off too", "refused, R11"),
    ),
    "a licence over-drawn by two offices in the same second": (
        ("two offices draw 70 t and 50 t on 100 t in the same second", "1 of 2, R12"),
        ("the balance, and what the loser was told of it", "adds up to 100 t"),
    ),
    "an AEO suspended at 10:00, and declarations at 09:55 and at 10:05": (
        ("Shanghai treats declarations of 09:55 and 10:05 as an AEO's", "2 noted"),
        ("Australia suspends the AEO from 10:00, and records it later", "suspended"),
        ("the declaration that was accepted at 09:55", "ACCEPT_WITH_REMARKS X45"),
        ("the declaration that was accepted at 10:05", "REJECT R34"),
        ("what is listed for review", "10:05, R34"),
    ),
    "a back-to-back certificate whose parent is revoked": (
        ("Singapore builds a certificate on a Vietnamese one", "1 anchored"),
        ("Shanghai writes Singapore's certificate off", "consumed"),
        ("Viet Nam revokes the Vietnamese one; Singapore's is asked about", "REFER R21"),
        ("the office that used Singapore's is told", "1 alert R21"),
    ),
    "a stolen key with 40 certificates": (
        ("a key is stolen with 40 certificates, 6 of them used", "40 of 40 REFER"),
        ("the offices that used some are told", "6 alerts X06"),
        ("Viet Nam confirms 37 and revokes the others", "37 accepted, 3 rejected"),
        ("the offices are told that theirs were confirmed", "6 alerts X32"),
    ),
}
"""What the demo has to tell, each in steps one after the other, with how they come out."""


@pytest.mark.slow
def test_every_step_comes_out_as_expected_and_nothing_is_left(tmp_path: Path) -> None:
    ran = run_demo(tmp_path)
    steps = [orjson.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()
    assert all(set(step) == {"step", "expected", "got", "seconds"} for step in steps)
    assert [step for step in steps if step["got"] != step["expected"] or step["seconds"] < 0] == []
    came_out = [(step["step"], step["got"]) for step in steps]
    for name, told in TOLD.items():
        assert told[0] in came_out, name
        first = came_out.index(told[0])
        assert tuple(came_out[first : first + len(told)]) == told, name
    got = {word.strip(",") for _, out in came_out for word in out.split(" ")}
    assert {"ACCEPT", "ACCEPT_WITH_REMARKS", "REFER", "REJECT", "CANNOT_VERIFY_NOW", "refused"} <= got
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_cannot_set_its_stage_says_why_and_exits_1(tmp_path: Path) -> None:
    def with_a_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))

    ran = run_demo(tmp_path, preexec_fn=with_a_full_disk)
    [step] = [orjson.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 1
    assert step["expected"] == "ready"
    assert step["got"].startswith("Unavailable: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("now", "ten"), [("10:11", 0), ("10:10", -1), ("09:00", -1), ("23:59", 0)])
def test_ten_oclock_is_always_over_long_enough_for_what_happened_at_10_05(now: str, ten: int) -> None:
    day = datetime(2026, 3, 5, tzinfo=timezone(timedelta(hours=8)))
    moment = datetime.combine(day, time.fromisoformat(now), day.tzinfo)
    assert ten_oclock(moment) == day + timedelta(days=ten, hours=10)


def a_recorder() -> tuple[Recorder, list[Step]]:
    shown: list[Step] = []
    return Recorder(shown.append, lambda _: None), shown


def test_a_step_that_comes_out_differently_is_shown_and_the_journey_goes_on_without_passing() -> None:
    recorder, shown = a_recorder()
    recorder.run("one", "ACCEPT", lambda: "ACCEPT")
    assert recorder.passed
    recorder.run("two", "REJECT", lambda: "ACCEPT")
    recorder.run("three", "ACCEPT", lambda: "ACCEPT")
    assert [step.passed for step in shown] == [True, False, True]
    assert shown == recorder.steps
    assert not recorder.passed


def test_a_step_that_cannot_be_carried_out_ends_the_journey_and_says_why() -> None:
    recorder, shown = a_recorder()

    def fail() -> str:
        raise OSError("the gateway went away")

    with pytest.raises(JourneyStopped):
        recorder.run("one", "ACCEPT", fail)
    assert shown[0].to_dict() == {
        "step": "one",
        "expected": "ACCEPT",
        "got": "OSError: the gateway went away",
        "seconds": shown[0].to_dict()["seconds"],
    }
    assert not recorder.passed


def test_a_journey_without_a_step_has_not_passed() -> None:
    assert not a_recorder()[0].passed
