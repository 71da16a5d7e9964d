"""Acts of the consortium by name: what cannot be meant is rejected before anything is stored, all of it at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.errors import Rejected
from ledger.service.governance import ACTS, calldata

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ACCOUNT = b"\x11" * 20
MEMBER = {"code": "SG-CUSTOMS", "economy": "SG", "roles": ["customs"], "controller": ACCOUNT}


def call(name: str, **arguments: object) -> bytes:
    return calldata(name, "CN-GACC", arguments, now=NOW, own_signer=lambda: None)


def problems(name: str, **arguments: object) -> dict[str, str]:
    with pytest.raises(Rejected) as rejected:
        call(name, **arguments)
    return {problem.path: problem.code for problem in rejected.value.problems}


def test_an_act_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(Rejected, match="propose-admit-member") as rejected:
        call("admit")
    assert rejected.value.problems[0].code == "ACT_UNKNOWN"


def test_everything_wrong_with_an_act_is_told_at_once() -> None:
    wrong = {
        "code": "S",
        "economy": "SGP",
        "roles": ["emperor"],
        "controller": b"\x11",
        "expires_at": NOW.date(),
    }
    assert problems("propose-admit-member", **wrong) == dict.fromkeys(wrong, "ARGUMENT_INVALID")


@pytest.mark.parametrize("absent", MEMBER)
def test_what_is_missing_is_named(absent: str) -> None:
    given = {name: value for name, value in MEMBER.items() if name != absent}
    assert problems("propose-admit-member", **given) == {absent: "ARGUMENT_INVALID"}


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("vote", {"proposal": True, "approves": 1}, {"proposal", "approves"}),
        ("execute", {"proposal": -1}, {"proposal"}),
        ("execute", {"proposal": 2**256}, {"proposal"}),
        ("retire-key", {"key": b"\x01" * 31, "retired_at": NOW.replace(tzinfo=None)}, {"key", "retired_at"}),
        ("retire-key", {"key": b"\x01" * 32, "retirement_reason": "key-compromise"}, {"retirement_reason"}),
        ("retire-key", {"key": b"\x01" * 32, "retirement_reason": 4}, {"retirement_reason"}),
        ("report-compromise", {"key": b"\x01" * 32}, {"compromised_since"}),
        ("add-operator", {"operator": "0x" + "11" * 20}, {"operator"}),
        ("propose-admit-registry", {"registry": ACCOUNT, "kind": 4}, {"kind"}),
        ("propose-suspend-member", {"code": "VN-VCCI", "reason": 2**16}, {"reason"}),
        ("propose-set-roles", {"code": "Đà Nẵng", "roles": "customs"}, {"code", "roles"}),
    ],
)  # fmt: skip
def test_values_of_another_kind_are_not_guessed_at(
    name: str, arguments: dict[str, object], wrong: set[str]
) -> None:
    assert problems(name, **arguments) == dict.fromkeys(wrong, "ARGUMENT_INVALID")


def test_a_key_is_registered_only_if_there_is_one() -> None:
    assert problems("register-key") == {"public_key": "KEY_MISSING"}
    assert problems("register-key", public_key=b"\x04" * 65) == {"public_key": "KEY_MISSING"}


@pytest.mark.parametrize(("given", "number"), [({}, 0), ({"retirement_reason": "superseded"}, 4)])
def test_the_reason_of_a_retirement_may_be_left_out_and_goes_as_its_number(
    given: dict[str, object], number: int
) -> None:
    assert int.from_bytes(call("retire-key", key=b"\x01" * 32, **given)[-32:]) == number


def test_a_role_that_is_named_twice_counts_once() -> None:
    roles = ["customs", "administration"]
    assert call("propose-admit-member", **{**MEMBER, "roles": roles}) == call(
        "propose-admit-member", **{**MEMBER, "roles": [*roles, "customs"]}
    )


def test_every_act_has_a_call() -> None:
    every: dict[str, object] = {
        **MEMBER, "reason": 99, "registry": ACCOUNT, "kind": 1, "proposal": 1, "approves": True, "operator": ACCOUNT,
        "key": b"\x01" * 32, "retired_at": NOW, "retirement_reason": "superseded", "compromised_since": NOW, "expires_at": NOW,
    }  # fmt: skip
    calls = {name: call(name, **every) for name in ACTS if name != "register-key"}
    assert len(set(calls.values())) == len(ACTS) - 1
