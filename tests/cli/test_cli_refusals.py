"""Bad input to the command: exit code 4, and every mistake by name and code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.certificates import FIXTURES
from tests.cli.command import Command

RECORD = "--issuer VN-VCCI --number 1"
BAD = [
    ("apikey create a --role auditor --scope all --scope none --rate -1", ["SCOPE_UNKNOWN"] * 2 + ["RATE_INVALID"]),
    ("apikey create {long} --role auditor", ["LABEL_INVALID"]),
    ("apikey disable nobody", ["API_KEY_UNKNOWN"]),
    ("member operator add 0x12", ["ADDRESS_INVALID"]),
    ("key register {none}", ["KEY_FILE_INCOMPLETE"]),
    ("key retire 0x12", ["DIGEST_INVALID"]),
    ("verify " + RECORD + " --purpose {long}", ["PURPOSE_INVALID"]),
    ("verify {huge}", ["FILE_TOO_LARGE"]),
    ("verify {none}", ["FILE_UNREADABLE"]),
    ("issue {empty}", ["NO_CERTIFICATES"]),
    ("issue {some} --out {file}/x", ["FILE_UNWRITABLE"]),
    ("import --from edi3 {foreign} --out {file}/x", ["FILE_UNWRITABLE"]),
    ("revoke " + RECORD + " --reason R7777", ["REASON_INVALID"]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "codes"), BAD, ids=[line for line, _ in BAD])
def test_bad_input_exits_4_and_names_every_mistake(
    line: str, codes: list[str], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.jsonl").write_text("\n\n")
    (tmp_path / "file").write_text("")
    (tmp_path / "some.json").write_text("{}")
    with (tmp_path / "huge").open("wb") as handle:
        handle.truncate(50_000_000)
    places = {
        "empty": tmp_path / "empty", "blank": tmp_path / "blank.jsonl", "file": tmp_path / "file",
        "some": tmp_path / "some.json", "huge": tmp_path / "huge", "none": tmp_path / "none", "long": "x" * 201,
        "foreign": FIXTURES / "chafta-coo.edi3.json",
    }  # fmt: skip
    answer = command("--home", str(tmp_path), *line.format(**places).split())
    assert answer.code == 4, answer
    assert [word for word in codes if f"[{word}]" not in answer.err] == []
    assert answer.err.count(" [") == len(codes)


def test_validating_a_file_without_a_certificate_is_not_a_success(command: Command, tmp_path: Path) -> None:
    (tmp_path / "blank.jsonl").write_text("\n\n")
    answer = command("validate", str(tmp_path / "blank.jsonl"))
    assert answer.code == 4
    assert "[NO_CERTIFICATES]" in answer.out
