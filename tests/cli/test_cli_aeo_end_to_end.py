"""AEO entries and mutual recognition by commands, through a real node: one gateway folder per administration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from ledger.demo.documents import todays_aeo
from ledger.demo.sample import make_consortium
from ledger.node.control import down, up
from tests.cli.test_cli_end_to_end import Member, World

pytestmark = pytest.mark.slow


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
def home(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "AU-ABF", capsys)


@pytest.fixture
def partner(world: World, capsys: pytest.CaptureFixture[str]) -> Member:
    return Member(world, "CN-GACC", capsys)


def moment(days: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def agreed(home: Member, partner: Member, name: str) -> str:
    """Have an agreement on a type that holds since 300 days ago; return its number."""
    assert home("agreement", "propose", "CN-GACC", "--cover", f"AU-ABF,{name},{moment(-300)}").code == 0
    [found] = partner("agreement", "list", "--json").lines()
    number = str(found["agreements"][-1]["agreement"])
    assert home("agreement", "consent", number).code == 1
    assert partner("agreement", "consent", number).code == 0
    return number


def entered(home: Member, code: str, folder: Path, *names: str) -> str:
    """Enter an operator with types; return the code as it is printed."""
    entry = todays_aeo(datetime.now(UTC).date(), code, *names)
    (folder / "aeo.json").write_bytes(orjson.dumps(entry))
    answer = home("issue", str(folder / "aeo.json"), "--json")
    assert answer.code == 0, answer.err
    return str(answer.lines()[0]["number"])


def test_an_agreement_needs_both_and_only_who_suspended_it_lifts_it(home: Member, partner: Member) -> None:
    cover = (agreed(home, partner, "AEOC"), "--of", "AU-ABF", "--type", "AEOC", "--reason", "R33")
    assert partner("agreement", "suspend", *cover).code == 0
    assert "suspended" in home("agreement", "list").out
    assert home("agreement", "lift", *cover).code == 1
    assert partner("agreement", "lift", *cover).code == 0
    assert home("agreement", "terminate", *cover).code == 0
    assert "terminated" in partner("agreement", "list").out


def test_a_suspended_operator_keeps_its_benefits_for_what_was_declared_before(
    home: Member, partner: Member, tmp_path: Path
) -> None:
    agreed(home, partner, "AEOS")
    code = entered(home, "AEOAU0000000001", tmp_path, "AEOS")
    question = ("aeo", "show", code, "--partner", "CN-GACC", "--type", "AEOS")
    assert partner(*question).code == 0
    before, after = moment(0.1), moment(0.3)
    change = (code, "--type", "AEOS", "--reason", "R34")
    assert home("aeo", "suspend", *change, "--effective-from", moment(0.2)).code == 0
    assert partner(*question, "--at", before).code == 0
    assert partner(*question, "--at", after).code == 1
    assert partner("verify", "--issuer", "AU-ABF", "--number", code, "--kind", "aeo").code == 0
    assert home("aeo", "revoke", *change, "--effective-from", moment(0.4)).code == 0
    assert home("aeo", "reinstate", *change, "--effective-from", moment(0.5)).code == 1


def test_a_declaration_that_relied_on_an_operator_is_listed_when_a_suspension_comes_late(
    home: Member, partner: Member, tmp_path: Path
) -> None:
    agreed(home, partner, "AEOR")
    code = entered(home, "AEOAU0000000003", tmp_path, "AEOR")
    rely = (
        "aeo",
        "rely",
        code,
        "--type",
        "AEOR",
        "--office",
        "CN2202",
        "--declaration",
        "2202 1",
        "--at",
        moment(-0.01),
    )
    assert partner(*rely).code == 0
    suspend = ("aeo", "suspend", code, "--type", "AEOR", "--reason", "R34", "--effective-from", moment(-0.02))
    assert home(*suspend).code == 0
    told = partner("alerts").out
    assert "relied on at CN2202" in told
    assert "Listed for review." in told
    assert partner(*rely[:-4], "--declaration", "2202 2", *rely[-2:]).code == 1


def test_an_operator_is_found_by_another_form_of_its_code(
    home: Member, partner: Member, tmp_path: Path
) -> None:
    agreed(home, partner, "AEOF")
    code = entered(home, "AEOAU0000000002", tmp_path, "AEOF")
    question = ("--partner", "CN-GACC", "--type", "AEOF")
    assert partner("aeo", "show", "AU-OTHER-2", *question).code != 0
    assert home("aeo", "alias", "add", code, "AU-OTHER-2").code == 0
    assert partner("aeo", "show", "AU-OTHER-2", *question).code == 0
    assert home("aeo", "alias", "remove", code, "AU-OTHER-2").code == 0
    assert partner("aeo", "show", "AU-OTHER-2", *question).code != 0
