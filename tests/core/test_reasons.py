from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.core.reasons import Reason, reason_text

ROOT = Path(__file__).parents[2]


def test_every_code_is_given_once() -> None:
    codes = [reason.code for reason in Reason]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[RX][0-9]{2}", code) for code in codes)


def test_the_specification_lists_every_code_as_it_is_and_no_other() -> None:
    rows = re.findall(
        r"^\| ([RX]\d\d) \| (\w+) \| (.+) \|$", (ROOT / "docs/spec/verdict.md").read_text(), re.M
    )
    assert rows == [(reason.code, reason.name, reason.sentence) for reason in Reason]


def test_every_code_of_the_verdict_is_given_by_a_check() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "ledger/core/checks").glob("*.py"))
    given = set(re.findall(r"Reason\.([A-Z_]+)", sources))
    assert {reason.name for reason in Reason if reason.code.startswith("X")} <= given


@pytest.mark.parametrize(("number", "text"), [(24, "R24 REVOKED"), (7, "R07 NUMBER_NOT_FOUND"), (98, "R98")])
def test_a_number_of_the_journal_is_told_with_its_name(number: int, text: str) -> None:
    assert reason_text(number) == text
