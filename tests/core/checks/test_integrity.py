from __future__ import annotations

import pytest

from ledger.core.facts import Question
from ledger.core.verdict import Outcome, Word
from ledger.core.verify import verify
from tests.certificates import the_reference
from tests.journals import (
    ACCI,
    VCCI,
    a_digest,
    a_private_key,
)
from tests.questions import Presented, a_token, code_is_found, outcome, tag_of


@pytest.mark.parametrize("source", ["CHAIN", "CACHE"])
def test_a_bad_signature_is_rejected_even_while_the_chain_is_unreachable(source: str) -> None:
    forged = a_token(signer=a_private_key(VCCI, 2))
    verdict = Presented(token=forged, source=source).anchor().verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "R04", "INTEGRITY")


def test_another_document_under_an_anchored_number_is_rejected() -> None:
    verdict = Presented().anchor(document_id=a_digest("the one that was anchored")).verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "R06", "INTEGRITY")


def test_a_document_whose_record_has_another_number_is_rejected() -> None:
    verdict = Presented(facts={"tag": tag_of("VN-CN 26/01/99999")}).anchor().verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "X14", "INTEGRITY")


def test_a_number_that_cannot_be_compared_is_said_and_does_not_stand_in_the_way() -> None:
    verdict = Presented(facts={"tag": None}).anchor().verdict()
    assert verdict.word is Word.ACCEPT
    assert code_is_found(verdict, "X15", "INTEGRITY")


@pytest.mark.parametrize(
    ("unreadable", "code"),
    [("FRAMING: 2 parts, expected three", "R01"), ("DISCLOSURE_TWICE: two, expected one", "R06")],
)
def test_what_is_not_a_sealed_document_is_rejected_with_the_reason_why(unreadable: str, code: str) -> None:
    question = Question(as_of=Presented().now, unreadable=unreadable)
    verdict = verify(question, Presented().gathered(None), the_reference())
    assert verdict.word is Word.REJECT
    assert verdict.codes()[:2] == (code, unreadable.split(":")[0])


def test_a_document_of_another_ledger_is_referred() -> None:
    verdict = Presented(token=a_token(registry=b"\x99" * 20)).anchor().verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X13", "INTEGRITY")


def test_a_document_that_names_two_issuers_is_referred() -> None:
    token = a_token(claims={"issuer": {"id": ACCI, "country": "AU"}})
    assert Presented(token=token).anchor().verdict().word is Word.REFER


def test_a_document_that_was_not_asked_about_is_referred() -> None:
    presented = Presented().anchor()
    question = Question(as_of=presented.now, number="VN-CN 26/01/77777", document=presented.opened)
    verdict = verify(question, presented.gathered(presented.opened), the_reference())
    assert code_is_found(verdict, "X28", "INTEGRITY")
    assert verdict.word is Word.REFER


def test_a_number_without_the_issuers_tag_key_is_not_said_to_be_absent() -> None:
    facts = {"tag": None, "record": None, "slot": None}
    verdict = Presented(facts=facts).anchor().verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X15", "INTEGRITY")
    assert "R07" not in verdict.codes()
    assert outcome(verdict, "INTEGRITY") is Outcome.NOT_CHECKED
