from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.aeo import Agreements
from ledger.core.facts import Candidate, Facts, Question
from ledger.core.opening import Relation
from ledger.core.records import Link
from ledger.core.verdict import CheckName, Concerns, Outcome, Word
from ledger.core.verify import verify
from tests.certificates import the_reference
from tests.journals import (
    ACCI,
    CHAIN_ID,
    REGISTRY,
    VCCI,
)
from tests.questions import NUMBER, Presented, a_licence, a_use, code_is_found, outcome

ITEM = {"sequence": 1, "hsCode": "0304620000", "originCountry": "VN",
        "quantities": [{"kind": "NET_MASS", "value": "24", "unit": "TNE"}]}  # fmt: skip


def test_a_fresh_certificate_is_accepted_by_its_document() -> None:
    verdict = Presented().anchor().verdict()
    assert verdict.word is Word.ACCEPT
    assert verdict
    assert [outcome(verdict, name) for name in ("INTEGRITY", "ISSUER", "STATUS", "LINEAGE")] == [
        Outcome.PASS
    ] * 4
    assert verdict.concerns is Concerns.DOCUMENT
    assert verdict.next == ()


def test_a_fresh_certificate_is_accepted_by_its_number_alone() -> None:
    verdict = Presented().anchor().verdict(by_number=True)
    assert verdict.word is Word.ACCEPT
    assert verdict.concerns is Concerns.RECORD
    assert outcome(verdict, "INTEGRITY") is Outcome.NOT_CHECKED
    assert code_is_found(verdict, "X21", "STATUS")


def test_use_is_said_not_to_be_checked() -> None:
    verdict = Presented().anchor().verdict()
    assert outcome(verdict, "USAGE") is Outcome.NOT_CHECKED
    assert code_is_found(verdict, "X23", "USAGE")


def test_a_clock_behind_the_block_does_not_hide_a_fresh_record() -> None:
    presented = Presented().anchor()
    presented.journal.time -= 61
    late = presented.now + timedelta(seconds=61)
    sight = replace(
        Presented().gathered(None).chain, block_time=late, journal_size=len(presented.journal.entries)
    )  # type: ignore[type-var]
    presented.facts = {"chain": sight, "cache": sight}
    assert presented.verdict().word is Word.ACCEPT


def test_a_verdict_is_plain_json_with_its_block_and_public_record_only() -> None:
    shape = orjson.loads(orjson.dumps(Presented().anchor().verdict().to_dict()))
    assert shape["verdict"] == "ACCEPT"
    assert shape["traceId"] == "trace-1"
    assert shape["block"] == {
        "number": 90,
        "time": shape["block"]["time"],
        "ageSeconds": 3,
        "source": "CHAIN",
    }
    assert [check["check"] for check in shape["checks"]] == [name.value for name in CheckName][:6]
    assert shape["record"]["status"] == "VALID"
    assert "SAIGON" not in str(shape)


def test_a_number_that_is_not_on_the_ledger_is_referred_and_never_called_false() -> None:
    verdict = Presented().verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R07", "INTEGRITY")
    assert "does not mean that it is false" in verdict.check(CheckName.INTEGRITY).findings[0].message


def test_a_genuine_document_that_is_not_anchored_yet_is_referred() -> None:
    verdict = Presented().verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R07", "INTEGRITY")


def test_a_look_alike_is_suggested_only_with_its_second_key() -> None:
    asked = Presented(second_key="EX-2026-0107", asked_number="VN-CN 26/O1/00123").anchor()
    asked.facts = {"candidates": (Candidate(NUMBER, frozenset({"EX-2026-0107"})),)}
    suggested = asked.verdict(by_number=True)
    asked.second_key = "guess"
    silent = asked.verdict(by_number=True)
    assert (suggested.word, silent.word) == (Word.REFER, Word.REFER)
    assert any(NUMBER in step for step in suggested.next)
    assert NUMBER not in str(silent.to_dict()["next"])


@pytest.mark.parametrize("source", ["CACHE", "NONE"])
@pytest.mark.parametrize("by_number", [True, False])
def test_an_unreachable_chain_is_said_and_nothing_is_accepted(source: str, by_number: bool) -> None:
    verdict = Presented(source=source).anchor().verdict(by_number=by_number)
    if source == "NONE":
        assert outcome(verdict, "ISSUER") is Outcome.UNAVAILABLE
    assert verdict.word is Word.CANNOT_VERIFY_NOW
    assert not verdict
    assert outcome(verdict, "STATUS") is outcome(verdict, "USAGE") is Outcome.UNAVAILABLE


def test_integrity_and_issuer_are_answered_from_the_cache_with_its_age() -> None:
    verdict = Presented(source="CACHE").anchor().verdict()
    assert outcome(verdict, "INTEGRITY") is outcome(verdict, "ISSUER") is Outcome.PASS
    assert verdict.to_dict()["block"]["ageSeconds"] == 3
    assert "3 seconds old" in verdict.check(CheckName.STATUS).findings[0].message


