from __future__ import annotations

import pytest

from ledger.core.verdict import Outcome, Word
from tests.certificates import a_certificate, an_item
from tests.questions import FRESH, Presented, a_token, code_is_found, outcome

ITEM = {"sequence": 1, "hsCode": "0304620000", "originCountry": "VN",
        "quantities": [{"kind": "NET_MASS", "value": "24", "unit": "TNE"}]}  # fmt: skip


def two_items() -> Presented:
    items = [an_item(), an_item(sequence=2, hsCode="030463")]
    return Presented(token=a_token(a_certificate(**FRESH, items=items))).anchor()


def test_a_declaration_that_agrees_is_accepted_in_other_units_too() -> None:
    verdict = Presented().anchor().declared(items=[ITEM]).verdict()
    assert verdict.word is Word.ACCEPT
    assert outcome(verdict, "DATA") is Outcome.PASS


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"hsCode": "03028900"}, "R15"),
        ({"originCountry": "TH"}, "R18"),
        ({"quantities": [{"kind": "NET_MASS", "value": "24000.001", "unit": "KGM"}]}, "R16"),
        ({"quantities": [{"kind": "NET_MASS", "value": "5", "unit": "NAR"}]}, "R14"),
        ({"certificateItem": 7}, "X25"),
    ],
)
def test_one_item_in_doubt_does_not_delay_the_others(spoilt: dict[str, object], code: str) -> None:
    second = {**ITEM, "sequence": 2, "hsCode": "03046300", **spoilt}
    verdict = two_items().declared(items=[ITEM, second]).verdict()
    assert code_is_found(verdict, code, "DATA")
    assert [(item.sequence, item.word) for item in verdict.items] == [(1, Word.ACCEPT), (2, Word.REFER)]
    assert verdict.word is Word.ACCEPT_WITH_REMARKS


def test_when_every_item_is_in_doubt_so_is_the_document() -> None:
    verdict = Presented().anchor().declared(items=[{**ITEM, "hsCode": "999999"}]).verdict()
    assert verdict.word is Word.REFER


def test_quantities_that_claim_one_item_are_added_up() -> None:
    half = {**ITEM, "certificateItem": 1, "quantities": [{"kind": "NET_MASS", "value": "13", "unit": "TNE"}]}
    verdict = Presented().anchor().declared(items=[half, {**half, "sequence": 2}]).verdict()
    assert code_is_found(verdict, "R16", "DATA")


def test_net_and_gross_mass_are_not_added_up_against_the_one_mass_that_is_certified() -> None:
    certified = an_item(quantities=[{"kind": "GROSS_MASS", "value": "26400", "unit": "KGM"}])
    masses = [{"kind": "NET_MASS", "value": "24000", "unit": "KGM"},
              {"kind": "GROSS_MASS", "value": "26400", "unit": "KGM"}]  # fmt: skip
    presented = Presented(token=a_token(a_certificate(**FRESH, items=[certified]))).anchor()
    assert presented.declared(items=[{**ITEM, "quantities": masses}]).verdict().word is Word.ACCEPT


def test_a_further_unit_that_is_not_certified_does_not_stand_in_the_way_of_one_that_is() -> None:
    quantities = [*ITEM["quantities"], {"kind": "SUPPLEMENTARY", "value": "9", "unit": "NAR"}]  # type: ignore[misc]
    verdict = Presented().anchor().declared(items=[{**ITEM, "quantities": quantities}]).verdict()
    assert verdict.word is Word.ACCEPT


def test_a_certificate_for_another_destination_is_referred() -> None:
    assert Presented().anchor().declared(country="AU").verdict().word is Word.REFER
