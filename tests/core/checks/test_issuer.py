from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.core import acts
from ledger.core.verdict import Word
from tests.journals import (
    ACCI,
    DAY,
    START,
    VCCI,
    a_private_key,
    thumbprint_of,
)
from tests.questions import Presented, a_token, code_is_found, message_of


def test_an_issuer_that_is_no_member_is_referred_and_not_accused() -> None:
    verdict = Presented(facts={"member": None, "record": None, "slot": None}).anchor().verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R02", "ISSUER")


def test_a_key_that_nobody_notified_is_referred() -> None:
    token = a_token(signer=a_private_key(VCCI, 9), kid=thumbprint_of(VCCI, 9))
    verdict = Presented(token=token).verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R02", "ISSUER")


def test_the_key_of_another_member_is_rejected() -> None:
    token = a_token(signer=a_private_key(ACCI), kid=thumbprint_of(ACCI))
    presented = Presented(token=token)
    presented.journal.admit(ACCI, 4)
    verdict = presented.verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "R04", "INTEGRITY")


def test_a_document_sealed_with_another_key_than_its_record_names_is_rejected() -> None:
    presented = Presented()
    second = presented.journal.register_key(number=2)
    verdict = presented.anchor(key=second).verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "X09", "INTEGRITY")


def test_a_key_under_a_name_that_is_not_its_own_is_never_trusted() -> None:
    presented = Presented().anchor()
    member = presented.gathered(None).member
    assert member is not None
    member.keys[thumbprint_of()].trusted = False
    presented.facts = {"member": member}
    verdict = presented.verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X08", "ISSUER")


def test_another_algorithm_than_the_registered_one_is_rejected() -> None:
    presented = Presented().anchor()
    member = presented.gathered(None).member
    assert member is not None
    member.keys[thumbprint_of()].algorithm = 3
    presented.facts = {"member": member}
    verdict = presented.verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "R04", "INTEGRITY")


def test_a_key_that_was_not_in_effect_at_anchoring_is_referred() -> None:
    presented = Presented(token=a_token(signer=a_private_key(VCCI, 2), kid=thumbprint_of(VCCI, 2)))
    key = presented.journal.register_key(number=2, effective_in=7 * DAY)
    verdict = presented.anchor(key=key).verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R03", "ISSUER")


@pytest.mark.parametrize(
    ("agreement", "days", "referred"), [("CNKR", 11, True), ("CNKR", 12, False), ("RCEP", 1, False)]
)
def test_a_new_signer_under_china_korea_takes_effect_seven_working_days_after_its_notification(
    agreement: str, days: int, referred: bool
) -> None:
    presented = Presented(token=a_token(claims={"agreementCode": agreement}))
    presented.journal.time = START + days * DAY
    presented.anchor()
    member = presented.gathered(None).member
    assert member is not None
    key = member.keys[thumbprint_of()]
    key.notified_at = key.effective_from = (
        START + DAY
    )  # a Friday; the seventh working day is Tuesday the 13th
    presented.facts = {"member": member}
    verdict = presented.verdict()
    assert code_is_found(verdict, "R03", "ISSUER") is referred
    told = "Signer notified 2026-01-02 00:00 UTC, effective 2026-01-13 00:00 UTC under CNKR; anchored "
    assert message_of(verdict, "R03").startswith(told) is referred


def test_a_key_retired_after_anchoring_is_a_remark() -> None:
    presented = Presented().anchor()
    presented.journal.say(VCCI, acts.KeyRetired(thumbprint_of(), presented.journal.time, 4))
    verdict = presented.verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert code_is_found(verdict, "X07", "ISSUER")


@pytest.mark.parametrize(
    ("reason", "told"),
    [(4, " UTC (superseded)."), (5, " UTC (cessation of operation)."), (1, " UTC (reason 1)."), (0, " UTC.")],
)
def test_why_a_key_was_retired_is_told_in_words_where_it_has_one(reason: int, told: str) -> None:
    presented = Presented().anchor()
    presented.journal.say(VCCI, acts.KeyRetired(thumbprint_of(), presented.journal.time, reason))
    assert message_of(presented.verdict(), "X07").endswith(told)


