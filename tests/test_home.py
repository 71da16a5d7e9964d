"""A gateway's folder: made once, with everything secret for its owner only, and nothing ever overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import Rejected
from ledger.home import PASSPHRASE, NewHome, make_home
from ledger.settings import FILE_NAME, read_settings


def make(home: Path, *roles: str) -> NewHome:
    return make_home(
        home, member="VN-VCCI", roles=roles, url="http://127.0.0.1:1", chain_id=5, manifest=None, scrypt_n=2**4
    )  # fmt: skip


def refusal(home: Path) -> str:
    with pytest.raises(Rejected) as rejected:
        make(home, "issuer")
    return rejected.value.problems[0].code


def test_a_home_has_the_keys_of_its_roles_and_settings_that_can_be_read(tmp_path: Path) -> None:
    issuing, customs = make(tmp_path / "a", "issuer"), make(tmp_path / "b", "customs")
    administration, auditor = make(tmp_path / "c", "administration"), make(tmp_path / "d", "auditor")
    assert None not in (issuing.operator, issuing.key, issuing.controller)
    assert None not in (administration.operator, administration.key)
    assert (customs.operator is None, customs.key) == (False, None)
    assert (auditor.operator, auditor.key) == (None, None)
    assert read_settings(tmp_path / "a", {}).member.code == "VN-VCCI"
    assert read_settings(tmp_path / "b", {}).keys.document_signer == ""


def test_nobody_else_may_read_a_secret_of_a_home(tmp_path: Path) -> None:
    home = make(tmp_path / "home", "issuer").path
    assert home.stat().st_mode & 0o777 == 0o700
    secrets = [path for path in home.rglob("*") if path.is_file() and path.name != FILE_NAME]
    assert len(secrets) == 5
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


def test_a_second_gateway_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "home", "issuer")
    assert refusal(tmp_path / "home") == "HOME_IN_USE"


def test_what_an_interrupted_set_up_left_is_not_overwritten(tmp_path: Path) -> None:
    home = make(tmp_path / "home", "issuer").path
    (home / FILE_NAME).unlink()
    before = (home / PASSPHRASE).read_bytes()
    assert refusal(home) == "FILE_EXISTS"
    assert (home / PASSPHRASE).read_bytes() == before
