from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.core.verdict import Verdict, Word
from tests.journals import DAY, START
from tests.questions import Presented, a_licence, a_token, code_is_found, message_of

SHIPPED = {"departureDate": "2026-01-01"}


def issued(day: str, agreement: str = "CNKR", transport: Any = None, **claims: Any) -> Verdict:
    """A certificate of a shipment of 1 January 2026 that was issued on ``day``."""
    changes = {
        "agreementCode": agreement,
        "issueDate": day,
        "validUntil": "2027-12-31",
        "transport": SHIPPED if transport is None else transport,
        **claims,
    }
    presented = Presented(token=a_token(claims=changes))
    presented.journal.time += 30 * DAY  # by then a new signer has taken effect under every agreement
    return presented.anchor().declared(importDate=day).verdict()


def test_an_issue_within_the_days_of_grace_needs_no_mark() -> None:
    assert issued("2026-01-12").word is Word.ACCEPT


def test_an_issue_after_the_days_of_grace_without_its_mark_is_referred_and_never_rejected() -> None:
    verdict = issued("2026-01-13")
    assert verdict.word is Word.REFER
    assert 'without "ISSUED RETROACTIVELY"' in message_of(verdict, "R10")
    assert "more than 7 working days after the shipment of 2026-01-01" in message_of(verdict, "R10")


def test_a_marked_issue_after_the_days_of_grace_is_accepted() -> None:
    assert issued("2026-01-13", flags=["ISSUED_RETROACTIVELY"]).word is Word.ACCEPT


@pytest.mark.parametrize(("day", "word"), [("2027-01-01", Word.ACCEPT), ("2027-01-02", Word.REFER)])
def test_the_window_for_a_retroactive_issue_includes_its_last_day(day: str, word: Word) -> None:
    verdict = issued(day, flags=["ISSUED_RETROACTIVELY"])
    assert verdict.word is word
    assert code_is_found(verdict, "R09", "STATUS") is (word is Word.REFER)


@pytest.mark.parametrize(
    ("day", "word"),
    [
        ("2026-01-01", Word.ACCEPT),
        ("2026-01-02", Word.ACCEPT_WITH_REMARKS),
        ("2026-01-16", Word.ACCEPT_WITH_REMARKS),
        ("2026-01-17", Word.REFER),
    ],
)
def test_where_no_days_of_grace_are_known_a_missing_mark_is_told_and_referred_after_the_longest_known(
    day: str, word: Word
) -> None:
    verdict = issued(day, "CHAFTA")
    assert verdict.word is word
    assert code_is_found(verdict, "R10", "STATUS") is (word is not Word.ACCEPT)
    assert issued(day, "CHAFTA", flags=["ISSUED_RETROACTIVELY"]).word is Word.ACCEPT


def test_a_missing_mark_is_told_with_its_box_and_how_long_a_corrected_copy_may_take() -> None:
    verdict = issued("2026-01-13")
    assert 'without "ISSUED RETROACTIVELY" in box 5.' in message_of(verdict, "R10")
    expected = "Ask the issuing body for a corrected copy. CNKR gives 5 to 30 working days for it."
    assert expected in verdict.next
    assert verdict.next.count(expected) == 1


@pytest.mark.parametrize(
    ("agreement", "word"), [("CNKR", Word.REFER), ("CHAFTA", Word.REFER), ("CNNZ", Word.ACCEPT)]
)
def test_a_retroactive_issue_that_hides_its_shipment_is_referred_where_a_period_runs_from_it(
    agreement: str, word: Word
) -> None:
    verdict = issued("2026-06-01", agreement, transport={}, flags=["ISSUED_RETROACTIVELY"])
    assert verdict.word is word
    assert code_is_found(verdict, "X52", "STATUS") is (word is Word.REFER)
    assert not code_is_found(issued("2026-06-01", agreement, transport={}), "X52", "STATUS")


def test_a_form_without_a_mark_asks_for_none() -> None:
    assert not code_is_found(issued("2026-06-01", "CNNZ"), "R10", "STATUS")


@pytest.mark.parametrize("transport", [{}, {"departureDate": "soon"}, [], "2026-01-01"])
def test_without_a_disclosed_day_of_shipment_nothing_is_judged(transport: Any) -> None:
    codes = issued("2026-06-01", transport=transport).codes()
    assert "R10" not in codes
    assert "R09" not in codes


HONG_KONG = [{"number": "HK-1", "issuerCountry": "HK"}]


def test_39_an_unmarked_invoice_of_a_third_country_is_a_remark_and_never_a_refusal() -> None:
    verdict = issued("2026-01-02", invoices=HONG_KONG)
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert (
        message_of(verdict, "R20") == "An invoice was issued in HK, and third-party invoicing is not marked."
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"invoices": HONG_KONG, "flags": ["THIRD_PARTY_INVOICING"]},
        {"invoices": [{"number": "VN-1", "issuerCountry": "VN"}]},
        {"invoices": "HK"},
    ],
)
def test_a_marked_or_own_invoice_is_no_remark(claims: dict[str, Any]) -> None:
    assert "R20" not in issued("2026-01-02", **claims).codes()


@pytest.mark.parametrize(("day", "found"), [("2026-01-01", False), ("2026-01-02", True)])
def test_a_true_copy_is_made_within_a_year_of_its_original_where_the_agreement_says_so(
    day: str, found: bool
) -> None:
    copied = {"relation": "TRUE_COPY_OF", "issuerId": "VN-VCCI", "number": "VN-1", "date": "2025-01-01"}
    verdict = issued(day, "KRIN", transport={}, references=[copied, "nothing"])
    assert code_is_found(verdict, "R09", "STATUS") is found


def a_permit(issued_on: str, endorsed_on: str | None = None, endorsed_at: int | None = None) -> Verdict:
    """A CITES export permit that was endorsed on paper on a day, or on the ledger in a second."""
    endorsement = {"date": endorsed_on, "quantities": [{"item": 1, "value": "90", "unit": "TNE"}]}
    cites: dict[str, Any] = {"permitType": "EXPORT", "purposeCode": "T"}
    if endorsed_on is not None:
        cites["exportEndorsement"] = endorsement
    permit: dict[str, Any] = {
        "profileCode": "CITES-EXPORT",
        "documentTypeCode": "626",
        "usageMode": "ONE_SHIPMENT",
    }
    presented = a_licence(0x0301, 626, **permit, cites=cites, issueDate=issued_on)
    presented.facts["usage"] = replace(presented.facts["usage"], endorsed_at=endorsed_at)
    return presented.verdict()


@pytest.mark.parametrize(
    ("issued_on", "endorsed_on", "endorsed_at", "told"),
    [
        ("2026-01-02", "2026-01-01", None, True),
        ("2026-01-02", "2026-01-02", None, False),
        ("2026-01-03", None, START, True),
        ("2026-01-02", None, START, False),
        ("2026-01-02", None, None, False),
    ],
)
def test_a_permit_that_was_endorsed_before_its_issue_is_referred(
    issued_on: str, endorsed_on: str | None, endorsed_at: int | None, told: bool
) -> None:
    verdict = a_permit(issued_on, endorsed_on, endorsed_at)
    assert message_of(verdict, "R09").endswith("after it had been endorsed at export.") is told
