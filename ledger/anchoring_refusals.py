"""Anchoring refusals: what the contracts refuse of a document, in words of its issuing body, with the treaties' code.

Where no treaty knows the ground, the code is the contract's own error name. Nothing here names a party or a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.chain.rules import SENTENCES
from ledger.core.checks.wording import moment_words
from ledger.core.problems import Problem

if TYPE_CHECKING:
    from ledger.core.state import KeyState

NUMBER_ALREADY_ANCHORED: Final = "NUMBER_ALREADY_ANCHORED"
ISSUE_ANOTHER: Final = "To correct it issue a replacement or a corrected copy."


@dataclass(frozen=True, slots=True)
class Told:
    """What a refusal means for a document: the finding, and one sentence, which begins with a treaty's code if it has one."""

    problem: Problem
    sentence: str


class _Words(NamedTuple):
    """How one error is told; texts may name ``member``, ``type``, ``where`` and the error's own arguments."""

    code: str
    path: str
    value: str
    expectation: str
    sentence: str


_TOLD: Final = {
    "ConsortiumRoleMissing": _Words(
        "R23", "documentTypeCode", "{type}", "a type that {member} is registered to issue{where}",
        "This body is not registered to issue type {type}{where}.",
    ),
    "ConsortiumNotActive": _Words(
        "R23", "issuer.id", "{member}", "a body that is neither suspended nor has left",
        "This body is suspended or has left, so it cannot issue now.",
    ),
    "ConsortiumWrongStanding": _Words(
        "R23", "issuer.id", "{member}", "a body that has not left the consortium",
        "This body has left the consortium, so it cannot issue.",
    ),
    "ConsortiumUnknownMember": _Words(
        "R23", "issuer.id", "{member}", "a member of this consortium", "{member} is not a member of this consortium."
    ),
    "ConsortiumNotOperator": _Words(
        "", "", "", "an account that acts for {member}",
        "The account of this gateway does not act for {member}; its controller can add it (tradeseal member operator add).",
    ),
    "ConsortiumKeyUnknown": _Words(
        "R02", "", "", "a document key that the consortium was notified of",
        "The document key was not notified; register it first (tradeseal key register).",
    ),
    "ConsortiumKeyRetired": _Words(
        "R05", "", "", "a document key that is not retired",
        "The document key is retired{since}. Seal with another one."
    ),
    "ConsortiumKeyCompromised": _Words(
        "R05", "", "", "a document key that nobody else may have had",
        "The document key was reported as compromised{since}: it may have been in other hands. Seal with another one.",
    ),
    "RegistryNumberTaken": _Words(
        NUMBER_ALREADY_ANCHORED, "certificateNumber", "", "a number that is free",
        f"The number was anchored before with other content. {ISSUE_ANOTHER}",
    ),
    "RegistryRecordUnknown": _Words(
        "R07", "", "", "the number of a record of {member}", "There is no record that this one could take the place of."
    ),
    "UseRecordUsed": _Words(
        "R11", "", "", "a record that is not used",
        "It has been used, so it can be revoked but neither cancelled nor replaced.",
    ),
    "UseLinkInvalid": _Words(
        "R21", "references", "", "a certificate that this one can build on",
        "What it builds on is not on the ledger, not valid, builds on another, is not this body's, or counts its uses.",
    ),
    "UseBalanceExceeded": _Words(
        "R22", "items", "{asked}", "at most what the certificate that it builds on has left, {free}",
        "More is certified, {asked} with the tolerance, than line {line} of what it builds on has left, {free}.",
    ),
    "UseEconomyNotAllowed": _Words(
        "R13", "references", "{economy}", "an economy for which the certificate that it builds on may be used",
        "The certificate that it builds on may not be used in {economy}.",
    ),
    "UseUnitDiffers": _Words(
        "R14", "items", "{unit}", "the unit of the line", "Line {line} is kept in another unit, {unit}."
    ),
}  # fmt: skip
_OF_STATUS: Final = {"revoked": "R24", "suspended": "R25", "replaced": "R26", "cancelled": "X05"}
_STATUS_ERRORS: Final = {"RegistryTransitionInvalid": "from", "UseRecordNotValid": "status"}
_PLACES: Final = {
    "UseLineInvalid": "items",
    "UseLineUnknown": "items",
    "RegistryDocumentTypeInvalid": "documentTypeCode",
    "AeoTypeInvalid": "types",
    "AeoTimeInvalid": "types",
    "AeoAliasInvalid": "aliases",
}


class _Known(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"


def told(
    error: str,
    arguments: Mapping[str, object],
    *,
    member: str,
    economy: str = "",
    document_type: int = 0,
    key: KeyState | None = None,
) -> Told:
    """Return what the refusal ``error`` with its arguments means for a document that ``member`` was to issue.

    Args:
        economy: that of the member, empty if not known. document_type: UNTDID 1001 code. key: the document key as the
        journal has it.
    """
    where = f" for country {economy}" if economy else ""
    since = _since(error, key)
    named = {"member": member, "type": document_type, "where": where, "since": since}
    known = _Known({**arguments, **named})
    words = _words(error, arguments)
    path, value, expectation, sentence = (text.format_map(known) for text in words[1:])
    # What the number is free of is told by its own code; a treaty's goes before the sentence.
    shown = f"{words.code}: {sentence}" if words.code and words.code != NUMBER_ALREADY_ANCHORED else sentence
    return Told(Problem(path, value, expectation, code=words.code or error), shown)


def _since(error: str, key: KeyState | None) -> str:
    if key is None:
        return ""
    retired = error == "ConsortiumKeyRetired"
    time = key.retired_at if retired else key.compromised_since
    return "" if time is None else f" since {moment_words(time)}{key.why_retired if retired else ''}"


def _words(error: str, arguments: Mapping[str, object]) -> _Words:
    if error in _TOLD:
        return _TOLD[error]
    if error in _STATUS_ERRORS:
        status = str(arguments.get(_STATUS_ERRORS[error], ""))
        return _Words(
            _OF_STATUS.get(status, ""), "", "", "a record that is valid",
            f"The record is {status or 'not valid'}, so this is not possible.",
        )  # fmt: skip
    sentence = SENTENCES.get(error, "the contract's rules forbid it")
    return _Words("", _PLACES.get(error, ""), "", "an act that the contracts allow", _as_sentence(sentence))


def _as_sentence(text: str) -> str:
    # Braces of a sentence would be read as names.
    return f"{text[:1].upper()}{text[1:]}.".replace("{", "{{").replace("}", "}}")
