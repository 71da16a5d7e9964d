"""Rules: what the contracts say when they refuse, in words that a person can act on.

The names and argument types come from the contracts' own interface files; only the sentences are written here. Arguments
are readable: codes as text, quantities as decimals of their line's unit, states as words; tags and keys stay bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ledger.chain.abi import selector
from ledger.errors import Refused

CONTRACTS: Final = ("Consortium", "Journal", "OriginRegistry", "LicenceRegistry", "AeoRegistry")

SENTENCES: Final = {
    "RegistryNumberTaken": "this number was already anchored with other content; issue a replacement or a corrected copy",
    "RegistryRecordUnknown": "there is no record under this number",
    "RegistryTransitionInvalid": "this change of status is not possible; a final status never changes",
    "RegistryTimeInvalid": "the effective time is in the future or before the record was anchored",
    "RegistryReasonMissing": "a change of status needs a reason code",
    "RegistryDocumentTypeInvalid": "this registry does not keep documents of this type",
    "RegistryUsePolicyInvalid": "there is no such use policy",
    "RegistryBatchInvalid": "a batch has 1 to 512 documents",
    "RegistryConfirmationsInvalid": "1 to 512 records can be confirmed at once",
    "RegistryTagInvalid": "a number tag of zeros stands for no number",
    "UseTermsInvalid": "the record needs terms with its use policy, or may not have them, or they do not fit its parent's",
    "UseTermsFixed": "the terms of this record are fixed: they were set before, or it has been used",
    "UseLineInvalid": "the line cannot be opened so: it has no quantity or no unit, or its parent's line does not allow it",
    "UseLineUnknown": "the record has no such line, or has lines and none was named",
    "UseUnitDiffers": "the line is kept in another unit",
    "UseLinkInvalid": "a record cannot hang on that one: unknown, not valid, hanging itself, not yours, or counting its uses",
    "UseBalanceExceeded": "more was asked than is left",
    "UseLimitReached": "the record has been used in as many declarations as it allows",
    "UseEconomyNotAllowed": "customs of this economy may not draw on the record",
    "UseOfficeNotAllowed": "the record may not be used at this office",
    "UseRecordNotValid": "nothing new can be taken from a record that is not valid",
    "UseDiffers": "this use was written before and says something else",
    "UseUnknown": "there is no such use",
    "UseCorrectionInvalid": "the correction is not the next one, changes nothing, or takes away more than was used",
    "UseTimeInvalid": "the time of the use is missing or in the future",
    "UseRecordUsed": "the record has been used or passed on, so it can only be revoked",
    "LicenceEndorsementInvalid": "the permit was endorsed before, has no lines, or not as many as were given",
    "AeoTypeInvalid": "the type of authorisation is empty, known already or unknown here; 1 to 16 can be granted at once",
    "AeoTransitionInvalid": "this change of the authorisation is not possible; a final status never changes",
    "AeoTimeInvalid": "the effective time is missing or before that of what is in effect",
    "AeoAliasInvalid": "the other code is a record, is in use already, or does not belong to this record",
    "AeoNotAdministration": "only an active administration may do this",
    "AeoAgreementInvalid": "there is no such agreement, or it is not in a state for this",
    "AeoNotParty": "the member is not the party that can do this",
    "AeoNotUsed": "an AEO entry is relied on and never used up",
    "AeoCoverInvalid": "a cover is not of a party, names no type, is repeated or has its times in the wrong order",
    "AeoCoverTaken": "another agreement covers this type already",
    "AeoRecognitionInvalid": "this change of recognition is not possible, or not by this party",
    "ConsortiumActUnknown": "this is not decided by vote, or its arguments do not have their length",
    "ConsortiumCodeInvalid": "a member code has 2 to 32 of the characters A-Z, 0-9 and hyphen",
    "ConsortiumCodeTaken": "a member has or had this code; codes are never used again",
    "ConsortiumControllerKnown": "this account is the member's controller already",
    "ConsortiumControllerMissing": "a member needs a controller, and the zero address is none",
    "ConsortiumEconomyInvalid": "an economy is two letters A-Z",
    "ConsortiumExpiryInvalid": "a proposal can be voted on until a time in the future, at most 90 days away",
    "ConsortiumKeyCompromised": "the document key was reported as compromised",
    "ConsortiumKeyInvalid": "the algorithm is unknown, or its public keys have another length",
    "ConsortiumKeyKnown": "the document key is registered already",
    "ConsortiumKeyRetired": "the document key is retired, or the time of its retirement is fixed already",
    "ConsortiumKeyUnknown": "the document key is not registered for this member",
    "ConsortiumLastAdministration": "the last administration cannot leave or lose its role",
    "ConsortiumNoFounder": "no founder is an administration, so nobody could ever vote",
    "ConsortiumNotActive": "the member is suspended or has left, so it cannot do this now",
    "ConsortiumNotAdministration": "only an active administration may do this",
    "ConsortiumNotController": "this account is not the member's controller",
    "ConsortiumNotOperator": "this account does not act for the member",
    "ConsortiumOnlyByVote": "only a proposal that was voted for can do this",
    "ConsortiumOperatorKnown": "this account acts for the member already",
    "ConsortiumOperatorUnknown": "this account does not act for the member",
    "ConsortiumProposalExecuted": "the proposal was executed before",
    "ConsortiumProposalExpired": "the proposal has expired",
    "ConsortiumProposalUnknown": "there is no such proposal",
    "ConsortiumRegistryInvalid": "there is no registry of this consortium and of this kind at the address",
    "ConsortiumRegistryKnown": "the registry is or was admitted; a retired one does not come back",
    "ConsortiumRegistryUnknown": "the registry is not admitted, or is retired",
    "ConsortiumRoleMissing": "this body is not registered for documents or acts of this kind",
    "ConsortiumRolesInvalid": "a role is unknown, or these are the member's roles already",
    "ConsortiumSeatsTaken": "all 256 seats of administrations have been given out",
    "ConsortiumTimeInvalid": "the time is missing or on the wrong side of now",
    "ConsortiumTooFewApprovals": "not more than two thirds of the active administrations approve yet",
    "ConsortiumUnknownMember": "no member has this code",
    "ConsortiumWrongStanding": "the member's standing does not allow this",
    "JournalChainIdInvalid": "the chain's id does not fit an entry of the journal",
    "JournalNotAdmitted": "this registry is not admitted to the consortium",
    "JournalUneven": "the entries cannot be cut from what was given",
}

_WORDS: Final = {
    "Status": ("none", "valid", "suspended", "revoked", "cancelled", "replaced"),
    "Standing": ("none", "active", "suspended", "left"),
    "UseState": ("none", "reserved", "consumed", "released"),
    "Relation": ("none", "true copy", "back-to-back", "extract"),
    "Recognition": ("none", "in force", "suspended", "terminated"),
}
_DIGESTS: Final = frozenset({"tag", "aliasTag", "key"})
_QUANTITY, _TIME = "uint72", "uint64"
_UNIT_SCALE: Final = 10**6


@cache
def artifact(contract: str) -> dict[str, Any]:
    """Return a contract's generated file: ``abi``, ``bytecode``, ``deployedBytecode``."""
    found: dict[str, Any] = json.loads(
        (files("ledger") / "data" / "contracts" / f"{contract}.json").read_text()
    )
    return found


