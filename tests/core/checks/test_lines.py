from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.core.balances import UNIT_SCALE, LineState
from ledger.core.verdict import Verdict, Word
from tests.questions import Presented, a_licence, a_token, a_use, code_is_found, message_of

KRIN = {"agreementCode": "KRIN"}


def mass(kind: str, value: str, unit: str = "TNE") -> dict[str, str]:
    return {"kind": kind, "value": value, "unit": unit}


def asking(*quantities: dict[str, str], claims: dict[str, Any] | None = None, **item: Any) -> Verdict:
    """The verdict on a declaration of one item against a balance of 24 t of which 23 t are taken."""
    token = a_token(claims={**KRIN, **(claims or {})})
    presented = Presented(token=token, asked={"economy": "IN"}).anchor(use_policy=0x0300)
    presented.used(a_use(23), authorised=24, economies=("IN",))
    declared = {"sequence": 1, "hsCode": "030462", "quantities": list(quantities), **item}
    return presented.declared(country="CN", items=[declared]).verdict()


def test_the_kind_of_mass_that_the_line_is_kept_in_counts() -> None:
    verdict = asking(mass("GROSS_MASS", "5"), mass("NET_MASS", "1"))
    assert not code_is_found(verdict, "R12", "USAGE")
    gross = [mass("GROSS_MASS", "24")]
    items = [{"sequence": 1, "hsCode": "030462", "originCountry": {"country": "VN"}, "quantities": gross}]
    verdict = asking(mass("NET_MASS", "1"), mass("GROSS_MASS", "2"), claims={"items": items})
    assert message_of(verdict, "R12").startswith("Requested 2 t, free 1 t")


def test_another_kind_of_mass_stands_in_where_that_one_is_not_declared() -> None:
    assert asking(mass("OTHER", "2")).word is Word.REJECT
    gross = asking(mass("GROSS_MASS", "2"))
    assert gross.word is Word.REFER, "the net mass may be within what is free"
    assert message_of(gross, "R12").startswith("Requested 2 t, gross mass counted in, free 1 t")


def test_an_item_draws_on_the_line_of_the_item_that_it_claims() -> None:
    assert code_is_found(asking(mass("NET_MASS", "2"), sequence=9, certificateItem=1), "R12", "USAGE")


def test_an_item_that_the_document_has_not_asks_nothing_of_its_lines_and_data_says_so() -> None:
    verdict = asking(mass("NET_MASS", "2"), certificateItem=7)
    assert not code_is_found(verdict, "R12", "USAGE")
    assert code_is_found(verdict, "X25", "DATA")


@pytest.mark.parametrize(("line", "word"), [(1, Word.ACCEPT), (2, Word.REFER)])
def test_by_number_alone_an_item_that_names_no_line_is_referred(line: int, word: Word) -> None:
    chained = {"use_policy": 0x0300}
    presented = Presented(asked={"economy": "CN"}, record=chained, slot=chained).anchor().used(authorised=24)
    item = {"sequence": line, "hsCode": "030462", "quantities": [mass("NET_MASS", "1")]}
    verdict = presented.declared(items=[item]).verdict(by_number=True)
    assert verdict.word is word
    assert code_is_found(verdict, "X25", "USAGE") is (word is Word.REFER)


def limited_twice(quantity: str, value: str | None, currency: str = "USD") -> Verdict:
    """A declaration under a licence for 100 t of at most 5,000 USD, of which 4,000 USD are taken."""
    line = {"balanceKind": "QUANTITY_AND_VALUE", "value": {"amount": "5000", "currency": "USD"}}
    licence = a_licence(line=line)
    usage = licence.facts["usage"]
    dollars = LineState(2, "USD", 5000 * UNIT_SCALE, 0, 4000 * UNIT_SCALE, 0)
    licence.facts["usage"] = replace(usage, lines={**usage.lines, 2: dollars})
    item: dict[str, Any] = {"sequence": 1, "hsCode": "030462", "quantities": [mass("NET_MASS", quantity)]}
    if value is not None:
        item["customsValue"] = {"amount": value, "currency": currency}
    return licence.declared(country="VN", items=[item]).verdict()


@pytest.mark.parametrize(
    ("quantity", "value", "told"),
    [
        ("100", "1000", ""),
        ("100.5", "1000", "Requested 100.5 t, free 100 t."),
        ("100", "1000.01", "Requested 1000.01 USD, free 1000 USD."),
    ],
)
def test_quantity_and_value_both_count_where_a_licence_limits_both(
    quantity: str, value: str, told: str
) -> None:
    assert message_of(limited_twice(quantity, value), "R12") == told


@pytest.mark.parametrize(("value", "currency"), [(None, "USD"), ("1", "EUR")])
def test_a_value_that_is_not_declared_where_it_limits_is_referred_and_not_taken_for_nothing(
    value: str | None, currency: str
) -> None:
    verdict = limited_twice("1", value, currency)
    assert "the balance of line 2 is kept in USD" in message_of(verdict, "R14")
    assert verdict.word is Word.REFER


def test_a_value_above_the_whole_of_a_second_limit_is_more_than_certified() -> None:
    assert (
        message_of(limited_twice("1", "5000.01"), "R16")
        == "Item 1: declared 5000.01 USD, certified 5000 USD."
    )
