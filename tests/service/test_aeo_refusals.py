"""Refusals of the AEO registry, as the administration that asked reads them."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.chain.rules import SENTENCES
from ledger.errors import Refused
from ledger.service.aeo_answers import AeoAction, AeoRequest, AgreementAction, AgreementRequest
from ledger.service.aeo_refusals import in_agreement_words, in_entry_words

START = 1_767_225_600


def of_entry(code: str, action: AeoAction = AeoAction.REINSTATE, **values: Any) -> str:
    request = AeoRequest(action, "AU-1", "AEOS", alias="AU-2")
    return str(in_entry_words(Refused(code, "as the contract says it", values), request))


def of_agreement(code: str, action: AgreementAction = AgreementAction.LIFT, **values: Any) -> str:
    request = AgreementRequest(action, agreement=7, home="AU-ABF", type="AEOS")
    return str(in_agreement_words(Refused(code, "as the contract says it", values), request))


def test_a_type_is_granted_once_and_changed_only_then() -> None:
    granted = of_entry("AeoTypeInvalid", AeoAction.GRANT)
    assert granted == "Type AEOS of AU-1 was granted already; its status can be changed."
    assert of_entry("AeoTypeInvalid") == "The entry AU-1 has no type AEOS; grant it first."


def test_what_a_type_is_and_cannot_become_is_told() -> None:
    values: dict[str, Any] = {"from": "revoked", "to": "valid"}
    told = of_entry("AeoTransitionInvalid", **values)
    assert told == "Type AEOS of AU-1 is revoked; it cannot become valid, for that is final."
    values = {"from": "valid", "to": "valid"}
    assert of_entry("AeoTransitionInvalid", **values) == "Type AEOS of AU-1 is valid; it cannot become valid."


def test_a_time_before_what_is_in_effect_is_told_with_both() -> None:
    told = of_entry("AeoTimeInvalid", time=START, earliest=START + 60)
    assert told == (
        "It cannot take effect 2026-01-01 00:00 UTC: what it changes takes effect 2026-01-01 00:01 UTC, which stays."
    )
    assert "missing" in of_agreement("AeoTimeInvalid", time=0, earliest=0)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("none", "suspended", "is not, or not any more, under agreement 7"),
        ("terminated", "in force", "final; propose a new agreement"),
        ("suspended", "suspended", "is suspended already"),
        ("in force", "in force", "is not suspended by us; only the party that suspended it can lift that"),
    ],
)
def test_what_recognition_is_and_cannot_become_is_told(before: str, after: str, words: str) -> None:
    values: dict[str, Any] = {"from": before, "to": after}
    told = of_agreement("AeoRecognitionInvalid", **values)
    assert told.startswith("Recognition of AEOS of AU-ABF ")
    assert words in told


@pytest.mark.parametrize(
    ("code", "action", "words"),
    [
        ("AeoAgreementInvalid", AgreementAction.CONSENT, "no agreement 7 that is waiting for consent"),
        ("AeoAgreementInvalid", AgreementAction.SUSPEND, "no agreement 7 that is consented to"),
        ("AeoNotParty", AgreementAction.CONSENT, "CN-GACC is not the administration to which agreement 7"),
        ("AeoNotParty", AgreementAction.SUSPEND, "CN-GACC is not a party to agreement 7"),
        ("AeoNotParty", AgreementAction.PROPOSE, "CN-GACC cannot agree with itself"),
        ("AeoNotAdministration", AgreementAction.PROPOSE, "CN-GACC is not an active administration"),
        ("AeoCoverInvalid", AgreementAction.SUSPEND, "VN-CUSTOMS is not a party to agreement 7"),
        ("AeoCoverInvalid", AgreementAction.PROPOSE, "The cover of AEOS of VN-CUSTOMS cannot be agreed"),
        ("AeoCoverTaken", AgreementAction.CONSENT, "recognises AEOS of VN-CUSTOMS under agreement 3"),
    ],
)
def test_who_may_agree_on_what_is_told(code: str, action: AgreementAction, words: str) -> None:
    values = {"member": "CN-GACC", "home": "VN-CUSTOMS", "name": "AEOS", "partner": "CN-GACC", "agreement": 3}
    assert words in of_agreement(code, action, **values)


def test_another_form_that_is_taken_or_is_none_is_told() -> None:
    assert "already" in of_entry("AeoAliasInvalid", AeoAction.ADD_ALIAS)
    assert of_entry("AeoAliasInvalid", AeoAction.REMOVE_ALIAS) == "AU-2 is not another form of AU-1."


@pytest.mark.parametrize("error", sorted(SENTENCES))
def test_every_error_is_told_as_a_sentence_and_the_code_stays(error: str) -> None:
    refused = Refused(
        error, "as the contract says it", {"from": "valid", "to": "valid", "time": 1, "earliest": 2}
    )
    entry = in_entry_words(refused, AeoRequest(AeoAction.GRANT, "AU-1", "AEOS"))
    agreement = in_agreement_words(refused, AgreementRequest(AgreementAction.LIFT, agreement=7))
    for told in (entry, agreement):
        assert told.code == error
        assert error not in str(told)
        assert str(told) != "as the contract says it"
        assert str(told).endswith(".")


def test_an_error_of_a_later_contract_stays_as_it_is() -> None:
    refused = Refused("AeoMoonTooFull", "as the contract says it", {})
    assert in_entry_words(refused, AeoRequest(AeoAction.GRANT, "AU-1")) is refused
    assert in_agreement_words(refused, AgreementRequest(AgreementAction.LIFT, agreement=7)) is refused
