from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from ledger.core.records import Status, StatusChange
from ledger.core.verdict import CheckName, Outcome, Word
from tests.certificates import a_certificate, an_item
from tests.journals import (
    DAY,
    START,
    VCCI,
)
from tests.questions import (
    FRESH,
    Presented,
    a_licence,
    a_token,
    a_use,
    an_aeo_token,
    code_is_found,
    message_of,
    outcome,
)


@pytest.mark.parametrize(
    ("status", "word", "code"), [(2, Word.REFER, "R25"), (3, Word.REJECT, "R24"), (4, Word.REJECT, "X05")]
)
@pytest.mark.parametrize("by_number", [True, False])
def test_a_record_that_is_not_valid_is_not_accepted(
    status: int, word: Word, code: str, by_number: bool
) -> None:
    verdict = Presented().anchor().change(status).verdict(by_number=by_number)
    assert verdict.word is word
    assert code_is_found(verdict, code, "STATUS")


def test_a_suspension_that_was_lifted_is_seen_from_before_within_and_after() -> None:
    presented = Presented().anchor()
    start = presented.now
    presented.journal.time += DAY
    presented.change(2, reason=25)
    presented.journal.time += DAY
    presented.change(1, reason=99)
    words = []
    for days in (0, 1, 2):
        presented.as_of = start + timedelta(days=days, seconds=60 * days)
        words.append(presented.verdict().word)
    assert words == [Word.ACCEPT_WITH_REMARKS, Word.REFER, Word.ACCEPT_WITH_REMARKS]


def test_a_revocation_from_the_beginning_leaves_no_moment_at_which_it_was_valid() -> None:
    presented = Presented().anchor()
    anchored = presented.journal.entries[-1].time
    presented.journal.time += DAY
    presented.change(3, effective_from=anchored)
    presented.as_of = datetime.fromtimestamp(anchored + 60, presented.now.tzinfo)
    assert presented.verdict().word is Word.REJECT


@pytest.mark.parametrize(
    ("status", "word"), [(None, Word.ACCEPT_WITH_REMARKS), (2, Word.REFER), (3, Word.REJECT)]
)
def test_about_a_moment_before_anchoring_the_present_status_is_judged_with_a_remark(
    status: int | None, word: Word
) -> None:
    presented = Presented().anchor()
    presented.as_of = presented.now - timedelta(minutes=5)
    if status is not None:
        presented.change(status)
    verdict = presented.verdict()
    assert code_is_found(verdict, "X33", "STATUS")
    assert verdict.word is word
    assert verdict.record is not None
    assert verdict.record["statusAsOf"] is None


def test_the_record_says_its_status_as_of_the_moment_and_now() -> None:
    presented = Presented().anchor()
    presented.as_of = presented.now
    presented.journal.time += DAY
    verdict = presented.change(3).verdict()
    assert verdict.record is not None
    assert (verdict.record["statusAsOf"], verdict.record["status"]) == ("VALID", "REVOKED")
    assert code_is_found(verdict, "X17", "STATUS")
    assert verdict.word is Word.ACCEPT_WITH_REMARKS


def test_how_much_later_the_status_changed_is_told_in_words() -> None:
    presented = Presented().anchor()
    presented.as_of = presented.now
    presented.journal.time += 12 * 60
    message = message_of(presented.change(2, reason=25).verdict(), "X17")
    assert message.startswith("Status changed 12 minutes later: the issuer suspended it from 2026-01-01 ")
    assert message.endswith(" (R25 SUSPENDED).")


def test_every_later_change_of_the_status_is_told() -> None:
    presented = Presented().anchor()
    presented.as_of = presented.now
    presented.journal.time += DAY
    presented.change(2, reason=25).change(1, reason=25).change(3)
    later = [one for one in presented.verdict().check(CheckName.STATUS).findings if one.code == "X17"]
    told = [one.message.partition("the issuer ")[2].split()[0] for one in later]
    assert told == ["suspended", "reinstated", "revoked"]