def has_artifact(contract: str) -> bool:
    """Return whether this version has the contract."""
    return (files("ledger") / "data" / "contracts" / f"{contract}.json").is_file()


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    known = {}
    for contract in filter(has_artifact, CONTRACTS):
        for item in artifact(contract)["abi"]:
            if item["type"] == "error":
                types = ",".join(value["type"] for value in item["inputs"])
                known[selector(f"{item['name']}({types})")] = item
    return known


def refusal(data: bytes) -> Refused | None:
    """Return what the revert data of a contract says, or None if it is none of our contracts' errors."""
    item = _errors().get(data[:4])
    if item is None:
        return None
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        values = decode([value["type"] for value in item["inputs"]], data[4:])
    except DecodingError:
        return None
    named = list(zip(item["inputs"], values, strict=True))
    arguments = {given["name"]: _readable(given, value) for given, value in named}
    shown = ", ".join(f"{given['name']} {_shown(given, arguments[given['name']])}" for given, _ in named)
    sentence = SENTENCES.get(item["name"], "the contract's rules forbid it")
    return Refused(item["name"], f"{sentence} ({item['name']}: {shown})" if shown else sentence, arguments)


def _readable(given: dict[str, Any], value: Any) -> object:
    kind, name = given["type"], given["name"]
    words = _WORDS.get(str(given.get("internalType", "")).rpartition(".")[2])
    if words is not None and value < len(words):
        return words[value]
    if kind == _QUANTITY:
        return _decimal(value)
    if isinstance(value, bytes) and name not in _DIGESTS:
        text = value.rstrip(b"\0")
        if text and all(0x20 < sign < 0x7F for sign in text):
            return text.decode("ascii")
    return value


def _decimal(millionths: int) -> str:
    return format((Decimal(millionths) / _UNIT_SCALE).normalize(), "f")


def _shown(given: dict[str, Any], value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if given["type"] == _TIME and isinstance(value, int) and 0 < value < 1 << 35:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
