from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.core.verdict import Outcome, Verdict, Word
from tests.questions import Presented, a_token, code_is_found, message_of, outcome


def referred(agreement: str) -> Verdict:
    """A suspended certificate under an agreement, asked about on 1 February 2026."""
    presented = Presented(token=a_token(claims={"agreementCode": agreement}))
    presented.anchor().change(2, reason=25)
    presented.journal.time = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    verdict = presented.verdict()
    assert verdict.word is Word.REFER
    return verdict


@pytest.mark.parametrize(
    ("agreement", "told"),
    [
        ("CNKR", "Under CNKR the issuing body has 6 months to reply: a request that it receives on 2026-02-01 is due on "
                 "2026-08-01. Without a reply preference may be denied, which is for an officer to decide. "
                 "The result is to be determined within 3 months of the reply. Records are kept for 3 years."),
        ("RCEP", "Under RCEP the issuing body has 90 days to reply: a request that it receives on 2026-02-01 is due on "
                 "2026-05-02. Without a reply preference may be denied, which is for an officer to decide. "
                 "Records are kept for 3 years."),
        ("KRIN", "Under KRIN the issuing body has 3 months to reply: a request that it receives on 2026-02-01 is due on "
                 "2026-05-01. The result is to be determined within 6 months of the request. Records are kept for 5 years."),
    ],
)  # fmt: skip
def test_who_is_to_ask_the_issuing_body_learns_until_when_it_has_to_reply(agreement: str, told: str) -> None:
    assert message_of(referred(agreement), "X54") == told


def test_what_is_known_of_enquiries_is_told_only_where_one_is_the_next_step() -> None:
    assert not code_is_found(Presented().anchor().verdict(), "X54", "ISSUER")
    by_number = Presented().anchor().change(2, reason=25).verdict(by_number=True)
    assert message_of(by_number, "X54") == ""


def test_to_tell_it_changes_no_check_and_no_verdict() -> None:
    verdict = referred("RCEP")
    assert outcome(verdict, "ISSUER") is Outcome.PASS
    assert all(one.word is Word.REFER for one in verdict.items)


def test_the_last_days_of_the_calendar_have_an_answer_too() -> None:
    presented = Presented().anchor().change(2, reason=25)
    presented.as_of = datetime(9999, 12, 30, tzinfo=UTC)
    assert "is due on 9999-12-31" in message_of(presented.verdict(), "X54")
