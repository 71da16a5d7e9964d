"""Profiles: the rules of an agreement, or of a type of licence, as data, and the date arithmetic on them.

A profile is one version of such rules, read from a data file in which every value carries its
source. The functions here apply those values and know no agreement and no licence by name. No country's calendar is
known here: a "working day" is any Monday to Friday. A holiday moves the legal deadline to later than the computed one, a
weekend that is worked to make up for one to earlier; so what rests on such a deadline is for a person to decide.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

_KINDS: Final = {"origin": 1, "licence": 2}


class UseKind(StrEnum):
    """How often a certificate may be used, as written in profiles; the order is the code on chain."""

    NONE = "NONE"
    SINGLE = "SINGLE"
    UP_TO_N = "UP_TO_N"
    QUANTITY = "QUANTITY"


_USE_CODES: Final = {kind: code for code, kind in enumerate(UseKind)}
_ALLOWED_N: Final = {UseKind.UP_TO_N: range(1, 256), UseKind.QUANTITY: range(256)}


@dataclass(frozen=True, slots=True)
class UsePolicy:
    """Use policy of a record.

    ``n`` is 1 to 255 for ``UP_TO_N``; for ``QUANTITY`` how many declarations may draw on the balance, 0 for any number;
    and 0 otherwise.
    """

    kind: UseKind
    n: int = 0

    def __post_init__(self) -> None:
        """Refuse an ``n`` that the kind does not ask for."""
        allowed = _ALLOWED_N.get(self.kind, range(1))
        if self.n not in allowed:
            raise ValueError(
                f"n of use policy {self.kind} is {self.n}, expected {allowed[0]} to {allowed[-1]}"
            )

    def on_chain(self) -> int:
        """Return the policy as the contracts hold it: kind code in the high byte, ``n`` in the low byte."""
        return _USE_CODES[self.kind] << 8 | self.n

    @classmethod
    def from_chain(cls, code: int) -> UsePolicy:
        """Return the policy of an on-chain value; ValueError if the contracts would not accept it."""
        kinds = list(UseKind)
        if not 0 <= code < len(kinds) << 8:
            raise ValueError(f"use policy is {code}, expected a kind of 0 to 3 and n below 256")
        return cls(kinds[code >> 8], code & 0xFF)

    @property
    def limit(self) -> int:
        """Return how many declarations may use a record, 0 for any number."""
        return 1 if self.kind is UseKind.SINGLE else self.n


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time; ``unit`` is ``days``, ``working days`` or ``months``."""

    count: int
    unit: str

    @property
    def words(self) -> str:
        """Return it as people say it: ``6 months``, ``1 month``."""
        return f"{self.count} {self.unit.removesuffix('s') if self.count == 1 else self.unit}"

    def after(self, day: date) -> date:
        """Return the day that lies this period after ``day``, or the last one of the calendar."""
        if self.unit == "months":
            return _anniversary(day, self.count)
        try:
            if self.unit == "days":
                return day + timedelta(days=self.count)
            end, left = day, self.count
            while left:
                end += timedelta(days=1)
                left -= end.weekday() < 5
        except OverflowError:
            return date.max
        return end


