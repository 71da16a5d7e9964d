from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from ledger.core.uses import UseRecord, UseState
from ledger.core.verdict import CheckName, Outcome, Verdict, Word
from tests.journals import DAY, START, a_digest
from tests.questions import Presented, a_use, code_is_found, message_of, outcome

CHINA = timezone(timedelta(hours=8))
TEN = int(datetime(2026, 1, 2, 2, 0, tzinfo=UTC).timestamp())  # 10:00 in China
RESERVED = UseState.RESERVED
BY_CHINA = {"economy": "CN"}


def single(*uses: UseRecord, **asked: Any) -> Presented:
    """A single-use certificate that was used by ``uses``; Chinese customs asks two days later."""
    return Presented(asked={**BY_CHINA, **asked}).anchor().used(*uses)


def usage(verdict: Verdict) -> list[tuple[str, Word]]:
    return [(finding.code, finding.word) for finding in verdict.check(CheckName.USAGE).findings]


# --- single and up to n ----------------------------------------------------------------------------------------------


def test_7_a_clean_look_up_passes_with_its_remaining_use() -> None:
    verdict = single().verdict()
    assert verdict.word is Word.ACCEPT
    assert outcome(verdict, "USAGE") is Outcome.PASS
    assert message_of(verdict, "X38") == "Remaining use: 1 of 1."


def test_18_the_same_certificate_at_a_second_port_is_rejected_with_office_moment_and_usage_id() -> None:
    use = a_use(at=TEN)
    presented = single(use, office="CN3101")
    presented.as_of = presented.now.astimezone(CHINA)
    verdict = presented.verdict()
    assert verdict.word is Word.REJECT
    expected = f"Already used: CN office CN2202, 2026-01-02 10:00 UTC+8 (02:00 UTC), usage id {use.use_id}."
    assert message_of(verdict, "R11") == expected
    assert verdict.next == ("If the earlier use is an error, that office can give it back.",)


def test_a_certificate_that_another_office_reserved_is_rejected_as_reserved() -> None:
    verdict = single(a_use(state=RESERVED, at=TEN)).verdict()
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R11").startswith(
        "Already reserved: CN office CN2202, 2026-01-02 02:00 UTC, usage"
    )


def test_a_use_that_was_given_back_does_not_count() -> None:
    assert single(a_use(state=UseState.RELEASED, released_at=TEN)).verdict().word is Word.ACCEPT


def test_the_use_of_the_same_declaration_is_its_own_and_a_remark() -> None:
    verdict = single(a_use(at=TEN), commitment=a_digest("declaration D-1")).verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert message_of(verdict, "X37").startswith("This declaration has used it already, 2026-01-02 02:00 UTC")


@pytest.mark.parametrize(("economy", "word"), [("CN", Word.REJECT), ("KR", Word.ACCEPT)])
def test_without_terms_each_economy_counts_by_itself(economy: str, word: Word) -> None:
    assert single(a_use(), economy=economy).verdict().word is word


def test_the_issuers_own_gateway_is_answered_for_the_destination() -> None:
    assert single(a_use(), economy="VN").verdict().word is Word.REJECT
    assert single(a_use(customs="KR-KCS"), economy="VN").verdict().word is Word.ACCEPT


def test_a_use_by_customs_whose_economy_is_not_known_counts_for_everybody() -> None:
    assert single(a_use(customs="XX-NEW"), economy="KR").verdict().word is Word.REJECT


def test_by_number_alone_and_without_an_economy_any_use_is_referred() -> None:
    verdict = single(a_use(at=TEN), economy=None).verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert message_of(verdict, "X41").startswith(
        "Use counts for each economy by itself; it was used in CN: CN office CN2202, "
    )
    assert single(economy=None).verdict(by_number=True).word is Word.ACCEPT


@pytest.mark.parametrize(("uses", "word"), [(1, Word.ACCEPT), (2, Word.REJECT)])
def test_a_certificate_for_two_declarations_is_used_up_by_two(uses: int, word: Word) -> None:
    presented = single(*(a_use(declaration=f"D-{n}") for n in range(uses)))
    presented.record, presented.slot = {"use_policy": 0x0202}, {"use_policy": 0x0202}
    assert presented.verdict(by_number=True).word is word


def test_items_of_one_declaration_count_once() -> None:
    presented = single(a_use(item=1), a_use(item=2))
    presented.record, presented.slot = {"use_policy": 0x0202}, {"use_policy": 0x0202}
    assert message_of(presented.verdict(by_number=True), "X38") == "Remaining use: 1 of 2."


def test_more_declarations_than_the_policy_allows_are_told_even_to_their_own() -> None:
    late = a_use(declaration="D-2", happened_at=TEN, conflict=True)
    verdict = single(a_use(), late, commitment=a_digest("declaration D-2")).verdict()
    assert verdict.word is Word.REFER
    assert message_of(verdict, "X39") == "2 declarations used it, 1 may."


def test_uses_after_the_time_asked_about_are_remarks_that_say_how_much_later() -> None:
    presented = single(a_use(at=START + DAY))
    presented.as_of = datetime.fromtimestamp(START + DAY - 20 * 60, UTC)
    verdict = presented.verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert message_of(verdict, "X40").startswith(
        "Used 20 minutes later: CN office CN2202, 2026-01-02 00:00 UTC, "
    )


def test_a_late_entry_counts_from_when_it_happened() -> None:
    verdict = single(a_use(at=START + DAY, happened_at=START + 3600)).verdict()
    assert "2026-01-01 01:00 UTC, recorded later, usage id" in message_of(verdict, "R11")


def test_no_use_is_said_not_to_be_recorded_where_it_was_not_looked_at() -> None:
    verdict = Presented().anchor().verdict()
    assert outcome(verdict, "USAGE") is Outcome.NOT_CHECKED
    assert usage(verdict) == [("X23", Word.ACCEPT)]


def test_a_record_with_a_laxer_use_policy_than_its_agreement_is_referred() -> None:
    verdict = Presented().anchor(use_policy=0x0300).verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X16", "USAGE")


def test_use_told_from_a_journal_that_is_behind_is_a_remark() -> None:
    presented = single()
    seen = presented.gathered(None).chain
    assert seen is not None
    presented.facts |= {
        "cache": seen,
        "chain": type(seen)(91, seen.block_time, seen.journal_size + 1, b"\x02" * 32),
    }
    assert code_is_found(presented.verdict(), "X03", "USAGE")
    assert presented.verdict().word is Word.ACCEPT_WITH_REMARKS
