"""Refusals about records and their use, as an officer or an issuing body reads them."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ledger.chain.rules import CONTRACTS, artifact
from ledger.core.records import Status
from ledger.core.uses import Usage, UseState
from ledger.errors import Refused
from ledger.service.accounts import Account
from ledger.service.refusals import in_change_words, in_words
from ledger.service.use_answers import UseAction, UseRequest
from ledger.service.wire import refusal_reason
from tests.questions import a_usage, a_use

SHANGHAI_TIME = timedelta(hours=8)
NINGBO = UseRequest(
    UseAction.CONSUME, "VN-VCCI", "VN-CN 1", "CN3104", "D-2", line=1, quantity="50", unit="TNE"
)
ERRORS = {
    item["name"]: [one["name"] for one in item["inputs"]]
    for contract in CONTRACTS
    for item in artifact(contract)["abi"]
    if item["type"] == "error"
}


def an_account(usage: Usage | None, customs: str = "CN-GACC") -> Account:
    record = cast(Any, SimpleNamespace(status=Status.VALID, changes=()))
    return Account(customs, 1, record, record, usage, 1, 1)


def refused(error: str, usage: Usage | None, customs: str = "CN-GACC", **values: Any) -> str:
    raw = Refused(error, "as the contract says it", values)
    return str(in_words(raw, an_account(usage, customs), NINGBO, SHANGHAI_TIME))


def test_18_another_port_is_told_office_usage_id_and_the_time_by_its_own_clock() -> None:
    use = a_use()
    assert refused("UseLimitReached", a_usage(use)) == (
        f"R11: Already used: CN-GACC office CN2202, 2026-01-02 08:00 UTC+8 (00:00 UTC), usage id {use.use_id}."
    )


def test_19_who_comes_second_is_told_what_is_free_and_since_when_the_rest_is_held() -> None:
    usage = a_usage(a_use(70, state=UseState.RESERVED, item=1), authorised=100)
    assert refused("UseBalanceExceeded", usage, line=1) == (
        "R12: Requested 50 t, free 30 t (70 t reserved by another office at 2026-01-02 08:00 UTC+8 (00:00 UTC))."
    )


@pytest.mark.parametrize("error", ["UseLimitReached", "UseBalanceExceeded"])
def test_customs_of_another_member_learns_neither_office_nor_usage_id_nor_declaration(error: str) -> None:
    use = a_use(70, item=1)
    told = refused(error, a_usage(use, authorised=100), customs="VN-CUSTOMS", line=1)
    assert "CN-GACC" in told
    assert "2026-01-02" in told
    for hidden in ("CN2202", use.use_id, use.place.declaration.hex(), use.place.tag.hex(), "office"):
        assert hidden not in told


@pytest.mark.parametrize(("error", "names"), ERRORS.items(), ids=list(ERRORS))
def test_every_error_is_told_to_customs_as_a_sentence(error: str, names: list[str]) -> None:
    values: dict[str, Any] = dict.fromkeys(names, 1)
    told = in_words(Refused(error, "as the contract says it", values), an_account(None), NINGBO)
    assert_is_a_sentence(str(told), error)


@pytest.mark.parametrize(("error", "names"), ERRORS.items(), ids=list(ERRORS))
def test_every_error_is_told_to_the_body_that_changes_its_record_as_a_sentence(
    error: str, names: list[str]
) -> None:
    told = in_change_words(Refused(error, "as the contract says it", dict.fromkeys(names, 1)))
    assert_is_a_sentence(str(told), error)
    assert told.code == error


def assert_is_a_sentence(told: str, error: str) -> None:
    assert told != "as the contract says it"
    assert told.endswith(".")
    assert error not in told
    assert not re.sub("^[RX][0-9]{2}: ", "", told)[0].islower()


@pytest.mark.parametrize(
    ("before", "code"), [("revoked", "R24"), ("replaced", "R26"), ("cancelled", "X05"), ("valid", None)]
)
def test_a_status_that_cannot_change_is_told_with_its_code(before: str, code: str | None) -> None:
    values: dict[str, Any] = {"from": before, "to": "suspended"}
    told = in_change_words(Refused("RegistryTransitionInvalid", "", values))
    assert refusal_reason(told) == code
    assert before in str(told)


def test_an_error_of_a_later_contract_stays_as_it_is() -> None:
    raw = Refused("UseMoonTooFull", "as the contract says it", {})
    assert in_words(raw, an_account(None), NINGBO) is raw
    assert in_change_words(raw) is raw
