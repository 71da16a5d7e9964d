from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.balances import UNIT_SCALE, most
from ledger.core.uses import UseRecord, UseState
from ledger.core.verdict import Verdict, Word
from tests.journals import a_digest
from tests.questions import Presented, a_token, a_use, code_is_found, message_of, outcome

TEN = int(datetime(2026, 1, 2, 10, 0, 3, tzinfo=UTC).timestamp())
RESERVED = UseState.RESERVED
OURS = {"economy": "CN", "office": "CN3101"}


def a_balance(
    *uses: UseRecord, authorised: int = 100, asked: dict[str, Any] | None = None, **terms: Any
) -> Presented:
    """A record with a balance of ``authorised`` tonnes on its one line, for Chinese customs."""
    quantity = {"use_policy": 0x0300}
    presented = Presented(asked={**OURS, **(asked or {})}, record=quantity, slot=quantity).anchor()
    return presented.used(*uses, authorised=authorised, **terms)


def an_item(amount: str, unit: str = "TNE", sequence: int = 1, **item: Any) -> dict[str, Any]:
    quantities = [{"kind": "NET_MASS", "value": amount, "unit": unit}]
    return {"sequence": sequence, "hsCode": "030462", "quantities": quantities, **item}


def asking(presented: Presented, amount: str, unit: str = "TNE") -> Verdict:
    return presented.declared(items=[an_item(amount, unit)]).verdict(by_number=True)


def test_19_the_second_of_two_offices_learns_what_is_free_and_since_when_the_rest_is_not() -> None:
    verdict = asking(a_balance(a_use(70, state=RESERVED, at=TEN)), "50")
    assert verdict.word is Word.REJECT
    expected = "Requested 50 t, free 30 t (70 t reserved by another office at 2026-01-02 10:00:03 UTC)."
    assert message_of(verdict, "R12") == expected
    assert verdict.next == ("Declare no more than is free.",)


def test_19_on_the_day_itself_the_clock_is_enough() -> None:
    presented = a_balance(a_use(70, state=RESERVED, at=TEN))
    presented.as_of = datetime.fromtimestamp(TEN + 1, UTC)
    assert "(70 t reserved by another office at 10:00:03 UTC)" in message_of(asking(presented, "50"), "R12")


@pytest.mark.parametrize(("amount", "word"), [("30", Word.ACCEPT), ("30.000001", Word.REJECT)])
def test_exactly_what_is_free_may_be_asked_and_a_millionth_more_not(amount: str, word: Word) -> None:
    assert asking(a_balance(a_use(70)), amount).word is word


@pytest.mark.parametrize(("amount", "word"), [("30000", Word.ACCEPT), ("30000.000001", Word.REJECT)])
def test_23_tonnes_and_kilograms_convert_exactly(amount: str, word: Word) -> None:
    assert asking(a_balance(a_use(70)), amount, "KGM").word is word


def test_23_pieces_against_kilograms_are_referred_and_not_converted() -> None:
    verdict = asking(a_balance(unit="NAR"), "50", "KGM")
    assert verdict.word is Word.REFER
    expected = (
        "Item 1: declared in KGM, the balance of line 1 is kept in NAR; nothing is converted between the two."
    )
    assert message_of(verdict, "R14") == expected


def test_an_item_without_a_quantity_is_referred() -> None:
    item = {"sequence": 1, "hsCode": "030462"}
    verdict = a_balance().declared(items=[item]).verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert "declared in no quantity" in message_of(verdict, "R14")


def test_24_a_reservation_that_was_given_back_leaves_all_of_the_balance() -> None:
    assert (
        asking(a_balance(a_use(30, state=UseState.RELEASED, reserved=0, consumed=0)), "100").word
        is Word.ACCEPT
    )


def test_27_two_entries_on_one_certificate_with_a_balance_are_accepted_and_then_it_is_used_up() -> None:
    assert asking(a_balance(a_use(60)), "40").word is Word.ACCEPT
    both = a_balance(a_use(60), a_use(40, declaration="D-2")).verdict(by_number=True)
    assert both.word is Word.REJECT
    assert message_of(both, "R11") == "Used up: line 1: free 0 t of 100 t."


def test_what_is_left_of_each_line_is_told_without_a_declaration() -> None:
    verdict = a_balance(a_use(70), tolerance=5).verdict(by_number=True)
    assert verdict.word is Word.ACCEPT
    assert message_of(verdict, "X38") == "Line 1: free 30 t of 100 t and a tolerance of 5 %."


def test_what_the_same_declaration_holds_is_free_for_it() -> None:
    own = a_digest("declaration D-1")
    presented = a_balance(a_use(70, state=RESERVED, item=1), asked={"commitment": own})
    verdict = asking(presented, "100")
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert message_of(verdict, "X37").startswith("This declaration has reserved it already")
    assert asking(presented, "101").word is Word.REJECT


def test_another_declaration_of_the_same_office_is_not_called_another_office() -> None:
    presented = a_balance(a_use(70, at=TEN, office="CN3101"))
    assert "70 t used by another declaration of this office at" in message_of(asking(presented, "50"), "R12")


