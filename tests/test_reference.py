from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.core.reasons import Reason
from ledger.reference import data_folder, read_reference

FILES = [
    entry for folder in ("codelists",) for entry in sorted(data_folder().joinpath(folder).iterdir(), key=str)
]
PROFILES = sorted(data_folder().joinpath("profiles").iterdir(), key=str)
MARKS = {"verified", "secondary", "general knowledge", "proposal", "not known"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_code_list_names_its_list_version_source_and_notice(file: Any) -> None:
    document = orjson.loads(file.read_bytes())
    assert all(document[member] for member in ("list", "version", "source", "notice", "codes"))
    assert document["complete"] in (True, False)


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.name)
def test_every_value_of_a_profile_says_where_it_comes_from(file: Any) -> None:
    document = orjson.loads(file.read_bytes())
    for name, entry in document["values"].items():
        assert entry["mark"] in MARKS, name
        assert (entry["source"] in document["sources"]) is (entry["mark"] in {"verified", "secondary"}), name
        assert (entry["value"] is None) <= (entry["mark"] == "not known"), name


def test_the_profiles_that_are_promised_are_shipped() -> None:
    expected = ("ACFTA", "ATIGA", "CHAFTA", "CNKR", "CNNZ", "CSFTA", "KRIN", "NONPREF", "RCEP")
    assert read_reference().agreements == expected


def test_licences_have_profiles_of_their_own() -> None:
    expected = ("CITES-EXPORT", "CITES-IMPORT", "CN-IMPORT-MULTI", "CN-IMPORT-ONE", "DUAL-USE-GENERAL",
                "DUAL-USE-GLOBAL", "DUAL-USE-INDIVIDUAL", "EU-AGRI", "LICENCE")  # fmt: skip
    assert read_reference().licence_profiles == expected


def test_profiles_name_only_known_countries_and_those_of_a_kind_have_the_same_values() -> None:
    reference = read_reference()
    names = {profile.kind: profile.values.keys() for profile in reference.profiles}
    for profile in reference.profiles:
        assert profile.parties <= reference.countries.codes.keys()
        assert profile.values.keys() == names[profile.kind]


def test_a_profile_never_shields_a_document_that_is_not_genuine() -> None:
    known = {reason.code for reason in Reason}
    never = {Reason.DIGEST_MISMATCH, Reason.SIGNATURE_INVALID, Reason.ISSUER_NO_AUTHORITY, Reason.REVOKED}
    for profile in read_reference().profiles:
        spared = set(profile.values["neverRejects"])
        assert spared <= known
        assert not spared & {reason.code for reason in never}


def test_every_value_of_a_profile_is_read_by_something() -> None:
    folder = Path(__file__).parents[1] / "ledger"
    code = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    names = {name for profile in read_reference().profiles for name in profile.values}
    unread = {name for name in names if f'"{name}"' not in code}
    assert unread == set()


@pytest.mark.parametrize("agreement", ["CNKR", "CHAFTA", "CSFTA", "CNNZ"])
def test_agreements_that_certify_copies_of_unused_originals_only_say_so(agreement: str) -> None:
    profile = read_reference().profile(agreement, "2026-01-01")
    assert profile is not None
    assert profile.values["ctcOnlyIfUnused"] is True


def test_locations_begin_with_a_country() -> None:
    reference = read_reference()
    assert {code[:2] for code in reference.locations.codes} <= reference.countries.codes.keys()
