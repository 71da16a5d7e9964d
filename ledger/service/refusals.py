"""Refusals: what the contracts refuse about use, in an officer's words, with the treaties' reason code.

The code stays the contract's own error name. Nothing here names a party, a price or a declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

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


def in_words(refused: Refused, account: Account, request: UseRequest | None) -> Refused:
    """Return the refusal with a sentence for an officer; one that is not about use stays as it is."""
    tell = _TOLD.get(refused.code)
    if tell is None:
        return refused
    return Refused(refused.code, tell(refused.arguments, account, request), refused.arguments)


def _balance(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    number = int(values.get("line", 0)) or (1 if request is None else request.line or 1)
    line = next((one for one in account.lines if one.number == number), None)
    if line is None:
        return "R12: More is asked for than is left."
    asked = (
        "" if request is None or request.quantity is None else f"Requested {request.quantity.lstrip('+-')} "
    )
    unit = "" if not asked or request is None else _unit(request.unit or line.unit) + ", "
    others = [
        f"{quantity_words(use.quantity, line.unit)} {_verb(use)} by {_who(use, request)} at "
        f"{moment_words(use.used_at)}"
        for use in (() if account.usage is None else account.usage.standing)
        if use.place.line == number and use.quantity
    ]
    if line.granted:
        others.append(f"{quantity_words(line.granted, line.unit)} passed on to certificates that build on it")
    told = f" ({list_words(others)})" if others else ""
    return f"R12: {asked}{unit}free {quantity_words(line.free, line.unit)}{told}."


def _limit(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    uses = () if account.usage is None else account.usage.standing
    told = list_words(
        f"{use.customs} office {use.place.office}, {moment_words(use.used_at)}, usage id {use.use_id}"
        for use in uses
    )
    return f"R11: Already used: {told}." if told else "R11: It has been used already."


def _office(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    terms = None if account.usage is None else account.usage.terms
    offices = "" if terms is None else ", ".join(terms.offices)
    where = "this office" if request is None else request.office
    return f"R13: It may be used at {offices} only, not at {where}."


def _economy(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    terms = None if account.usage is None else account.usage.terms
    economies = "" if terms is None else ", ".join(terms.economies)
    return f"R13: Customs of {economies} may use it, not {account.customs}."


def _status(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    for record in (account.record, account.root_record):
        code, word = _OF_STATUS.get(record.status, ("", ""))
        if code:
            since = moment_words(record.changes[-1].effective_from)
            return f"{code}: The issuing body {word} it from {since}; nothing new can be taken from it."
    return "Nothing new can be taken from this record now."


def _differs(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    return (
        "This declaration's item has a use already that stands otherwise; look at it (balance), then correct it, "
        "or release it and lodge another declaration."
    )


def _used(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    return "R11: It has been used, so it can be revoked but neither cancelled nor replaced."


def _unit_differs(values: Mapping[str, Any], account: Account, request: UseRequest | None) -> str:
    return "R14: The line is kept in another unit."


def _verb(use: UseRecord) -> str:
    return "reserved" if use.state is UseState.RESERVED else "used"


def _who(use: UseRecord, request: UseRequest | None) -> str:
    same = request is not None and use.place.office == request.office
    return "another declaration of this office" if same else "another office"


def _unit(code: str) -> str:
    return quantity_words(0, code).split(" ", 1)[1]


_TOLD: Final = {
    "UseBalanceExceeded": _balance,
    "UseLimitReached": _limit,
    "UseOfficeNotAllowed": _office,
    "UseEconomyNotAllowed": _economy,
    "UseRecordNotValid": _status,
    "UseDiffers": _differs,
    "UseRecordUsed": _used,
    "UseUnitDiffers": _unit_differs,
}
