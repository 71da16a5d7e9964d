"""Acts on a record's status through two gateways and a real node, judged as of different moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from ledger.core.verdict import Verdict, Word
from ledger.errors import Refused, Rejected
from ledger.service.answers import StatusAction
from ledger.service.ledger import Ledger
from ledger.settings import read_settings
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, ask, issued, names, wait_until

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Pair:
    issuer: Ledger
    customs: Ledger

    def change(
        self, number: str, action: StatusAction, reason: int = 99, since: datetime | None = None
    ) -> datetime:
        return self.issuer.change_status(ISSUER, number, action, reason, since).time

    def judge(self, number: str, as_of: datetime | None = None) -> Verdict:
        return ask(self.customs, issuer=ISSUER, number=number, as_of=as_of)


@pytest.fixture(scope="module")
def pair(consortium: Consortium) -> Iterator[Pair]:
    with (
        open_ledger(consortium.settings(ISSUER)) as issuer,
        open_ledger(consortium.settings(CUSTOMS)) as customs,
    ):
        yield Pair(issuer, customs)


@pytest.fixture(scope="module")
def records(pair: Pair, consortium: Consortium) -> tuple[list[str], datetime]:
    """Numbers of records that were anchored together, and when; some seconds have passed since."""
    results = issued(pair.issuer, *(a_fresh_certificate(consortium) for _ in range(6)))
    anchored_at = results[0].anchored_at
    assert anchored_at is not None
    wait_until(anchored_at + 2 * SECOND)
    return [one.number for one in results], anchored_at


def test_a_revocation_counts_from_when_it_takes_effect_and_before_is_a_remark(
    pair: Pair, records: tuple[list[str], datetime]
) -> None:
    (number, *_), anchored_at = records
    pair.change(number, StatusAction.REVOKE, 24, anchored_at + SECOND)
    assert pair.judge(number).word is Word.REJECT
    assert pair.judge(number, anchored_at + SECOND).word is Word.REJECT
    before = pair.judge(number, anchored_at)
    assert (before.word, "STATUS_CHANGED_LATER" in names(before)) == (Word.ACCEPT_WITH_REMARKS, True)


def test_a_lifted_suspension_is_referred_only_for_the_time_it_lasted(
    pair: Pair, records: tuple[list[str], datetime]
) -> None:
    (_, number, *_), anchored_at = records
    pair.change(number, StatusAction.SUSPEND, 25, anchored_at + SECOND)
    assert pair.judge(number).word is Word.REFER
    pair.change(number, StatusAction.REINSTATE, 99, anchored_at + 2 * SECOND)
    assert pair.judge(number, anchored_at + SECOND).word is Word.REFER
    after = pair.judge(number, anchored_at + 2 * SECOND)
    assert (after.word, "SUSPENSION_LIFTED" in names(after)) == (Word.ACCEPT_WITH_REMARKS, True)


def test_a_cancelled_certificate_is_rejected_and_stays_cancelled(
    pair: Pair, records: tuple[list[str], datetime]
) -> None:
    (_, _, number, *_), _ = records
    pair.change(number, StatusAction.CANCEL)
    assert "CANCELLED" in names(pair.judge(number))
    for action in StatusAction:
        with pytest.raises(Refused, match="X05: The record is cancelled"):
            pair.change(number, action)
    assert pair.judge(number).word is Word.REJECT


def test_about_a_time_before_the_record_the_present_status_is_told(
    pair: Pair, records: tuple[list[str], datetime]
) -> None:
    (_, _, _, number, *_), anchored_at = records
    earlier = anchored_at - timedelta(days=1)
    assert pair.judge(number, earlier).word is Word.ACCEPT_WITH_REMARKS
    pair.change(number, StatusAction.REVOKE, 24)
    verdict = pair.judge(number, earlier)
    assert (verdict.word, "NOT_ANCHORED_THEN" in names(verdict)) == (Word.REJECT, True)


def test_no_status_takes_effect_before_the_record_or_in_the_future(
    pair: Pair, records: tuple[list[str], datetime]
) -> None:
    (_, _, _, _, number, *_), anchored_at = records
    for moment in (anchored_at - SECOND, anchored_at + timedelta(days=1)):
        with pytest.raises(Refused, match="neither in the future nor before the record"):
            pair.change(number, StatusAction.REVOKE, 24, moment)
    assert pair.judge(number).word is Word.ACCEPT


@pytest.mark.parametrize(
    "moment", [datetime(2026, 1, 1), datetime(1960, 1, 1, tzinfo=UTC), datetime.fromtimestamp(0, UTC)]
)
def test_a_moment_that_the_contract_would_take_for_another_is_rejected(pair: Pair, moment: datetime) -> None:
    with pytest.raises(Rejected, match="TIME_INVALID"):
        pair.change("VN-CN 1", StatusAction.REVOKE, 24, moment)


def test_a_receipt_names_the_entry_that_the_history_shows(
    pair: Pair, records: tuple[list[str], datetime]
) -> None:
    (*_, number), _ = records
    receipt = pair.issuer.change_status(ISSUER, number, StatusAction.SUSPEND, 25)
    last = pair.customs.history(ISSUER, number).lines[-1]
    assert (last.index, last.time, last.block_number) == (
        receipt.journal_index,
        receipt.time,
        receipt.block_number,
    )
    assert (last.act, last.details["status"], last.details["reason"]) == ("StatusChanged", "suspended", "R25")


def test_a_record_that_is_not_there_cannot_be_revoked(pair: Pair) -> None:
    with pytest.raises(Refused, match="R07: There is no record"):
        pair.change("VN-CN 99/99/99999", StatusAction.REVOKE, 24)


def test_only_the_issuer_changes_its_record_and_every_mistake_is_told_at_once(pair: Pair) -> None:
    with pytest.raises(Rejected) as rejected:
        pair.customs.change_status(ISSUER, "VN-CN 1", StatusAction.REVOKE, 0)
    assert [problem.code for problem in rejected.value.problems] == ["NOT_OUR_RECORD", "REASON_INVALID"]


def test_times_and_the_day_are_told_by_the_offices_clock_where_it_is_set(
    pair: Pair, consortium: Consortium
) -> None:
    certificate = a_fresh_certificate(consortium)
    [result] = issued(pair.issuer, certificate)
    pair.change(result.number, StatusAction.REVOKE, 24)
    environment = {"TRADESEAL_MEMBER_UTC_OFFSET": "+08:00"}
    with open_ledger(read_settings(consortium.folder / CUSTOMS, environment)) as customs:
        verdict = ask(customs, issuer=ISSUER, number=result.number)
    assert verdict.as_of.utcoffset() == timedelta(hours=8)
    messages = [one.message for check in verdict.checks for one in check.findings if one.code == "R24"]
    assert all("UTC+8" in message for message in messages), messages
    assert messages
