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
    ("key reconfirm", ["CONFIRMATION_UNCLEAR"]),
    ("key reconfirm 1 --key 0x12", ["CONFIRMATION_UNCLEAR"]),
    ("key reconfirm --key 0x12", ["DIGEST_INVALID"]),
    ("use release", ["USE_UNCLEAR"] * 4),
    ("use consume --issuer VN-VCCI --number 1", ["USE_UNCLEAR"] * 2),
    ("use release {use} --office CNSHA --line 1", ["USE_UNCLEAR"] * 2),
    ("use release 0x12", ["USE_ID_INVALID"]),
    ("use release {use}", ["USE_UNKNOWN"]),
    ("use correct {use} --reason 16", ["REASON_INVALID"]),
    ("use enter " + RECORD + " --office CNSHA --declaration 1 --happened-at 10:00", ["TIME_INVALID"]),
    ("use reserve " + RECORD + " --kind licence --office CNSHA --declaration 1",
     ["UNIT_MISMATCH", "QUANTITY_INVALID"]),
    ("endorse " + RECORD + " --office VNSGN --actual 40 --actual :NMB", ["QUANTITY_INVALID"] * 2),
    ("replace {none} --number 1 --reason R26", ["FILE_UNREADABLE"]),
    ("replace {some} --number 1 --reason 26", ["REASON_INVALID"]),
    ("aeo suspend 1 --type AEOS --reason 34", ["REASON_INVALID"]),
    ("aeo grant 1 --type AEOS --effective-from now", ["TIME_INVALID"]),
    ("aeo show 1 --at 10:00", ["TIME_INVALID"]),
    ("aeo rely 1 --type AEOS --office A --declaration 1 --at 10:00", ["TIME_INVALID"]),
    ("aeo show 1 --purpose {long}", ["PURPOSE_INVALID"]),
    ("agreement propose CN-GACC --cover VN,AEOS --cover VN,AEOS,now --cover VN,AEOS,now,now,now",
     ["COVER_INVALID", "TIME_INVALID", "COVER_INVALID"]),
    ("agreement consent 7", ["AGREEMENT_UNKNOWN"]),
    ("alerts --first -1 --watch 0", ["NUMBER_OUT_OF_RANGE"] * 2),
    ("alerts --watch nan", ["NUMBER_OUT_OF_RANGE"]),
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
        "use": "0" * 32,
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