def test_a_change_that_was_recorded_later_than_it_took_effect_says_so() -> None:
    presented = Presented().anchor()
    since = presented.journal.time
    presented.journal.time += 20 * 60
    verdict = presented.change(3, effective_from=since).verdict()
    assert ", recorded 20 minutes later" in message_of(verdict, "R24")


def test_times_are_told_by_the_askers_own_offset_too() -> None:
    presented = Presented().anchor().change(3)
    presented.as_of = presented.now.astimezone(timezone(timedelta(hours=8)))
    assert " UTC+8 (" in message_of(presented.verdict(), "R24")


def test_a_contradicting_node_leaves_the_status_unavailable() -> None:
    verdict = Presented(slot={"status": 3}).anchor().verdict()
    assert outcome(verdict, "STATUS") is Outcome.UNAVAILABLE
    assert code_is_found(verdict, "X02", "STATUS")


def test_validity_is_judged_on_the_day_of_import() -> None:
    expired = Presented().anchor().declared(importDate="2027-01-01").verdict()
    last_day = Presented().anchor().declared(importDate="2026-12-31").verdict()
    assert expired.word is Word.REJECT
    assert code_is_found(expired, "R08", "STATUS")
    assert last_day.word is Word.ACCEPT


def test_an_old_certificate_anchored_late_is_accepted_with_remarks_for_its_day_of_import() -> None:
    old: dict[str, Any] = {
        **FRESH,
        "issueDate": "2020-06-20",
        "validUntil": "2021-06-19",
        "agreementCode": "CHAFTA",
    }
    old |= {"issuer": {"id": VCCI, "country": "AU"}, "items": [an_item(originCountry={"country": "AU"})]}
    old |= {"exporter": {"name": "X", "country": "AU"}}
    presented = Presented(token=a_token(a_certificate(**old))).anchor()
    assert presented.verdict().word is Word.REJECT
    presented.declared(importDate="2020-07-01")
    late = presented.verdict()
    assert late.word is Word.REFER
    assert "The agreement took claims until 2021-07-01" in message_of(late, "X34")
    presented.declared(importDate="2020-07-01", acceptedAt="2021-07-01T23:00:00-05:00")
    verdict = presented.verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert code_is_found(verdict, "X36", "STATUS")
    presented.declaration, presented.as_of = None, datetime(2020, 7, 1, tzinfo=presented.now.tzinfo)
    assert presented.verdict().word is Word.ACCEPT_WITH_REMARKS


@pytest.mark.parametrize(
    ("agreement", "asked_in", "word"),
    [
        ("KRIN", 2030, Word.ACCEPT),
        ("CNKR", 2027, Word.ACCEPT),
        ("CNKR", 2028, Word.REFER),
        ("RCEP", 2027, Word.ACCEPT_WITH_REMARKS),
    ],
)
def test_a_claim_after_the_validity_for_goods_imported_in_time_is_what_the_agreement_makes_of_it(
    agreement: str, asked_in: int, word: Word
) -> None:
    presented = Presented(token=a_token(claims={"agreementCode": agreement})).anchor().declared()
    presented.as_of = datetime(asked_in, 1, 30, tzinfo=presented.now.tzinfo)
    presented.journal.time = int(presented.as_of.timestamp())
    late = [one for one in presented.verdict().check(CheckName.STATUS).findings if one.code == "X34"]
    assert [one.word for one in late] == [word]


def test_28_a_replaced_certificate_is_rejected_with_what_to_ask_for() -> None:
    presented = Presented().anchor()
    record = presented.gathered(None).record
    assert record is not None
    replaced = StatusChange(Status.REPLACED, 26, presented.journal.time, presented.journal.time, 90)
    presented.record = {"changes": (replaced,), "successor": b"\x02" * 32}
    presented.slot = {"status": 5}
    verdict = presented.verdict()
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R26") == (
        "Replaced on 2026-01-01 by a new certificate of the same issuer. Ask the importer for it."
    )
    assert verdict.record is not None
    assert verdict.record["successorTag"] == "0x" + "02" * 32


