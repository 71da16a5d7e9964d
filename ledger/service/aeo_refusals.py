"""AEO refusals: what the registry refuses about entries and agreements, in words of the administration that asked.

The code stays the contract's own error name. Only what the caller wrote, and what every member can read, is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ledger.core.checks.wording import moment_words
from ledger.errors import Refused
from ledger.service.aeo_answers import AeoAction, AgreementAction
from ledger.service.refusals import plainly

if TYPE_CHECKING:
    from ledger.service.aeo_answers import AeoRequest, AgreementRequest

_ENDED: Final = ("revoked", "cancelled", "replaced")


def in_entry_words(refused: Refused, request: AeoRequest) -> Refused:
    """Return the refusal of an act on an entry with a sentence for its keeper; an unknown error stays as it is."""
    tell = _OF_ENTRIES.get(refused.code)
    return plainly(refused) if tell is None else _said(refused, tell(refused.arguments, request))


def in_agreement_words(refused: Refused, request: AgreementRequest) -> Refused:
    """Return the refusal of an act on an agreement with a sentence for who asked; an unknown error stays as it is."""
    tell = _OF_AGREEMENTS.get(refused.code)
    return plainly(refused) if tell is None else _said(refused, tell(refused.arguments, request))


def _said(refused: Refused, message: str) -> Refused:
    return Refused(refused.code, message, refused.arguments)


# --- entries ---------------------------------------------------------------------------------------------------------


def _type(values: Mapping[str, Any], request: AeoRequest) -> str:
    if request.action is AeoAction.GRANT:
        return f"Type {request.type} of {request.code} was granted already; its status can be changed."
    return f"The entry {request.code} has no type {request.type}; grant it first."


def _transition(values: Mapping[str, Any], request: AeoRequest) -> str:
    before, after = str(values.get("from")), str(values.get("to"))
    told = f"Type {request.type} of {request.code} is {before}; it cannot become {after}"
    return f"{told}, for that is final." if before in _ENDED else f"{told}."


def _entry(values: Mapping[str, Any], request: AeoRequest) -> str:
    return f"The entry {request.code} is {values.get('from')} as a whole; none of its types can become valid."


def _time(values: Mapping[str, Any], request: AeoRequest | AgreementRequest) -> str:
    earliest = int(values.get("earliest", 0))
    if not earliest:
        return "The time of effect is missing or after the year 9999."
    offset = None if request.effective_from is None else request.effective_from.utcoffset()
    asked, before = (moment_words(one, offset) for one in (int(values.get("time", 0)), earliest))
    return f"It cannot take effect {asked}: what it changes takes effect {before}, which stays."


def _alias(values: Mapping[str, Any], request: AeoRequest) -> str:
    if request.action is AeoAction.REMOVE_ALIAS:
        return f"{request.alias} is not another form of {request.code}."
    return f"{request.alias} is the code of an entry, or another form of one, already."


# --- agreements ------------------------------------------------------------------------------------------------------


def _recognition(values: Mapping[str, Any], request: AgreementRequest) -> str:
    before, after = str(values.get("from")), str(values.get("to"))
    what = f"Recognition of {request.type} of {request.home}"
    if before == "none":
        return f"{what} is not, or not any more, under agreement {request.agreement}."
    if before == after == "in force":
        return f"{what} is not suspended by us; only the party that suspended it can lift that."
    if before == "terminated":
        return f"{what} was terminated, which is final; propose a new agreement."
    return f"{what} is {before} already."


def _agreement(values: Mapping[str, Any], request: AgreementRequest) -> str:
    waits = request.action in (AgreementAction.CONSENT, AgreementAction.DECLINE)
    state = "waiting for consent" if waits else "consented to"
    return f"There is no agreement {request.agreement} that is {state}."


def _party(values: Mapping[str, Any], request: AgreementRequest) -> str:
    member, number = values.get("member"), request.agreement
    if request.action is AgreementAction.PROPOSE:
        return f"{member} cannot agree with itself."
    if request.action is AgreementAction.CONSENT:
        return f"{member} is not the administration to which agreement {number} was proposed."
    return f"{member} is not a party to agreement {number}."


def _cover(values: Mapping[str, Any], request: AgreementRequest) -> str:
    home, name = values.get("home"), values.get("name")
    if request.action is AgreementAction.PROPOSE:
        told = f"The cover of {name} of {home} cannot be agreed"
        return f"{told}: it is not of a party, stands there twice, or its data exchange begins after its benefits."
    return f"{home} is not a party to agreement {request.agreement}."


def _taken(values: Mapping[str, Any], request: AgreementRequest) -> str:
    home, partner, name = values.get("home"), values.get("partner"), values.get("name")
    return (
        f"{partner} recognises {name} of {home} under agreement {values.get('agreement')}, in force or suspended; "
        "terminate that first."
    )


def _administration(values: Mapping[str, Any], request: AgreementRequest) -> str:
    return f"{values.get('member')} is not an active administration."


_OF_ENTRIES: Final = {
    "AeoTypeInvalid": _type,
    "AeoTransitionInvalid": _transition,
    "AeoTimeInvalid": _time,
    "AeoAliasInvalid": _alias,
    "RegistryTransitionInvalid": _entry,
}
_OF_AGREEMENTS: Final = {
    "AeoRecognitionInvalid": _recognition,
    "AeoAgreementInvalid": _agreement,
    "AeoNotParty": _party,
    "AeoCoverInvalid": _cover,
    "AeoCoverTaken": _taken,
    "AeoTimeInvalid": _time,
    "AeoNotAdministration": _administration,
}
