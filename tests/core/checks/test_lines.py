from __future__ import annotations

from typing import Any

import pytest

from ledger.core.verdict import Verdict, Word
from tests.questions import Presented, a_token, a_use, code_is_found, message_of

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
    assert code_is_found(asking(mass("GROSS_MASS", "2")), "R12", "USAGE")


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