def test_30_a_certificate_revoked_after_its_use_says_when_it_was_used() -> None:
    presented = Presented(asked={"economy": "CN"}).anchor().used(a_use(at=START + DAY))
    presented.change(3, effective_from=START + DAY + 7200)
    verdict = presented.verdict()
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R24") == (
        "The issuer revoked it from 2026-01-02 02:00 UTC (R24 REVOKED), recorded 22 hours later; "
        "used 2026-01-02 00:00 UTC while valid."
    )


def test_32_a_suspension_from_the_fifth_to_the_eighth_is_judged_by_the_day_asked_about() -> None:
    presented = Presented().anchor()
    for day, status in ((5, 2), (8, 1)):
        presented.journal.time = START + (day - 1) * DAY
        presented.change(status, reason=25)
    presented.journal.time = START + 30 * DAY
    told = {}
    for day in (4, 6, 9):
        presented.as_of = datetime.fromtimestamp(START + (day - 1) * DAY + 3600, UTC)
        told[day] = presented.verdict()
    assert [told[day].word for day in (4, 6, 9)] == [
        Word.ACCEPT_WITH_REMARKS,
        Word.REFER,
        Word.ACCEPT_WITH_REMARKS,
    ]
    assert code_is_found(told[6], "R25", "STATUS")
    assert code_is_found(told[9], "X18", "STATUS")


@pytest.mark.parametrize(("hour", "early"), [("09:59:59", True), ("10:00:00", False)])
def test_a_day_that_has_begun_in_the_east_is_not_too_early_for_who_asks_in_utc(
    hour: str, early: bool
) -> None:
    presented = Presented().anchor()
    presented.as_of = datetime.fromisoformat(f"2025-12-31T{hour}+00:00")
    assert code_is_found(presented.verdict(), "X19", "STATUS") is early
    declared = presented.declared(importDate="2025-12-31").verdict()
    assert code_is_found(declared, "X19", "STATUS"), "a day of import that is stated is that day"


@pytest.mark.parametrize(("hours", "late"), [(11, False), (12, True)])
def test_what_was_anchored_on_its_last_day_anywhere_was_not_anchored_after_it(hours: int, late: bool) -> None:
    presented = Presented(token=a_token(claims={"validUntil": "2026-01-01"}))
    presented.journal.time = START + DAY + hours * 3_600
    verdict = presented.anchor().declared(importDate="2026-01-01").verdict()
    assert code_is_found(verdict, "X36", "STATUS") is late


def test_goods_imported_before_the_validity_began_are_referred_without_the_mark() -> None:
    verdict = Presented().anchor().declared(importDate="2025-12-31").verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X19", "STATUS")


@pytest.mark.parametrize(
    ("until", "imported", "valid"),
    [
        (None, "2026-12-31", True),
        (None, "2027-01-01", False),
        ("2027-03-31", "2027-03-31", True),
        ("2027-06-30", "2027-04-01", False),
    ],
)
def test_a_licence_for_a_calendar_year_with_carry_over_is_judged_at_the_day_of_import(
    until: str | None, imported: str, valid: bool
) -> None:
    licence = a_licence(
        0x0301, profileCode="CN-IMPORT-ONE", usageMode="ONE_SHIPMENT", validUntil=until
    ).declared(country="VN", importDate=imported)
    assert code_is_found(licence.verdict(), "R08", "STATUS") is not valid


A_PERMIT: dict[str, Any] = {
    "documentTypeCode": "626",
    "cites": {"permitType": "EXPORT"},
    "validUntil": "2029-12-31",
}


