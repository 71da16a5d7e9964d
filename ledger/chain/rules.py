"""Rules: what the contracts say when they refuse, in words that a person can act on.

The names and argument types come from the contracts' own interface files; only the sentences are written here.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ledger.chain.abi import selector
from ledger.errors import Refused

CONTRACTS = ("Consortium", "Journal", "OriginRegistry")

SENTENCES = {
    "RegistryNumberTaken": "this number was already anchored with other content; issue a replacement or a corrected copy",
    "RegistryRecordUnknown": "there is no record under this number",
    "RegistryTransitionInvalid": "this change of status is not possible; a final status never changes",
    "RegistryTimeInvalid": "the effective time is in the future or before the record was anchored",
    "RegistryReasonMissing": "a change of status needs a reason code",
    "RegistryDocumentTypeInvalid": "this registry does not keep documents of this type",
    "ConsortiumNotActive": "the member is suspended or has left, so it cannot issue now",
    "ConsortiumNotOperator": "this account does not act for the member",
    "ConsortiumNotController": "this account is not the member's controller",
    "ConsortiumRoleMissing": "this body is not registered to issue documents of this type",
    "ConsortiumKeyUnknown": "the document key is not registered for this member",
    "ConsortiumKeyKnown": "the document key is registered already",
    "ConsortiumKeyRetired": "the document key is retired",
    "ConsortiumKeyCompromised": "the document key was reported as compromised",
    "ConsortiumTooFewApprovals": "not more than two thirds of the active administrations approve yet",
    "ConsortiumProposalExpired": "the proposal has expired",
    "ConsortiumProposalExecuted": "the proposal was executed before",
    "ConsortiumNotAdministration": "only an active administration may do this",
    "ConsortiumLastAdministration": "the last administration cannot leave or lose its role",
    "JournalNotAdmitted": "this registry is not admitted to the consortium",
}


@cache
def artifact(contract: str) -> dict[str, Any]:
    """Return a contract's generated file: ``abi``, ``bytecode``, ``deployedBytecode``."""
    found: dict[str, Any] = json.loads(
        (files("ledger") / "data" / "contracts" / f"{contract}.json").read_text()
    )
    return found


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    known = {}
    for contract in CONTRACTS:
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
    arguments = {value["name"]: found for value, found in zip(item["inputs"], values, strict=True)}
    shown = ", ".join(f"{name} {_shown(value)}" for name, value in arguments.items())
    sentence = SENTENCES.get(item["name"], "the contract's rules forbid it")
    return Refused(item["name"], f"{sentence} ({item['name']}: {shown})" if shown else sentence, arguments)


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return (
            text.decode("ascii")
            if text.isascii() and text.decode("ascii").isprintable() and text
            else value.hex()
        )
    return str(value)
