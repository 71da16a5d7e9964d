"""The command through a real node: the sample consortium, one gateway folder per member, nothing replaced."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.cli import main
from ledger.core import strictjson
from ledger.demo.sample import make_consortium, todays_certificates
from ledger.node.control import NodeAddress, down, up
from ledger.samples import write_table
from tests.cli.command import Ran

pytestmark = pytest.mark.slow
CERTIFICATES = todays_certificates(6, datetime.now(UTC).date())


@dataclass(frozen=True)
class World:
    folder: Path
    node: NodeAddress


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("consortium")
    node = up(folder / "node", 0)
    try:
        make_consortium(folder, node, lambda text: None)
        yield World(folder, node)
    finally:
        down(folder / "node")


class Member:
    """The command in the folder of one member."""

    def __init__(self, world: World, code: str, captured: pytest.CaptureFixture[str]) -> None:
        self._home = str(world.folder / code)
        self._captured = captured

    def __call__(self, *arguments: str) -> Ran:
        code = main(["--home", self._home, *arguments])
        said = self._captured.readouterr()
        return Ran(code, said.out, said.err)


@pytest.fixture
def issuer(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "VN-VCCI", capsys)


@pytest.fixture
def customs(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "CN-GACC", capsys)


def issued(issuer: Member, place: int, folder: Path) -> tuple[dict[str, Any], str]:
    """Issue one certificate; return its result and the sealed document's file."""
    (folder / "certificate.json").write_bytes(orjson.dumps(CERTIFICATES[place]))
    answer = issuer("issue", str(folder / "certificate.json"), "--out", str(folder / "sealed"), "--json")
    assert answer.code == 0, answer.err
    [result] = answer.lines()
    return result, str(folder / "sealed" / (result["documentId"].removeprefix("0x") + ".sdjwt"))


def question(result: dict[str, Any]) -> tuple[str, ...]:
    return ("--issuer", "VN-VCCI", "--number", result["number"])


def test_what_was_issued_is_accepted_by_number_by_document_and_redacted(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    result, sealed = issued(issuer, 0, tmp_path)
    redacted = str(tmp_path / "redacted.sdjwt")
    assert customs("verify", *question(result)).code == 0
    assert customs("verify", sealed).code == 0
    assert customs("disclose", sealed, "--hide", "exporter", "--out", redacted).code == 0
    assert len(Path(redacted).read_bytes()) < len(Path(sealed).read_bytes())
    assert customs("verify", redacted).code == 0


def test_issuing_again_anchors_nothing_twice(issuer: Member, tmp_path: Path) -> None:
    first, _ = issued(issuer, 1, tmp_path)
    second, _ = issued(issuer, 1, tmp_path)
    assert (first["outcome"], second["outcome"]) == ("anchored", "already_anchored")
    assert (first["documentId"], first["journalIndex"]) == (second["documentId"], second["journalIndex"])


def test_of_a_table_three_rows_are_refused_and_the_others_anchored_once(
    issuer: Member, tmp_path: Path
) -> None:
    many = [{**CERTIFICATES[4], "certificateNumber": f"VN-CN 26/TABLE/{place:03}"} for place in range(1, 201)]
    many[16] = {**many[16], "items": [{**many[16]["items"][0], "hsCode": "999999"}]}
    many[59] = {**many[59], "flags": ["THIRD_PARTY_INVOICING"]}
    many[142] = {**many[142], "validUntil": "2020-01-01"}
    (tmp_path / "list.csv").write_bytes(write_table(many))
    checked = issuer("validate", str(tmp_path / "list.csv"), "--json")
    assert [place for place, line in enumerate(checked.lines(), 1) if not line["valid"]] == [17, 60, 143]
    first, second = (issuer("issue", str(tmp_path / "list.csv")) for _ in range(2))
    assert (first.code, first.out.splitlines()[-1]) == (1, "197 anchored; 3 refused")
    assert (second.code, second.out.splitlines()[-1]) == (1, "197 already anchored, unchanged; 3 refused")
    for row, field in ((17, "items[0].hsCode"), (60, "thirdPartyInvoicer"), (143, "validUntil")):
        [line] = [one for one in second.out.splitlines() if f"list.csv row {row} " in f"{one} "]
        assert "refused" in line
        assert f"{field}: " in second.out.partition(line)[2].partition("list.csv row")[0]


def test_an_altered_document_is_rejected(issuer: Member, customs: Member, tmp_path: Path) -> None:
    _, sealed = issued(issuer, 2, tmp_path)
    header, payload, rest = Path(sealed).read_text().split(".", 2)
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["credentialSubject"]["items"][0]["quantities"][0]["value"] = "999999"
    altered = base64.urlsafe_b64encode(strictjson.canonical(claims)).rstrip(b"=").decode()
    (tmp_path / "altered").write_text(f"{header}.{altered}.{rest}")
    answer = customs("verify", str(tmp_path / "altered"), "--json")
    assert answer.code == 1
    assert answer.lines()[0]["checks"][0]["outcome"] == "FAIL"


def test_a_revoked_certificate_is_rejected_and_its_history_says_so(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    result, _ = issued(issuer, 3, tmp_path)
    assert issuer("revoke", *question(result), "--reason", "R24").code == 0
    assert customs("verify", *question(result)).code == 1
    [history] = customs("history", *question(result), "--json").lines()
    assert [line["act"] for line in history["lines"]] == ["RecordAnchored", "StatusChanged"]
    again = issuer("reinstate", *question(result), "--reason", "R99")
    assert again.code == 1
    assert "refused" in again.err


def test_an_unknown_number_is_referred_and_has_no_history(customs: Member) -> None:
    unknown = ("--issuer", "VN-VCCI", "--number", "VN-CN 99/99/99999")
    assert customs("verify", *unknown).code == 2
    assert customs("history", *unknown).code == 2


def test_administrations_suspend_a_member_by_vote_from_the_command_line(
    world: World, customs: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    assert customs("member", "suspend", "AU-ACCI", "--reason", "R99").code == 0
    number = json.loads(customs("proposal", "list", "--json").out)["proposals"][-1]["proposal"]
    early = customs("proposal", "execute", str(number))
    assert (early.code, "ConsortiumTooFewApprovals" in early.err) == (1, True)
    for code in ("VN-CUSTOMS", "AU-ABF"):
        assert Member(world, code, capsys)("proposal", "vote", str(number)).code == 0
    assert customs("proposal", "execute", str(number)).code == 0
    members = json.loads(customs("member", "list", "--json").out)["members"]
    assert next(one["standing"] for one in members if one["code"] == "AU-ACCI") == "suspended"


def test_the_replayed_chain_equals_the_cache(issuer: Member) -> None:
    assert issuer("rebuild", "--json").lines()[0]["equal"] is True


def test_with_the_node_stopped_nothing_is_confused(
    world: World, issuer: Member, customs: Member, tmp_path: Path
) -> None:
    _, sealed = issued(issuer, 4, tmp_path)
    customs("verify", sealed)
    port = int(world.node.url.rpartition(":")[2])
    down(world.folder / "node")
    try:
        answer = customs("verify", sealed, "--json")
        assert (answer.code, answer.lines()[0]["checks"][0]["outcome"]) == (3, "PASS")
        (tmp_path / "next.json").write_bytes(orjson.dumps(CERTIFICATES[5]))
        assert issuer("issue", str(tmp_path / "next.json")).code == 3
    finally:
        up(world.folder / "node", port)
    assert issuer("issue", str(tmp_path / "next.json")).code == 0
