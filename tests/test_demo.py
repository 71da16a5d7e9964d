"""The demo as a stranger runs it: every step as expected, or an exit code that says otherwise."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

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


@pytest.mark.slow
def test_every_step_comes_out_as_expected_and_nothing_is_left(tmp_path: Path) -> None:
    ran = run_demo(tmp_path)
    steps = [orjson.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()
    assert all(set(step) == {"step", "expected", "got", "seconds"} for step in steps)
    assert [step for step in steps if step["got"] != step["expected"] or step["seconds"] < 0] == []
    got = [word for step in steps for word in step["got"].split(", ")]
    assert {"ACCEPT", "ACCEPT_WITH_REMARKS", "REFER", "REJECT", "CANNOT_VERIFY_NOW", "refused"} <= set(got)
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
