"""Refusals of the contracts: readable arguments, and a sentence for everything about records."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.abi import selector
from ledger.chain.rules import CONTRACTS, SENTENCES, artifact, has_artifact, refusal
from ledger.errors import Refused

MEMBER = b"CN-MOFCOM".ljust(32, b"\0")
TAG = bytes(range(32))


def refused(name: str, types: list[str], *values: Any) -> Refused:
    found = refusal(selector(f"{name}({','.join(types)})") + encode(types, values))
    assert found is not None
    return found


def test_quantities_are_decimals_of_the_lines_unit() -> None:
    types = ["bytes32", "bytes32", "uint16", "uint72", "uint72"]
    found = refused("UseBalanceExceeded", types, MEMBER, TAG, 1, 50_000_000, 30_500_000)
    assert found.arguments == {"member": "CN-MOFCOM", "tag": TAG, "line": 1, "asked": "50", "free": "30.5"}
    assert str(found).startswith("more was asked than is left (UseBalanceExceeded: member CN-MOFCOM, ")
    assert str(found).endswith("line 1, asked 50, free 30.5)")


@pytest.mark.parametrize(
    ("millionths", "text"), [(0, "0"), (1, "0.000001"), (10**6, "1"), (10**8, "100"), (2**72 - 1, "4722366482869645.213695")]
)  # fmt: skip
def test_a_quantity_is_exact_and_has_no_exponent(millionths: int, text: str) -> None:
    found = refused("UseDiffers", ["uint8", "uint72", "uint72"], 2, 0, millionths)
    assert found.arguments == {"state": "consumed", "reserved": "0", "consumed": text}


def test_codes_are_text_and_states_are_words() -> None:
    office = b"CN2202".ljust(17, b"\0")
    found = refused("UseOfficeNotAllowed", ["bytes32", "bytes32", "bytes17"], MEMBER, TAG, office)
    assert found.arguments["office"] == "CN2202"
    found = refused("UseRecordNotValid", ["bytes32", "bytes32", "uint8"], MEMBER, TAG, 2)
    assert found.arguments["status"] == "suspended"
    found = refused("UseUnitDiffers", ["bytes32", "bytes32", "uint16", "bytes3"], MEMBER, TAG, 1, b"TNE")
    assert found.arguments["unit"] == "TNE"


def test_times_are_shown_as_a_person_writes_them_and_kept_as_seconds() -> None:
    found = refused("UseTimeInvalid", ["uint64"], 1_767_225_600)
    assert "time 2026-01-01T00:00:00Z" in str(found)
    assert found.arguments == {"time": 1_767_225_600}


def test_a_tag_that_looks_like_text_stays_bytes() -> None:
    found = refused("RegistryRecordUnknown", ["bytes32", "bytes32"], MEMBER, b"A" * 32)
    assert found.arguments["tag"] == b"A" * 32


@given(st.sampled_from(sorted(SENTENCES)), st.binary(max_size=300))
def test_garbage_behind_a_selector_raises_nothing(name: str, data: bytes) -> None:
    item = next(one for one in _errors() if one["name"] == name) if name in _names() else None
    if item is not None:
        types = ",".join(one["type"] for one in item["inputs"])
        found = refusal(selector(f"{name}({types})") + data)
        assert found is None or found.code == name


def test_every_error_of_the_contracts_has_a_sentence_and_every_sentence_an_error() -> None:
    assert _names() == set(SENTENCES)
    assert _names()


def _errors() -> list[dict[str, Any]]:
    found = [artifact(contract)["abi"] for contract in CONTRACTS if has_artifact(contract)]
    return [item for abi in found for item in abi if item["type"] == "error"]


def _names() -> set[str]:
    return {item["name"] for item in _errors()}
