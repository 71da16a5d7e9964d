"""API keys from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.access import Keyring, Scope
from ledger.cli.apikeys import SCOPES
from ledger.service.answers import AskerRole
from ledger.store import open_store
from tests.cli.command import Command


def test_a_key_is_printed_once_and_works(command: Command, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    [made] = command(
        *home, "apikey", "create", "office 12", "--role", "verifier", "--rate", "60", "--json"
    ).lines()
    with open_store(f"sqlite:///{tmp_path}/tradeseal.db") as store:
        known = Keyring(store.api_keys).look_up(made["key"])
    assert known.key is not None
    assert (known.key.label, known.key.role, known.key.rate) == ("office 12", "verifier", 60)
    assert made["key"] not in command(*home, "apikey", "list").out


def test_a_label_is_given_only_once(command: Command, tmp_path: Path) -> None:
    line = ("--home", str(tmp_path), "apikey", "create", "a", "--role", "auditor")
    assert [command(*line).code for _ in range(2)] == [0, 4]


def test_a_disabled_key_stays_listed_as_off(command: Command, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    command(*home, "apikey", "create", "a", "--role", "auditor")
    assert command(*home, "apikey", "disable", "a").code == 0
    assert command(*home, "apikey", "list", "--json").lines()[0]["disabled"] is True
    assert command(*home, "apikey", "disable", "nobody").code == 4


@pytest.mark.parametrize(
    "more", [["--scope", "everything"], ["--rate", "-1"], ["--rate", "10000000"]], ids=lambda one: one[0]
)
def test_a_key_that_makes_no_sense_is_bad_input(more: list[str], command: Command, tmp_path: Path) -> None:
    assert command("--home", str(tmp_path), "apikey", "create", "a", "--role", "auditor", *more).code == 4


@pytest.mark.parametrize("role", [role.value for role in AskerRole if role is not AskerRole.PUBLIC])
def test_a_key_can_have_every_role(role: str, command: Command, tmp_path: Path) -> None:
    assert command("--home", str(tmp_path), "apikey", "create", "a", "--role", role).code == 0


def test_the_command_knows_the_scopes_of_the_interface() -> None:
    assert set(SCOPES) == {scope.value for scope in Scope}