@pytest.mark.parametrize(
    "rules",
    [
        {"profileCode": "LICENCE"},
        {"profileCode": "CITES-IMPORT"},
        {"profileCode": "NOSUCH"},
    ],
)
def test_a_permit_under_rules_that_are_not_its_own_is_referred(rules: dict[str, Any]) -> None:
    verdict = a_licence(document_type=626, **A_PERMIT, **rules).verdict()
    assert code_is_found(verdict, "X50", "STATUS")
    assert verdict.word is Word.REFER


def test_a_permit_under_its_own_rules_is_bound_by_them() -> None:
    presented = a_licence(document_type=626, **A_PERMIT, profileCode="CITES-EXPORT")
    verdict = presented.declared(importDate="2026-08-01", country="VN").verdict()
    assert not code_is_found(verdict, "X50", "STATUS")
    assert code_is_found(verdict, "R08", "STATUS")


@pytest.mark.parametrize("agreement", ["NOSUCH", "NONPREF", None])
def test_a_preference_without_the_rules_of_an_agreement_is_referred(agreement: str | None) -> None:
    token = a_token(claims={"agreementCode": agreement, "validUntil": "2030-12-31"})
    verdict = Presented(token=token).anchor().verdict()
    assert code_is_found(verdict, "X50", "STATUS")
    assert verdict.word is Word.REFER


@pytest.mark.parametrize(
    ("flags", "word"), [([], Word.REFER), (["ISSUED_RETROACTIVELY"], Word.ACCEPT_WITH_REMARKS)]
)
def test_a_validity_from_before_the_issue_covers_no_goods_from_before_it(
    flags: list[str], word: Word
) -> None:
    token = a_token(claims={"validFrom": "2025-01-01", "flags": flags})
    verdict = Presented(token=token).anchor().declared(importDate="2025-02-01").verdict()
    found = [one for check in verdict.checks for one in check.findings if one.code == "X19"]
    assert [one.word for one in found] == [word]


@pytest.mark.parametrize(
    ("accepted", "imported", "codes"),
    [
        ("2026-06-28", "2026-07-02", []),
        ("2026-07-02", "2026-06-28", ["R08"]),
        ("2025-12-31", "2026-06-28", ["X19"]),
    ],
)
def test_an_aeo_entry_has_to_be_valid_when_the_declaration_was_accepted_and_not_when_the_goods_come(
    accepted: str, imported: str, codes: list[str]
) -> None:
    token = an_aeo_token(validUntil="2026-06-30")
    chained = {"document_type": 879, "use_policy": 0}
    presented = Presented(token=token, asked={"kind": 3}, record=chained, slot=chained).anchor()
    presented.declared(importDate=imported, acceptedAt=f"{accepted}T12:00:00+07:00")
    findings = presented.verdict().check(CheckName.STATUS).findings
    assert [one.code for one in findings if one.code in ("R08", "X19", "X34")] == codes


def test_a_general_authorisation_without_a_last_day_is_accepted_without_a_remark() -> None:
    general: dict[str, Any] = {"profileCode": "DUAL-USE-GENERAL", "validUntil": None, "documentTypeCode": "811",
               "dualUse": {"licenceType": "GENERAL", "destinations": []}}  # fmt: skip
    verdict = a_licence(0, 811, **general).verdict()
    assert not code_is_found(verdict, "X20", "STATUS")
    assert outcome(verdict, "STATUS") is Outcome.PASS


@pytest.mark.parametrize(("departure", "told"), [("2025-12-31", True), ("2026-01-01", False)])
def test_a_cites_export_permit_that_was_issued_after_the_goods_left_is_referred(
    departure: str, told: bool
) -> None:
    permit: dict[str, Any] = {"profileCode": "CITES-EXPORT", "documentTypeCode": "626", "usageMode": "ONE_SHIPMENT",
              "cites": {"permitType": "EXPORT", "purposeCode": "T"}, "transport": {"departureDate": departure}}  # fmt: skip
    assert code_is_found(a_licence(0x0301, 626, **permit).verdict(), "R09", "STATUS") is told
