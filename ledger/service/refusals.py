"""Refusals: what the contracts refuse about records and their use, in an officer's words, with the treaties' reason code.

The code stays the contract's own error name. Nothing here names a party, a price or a declaration. Of a use of another
member's customs only member, time and quantity are told: which office it was is that member's own affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ledger.chain.rules import SENTENCES
from ledger.core.checks.wording import list_words, moment_words, quantity_words
from ledger.core.records import Status
from ledger.core.uses import UseRecord, UseState
from ledger.errors import Refused

if TYPE_CHECKING:
    from ledger.service.accounts import Account
    from ledger.service.use_answers import UseRequest

_OF_STATUS: Final = {
    Status.SUSPENDED: ("R25", "suspended"),
    Status.REVOKED: ("R24", "revoked"),
    Status.CANCELLED: ("X05", "cancelled"),
    Status.REPLACED: ("R26", "replaced"),
}


_OF_WORD: Final = {status.name.lower(): code for status, (code, _) in _OF_STATUS.items()}


@dataclass(frozen=True, slots=True)
class _Case:
    """One refusal: the error's arguments, the record's account, what was asked, and by which offset times are told."""

    values: Mapping[str, Any]
    account: Account
    request: UseRequest | None
    offset: timedelta | None

    def when(self, seconds: int) -> str:
        return moment_words(seconds, self.offset)

    def uses(self) -> tuple[UseRecord, ...]:
        return () if self.account.usage is None else tuple(self.account.usage.standing)

    def who(self, use: UseRecord) -> str:
        """Return who wrote a use: of one's own customs the office, of another member only the member."""
        if use.customs != self.account.customs:
            return use.customs
        return f"{use.customs} office {use.place.office}"


def in_words(
    refused: Refused, account: Account, request: UseRequest | None, offset: timedelta | None = None
) -> Refused:
    """Return the refusal with a sentence for an officer; an unknown error stays as it is.

    Args:
        offset: that of the office from UTC, by which times are told beside UTC; None: in UTC only.
    """
    tell = _TOLD.get(refused.code)
    if tell is None:
        return plainly(refused)
    return Refused(refused.code, tell(_Case(refused.arguments, account, request, offset)), refused.arguments)


def in_change_words(refused: Refused) -> Refused:
    """Return the refusal of a status or a confirmation with a sentence for the record's issuing body."""
    values = refused.arguments
    if refused.code == "RegistryTransitionInvalid":
        before, after = str(values.get("from")), str(values.get("to"))
        final = before in ("revoked", "cancelled", "replaced")
        told = (
            f"{_OF_WORD[before]}: The record is {before}, which is final."
            if final
            else f"The record is {before} already."
            if before == after
            else f"The record is {before}; it cannot become {after}."
        )
        return Refused(refused.code, told, values)
    told = _OF_CHANGES.get(refused.code, "")
    return Refused(refused.code, told, values) if told else plainly(refused)


def plainly(refused: Refused) -> Refused:
    """Return the refusal as a sentence without the contract's names; an unknown error stays as it is."""
    sentence = SENTENCES.get(refused.code)
    if sentence is None:
        return refused
    return Refused(refused.code, f"{sentence[0].upper()}{sentence[1:]}.", refused.arguments)


def _balance(case: _Case) -> str:
    request = case.request
    number = int(case.values.get("line", 0)) or (1 if request is None else request.line or 1)
    line = next((one for one in case.account.lines if one.number == number), None)
    if line is None:
        return "R12: More is asked for than is left."
    asked = (
        "" if request is None or request.quantity is None else f"Requested {request.quantity.lstrip('+-')} "
    )
    unit = "" if not asked or request is None else _unit(request.unit or line.unit) + ", "
    others = [
        f"{quantity_words(use.quantity, line.unit)} {_verb(use)} by {_which(case, use)} at "
        f"{case.when(use.used_at)}"
        for use in case.uses()
        if use.place.line == number and use.quantity
    ]
    if line.granted:
        others.append(f"{quantity_words(line.granted, line.unit)} passed on to certificates that build on it")
    told = f" ({list_words(others)})" if others else ""
    return f"R12: {asked}{unit}free {quantity_words(line.free, line.unit)}{told}."


def _limit(case: _Case) -> str:
    told = list_words(_use(case, use) for use in case.uses())
    return f"R11: Already used: {told}." if told else "R11: It has been used already."


