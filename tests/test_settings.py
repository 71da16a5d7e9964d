"""Settings: from the file and the environment, with every mistake at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ledger.errors import Rejected
from ledger.settings import describe, read_settings

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def write(home: Path, text: str, mode: int = 0o644) -> None:
    (home / "tradeseal.toml").write_text(text)
    (home / "tradeseal.toml").chmod(mode)


def problems_of(home: Path, environment: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(Rejected) as caught:
        read_settings(home, environment or {})
    return {problem.path: problem.code for problem in caught.value.problems}


def test_without_a_file_the_defaults_hold_and_paths_start_at_the_home_folder(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {"PATH": "/bin"})
    assert settings.store.url == f"sqlite:///{tmp_path}/tradeseal.db"
    assert settings.keys.tag_keys == tmp_path / "tag-keys"
    assert settings.keys.controller is None
    assert settings.limits.batch == 500


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    write(tmp_path, '[member]\ncode = "VN-VCCI"\nroles = ["issuer"]\n[chain]\nchain_id = 5\ntimeout = 3\n')
    settings = read_settings(
        tmp_path, {"TRADESEAL_CHAIN_CHAIN_ID": "6", "TRADESEAL_MEMBER_ROLES": "issuer,customs"}
    )
    assert (settings.member.code, settings.member.roles) == ("VN-VCCI", ("issuer", "customs"))
    assert (settings.chain.chain_id, settings.chain.timeout) == (6, 3)


@pytest.mark.parametrize(
    ("given", "hours"), [("+08:00", 8.0), ("-03:30", -3.5), ("+00:00", 0.0), ("+05:45", 5.75)]
)
def test_the_offset_of_the_offices_is_read_as_it_is_written(tmp_path: Path, given: str, hours: float) -> None:
    settings = read_settings(tmp_path, {"TRADESEAL_MEMBER_UTC_OFFSET": given})
    assert settings.member.utc_offset == timedelta(hours=hours)
    assert read_settings(tmp_path, {}).member.utc_offset is None


@pytest.mark.parametrize("given", ["8", "+8", "+15:00", "+08:60", "Asia/Shanghai", "08:00"])
def test_what_is_no_offset_is_a_mistake(tmp_path: Path, given: str) -> None:
    mistakes = problems_of(tmp_path, {"TRADESEAL_MEMBER_UTC_OFFSET": given})
    assert mistakes == {"TRADESEAL_MEMBER_UTC_OFFSET": "SETTING_WRONG"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("keystore:doc.key", "keystore:{home}/doc.key"),
        ("pkcs12:/etc/doc.p12", "pkcs12:/etc/doc.p12"),
        ("pkcs11:token=T;object=doc?module-path=/m.so", "pkcs11:token=T;object=doc?module-path=/m.so"),
    ],
)
def test_a_document_signer_is_named_by_kind_and_place(tmp_path: Path, given: str, kept: str) -> None:
    settings = read_settings(tmp_path, {"TRADESEAL_KEYS_DOCUMENT_SIGNER": given})
    assert settings.keys.document_signer == kept.format(home=tmp_path)


def test_all_mistakes_are_reported_at_once_with_their_place(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[chain]\nurl = "ftp://x"\nchian_id = 5\n[nonsense]\na = 1\n[limits]\nbatch = 5000\ndepth = true\n',
    )
    assert problems_of(tmp_path, {"TRADESEAL_API_PORT": "http", "TRADESEAL_API_PROT": "1"}) == {
        "tradeseal.toml: nonsense": "SETTING_UNKNOWN",
        "tradeseal.toml: chain.chian_id": "SETTING_UNKNOWN",
        "tradeseal.toml: chain.url": "SETTING_WRONG",
        "tradeseal.toml: limits.batch": "SETTING_WRONG",
        "tradeseal.toml: limits.depth": "SETTING_WRONG",
        "TRADESEAL_API_PROT": "SETTING_UNKNOWN",
        "TRADESEAL_API_PORT": "SETTING_WRONG",
    }


def test_a_file_that_is_not_toml_is_a_problem_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "[chain\n")
    assert problems_of(tmp_path) == {f"{tmp_path}/tradeseal.toml": "SETTINGS_UNREADABLE"}


@pytest.mark.parametrize(
    "variable", ["TRADESEAL_KEYS_PASSPHRASE", "TRADESEAL_PASSPHRASE", "TRADESEAL_STORE_PASSWORD"]
)
def test_a_secret_in_an_unknown_variable_is_not_repeated(tmp_path: Path, variable: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_settings(tmp_path, {variable: "open sesame"})
    assert "sesame" not in str(caught.value)


def test_a_database_password_is_refused_in_the_environment_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="SECRET_IN_ENVIRONMENT") as caught:
        read_settings(tmp_path, {"TRADESEAL_STORE_URL": "postgresql+psycopg://u:sesame@h/d"})
    assert "sesame" not in str(caught.value)


def test_a_database_password_in_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    text = '[store]\nurl = "postgresql+psycopg://u:sesame@h/d"\n'
    write(tmp_path, text, 0o640)
    assert problems_of(tmp_path) == {"tradeseal.toml: store.url": "SECRET_FILE_OPEN"}
    write(tmp_path, text, 0o600)
    assert read_settings(tmp_path, {}).store.url.endswith("@h/d")


def test_the_page_about_settings_is_the_one_that_the_code_describes() -> None:
    command = (
        "python -c \"from ledger.settings import describe; print(describe(), end='')\" > docs/settings.md"
    )
    assert DOCS.read_text() == describe(), f"run: {command}"