@dataclass(frozen=True, slots=True)
class Sourcing:
    """Where a value of a profile comes from.

    ``mark`` is ``verified`` (read in a primary source), ``secondary``, ``general knowledge``, ``proposal``
    (ours) or ``not known``; ``source`` is empty for the last three.
    """

    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of an agreement's or a licence's rules; the typed members are those that are computed with.

    Args:
        id: agreement code, such as ``RCEP``, or licence profile, such as ``CN-IMPORT-MULTI``.
        kind: kind of document that it is for, 1 origin, 2 licence.
        effective_from: first day of issue that this version covers.
        validity_months: None when not known.
        validity_from_shipment, retro_from_shipment: validity runs from the shipment instead of the issue, for
            ordinary and for retroactively issued certificates.
        calendar_year: validity ends with the calendar year in which it begins.
        carry_over: month and day until which an issuer may let it run in the year after; None for not at all.
        use: of a licence the most that one may allow; ``n`` 0 is no limit.
        tolerance: per cent, None where nothing is said. tolerance_on_remaining: computed on what remains, for the
            last lot; else on what was authorised. tolerance_for_bulk: only for goods in bulk.
        signer_delay: how long after its notification a signature or seal takes effect; None for at once.
        criteria: allowed origin criteria; empty when the agreement has none.
        parties: ISO 3166-1 codes; empty when anybody may be a party.
        values: all values of the data file by their camelCase name, None when not known.
        sourcing: where each of ``values`` comes from.
    """

    id: str
    kind: int
    version: int
    title: str
    effective_from: date
    validity_months: int | None
    validity_from_shipment: bool
    retro_from_shipment: bool
    calendar_year: bool
    carry_over: tuple[int, int] | None
    use: UsePolicy
    tolerance: int | None
    tolerance_on_remaining: bool
    tolerance_for_bulk: bool
    retro_grace: Period | None
    retro_window: Period | None
    signer_delay: Period | None
    criteria: frozenset[str]
    percent_required: frozenset[str]
    fob_only_for: frozenset[str]
    parties: frozenset[str]
    item_cap: int | None
    third_party_invoicing: bool | None
    back_to_back: bool | None
    values: Mapping[str, Any]
    sourcing: Mapping[str, Sourcing]

    def period(self, name: str) -> Period | None:
        """Return the period that a value spells; None where it is not known, or this kind has none."""
        return _period(self.values.get(name))

    @property
    def may_be_open_ended(self) -> bool:
        """Return whether a document without a last day holds until it is ended on the ledger.

        So is a general authorisation: it has no balance, and nothing of it is used up.
        """
        return self.kind == _KINDS["licence"] and self.use.kind is UseKind.NONE


class Validity(StrEnum):
    """Where a day lies in a certificate's validity; ``UNKNOWN`` when the certificate does not say."""

    VALID = "VALID"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ValidOn:
    """Answer of ``valid_on``; both days are included in the validity."""

    validity: Validity
    first: date | None
    last: date | None

    def __bool__(self) -> bool:
        """Return True only when the day is known to lie in the validity."""
        return self.validity is Validity.VALID


def read_profile(document: Mapping[str, Any]) -> Profile:
    """Return the profile of a parsed data file.

    The file ships with this package, so a malformed one is a bug and escapes as KeyError, TypeError or
    ValueError.
    """
    values = {name: entry["value"] for name, entry in document["values"].items()}
    sources = document["sources"]
    sourcing = {
        name: Sourcing(entry["mark"], sources[entry["source"]] if entry["source"] else "")
        for name, entry in document["values"].items()
    }
    return Profile(
        id=document["profileId"],
        kind=_KINDS[document.get("documentKind", "origin")],
        version=document["version"],
        title=document["title"],
        effective_from=date.fromisoformat(document["effectiveFrom"]),
        validity_months=values["validityMonths"],
        validity_from_shipment=values["validityCounts"] == "FROM_SHIPMENT",
        retro_from_shipment=values.get("retroValidityCounts") == "FROM_SHIPMENT",
        calendar_year=values["validityCounts"] == "CALENDAR_YEAR",
        carry_over=_day_of_year(values.get("carryOverUntil")),
        use=UsePolicy(UseKind(values["usage"]["kind"]), values["usage"]["n"]),
        tolerance=values["tolerancePct"],
        tolerance_on_remaining=values["toleranceBase"] == "REMAINING",
        tolerance_for_bulk=values.get("toleranceFor") == "BULK",
        retro_grace=_period(values.get("retroGraceDays")),
        retro_window=_period(values.get("retroWindow")),
        signer_delay=_period(values.get("signerEffectiveDelay")),
        criteria=frozenset(values.get("originCriteria") or ()),
        percent_required=frozenset(values.get("percentRequired") or ()),
        fob_only_for=frozenset(values.get("fobOnlyFor") or ()),
        parties=frozenset(values["parties"] or ()),
        item_cap=values.get("itemCap"),
        third_party_invoicing=values.get("thirdPartyInvoicing"),
        back_to_back=values.get("backToBack"),
        values=values,
        sourcing=sourcing,
    )