def test_what_children_took_is_not_free_and_is_told() -> None:
    message = message_of(asking(a_balance(granted=80), "50"), "R12")
    assert message == "Requested 50 t, free 20 t (80 t passed on to certificates that build on it)."


def test_items_that_draw_on_one_line_are_added_up_and_only_the_exceeding_one_is_rejected() -> None:
    items = [an_item("60", certificateItem=1), an_item("60", sequence=2, certificateItem=1)]
    token = a_token(claims={"agreementCode": "KRIN"})
    presented = Presented(token=token, asked=OURS).anchor(use_policy=0x0300).used(authorised=100)
    verdict = presented.profiled("KRIN", neverRejects=[]).declared(items=items).verdict()
    assert [item.word for item in verdict.items][1] is Word.REJECT
    assert message_of(verdict, "R12").startswith("Requested 120 t, free 100 t")


def test_when_every_item_is_rejected_so_is_the_document_and_an_item_in_doubt_refers_it() -> None:
    token = a_token(claims={"agreementCode": "KRIN"})
    presented = Presented(token=token, asked=OURS).anchor(use_policy=0x0300).used(a_use(1), authorised=10)
    assert presented.declared(items=[an_item("24")]).verdict().word is Word.REJECT
    pieces = {**an_item("5", "NAR", 2), "certificateItem": 1}
    mixed = presented.declared(items=[an_item("24"), pieces]).verdict()
    assert mixed.word is Word.REFER


def test_more_than_certified_of_what_nobody_else_drew_on_is_no_refusal_where_the_agreement_says_so() -> None:
    token = a_token(claims={"agreementCode": "KRIN"})
    asked = Presented(token=token, asked=OURS).anchor(use_policy=0x0300)
    asked.declared(items=[an_item("24.1")])

    def word_of(*uses: UseRecord, granted: int = 0) -> Word:
        verdict = asked.used(*uses, authorised=24, granted=granted).verdict()
        assert code_is_found(verdict, "R12", "USAGE")
        return verdict.word

    assert word_of() is Word.REFER
    assert word_of(a_use(1)) is Word.REJECT
    assert word_of(granted=1) is Word.REJECT
    asked.profiled("KRIN", neverRejects=["R18"])
    assert word_of() is Word.REJECT


def test_an_office_that_the_terms_do_not_name_is_rejected() -> None:
    verdict = a_balance(offices=("CN2202",)).verdict(by_number=True)
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R13") == "It may be used at CN2202 only, not at CN3101."
    assert a_balance(offices=("CN3101",)).verdict(by_number=True).word is Word.ACCEPT


def test_without_an_office_in_the_question_the_allowed_ones_are_told() -> None:
    verdict = a_balance(offices=("CN2202",), asked={"office": None}).verdict(by_number=True)
    assert verdict.word is Word.ACCEPT
    assert message_of(verdict, "X49") == "It may be used at CN2202 only."


def test_customs_of_an_economy_that_the_terms_do_not_name_are_rejected() -> None:
    verdict = a_balance(asked={"economy": "KR"}).verdict(by_number=True)
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R13") == "Customs of CN may use it, not customs of KR."


def test_with_terms_the_declarations_of_all_economies_count_together() -> None:
    presented = a_balance(a_use(10, customs="KR-KCS"), economies=("CN", "KR"))
    presented.record, presented.slot = {"use_policy": 0x0301}, {"use_policy": 0x0301}
    assert presented.verdict(by_number=True).word is Word.REJECT


def test_an_overdrawn_balance_is_referred_and_nothing_of_it_is_free() -> None:
    late = a_use(50, declaration="D-2", happened_at=TEN, conflict=True)
    presented = a_balance(a_use(70), late, asked={"commitment": a_digest("declaration D-2")})
    verdict = presented.verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert message_of(verdict, "X39") == "Line 1: 120 t were used of 100 t certified."
    presented.asked = OURS
    assert asking(presented, "1").word is Word.REJECT


def test_a_balance_is_judged_as_of_the_time_asked_about() -> None:
    presented = a_balance(a_use(70, at=TEN))
    presented.as_of = datetime.fromtimestamp(TEN - 600, UTC)
    verdict = asking(presented, "100")
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert message_of(verdict, "X40").startswith("Used 10 minutes later: CN office CN2202")


@given(st.integers(1, 50), st.integers(0, 60), st.integers(1, 60), st.integers(0, 10), st.booleans())
def test_the_verdict_never_promises_more_than_the_contracts_would_give(
    authorised: int, taken: int, asked: int, tolerance: int, on_remaining: bool
) -> None:
    uses = [a_use(taken)] if taken else []
    presented = a_balance(*uses, authorised=authorised, tolerance=tolerance, on_remaining=on_remaining)
    limit = most(authorised * UNIT_SCALE, taken * UNIT_SCALE, tolerance, on_remaining=on_remaining)
    fits = asked * UNIT_SCALE <= limit
    assert code_is_found(asking(presented, str(asked)), "R12", "USAGE") is not fits


def test_a_balance_in_a_currency_is_kept_apart_from_quantities() -> None:
    verdict = asking(a_balance(unit="USD"), "50")
    assert outcome(verdict, "USAGE").value == "FAIL"
    assert code_is_found(verdict, "R14", "USAGE")