def _use(case: _Case, use: UseRecord) -> str:
    told = f"{case.who(use)}, {case.when(use.used_at)}"
    return f"{told}, usage id {use.use_id}" if use.customs == case.account.customs else told


def _office(case: _Case) -> str:
    terms = None if case.account.usage is None else case.account.usage.terms
    offices = "" if terms is None else ", ".join(terms.offices)
    where = "this office" if case.request is None else case.request.office
    return f"R13: It may be used at {offices} only, not at {where}."


def _economy(case: _Case) -> str:
    terms = None if case.account.usage is None else case.account.usage.terms
    economies = "" if terms is None else ", ".join(terms.economies)
    return f"R13: Customs of {economies} may use it, not {case.account.customs}."


def _status(case: _Case) -> str:
    for record in (case.account.record, case.account.root_record):
        code, word = _OF_STATUS.get(record.status, ("", ""))
        if code:
            since = case.when(record.changes[-1].effective_from)
            return f"{code}: The issuing body {word} it from {since}; nothing new can be taken from it."
    status = str(case.values.get("status"))
    if status in _OF_WORD:
        return f"{_OF_WORD[status]}: The licence that it is an extract of is {status}; nothing new can be taken from it."
    return "Nothing new can be taken from this record now."


def _differs(case: _Case) -> str:
    return (
        "This declaration's item has a use already that stands otherwise; look at it (balance), then correct it, "
        "or release it and lodge another declaration."
    )


def _used(case: _Case) -> str:
    return _USED


def _unit_differs(case: _Case) -> str:
    return f"R14: The line is kept in another unit{_named(case, 'unit')}."


def _correction(case: _Case) -> str:
    expected = case.values.get("expected")
    which = "is not the next one" if expected is None else f"is not number {expected}, the next one"
    return f"The correction {which}, changes nothing, or takes away more than was used."


def _line_unknown(case: _Case) -> str:
    count = len(case.account.lines)
    has = "no lines" if not count else "one line" if count == 1 else f"lines 1 to {count}"
    return f"The record has {has}; this one is not among them."


def _endorsement(case: _Case) -> str:
    count = len(case.account.lines)
    return f"The permit was endorsed before, or not for each of its lines, of which it has {count}."


def _not_active(case: _Case) -> str:
    return f"{case.account.customs} is suspended or has left, so it cannot write this now."


def _no_role(case: _Case) -> str:
    return f"{case.account.customs} is not registered as customs, and only customs may write this."


def _no_record(case: _Case) -> str:
    return _NO_RECORD


def _named(case: _Case, name: str) -> str:
    value = case.values.get(name)
    return f", {value}" if value else ""


def _verb(use: UseRecord) -> str:
    return "reserved" if use.state is UseState.RESERVED else "used"


def _which(case: _Case, use: UseRecord) -> str:
    if use.customs != case.account.customs:
        return use.customs
    same = case.request is not None and use.place.office == case.request.office
    return "another declaration of this office" if same else "another office"


def _unit(code: str) -> str:
    return quantity_words(0, code).split(" ", 1)[1]


_USED: Final = "R11: It has been used, so it can be revoked but neither cancelled nor replaced."
_NO_RECORD: Final = "R07: There is no record with this number."
_TOLD: Final = {
    "UseBalanceExceeded": _balance,
    "UseLimitReached": _limit,
    "UseOfficeNotAllowed": _office,
    "UseEconomyNotAllowed": _economy,
    "UseRecordNotValid": _status,
    "UseDiffers": _differs,
    "UseRecordUsed": _used,
    "UseUnitDiffers": _unit_differs,
    "UseCorrectionInvalid": _correction,
    "UseLineUnknown": _line_unknown,
    "LicenceEndorsementInvalid": _endorsement,
    "ConsortiumNotActive": _not_active,
    "ConsortiumRoleMissing": _no_role,
    "RegistryRecordUnknown": _no_record,
}
_OF_CHANGES: Final = {
    "RegistryRecordUnknown": _NO_RECORD,
    "RegistryTimeInvalid": "It can take effect neither in the future nor before the record was anchored.",
    "UseRecordUsed": _USED,
    "ConsortiumNotActive": "R23: This body is suspended or has left: it may suspend and revoke, and nothing else.",
}
