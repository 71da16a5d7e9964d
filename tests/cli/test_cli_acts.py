"""Acts on records and on the consortium, as the command hands them to the use cases."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from ledger.cli.parser import build_parser
from ledger.cli.records import details_text
from ledger.errors import Refused, Unavailable
from ledger.service.ledger import Ledger
from tests.cli.command import Command
from tests.fakes.face_ledger import ACCOUNT, FaceLedger

RECORD = ("--issuer", "VN-VCCI", "--number", "VN-CN 24/02/00123")
ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
KEY = "0x" + "ab" * 32
T = "2027-01-01T08:00:00+08:00"
THEN = datetime(2027, 1, 1, tzinfo=UTC)

ACTS = [
    ("member admit SG-CUSTOMS --economy SG --roles administration customs --controller " + ADDRESS,
     "propose-admit-member",
     {"code": "SG-CUSTOMS", "economy": "SG", "roles": ["administration", "customs"], "controller": ACCOUNT}),
    ("member set-roles VN-VCCI --roles licences", "propose-set-roles", {"code": "VN-VCCI", "roles": ["licences"]}),
    (f"member suspend VN-VCCI --reason R99 --expires {T}", "propose-suspend-member",
     {"code": "VN-VCCI", "reason": 99, "expires_at": THEN}),
    ("member reinstate VN-VCCI", "propose-reinstate-member", {"code": "VN-VCCI"}),
    ("member expel VN-VCCI --reason R23", "propose-expel-member", {"code": "VN-VCCI", "reason": 23}),
    (f"member replace-controller VN-VCCI --controller {ADDRESS}", "propose-replace-controller",
     {"code": "VN-VCCI", "controller": ACCOUNT}),
    (f"member set-controller --controller {ADDRESS}", "set-controller", {"controller": ACCOUNT}),
    ("member leave --yes", "leave", {}),
    (f"member operator add {ADDRESS}", "add-operator", {"operator": ACCOUNT}),
    (f"member operator remove {ADDRESS.lower()}", "remove-operator", {"operator": ACCOUNT}),
    (f"key retire {KEY}", "retire-key", {"key": b"\xab" * 32}),
    (f"key retire {KEY} --at {T} --reason superseded", "retire-key",
     {"key": b"\xab" * 32, "retired_at": THEN, "retirement_reason": "superseded"}),
    (f"key compromise {KEY} --since {T}", "report-compromise", {"key": b"\xab" * 32, "compromised_since": THEN}),
    (f"key register --effective-from {T}", "register-key", {"effective_from": THEN}),
    ("proposal vote 3", "vote", {"proposal": 3, "approves": True}),
    ("proposal vote 3 --against", "vote", {"proposal": 3, "approves": False}),
    ("proposal execute 3", "execute", {"proposal": 3}),
    (f"proposal admit-registry {ADDRESS} --kind 2", "propose-admit-registry", {"registry": ACCOUNT, "kind": 2}),
    (f"proposal retire-registry {ADDRESS}", "propose-retire-registry", {"registry": ACCOUNT}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name", "arguments"), ACTS, ids=[line.partition(" 0x")[0] for line, _, _ in ACTS]
)
def test_a_command_becomes_an_act(
    line: str, name: str, arguments: dict[str, object], command: Command, ledger: FaceLedger
) -> None:
    assert command(*line.split()).code == 0
    assert ledger.acts == [(name, arguments)]


def test_every_act_of_the_ledger_has_a_command() -> None:
    documented = str(Ledger.act.__doc__).partition("one of ``")[2].partition("``")[0].split()
    assert {name for _, name, _ in ACTS} == set(documented)


@pytest.mark.parametrize("action", ["suspend", "reinstate", "revoke", "cancel"])
def test_a_status_change_exits_0_and_says_where_it_stands(action: str, command: Command) -> None:
    answer = command(action, *RECORD, "--reason", "R24", "--json")
    assert (answer.code, answer.lines()[0]["act"]) == (0, action)


def test_a_status_change_is_of_the_kind_that_was_named(command: Command) -> None:
    line = (*RECORD, "--reason", "R24")
    codes = [
        command("revoke", *line, "--kind", kind).code for kind in ("licence", "licence", "aeo", "origin")
    ]
    assert codes == [0, 1, 0, 0]


@pytest.mark.parametrize("kind", ["origin", "licence", "aeo"])
def test_every_kind_has_a_history(kind: str, command: Command) -> None:
    command("revoke", *RECORD, "--reason", "R24", "--kind", kind)
    assert "StatusChanged" in command("history", *RECORD, "--kind", kind).out


def test_records_are_confirmed_by_number_or_all_of_a_key(command: Command, ledger: FaceLedger) -> None:
    assert (
        len(command("key", "reconfirm", "1", "2", "--kind", "licence", "--json").lines()[0]["receipts"]) == 1
    )
    assert command("key", "reconfirm", "--key", KEY).out.count("done") == 2
    assert ledger.confirmed == [(("1", "2"), 2), (b"\xab" * 32, 1)]


def test_what_the_contracts_forbid_exits_1_with_their_reason(command: Command) -> None:
    command("revoke", *RECORD, "--reason", "R24")
    answer = command("reinstate", *RECORD, "--reason", "R24")
    assert answer.code == 1
    assert "RegistryStatusFinal" in answer.err
    assert "status: 3" in answer.err


def test_an_outage_exits_3_and_says_that_nothing_is_lost(command: Command, ledger: FaceLedger) -> None:
    ledger.chain_answers = False
    answer = command("revoke", *RECORD, "--reason", "R24")
    assert answer.code == 3
    assert "Nothing is lost" in answer.err


def test_all_bad_arguments_are_named_at_once(command: Command, ledger: FaceLedger) -> None:
    line = "member admit SG --economy SG --roles customs --controller 0x5aaeb6053F --expires tomorrow"
    answer = command(*line.split())
    assert answer.code == 4
    assert "controller" in answer.err
    assert "expires_at" in answer.err
    assert ledger.acts == []


def test_an_address_with_a_wrong_checksum_is_bad_input(command: Command) -> None:
    assert command("member", "operator", "add", ADDRESS.replace("aA", "AA")).code == 4


@pytest.mark.parametrize(
    "moment", ["2027-01-01", "2027-01-01T08:00:00", "2027-13-01T08:00:00Z", "0001-01-01T00:00:00+23:59"]
)
def test_a_moment_without_one_meaning_is_bad_input(moment: str, command: Command) -> None:
    assert command("revoke", *RECORD, "--reason", "R24", "--effective-from", moment).code == 4


def test_history_names_who_acted_and_when(command: Command) -> None:
    command("revoke", *RECORD, "--reason", "R24")
    answer = command("history", *RECORD)
    assert answer.code == 0
    assert "StatusChanged" in answer.out
    assert ADDRESS in answer.out
    assert "2026-11-23T09:30:00Z" in answer.out


def test_a_historys_nested_details_are_told_in_words() -> None:
    details = {"place": {"office": "CN2202", "item": 0}, "conflict": True, "happened_at": None}
    assert details_text(details) == "office CN2202  item 0  conflict yes  happenedAt none"


def test_a_refusal_names_the_contracts_error_once(command: Command, ledger: FaceLedger) -> None:
    ledger.raises = Refused("RoleMissing", "not registered (RoleMissing: role 16)", {"role": 16})
    assert command("member", "list").err.count("RoleMissing") == 1


def test_history_of_an_unknown_number_exits_2(command: Command) -> None:
    answer = command("history", "--issuer", "VN-VCCI", "--number", "none")
    assert answer.code == 2
    assert "no record" in answer.out


@pytest.mark.parametrize("line", ["member list", "proposal list", "key list", "rebuild"])
def test_listings_have_a_table_and_a_json_form(line: str, command: Command) -> None:
    assert command(*line.split()).code == 0
    assert command(*line.split(), "--json").lines()


def test_tag_keys_are_exported_and_imported_by_file(command: Command, tmp_path: Path) -> None:
    assert command("key", "tag", "export", str(tmp_path / "tag.key")).code == 0
    assert "AU-ACCI" in command("key", "tag", "import", str(tmp_path / "tag.key")).out


def test_a_mistyped_command_exits_4_and_never_2(command: Command) -> None:
    codes = [
        command(*line.split()).code for line in ("verfy x", "verify --isuer x", "revoke", "--nope", "key")
    ]
    assert codes == [4] * 5


@pytest.mark.parametrize("error", [RuntimeError("passphrase=hunter2"), Refused("X", "no"), Unavailable("no")])
def test_an_unforeseen_error_prints_no_message_and_exits_70(
    error: Exception, command: Command, ledger: FaceLedger
) -> None:
    ledger.raises = error
    answer = command("member", "list")
    expected = {RuntimeError: 70, Refused: 1, Unavailable: 3}[type(error)]
    assert answer.code == expected
    assert "hunter2" not in answer.out + answer.err


def test_every_command_explains_itself_and_leads_somewhere() -> None:
    def walk(parser: argparse.ArgumentParser) -> Iterator[str]:
        assert parser.description
        children = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
        for child in (child for one in children for child in one.choices.values()):
            yield from walk(child)
        if not children:
            yield parser.get_default("target")

    for target in walk(build_parser()):
        module, _, function = target.partition(":")
        assert callable(getattr(import_module(f"ledger.cli.{module}"), function))