def test_a_key_retired_before_anchoring_is_rejected() -> None:
    presented = Presented().anchor()
    member = presented.gathered(None).member
    assert member is not None
    member.keys[thumbprint_of()].retired_at = 1
    member.keys[thumbprint_of()].retirement_reason = 4
    presented.facts = {"member": member}
    assert code_is_found(presented.verdict(), "R05", "ISSUER")
    assert "UTC (superseded), the document anchored" in message_of(presented.verdict(), "R05")
    assert presented.verdict().word is Word.REJECT


def test_a_key_retired_in_the_second_of_anchoring_was_retired_after_it() -> None:
    presented = Presented().anchor()
    presented.journal.time = presented.journal.entries[-1].time
    presented.journal.say(VCCI, acts.KeyRetired(thumbprint_of(), presented.journal.time, 4))
    assert code_is_found(presented.verdict(), "X07", "ISSUER")


def a_compromise(since: int) -> Presented:
    presented = Presented().anchor()
    anchored = presented.journal.entries[-1].time
    presented.journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), anchored + since))
    return presented


def test_what_was_anchored_while_the_key_was_in_other_hands_is_referred() -> None:
    verdict = a_compromise(0).verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X06", "ISSUER")


def test_what_was_anchored_before_the_key_was_compromised_is_a_remark() -> None:
    verdict = a_compromise(1).verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert code_is_found(verdict, "X31", "ISSUER")


def test_16_a_stolen_key_refers_until_the_issuer_confirms_that_very_record() -> None:
    presented = a_compromise(0)
    reported = presented.journal.entries[-1].time
    message = message_of(presented.verdict(), "X06")
    day = "2026-01-01"
    assert message == f"The issuer is confirming again what was signed between {day} and {day}."
    presented.record = {"confirmed": (reported,)}
    verdict = presented.verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert "confirmed this certificate again on 2026-01-01" in message_of(verdict, "X32")


def test_a_confirmation_of_before_the_report_does_not_count() -> None:
    presented = a_compromise(0)
    presented.record = {"confirmed": (presented.journal.entries[-1].time - 1,)}
    assert presented.verdict().word is Word.REFER


def test_a_further_report_makes_doubtful_what_was_anchored_since_its_earlier_time() -> None:
    presented = a_compromise(1)
    presented.journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), presented.journal.entries[-2].time))
    assert code_is_found(presented.verdict(), "X06", "ISSUER")


def test_a_further_report_makes_doubtful_again_what_was_confirmed_since_the_last_one() -> None:
    presented = a_compromise(0)
    anchored, reported = (one.time for one in presented.journal.entries[-2:])
    presented.record = {"confirmed": (reported,)}
    assert presented.verdict().word is Word.ACCEPT_WITH_REMARKS
    presented.journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), anchored - 1))
    assert presented.verdict().word is Word.REFER


def test_a_reinstatement_after_the_report_confirms_nothing() -> None:
    verdict = a_compromise(0).change(2, reason=99).change(1, reason=99).verdict()
    assert verdict.word is Word.REFER


def test_16_a_record_that_the_issuer_revokes_instead_is_rejected() -> None:
    assert a_compromise(0).change(3).verdict().word is Word.REJECT


def test_an_issuer_without_the_role_at_anchoring_is_rejected() -> None:
    presented = Presented().anchor()
    member = presented.gathered(None).member
    assert member is not None
    member.spans[:] = [replace(span, roles=2) for span in member.spans]
    presented.facts = {"member": member}
    verdict = presented.verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "R23", "ISSUER")


def test_a_type_other_than_the_anchored_one_is_not_passed_off_under_it() -> None:
    presented = Presented()
    presented.journal.decide(acts.RolesChanged(VCCI, 2))
    verdict = presented.anchor(document_type=861).verdict()
    assert verdict.word is Word.REJECT
    assert code_is_found(verdict, "R23", "ISSUER")


@pytest.mark.parametrize(
    "act", [acts.MemberSuspended(VCCI, 23), acts.MemberLeft(VCCI, 23), acts.RolesChanged(VCCI, 2)]
)
def test_what_became_of_the_issuer_later_does_not_undo_its_certificates(act: acts.Act) -> None:
    presented = Presented().anchor()
    presented.journal.decide(act)
    assert presented.verdict()