def test_an_absence_in_the_cache_is_not_an_absence_on_the_ledger() -> None:
    verdict = Presented(source="CACHE").verdict(by_number=True)
    assert verdict.word is Word.CANNOT_VERIFY_NOW
    assert "R07" not in verdict.codes()


def test_a_recent_reading_that_the_operator_allows_is_enough() -> None:
    verdict = Presented(source="RECENT").anchor().verdict()
    assert verdict.word is Word.ACCEPT
    assert code_is_found(verdict, "X04", "STATUS")


@pytest.mark.parametrize(
    "spoilt", [{"status": 3}, {"commitment": b"\x00" * 22}, {"anchored_at": 5}, {"status": 0}]
)
def test_a_slot_that_contradicts_the_journal_is_never_accepted(spoilt: dict[str, object]) -> None:
    verdict = Presented(slot=spoilt).anchor().verdict()
    assert verdict.word is Word.CANNOT_VERIFY_NOW
    assert code_is_found(verdict, "X02", "INTEGRITY")


def test_a_record_whose_slot_was_not_looked_at_is_not_accepted() -> None:
    assert Presented(facts={"slot": None}).anchor().verdict().word is Word.CANNOT_VERIFY_NOW


def test_facts_that_hold_nothing_are_never_accepted() -> None:
    presented = Presented()
    facts = Facts(CHAIN_ID, REGISTRY, presented.now, None, None)
    for question in (
        Question(as_of=presented.now, issuer=VCCI, number=NUMBER),
        Question(as_of=presented.now, document=presented.opened),
    ):
        assert verify(question, facts, the_reference()).word is Word.CANNOT_VERIFY_NOW


def test_what_an_agreement_says_never_rejects_is_referred_at_worst() -> None:
    presented = Presented().anchor().declared(importDate="2027-01-01")
    assert presented.verdict().word is Word.REJECT
    verdict = presented.profiled("RCEP", neverRejects=["R08"]).verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R08", "STATUS")


def test_without_verdicts_per_item_one_item_in_doubt_is_enough() -> None:
    second = {**ITEM, "sequence": 2, "hsCode": "999999"}
    presented = Presented().anchor().declared(items=[ITEM, {**second, "certificateItem": 1}])
    assert presented.verdict().word is Word.ACCEPT_WITH_REMARKS
    assert presented.profiled("RCEP", perItemVerdict=False).verdict().word is Word.REFER


def test_no_agreement_makes_an_altered_document_acceptable() -> None:
    presented = Presented().anchor(document_id=b"\x01" * 32)
    verdict = presented.profiled("RCEP", neverRejects=["R06"]).verdict()
    assert verdict.word is Word.REJECT


texts = st.text(max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
ASKED: dict[str, Any] = {
    "economy": "CN",
    "office": "CN2202",
    "partner": "CN-GACC",
    "commitment": b"\x01" * 32,
}
PRESENTED = Presented(asked=ASKED).anchor().declared(items=[ITEM], invoiceNumbers=["EX-1"])
PRESENTED.used(a_use(10), authorised=20)
PRESENTED.facts |= {"types": {}, "agreements": Agreements({})}
LICENSED = a_licence()
OPENED = {1: PRESENTED.opened, 2: LICENSED.opened, 3: PRESENTED.opened}
LINK = Link(Relation.BACK_TO_BACK, ACCI, b"\x02" * 32)
MEMBERS = sorted({*OPENED[1].subject, *OPENED[2].subject, "references", "transport", "cites", "profileCode"})
RECORDS: list[dict[str, Any]] = [{}, {"link": LINK}, {"use_policy": 0x0305}, {"document_type": 626}]


@given(
    st.sampled_from([1, 2, 3]),
    st.sampled_from(RECORDS),
    st.dictionaries(st.sampled_from(MEMBERS), json_values, max_size=4),
    json_values,
)
def test_whatever_an_issuer_sealed_leads_to_a_verdict_and_no_error(
    kind: int, record: dict[str, Any], members: dict[str, object], item: object
) -> None:
    items = {"items": [item, {"sequence": 1, "quantities": item, "hsCode": item, "originCountry": item}]}
    subject = {**OPENED[kind].subject, **items, **members}
    document = replace(OPENED[kind], claims={**OPENED[kind].claims, "credentialSubject": subject})
    question = Question(
        as_of=PRESENTED.now, kind=kind, document=document, declaration=PRESENTED.declaration, **ASKED
    )
    facts = PRESENTED.gathered(OPENED[1])
    assert facts.record is not None
    verdict = verify(question, replace(facts, record=replace(facts.record, **record)), the_reference())
    assert orjson.dumps(verdict.to_dict())
    assert len(verdict.checks) == (7 if kind == 3 else 6)
