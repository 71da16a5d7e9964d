"""Write-off, late entries and alerts by commands, through a real node: one gateway folder per member, nothing replaced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.core.documents.terms import use_policy_of
from ledger.core.profiles import UseKind
from ledger.demo.documents import todays_licence
from ledger.demo.sample import make_consortium, todays_certificates
from ledger.node.control import down, up
from ledger.reference import read_reference
from tests.cli.test_cli_end_to_end import Member, World, question

pytestmark = pytest.mark.slow
REFERENCE = read_reference()


def used_once(certificate: dict[str, Any]) -> bool:
    """Return whether the agreement lets a certificate be used for one declaration only."""
    policy = use_policy_of(certificate, REFERENCE)
    return policy is not None and policy.kind is UseKind.SINGLE


CERTIFICATES = list(filter(used_once, todays_certificates(40, datetime.now(UTC).date())))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("consortium")
    node = up(folder / "node", 0)
    try:
        make_consortium(folder, node, lambda text: None)
        yield World(folder, node)
    finally:
        down(folder / "node")


@pytest.fixture
def issuer(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "VN-VCCI", capsys)


@pytest.fixture
def customs(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "CN-GACC", capsys)


@pytest.fixture
def licensing(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "CN-MOFCOM", capsys)


def issued(issuer: Member, place: int, folder: Path) -> tuple[str, ...]:
    """Issue one certificate; return the options that name it."""
    (folder / "certificate.json").write_bytes(orjson.dumps(CERTIFICATES[place]))
    answer = issuer("issue", str(folder / "certificate.json"), "--json")
    assert answer.code == 0, answer.err
    return question(answer.lines()[0])


def licensed(licensing: Member, number: str, folder: Path) -> tuple[str, ...]:
    """Issue a licence for 100 t; return the options that name it."""
    (folder / "licence.json").write_bytes(
        orjson.dumps(todays_licence(datetime.now(UTC).date(), number, "100"))
    )
    answer = licensing("issue", str(folder / "licence.json"), "--json")
    assert answer.code == 0, answer.err
    return ("--issuer", "CN-MOFCOM", "--number", answer.lines()[0]["number"], "--kind", "licence")


def at(office: str, declaration: str) -> tuple[str, ...]:
    return ("--office", office, "--declaration", declaration)


def written(answer: Any) -> dict[str, Any]:
    assert answer.code == 0, answer.err
    [shape] = answer.lines()
    return dict(shape)


def test_a_certificate_that_was_used_at_one_port_is_refused_at_the_other(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    record = issued(issuer, 0, tmp_path)
    used = written(customs("use", "consume", *record, *at("CN2202", "2230 1"), "--json"))
    again = written(customs("use", "consume", *record, *at("CN2202", "2230 1"), "--json"))
    assert (again["useId"], again["receipt"]) == (used["useId"], None)
    second = customs("use", "consume", *record, *at("CN3104", "2230 2"))
    assert second.code == 1
    assert "R11" in second.err
    assert "CN2202" in second.err
    assert customs("verify", *record).code == 1
    balance = customs("balance", "show", *record).out
    assert "1 of 1 declarations in CN" in balance
    assert used["useId"] in balance
    assert "2230 1" in balance


def test_a_use_that_is_taken_back_may_happen_elsewhere(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    record = issued(issuer, 1, tmp_path)
    held = written(customs("use", "reserve", *record, *at("CN2202", "2230 3"), "--json"))
    assert written(customs("use", "release", held["useId"], "--json"))["state"] == "released"
    used = written(customs("use", "consume", *record, *at("CN3104", "2230 4"), "--json"))
    taken_back = customs("use", "correct", used["useId"], "--reason", "R16", "--json")
    assert written(taken_back)["state"] == "released"
    [history] = customs("history", *record, "--json").lines()
    acts = [line["act"] for line in history["lines"]]
    assert acts == ["RecordAnchored", "UseReserved", "UseReleased", "UseConsumed", "UseCorrected"]


def test_a_late_entry_beside_another_use_stands_as_a_conflict(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    record = issued(issuer, 2, tmp_path)
    written(customs("use", "consume", *record, *at("CN2202", "2230 5"), "--json"))
    happened = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    late = customs("use", "enter", *record, *at("CN3104", "2230 6"), "--happened-at", happened)
    assert (late.code, "CONFLICT" in late.out) == (0, True)
    assert customs("balance", "show", *record).out.count("consumed") >= 2


def test_an_office_is_told_what_fell_after_it_relied_on_it(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    record = issued(issuer, 4, tmp_path)
    used = written(customs("use", "consume", *record, *at("CN2202", "2230 7"), "--json"))
    first = str(written(customs("alerts", "--json"))["next"])
    assert issuer("revoke", *record, "--reason", "R24").code == 0
    [alert] = written(customs("alerts", "--first", first, "--json"))["alerts"]
    assert (alert["code"], alert["useId"], alert["declaration"]) == ("R24", used["useId"], "2230 7")
    assert "what to do" in customs("alerts", "--first", first).out


def test_of_a_licence_nobody_takes_more_than_is_left_and_a_late_entry_shows_it_overdrawn(
    licensing: Member, customs: Member, tmp_path: Path
) -> None:
    record = licensed(licensing, "00000001", tmp_path)
    assert customs("verify", *record).code == 0
    held = written(
        customs("use", "reserve", *record, *at("CN2202", "1"), "--quantity", "70", "--unit", "TNE", "--json")
    )
    line = (*record, *at("CN3104", "2"), "--quantity", "50000", "--unit", "KGM")
    second = customs("use", "reserve", *line)
    assert (second.code, "R12" in second.err, "free 30 t" in second.err) == (1, True, True)
    happened = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert "CONFLICT" in customs("use", "enter", *line, "--happened-at", happened).out
    assert "OVERDRAWN" in customs("balance", "show", *record).out
    taken = customs("use", "consume", held["useId"], "--quantity", "50", "--unit", "TNE", "--json")
    assert (written(taken)["consumed"], written(taken)["free"]) == ("50", "0")
    [balance] = customs("balance", "show", *record, "--json").lines()
    assert (balance["overdrawn"], balance["lines"][0]["consumed"]) == (False, "100")


def test_a_replaced_certificate_gives_way_to_the_new_one(
    issuer: Member, customs: Member, tmp_path: Path
) -> None:
    old = issued(issuer, 5, tmp_path)
    number = old[old.index("--number") + 1]
    new = {
        **CERTIFICATES[5],
        "certificateNumber": number + "R",
        "issueKind": "REPLACEMENT",
        "references": [{"relation": "REPLACES", "issuerId": "VN-VCCI", "number": number}],
    }
    (tmp_path / "new.json").write_bytes(orjson.dumps(new))
    replaced = issuer("replace", str(tmp_path / "new.json"), "--number", number, "--reason", "R01", "--json")
    assert written(replaced)["outcome"] == "anchored"
    assert customs("verify", *old).code == 1
    assert customs("verify", "--issuer", "VN-VCCI", "--number", number + "R").code == 0


def test_an_issuing_body_cannot_write_a_use(issuer: Member, tmp_path: Path) -> None:
    record = issued(issuer, 3, tmp_path)
    assert issuer("use", "consume", *record, *at("VNSGN", "1")).code == 1


# The last one: the licensing body has no key that is trusted after it.
def test_a_record_of_a_stolen_key_is_referred_until_it_is_confirmed(
    licensing: Member, customs: Member, tmp_path: Path
) -> None:
    since = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    record = licensed(licensing, "00000002", tmp_path)
    [keys] = licensing("key", "list", "--json").lines()
    [key] = [one["key"] for one in keys["keys"] if one["member"] == "CN-MOFCOM"]
    assert licensing("key", "compromise", key, "--since", since).code == 0
    assert customs("verify", *record).code == 2
    number = record[record.index("--number") + 1]
    assert licensing("key", "reconfirm", number, "--kind", "licence").code == 0
    assert customs("verify", *record).code == 0
