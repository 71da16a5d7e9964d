"""Terms: what of a document goes on the ledger besides its id: use policy, balances, and what it hangs on.

The one rule: a function of what can never be hidden, so that whoever holds a copy can work out what must stand on the
ledger. Lines are the document's items in their order, counted from 1. A certificate's line is kept in its net mass, or
else in its first quantity; a licence's the same, or in its value where the line says so. Where both limit a line, its
value is kept on a line of its own, and those lines follow after all the others. What cannot be told exactly is None, and
``validation`` refuses to seal it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger.core.balances import LARGEST, ceiling
from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import profile_of
from ledger.core.documents.kinds import Kind, kind_of
from ledger.core.documents.licence import QUANTITY_AND_VALUE
from ledger.core.opening import Grant, LineTerms, Relation, Terms
from ledger.core.profiles import Profile, UseKind, UsePolicy, day_of
from ledger.core.units import to_millionths

MOST_LINES: Final = 255
"""Lines that a record can have; economies and offices too."""

RELATIONS: Final = {
    "TRUE_COPY_OF": Relation.TRUE_COPY,
    "BACK_TO_BACK_OF": Relation.BACK_TO_BACK,
    "EXTRACT_OF": Relation.EXTRACT,
}
"""References that a record hangs on another by, the strongest first: a true copy repeats its original's other ones."""

_PREFERRED: Final = "NET_MASS"


@dataclass(frozen=True, slots=True)
class Parent:
    """The document that another one hangs on: its issuer's member code and its number as printed."""

    relation: Relation
    issuer: str
    number: str


def use_policy_of(document: Mapping[str, Any], reference: Reference) -> UsePolicy | None:
    """Return the use policy of a document's record; None when its profile is not known here.

    A licence for one shipment may be drawn on by one declaration, one for several by as many as it says.
    """
    if kind_of(document) is Kind.AEO:
        return UsePolicy(UseKind.NONE)
    profile = profile_of(document, reference)
    if profile is None or kind_of(document) is Kind.ORIGIN or profile.use.kind is not UseKind.QUANTITY:
        return None if profile is None else profile.use
    most = 1 if document.get("usageMode") == "ONE_SHIPMENT" else document.get("maxUses")
    return UsePolicy(UseKind.QUANTITY, most if type(most) is int and 0 < most < 256 else 0)


def parent_of(document: Mapping[str, Any]) -> Parent | None:
    """Return what the record is to hang on, or None for nothing."""
    found = [one for one in _array(document.get("references")) if isinstance(one, Mapping)]
    for name, relation in RELATIONS.items():
        for one in found:
            issuer, number = one.get("issuerId"), one.get("number")
            if one.get("relation") == name and isinstance(issuer, str) and isinstance(number, str):
                return Parent(relation, issuer, number)
    return None


def terms_of(document: Mapping[str, Any], reference: Reference) -> Terms | None:
    """Return the terms that the record is anchored with, or None for none.

    A balance is what the use policy asks for, or a document that takes its quantities from another. A certified true
    copy has none: its use is its original's.
    """
    parent, policy = parent_of(document), use_policy_of(document, reference)
    is_child = parent is not None and parent.relation is not Relation.TRUE_COPY
    needs = is_child or (parent is None and policy is not None and policy.kind is UseKind.QUANTITY)
    return balance_of(document, reference) if needs else None


def balance_of(document: Mapping[str, Any], reference: Reference) -> Terms | None:
    """Return the terms that would open a balance for a document, whatever its use policy; None when it has none to open.

    The issuer needs them before another document can take its quantities from this one.
    """
    profile, items = profile_of(document, reference), _array(document.get("items"))
    if profile is None or not 0 < len(items) <= MOST_LINES:
        return None
    parent = parent_of(document)
    is_child = parent is not None and parent.relation is not Relation.TRUE_COPY
    lines = []
    for place, item in enumerate(items, start=1):
        authorised = None if not isinstance(item, Mapping) else line_balance(item)
        if authorised is None:
            return None
        unit, quantity = authorised
        parent_item = item.get("parentItem")
        source = parent_item if type(parent_item) is int else place
        lines.append(LineTerms(unit, quantity, source if is_child else 0))
    for item in filter(has_two_limits, items):
        value = value_balance(item)
        if value is None or is_child:  # a child names one line of its parent for each item, not two
            return None
        lines.append(LineTerms(*value))
    if len(lines) > MOST_LINES:
        return None
    tolerance = _tolerance(document, profile)
    if any(ceiling(line.authorised, tolerance) > LARGEST for line in lines):
        return None
    return Terms(
        lines=tuple(lines),
        tolerance=tolerance,
        on_remaining=profile.tolerance_on_remaining,
        economies=_economies(document, profile),
        offices=tuple(_texts(document.get("allowedOffices"))),
    )


def grants_of(document: Mapping[str, Any]) -> tuple[Grant, ...]:
    """Return the types that an AEO entry grants, each from the first second (UTC) of its day on."""
    grants = []
    for one in _array(document.get("types")):
        if not isinstance(one, Mapping):
            continue
        name, day = one.get("type"), day_of(one.get("authorisationDate"))
        if isinstance(name, str) and day is not None:
            begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
            grants.append(Grant(name, int(begins.timestamp())))
    return tuple(grants)


def line_balance(item: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return unit and quantity (millionths, more than zero) that an item's balance is kept in, or None for none."""
    if item.get("balanceKind") == "VALUE":
        return value_balance(item)
    found = [one for one in _array(item.get("quantities")) if isinstance(one, Mapping)]
    preferred = [one for one in found if one.get("kind") == _PREFERRED]
    chosen: Mapping[str, Any] = next(iter(preferred or found), {})
    return _balance(chosen.get("unit"), chosen.get("value"))


def value_balance(item: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return currency and value (millionths, more than zero) of an item, or None for none."""
    value = item.get("value")
    return _balance(value.get("currency"), value.get("amount")) if isinstance(value, Mapping) else None


def has_two_limits(item: object) -> bool:
    """Return whether quantity and value each limit an item of a licence, and both count."""
    return isinstance(item, Mapping) and item.get("balanceKind") == QUANTITY_AND_VALUE


def value_line(items: Sequence[Any], place: int) -> int | None:
    """Return the line that the value of the item at ``place`` (from 1) is kept on besides its own, or None for none."""
    if not 0 < place <= len(items) or not has_two_limits(items[place - 1]):
        return None
    return len(items) + sum(map(has_two_limits, items[:place]))


def _balance(unit: object, amount: object) -> tuple[str, int] | None:
    if not isinstance(unit, str) or not isinstance(amount, str):
        return None
    quantity = to_millionths(amount)
    return (unit, quantity) if quantity and quantity <= LARGEST else None


def _tolerance(document: Mapping[str, Any], profile: Profile) -> int:
    stated = document.get("tolerancePct") if profile.kind == Kind.LICENCE else profile.tolerance
    return stated if type(stated) is int and 0 <= stated <= 100 else 0


def _economies(document: Mapping[str, Any], profile: Profile) -> tuple[str, ...]:
    """Return whose customs may draw on the record; none means the issuer's own."""
    allowed = profile.values.get("economies", "DESTINATION")
    if not isinstance(allowed, str):
        return tuple(_texts(allowed))
    destination = document.get("destinationCountry")
    return (destination,) if allowed == "DESTINATION" and isinstance(destination, str) else ()


def _array(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _texts(value: Any) -> Iterator[str]:
    return (one for one in _array(value) if isinstance(one, str))
