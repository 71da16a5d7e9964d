from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from ledger.core.envelope import open_envelope
from ledger.core.verdict import Verdict, Word
from tests.certificates import a_certificate, an_item
from tests.gateways import altered
from tests.questions import FRESH, Presented, a_licence, a_token, code_is_found

Alter = Callable[[dict[str, Any]], None]
TWO = [an_item(), an_item(sequence=2, hsCode="030463")]


def presented(alter: Alter, *, held: bool = True, **declared: Any) -> Verdict:
    """The verdict on an altered copy of a certificate with two items, where the anchored one is held or not."""
    genuine = a_token(a_certificate(**FRESH, items=deepcopy(TWO)))
    case = Presented(token=genuine).anchor()
    case.token = altered(genuine, lambda claims: alter(claims["credentialSubject"]))
    case.facts = {"original": open_envelope(genuine) if held else None}
    return (case.declared(**declared) if declared else case).verdict()


def heavier(subject: dict[str, Any]) -> None:
    subject["items"][0]["quantities"][0]["value"] = "42000"


def messages(verdict: Verdict, item: int) -> list[str]:
    found = next(one for one in verdict.items if one.sequence == item)
    return [one.message for one in found.findings if one.code == "R06" and one.item == item]


def summary(verdict: Verdict) -> str:
    told = [
        one for check in verdict.checks for one in check.findings if one.code == "R06" and one.item is None
    ]
    return told[-1].message


def test_10_an_altered_weight_is_told_at_its_item_without_the_anchored_value() -> None:
    verdict = presented(heavier)
    assert verdict.word is Word.REJECT
    assert messages(verdict, 1) == ["Item 1: net mass does not match the anchored value."]
    assert messages(verdict, 2) == []
    assert summary(verdict) == "Items that differ from the anchored ones: 1; items that are as anchored: 2."
    assert "24000" not in str(verdict.to_dict())
    assert "Ask the issuing body for its copy." in verdict.next


def test_no_item_of_an_altered_document_is_accepted_and_each_says_why() -> None:
    for held in (True, False):
        verdict = presented(heavier, held=held)
        assert [item.word for item in verdict.items] == [Word.REJECT, Word.REJECT]
        assert all("R06" in [one.code for one in item.findings] for item in verdict.items)


def test_where_the_anchored_document_is_not_held_it_is_said_that_nobody_here_can_tell() -> None:
    verdict = presented(heavier, held=False)
    assert summary(verdict) == (
        "What of it was altered cannot be told here: the ledger holds one digest of all of it."
    )


def other_origin(subject: dict[str, Any]) -> None:
    subject["items"][1]["originCountry"] = {"country": "TH"}
    subject["validUntil"] = "2027-12-31"


def another_item(subject: dict[str, Any]) -> None:
    subject["items"] = [subject["items"][0], {**subject["items"][1], "sequence": 3}]


def only_the_invoices(subject: dict[str, Any]) -> None:
    subject["invoices"] = [{"number": "A GUESS"}]


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (
            other_origin,
            "Items that differ from the anchored ones: 2; items that are as anchored: 1; "
            "other members that differ: valid until.",
        ),
        (
            another_item,
            "Items that differ from the anchored ones: 3; items that are as anchored: 1; "
            "anchored items that are missing: 2.",
        ),
        (only_the_invoices, "Items that are as anchored: 1, 2."),
    ],
)
def test_only_what_every_copy_shows_is_compared(alter: Alter, told: str) -> None:
    assert summary(presented(alter)) == told


def test_an_altered_item_is_told_at_the_declared_items_that_claim_it() -> None:
    declared = [
        {"sequence": 7, "hsCode": "030462", "certificateItem": 1},
        {"sequence": 8, "hsCode": "030463", "certificateItem": 2},
    ]
    verdict = presented(heavier, items=declared)
    assert messages(verdict, 7) == ["Item 1: net mass does not match the anchored value."]
    assert messages(verdict, 8) == []


def test_where_the_ledger_keeps_a_balance_it_is_the_anchored_quantity() -> None:
    licence = a_licence()
    licence.token = altered(
        licence.token,
        lambda claims: claims["credentialSubject"]["items"][0]["quantities"][0].update(value="900"),
    )
    verdict = licence.verdict()
    assert messages(verdict, 1) == ["Item 1: net mass does not match the anchored value."]
    assert summary(verdict).startswith("What else of it was altered cannot be told here")


def test_a_genuine_document_is_compared_with_nothing() -> None:
    assert not code_is_found(Presented().anchor().verdict(), "R06", "INTEGRITY")