def choose(profiles: Iterable[Profile], agreement: str, on: str) -> Profile | None:
    """Return the latest version of ``agreement`` that is effective on the ISO 8601 day ``on``, or None."""
    day = date.fromisoformat(on)
    fitting = [p for p in profiles if p.id == agreement and p.effective_from <= day]
    return max(fitting, key=lambda p: (p.effective_from, p.version), default=None)


def valid_until(
    profile: Profile,
    issue_date: date,
    shipment_date: date | None = None,
    retro: bool = False,
    first: date | None = None,
) -> date | None:
    """Return the last day on which a document is valid, included; None when the profile does not say.

    Twelve months from 4 March run to 3 March. Where validity runs from the shipment and its date is not
    given, it runs from the issue. A calendar year ends on 31 December.

    Args:
        first: first day of validity, where that is another than the day of issue; decides about the calendar year.
            That is the year of issue or the next one: a licence may be issued in December for January, not for a
            year far ahead.
    """
    if profile.calendar_year:
        return date(_calendar_year(issue_date, first), 12, 31)
    if profile.validity_months is None:
        return None
    from_shipment = profile.retro_from_shipment if retro else profile.validity_from_shipment
    start = shipment_date if from_shipment and shipment_date is not None else issue_date
    return _anniversary(start, profile.validity_months) - timedelta(days=1)


def latest_day(
    profile: Profile,
    issue_date: date,
    shipment_date: date | None = None,
    retro: bool = False,
    first: date | None = None,
) -> date | None:
    """Return the last day that an issuer may let a document be valid; later than ``valid_until`` where it may carry over."""
    year = _calendar_year(issue_date, first)
    if profile.calendar_year and profile.carry_over is not None and year < date.max.year:
        return date(year + 1, *profile.carry_over)
    return valid_until(profile, issue_date, shipment_date, retro, first)


def valid_on(profile: Profile | None, certificate: Mapping[str, Any], import_date: date) -> ValidOn:
    """Return whether a document, or its claims with members hidden, is valid on the day of import.

    The last day is the earlier of what the document says and what the profile allows, so that an issuer
    cannot lengthen it. The profile's bound is not applied where it would need the shipment date and that is
    hidden.
    """
    issued = day_of(certificate.get("issueDate"))
    begins = day_of(certificate.get("validFrom"))
    stated = day_of(certificate.get("validUntil"))
    # A document cannot cover goods from before it was issued by saying so; retroactive issue has a mark of its own.
    first = max((day for day in (begins, issued) if day is not None), default=None)
    bounds = [stated]
    open_ended = stated is None and profile is not None and profile.may_be_open_ended
    if profile is not None and issued is not None:
        flags = certificate.get("flags")
        retro = isinstance(flags, list | tuple) and "ISSUED_RETROACTIVELY" in flags
        transport = certificate.get("transport")
        shipped = day_of(transport.get("departureDate")) if isinstance(transport, Mapping) else None
        if shipped is not None or not (
            profile.retro_from_shipment if retro else profile.validity_from_shipment
        ):
            bound = valid_until if stated is None else latest_day
            bounds.append(bound(profile, issued, shipped, retro, begins))
    last = min((day for day in bounds if day is not None), default=None)
    if first is None or (last is None and not open_ended):
        return ValidOn(Validity.UNKNOWN, first, last)
    if last is not None and import_date > last:
        return ValidOn(Validity.EXPIRED, first, last)
    return ValidOn(Validity.NOT_YET if import_date < first else Validity.VALID, first, last)


def day_of(text: object) -> date | None:
    """Return the day that an ISO 8601 calendar date (``2024-03-04``) spells, or None for anything else."""
    if not isinstance(text, str) or len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _calendar_year(issued: date, first: date | None) -> int:
    begins = max(issued, first or issued)
    return min(begins.year, issued.year + 1, date.max.year)


def _anniversary(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the first of the next month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    length = calendar.monthrange(year, month + 1)[1]
    if day.day <= length:
        return date(year, month + 1, day.day)
    return date(year, month + 1, length) + timedelta(days=1)


def _day_of_year(text: str | None) -> tuple[int, int] | None:
    """Return month and day of ``03-31``."""
    if text is None:
        return None
    month, _, day = text.partition("-")
    return int(month), int(day)


def _period(value: Mapping[str, Any] | None) -> Period | None:
    return None if value is None else Period(value["count"], value["unit"])
