"""Refusals of documents: each error of the contracts is told as a sentence, with the treaties' code where there is one."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.anchoring_refusals import told
from ledger.chain.rules import CONTRACTS, artifact
from ledger.core.reasons import Reason
from ledger.core.state import KeyState

CODES = {reason.code for reason in Reason}


def errors() -> dict[str, list[str]]:
    """Return every error of the contracts' interface files with the names of its arguments."""
    found = [item for contract in CONTRACTS for item in artifact(contract)["abi"] if item["type"] == "error"]
    return {item["name"]: [one["name"] for one in item["inputs"]] for item in found}


def of_a_permit(error: str, **arguments: Any) -> tuple[str, str]:
    refusal = told(error, arguments, member="AU-CHAMBER", economy="AU", document_type=626)
    return refusal.problem.code, refusal.sentence


@pytest.mark.parametrize(("error", "names"), errors().items(), ids=list(errors()))
def test_every_error_is_told_as_a_whole_sentence_without_its_own_name(error: str, names: list[str]) -> None:
    code, sentence = of_a_permit(error, **dict.fromkeys(names, "this"))
    text = sentence.removeprefix(f"{code}: ")
    assert not text[0].islower()
    assert text.endswith((".", ")."))
    assert error not in sentence
    assert "?" not in sentence
    assert code in (error, "NUMBER_ALREADY_ANCHORED") or code in CODES
    assert (code in CODES) == sentence.startswith(f"{code}: ")


def test_a_body_without_the_role_is_told_which_type_and_country() -> None:
    assert of_a_permit("ConsortiumRoleMissing", member="AU-CHAMBER", role=8) == (
        "R23",
        "R23: This body is not registered to issue type 626 for country AU.",
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("ConsortiumNotActive", "R23"),
        ("ConsortiumWrongStanding", "R23"),
        ("ConsortiumUnknownMember", "R23"),
        ("ConsortiumKeyUnknown", "R02"),
        ("ConsortiumKeyRetired", "R05"),
        ("ConsortiumKeyCompromised", "R05"),
        ("UseLinkInvalid", "R21"),
        ("UseBalanceExceeded", "R22"),
        ("UseRecordUsed", "R11"),
    ],
)
def test_what_a_treaty_knows_has_its_code(error: str, code: str) -> None:
    assert of_a_permit(error)[0] == code


@pytest.mark.parametrize(
    ("status", "code"), [("revoked", "R24"), ("suspended", "R25"), ("replaced", "R26"), ("cancelled", "X05")]
)
def test_a_record_that_fell_is_told_with_the_code_of_its_status(status: str, code: str) -> None:
    told_of = of_a_permit("RegistryTransitionInvalid", **{"from": status, "to": "replaced"})
    assert told_of == (code, f"{code}: The record is {status}, so this is not possible.")


def test_more_than_a_parent_has_left_is_told_with_both_quantities() -> None:
    _, sentence = of_a_permit("UseBalanceExceeded", line=1, asked="50", free="30.5")
    assert "50" in sentence
    assert "30.5" in sentence


def test_a_key_that_ended_is_told_with_since_when_and_why() -> None:
    key = KeyState(bytes(32), 1, b"", 1, 1, trusted=True, retired_at=1_767_225_600, retirement_reason=4)
    ended = told("ConsortiumKeyRetired", {}, member="AU-CHAMBER", key=key).sentence
    assert ended.startswith("R05: The document key is retired since 2026-01-01 00:00 UTC (superseded).")
    assert "since" not in told("ConsortiumKeyRetired", {}, member="AU-CHAMBER").sentence


def test_an_error_of_a_later_contract_is_told_by_its_name_and_breaks_nothing() -> None:
    assert of_a_permit("RegistryMoonTooFull") == ("RegistryMoonTooFull", "The contract's rules forbid it.")
