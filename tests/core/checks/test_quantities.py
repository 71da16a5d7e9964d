from __future__ import annotations

from typing import Any

import pytest

from ledger.core.verdict import Verdict
from tests.questions import Presented, a_licence, code_is_found, message_of

KILOGRAMS = {"kind": "NET_MASS", "value": "100000", "unit": "KGM"}


def declaring(presented: Presented, **item: Any) -> Verdict:
    declared = {"sequence": 1, "hsCode": "03046200", **item}
    return presented.declared(country="VN", items=[declared]).verdict()


def tonnes(value: str) -> list[dict[str, str]]:
    return [{"kind": "NET_MASS", "value": value, "unit": "TNE"}]


@pytest.mark.parametrize(("declared", "exceeds"), [("100", False), ("105", False), ("105.000001", True)])
def test_a_licence_is_matched_or_not_exceeded_but_for_its_tolerance(declared: str, exceeds: bool) -> None:
    licence = a_licence(tolerancePct=5).used(authorised=100, economies=("VN",), tolerance=5)
    verdict = declaring(licence, quantities=tonnes(declared))
    assert code_is_found(verdict, "R16", "DATA") is exceeds
    assert code_is_found(verdict, "R12", "USAGE") is exceeds


def test_a_quantity_in_kilograms_is_held_against_one_in_tonnes() -> None:
    assert not declaring(a_licence(), quantities=[KILOGRAMS]).codes().count("R16")
    more = {**KILOGRAMS, "value": "100000.001"}
    verdict = declaring(a_licence(), quantities=[more])
    assert message_of(verdict, "R16") == "Item 1: declared 100.000001 t, certified 100 t."


@pytest.mark.parametrize(("amount", "exceeds"), [("5000", False), ("5000.01", True)])
def test_a_licence_kept_in_value_is_held_against_the_customs_value(amount: str, exceeds: bool) -> None:
    line = {"balanceKind": "VALUE", "value": {"amount": "5000", "currency": "USD"}, "quantities": []}
    licence = a_licence(line=line).used(authorised=5000, unit="USD", economies=("VN",))
    verdict = declaring(licence, customsValue={"amount": amount, "currency": "USD"})
    assert code_is_found(verdict, "R16", "DATA") is exceeds
    assert code_is_found(verdict, "R12", "USAGE") is exceeds


def test_a_value_in_another_currency_is_not_converted() -> None:
    line = {"balanceKind": "VALUE", "value": {"amount": "5000", "currency": "USD"}, "quantities": []}
    licence = a_licence(line=line).used(authorised=5000, unit="USD", economies=("VN",))
    verdict = declaring(licence, customsValue={"amount": "1", "currency": "CNY"})
    assert "declared in CNY, the balance of line 1 is kept in USD" in message_of(verdict, "R14")


def test_a_licence_without_quantities_is_compared_with_none() -> None:
    licence = a_licence(line={"quantities": [], "balanceKind": None}).used()
    assert not code_is_found(declaring(licence, quantities=tonnes("500")), "R14", "DATA")
