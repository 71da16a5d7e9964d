"""The command on files: what it prints, and its exit codes, which are relied upon from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.samples import write_table
from tests.certificates import FIXTURES, a_certificate
from tests.cli.command import Command
from tests.fakes.face_ledger import FaceLedger


def a_file(folder: Path, name: str, *certificates: dict[str, Any]) -> str:
    path = folder / name
    path.write_bytes(b"\n".join(map(orjson.dumps, certificates)))
    return str(path)


def test_validating_a_good_certificate_exits_0(command: Command, tmp_path: Path) -> None:
    assert command("validate", a_file(tmp_path, "good.json", a_certificate())).code == 0


def test_validating_a_bad_certificate_exits_1_and_names_every_problem(
    command: Command, tmp_path: Path
) -> None:
    spoilt = a_certificate(issueDate="4 March", destinationCountry="ZZ")
    answer = command("validate", a_file(tmp_path, "bad.json", spoilt))
    assert answer.code == 1
    assert "issueDate: found 4 March" in answer.out
    assert "destinationCountry: found ZZ" in answer.out


@pytest.mark.parametrize(
    "content", [b"{", b"\xff\xfe", b"[" * 5_000 + b"]" * 5_000, b'"' + b"x" * 50_000_000 + b'"']
)
def test_validating_what_is_no_certificate_at_all_exits_4(
    content: bytes, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "odd.json").write_bytes(content)
    assert command("validate", str(tmp_path / "odd.json")).code == 4


def test_validating_goes_on_after_an_unreadable_file(command: Command, tmp_path: Path) -> None:
    answer = command(
        "validate", "--json", str(tmp_path / "none.json"), a_file(tmp_path, "good.json", a_certificate())
    )
    assert answer.code == 4
    assert [line["valid"] for line in answer.lines()] == [False, True]


def test_a_pipe_is_refused_without_waiting_for_it(command: Command, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.json")
    assert command("validate", str(tmp_path / "pipe.json")).code == 4


def test_importing_shows_a_row_for_every_leaf_of_the_source(command: Command) -> None:
    def leaves(node: Any) -> int:
        children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        return sum(map(leaves, children)) if children else 1

    source = FIXTURES / "chafta-coo.edi3.json"
    [answer] = command("import", "--from", "edi3", str(source), "--json").lines()
    rows = [row for row in answer["rows"] if row["sourcePath"]]
    assert len(rows) == leaves(orjson.loads(source.read_bytes()))


def test_the_imported_certificate_can_be_validated(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "ours.json"
    command(
        "import",
        "--from",
        "edi3",
        str(FIXTURES / "chafta-coo.edi3.json"),
        "--issuer",
        "AU-WFA",
        "--out",
        str(out),
    )
    answer = command("validate", str(out))
    assert answer.code == 0
    assert "warning" in answer.out


def test_an_import_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "ours.json"
    out.write_text("mine")
    assert (
        command("import", "--from", "edi3", str(FIXTURES / "chafta-coo.edi3.json"), "--out", str(out)).code
        == 4
    )
    assert out.read_text() == "mine"


def test_issuing_prints_one_result_per_document(command: Command, tmp_path: Path) -> None:
    many = [a_certificate(certificateNumber=f"VN-CN 24/02/{place}") for place in range(3)]
    answer = command("issue", a_file(tmp_path, "many.jsonl", *many), "--json")
    assert (answer.code, [line["outcome"] for line in answer.lines()]) == (0, ["anchored"] * 3)
    assert [line["source"] for line in answer.lines()] == ["many.jsonl:1", "many.jsonl:2", "many.jsonl:3"]


def test_issuing_again_exits_0_and_anchors_nothing(command: Command, tmp_path: Path) -> None:
    file = a_file(tmp_path, "one.json", a_certificate())
    command("issue", file)
    answer = command("issue", file)
    assert answer.code == 0
    assert "already anchored" in answer.out


def test_issuing_a_folder_takes_its_files_by_name(command: Command, tmp_path: Path) -> None:
    a_file(tmp_path, "b.json", a_certificate(certificateNumber="B"))
    a_file(tmp_path, "a.jsonl", a_certificate(certificateNumber="A"), a_certificate(certificateNumber="A2"))
    (tmp_path / "notes.txt").write_text("not a certificate")
    assert [line["number"] for line in command("issue", str(tmp_path), "--json").lines()] == ["A", "A2", "B"]


def test_issuing_takes_several_files_at_once(command: Command, tmp_path: Path) -> None:
    paths = [a_file(tmp_path, f"{name}.json", a_certificate(certificateNumber=name)) for name in "BA"]
    assert [line["number"] for line in command("issue", *paths, "--json").lines()] == ["B", "A"]


def test_one_refused_document_makes_issuing_exit_1(command: Command, tmp_path: Path) -> None:
    answer = command("issue", a_file(tmp_path, "two.jsonl", a_certificate(), a_certificate(issueDate="x")))
    assert answer.code == 1
    assert "anchored" in answer.out
    assert "refused" in answer.out


def test_a_pending_document_makes_issuing_exit_3(
    command: Command, ledger: FaceLedger, tmp_path: Path
) -> None:
    ledger.chain_answers = False
    assert command("issue", a_file(tmp_path, "one.json", a_certificate())).code == 3


def test_a_line_that_is_too_long_is_refused_alone(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'"' + b"x" * 3_000_000 + b'"\n' + orjson.dumps(a_certificate()))
    answer = command("issue", str(path), "--json")
    assert [line["outcome"] for line in answer.lines()] == ["refused", "anchored"]
    assert answer.lines()[0]["problems"][0]["code"] == "TOO_LARGE"


@pytest.mark.parametrize("name", ["missing.json", "empty"])
def test_nothing_to_issue_exits_4(name: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert command("issue", str(tmp_path / name)).code == 4


def test_issuing_can_write_the_sealed_documents(command: Command, tmp_path: Path) -> None:
    answer = command(
        "issue", a_file(tmp_path, "one.json", a_certificate()), "--out", str(tmp_path / "sealed"), "--json"
    )
    [file] = (tmp_path / "sealed").iterdir()
    assert file.name == answer.lines()[0]["documentId"].removeprefix("0x") + ".sdjwt"
    assert file.read_bytes().startswith(b"sealed~")


def test_control_characters_in_a_document_cannot_repaint_the_screen(command: Command, tmp_path: Path) -> None:
    answer = command("validate", a_file(tmp_path, "evil.json", a_certificate(issueDate="\x1b[2J\x1b[32mok")))
    assert answer.code == 1
    assert "\x1b" not in answer.out


def a_table(folder: Path, *certificates: dict[str, Any]) -> str:
    (folder / "list.csv").write_bytes(write_table(certificates))
    return str(folder / "list.csv")


def test_a_table_is_issued_row_by_row_and_again_nothing_is_anchored(command: Command, tmp_path: Path) -> None:
    many = [a_certificate(certificateNumber=f"VN-CN 24/02/{place}") for place in range(4)]
    many[2]["items"][0]["hsCode"] = "999999"
    file = a_table(tmp_path, *many)
    answer = command("issue", file, "--json")
    assert (answer.code, [line["outcome"] for line in answer.lines()]) == (
        1,
        ["anchored", "anchored", "refused", "anchored"],
    )
    assert [line["source"] for line in answer.lines()] == [f"list.csv row {place}" for place in (1, 2, 3, 4)]
    errors = [one for one in answer.lines()[2]["problems"] if one["severity"] == "error"]
    assert [(one["path"], one["value"]) for one in errors] == [("items[0].hsCode", "999999")]
    again = command("issue", file)
    assert again.out.splitlines()[-1] == "3 already anchored, unchanged; 1 refused"
    assert "list.csv row 3" in again.out


def test_a_row_that_cannot_be_read_is_refused_alone_and_the_others_issued(
    command: Command, tmp_path: Path
) -> None:
    file = Path(a_table(tmp_path, *(a_certificate(certificateNumber=place) for place in "ABC")))
    lines = file.read_bytes().split(b"\r\n")
    lines[2] += b",stray"
    file.write_bytes(b"\r\n".join(lines))
    answer = command("issue", str(file), "--json")
    assert [line["outcome"] for line in answer.lines()] == ["anchored", "refused", "anchored"]
    assert [one["code"] for one in answer.lines()[1]["problems"]] == ["CELLS_DIFFER"]
    checked = command("validate", str(file), "--json")
    assert [(line["source"], line["valid"]) for line in checked.lines()] == [
        ("list.csv row 1", True),
        ("list.csv row 2", False),
        ("list.csv row 3", True),
    ]
    assert checked.code == 1


def test_a_table_with_a_wrong_header_exits_4_before_anything_is_issued(
    command: Command, tmp_path: Path
) -> None:
    good = a_file(tmp_path, "good.json", a_certificate())
    table = Path(a_table(tmp_path, a_certificate()))
    table.write_bytes(table.read_bytes().replace(b"exporter.name", b"exporter name", 1))
    answer = command("issue", good, str(table), "--json")
    assert (answer.code, answer.out) == (4, "")
    assert "exporter name" in answer.err
    assert command("validate", str(table)).code == 4
    assert command("issue", good, "--json").lines()[0]["outcome"] == "anchored"


def test_a_folder_is_issued_with_its_tables(command: Command, tmp_path: Path) -> None:
    a_table(tmp_path, a_certificate(certificateNumber="A"), a_certificate(certificateNumber="B"))
    assert [line["number"] for line in command("issue", str(tmp_path), "--json").lines()] == ["A", "B"]
