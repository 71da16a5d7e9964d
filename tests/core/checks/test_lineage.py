from __future__ import annotations

import pytest

from ledger.core.facts import Parent
from ledger.core.records import RecordState
from ledger.core.verdict import Outcome, Verdict, Word
from tests.journals import (
    ACCI,
)
from tests.questions import Presented, a_token, code_is_found, outcome

PARENT = {"relation": "BACK_TO_BACK_OF", "issuerId": ACCI, "number": "AU-1"}


def a_child(parents: tuple[Parent, ...]) -> Verdict:
    token = a_token(claims={"references": [PARENT]})
    return Presented(token=token, facts={"parents": parents}).anchor().verdict()


def a_parent(status: int) -> Parent:
    presented = Presented().anchor()
    if status != 1:
        presented.change(status)
    record: RecordState | None = presented.gathered(None).record
    return Parent(ACCI, "au-1", record)


def test_a_good_parent_passes_and_one_that_was_not_looked_at_is_a_remark() -> None:
    assert outcome(a_child((a_parent(1),)), "LINEAGE") is Outcome.PASS
    assert outcome(a_child(()), "LINEAGE") is Outcome.NOT_CHECKED
    assert a_child(()).word is Word.ACCEPT_WITH_REMARKS


def test_a_record_with_a_laxer_use_policy_than_its_agreement_is_referred() -> None:
    verdict = Presented().anchor(use_policy=0x0300).verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X16", "USAGE")


@pytest.mark.parametrize("status", [2, 3, None])
def test_a_parent_that_is_not_valid_refers_the_child(status: int | None) -> None:
    parent = Parent(ACCI, "AU-1", None) if status is None else a_parent(status)
    verdict = a_child((parent,))
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R21", "LINEAGE")
