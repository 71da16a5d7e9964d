"""``tradeseal verify``: exit codes, what an officer reads, what is bad input."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.core.verdict import CheckName, Word
from tests.cli.command import Command
from tests.fakes.face_ledger import FaceLedger

QUESTION = ("verify", "--issuer", "VN-VCCI", "--number", "VN-CN 24/02/00123")
CODES = [
    (Word.ACCEPT, 0, "可接受"),
    (Word.ACCEPT_WITH_REMARKS, 0, "可接受（有备注）"),
    (Word.REJECT, 1, "不予接受"),
    (Word.REFER, 2, "转人工核查"),
    (Word.CANNOT_VERIFY_NOW, 3, "暂无法核验"),
]


@pytest.mark.parametrize(("word", "code", "chinese"), CODES)
def test_a_verdict_has_its_exit_code_and_both_words(
    word: Word, code: int, chinese: str, command: Command, ledger: FaceLedger
) -> None:
    ledger.word = word
    answer = command(*QUESTION)
    assert answer.code == code
    assert answer.out.startswith(f"{word.value}  {chinese} ")


def test_every_word_of_a_verdict_has_an_exit_code() -> None:
    assert {word for word, _, _ in CODES} == set(Word)


def test_an_officer_reads_checks_reasons_next_step_moment_block_and_trace(
    command: Command, ledger: FaceLedger
) -> None:
    ledger.word = Word.REFER
    out = command(*QUESTION).out
    for text in (
        "✓ INTEGRITY", "✗ STATUS", "R07 NUMBER_NOT_FOUND", "Ask the issuing body.", "as of 2026-11-23T09:30:00Z",
        "block 7", "3 s old", "trace trace-1", "a record with this number",
    ):  # fmt: skip
        assert text in out
    assert "\x1b" not in out


def test_json_is_one_object_on_one_line(command: Command) -> None:
    [answer] = command(*QUESTION, "--json").lines()
    assert (answer["verdict"], len(answer["checks"])) == ("ACCEPT", len(CheckName))


def test_the_whole_question_reaches_the_ledger(command: Command, ledger: FaceLedger, tmp_path: Path) -> None:
    (tmp_path / "doc.sdjwt").write_bytes(b"a.b.c~\r\n")
    (tmp_path / "declaration.json").write_bytes(b"{}")
    line = [
        *QUESTION,
        "--second-key",
        "INV 1",
        "--as-of",
        "2026-01-01T08:00:00+08:00",
        "--purpose",
        "clearance",
    ]
    command(*line, "--declaration", str(tmp_path / "declaration.json"), str(tmp_path / "doc.sdjwt"))
    [asked] = ledger.requests
    assert (asked.document, asked.declaration, asked.second_key) == (b"a.b.c~", b"{}", "INV 1")
    assert asked.as_of == datetime(2026, 1, 1, tzinfo=UTC)
    assert ledger.askers[0].purpose == "clearance"


def test_a_question_about_an_aeo_names_partner_type_and_office(command: Command, ledger: FaceLedger) -> None:
    more = ("--kind", "aeo", "--partner", "CN-GACC", "--type", "AEOS", "--office", "CNSHA")
    assert command(*QUESTION, *more).code == 0
    [asked] = ledger.requests
    assert (asked.kind, asked.partner, asked.aeo_type, asked.office) == (3, "CN-GACC", "AEOS", "CNSHA")


@pytest.mark.parametrize(
    "line",
    ["verify", "verify --issuer X", "verify --number 1", "verify /nowhere", "verify --issuer X --number 1 --as-of 2026",
     "verify --issuer X --number 1 --kind visa", "verify --issuer X --number 1 --declaration /nowhere", "verify /tmp"],
)  # fmt: skip
def test_a_question_that_is_none_exits_4(line: str, command: Command) -> None:
    assert command(*line.split()).code == 4


def test_a_sealed_document_that_is_far_too_large_is_not_read(command: Command, tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as handle:
        handle.truncate(50_000_000)
    assert command("verify", str(tmp_path / "huge")).code == 4
