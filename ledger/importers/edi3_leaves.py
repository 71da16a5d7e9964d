"""edi3 leaves: how single values of the edi3 shape are read: identifiers, codes, moments, amounts.

Nothing is guessed: a text that is not of a known form is None, and the importer says so.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from ledger.importers.report import Collector, Outcome

_PREFIXED: Final = re.compile(r"(?:[a-z0-9.-]+\.[a-z]{2,}(?::[a-z0-9_-]+)?|id):(.+)")
_AMOUNT: Final = re.compile(r"([0-9]+(?:\.[0-9]{1,6})?)\s*([A-Za-z]+[0-9³]?)\.?")
_UNITS: Final = {
    "kg": "KGM",
    "kgs": "KGM",
    "kgm": "KGM",
    "g": "GRM",
    "t": "TNE",
    "lb": "LBR",
    "lbs": "LBR",
    "m3": "MTQ",
    "m³": "MTQ",
    "cbm": "MTQ",
    "l": "LTR",
    "ltr": "LTR",
}


class Leaves(Collector):
    """A collector that knows how this shape writes its values."""

    def copy(self, path: str, into: dict[str, Any], name: str, target: str) -> None:
        """Take a text as it is."""
        if (value := self.text(path)) is not None:
            into[name] = value
            self.put(path, target, Outcome.MAPPED, value)

    def code(self, path: str, into: dict[str, Any], name: str, target: str = "") -> None:
        """Take a code in upper case."""
        if (value := self.text(path)) is not None:
            code = into[name] = value.upper()
            outcome = Outcome.MAPPED if code == value else Outcome.CONVERTED
            self.put(path, target or name, outcome, code)

    def identifier(self, path: str, into: dict[str, Any], name: str, target: str = "") -> None:
        """Take an identifier without its scheme."""
        if (value := self.text(path)) is not None:
            identifier, note = stripped(value)
            into[name] = identifier
            outcome = Outcome.CONVERTED if note else Outcome.MAPPED
            self.put(path, target or name, outcome, identifier, note)

    def day(self, path: str, into: dict[str, Any], name: str, target: str, doubt: str = "") -> None:
        """Take the day of a moment as it is written, with a warning when there is a ``doubt``."""
        value = self.text(path)
        if value is None:
            return
        found = moment(value)
        day = into[name] = value if found is None else found.date().isoformat()
        if found is None:
            self.put(path, target, Outcome.WARNED, day, "not a moment such as 2020-06-03T00:46:34Z")
        elif doubt:
            self.put(path, target, Outcome.WARNED, day, doubt)
        elif day == value:
            self.put(path, target, Outcome.MAPPED, day)
        else:
            note = "the day as written; time of day and offset left out"
            self.put(path, target, Outcome.CONVERTED, day, note)


def stripped(identifier: str) -> tuple[str, str]:
    """Return an identifier without its scheme (such as ``abr.gov.au:abn:``), and a note on what went."""
    match = _PREFIXED.fullmatch(identifier)
    if match is None:
        return identifier, ""
    return match[1], f"prefix {identifier[: match.start(1)]} removed"


def moment(text: str | None) -> datetime | None:
    """Return the ISO 8601 moment that ``text`` spells, in UTC when it names no offset, or None."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def amount(text: str | None) -> tuple[Decimal, str] | None:
    """Return number and UN/ECE Recommendation 20 unit of a text such as ``450 Kg``, or None."""
    match = _AMOUNT.fullmatch(text) if text else None
    unit = _UNITS.get(match[2].lower()) if match else None
    return (Decimal(match[1]), unit) if match and unit else None
