"""Calls about use: calldata of everything that a registry of records takes one by one, and the answers of its views.

Codes are text here and padded with zeros on the chain; quantities are whole millionths of the line's unit, times seconds.
One interface serves all kinds of records; ``endorse`` is the licence registry's alone. Batches are spelt in ``abi``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.chain.acts import call, read
from ledger.core.opening import Link, Terms

_CONTRACT: Final = "LicenceRegistry"
NO_LINK: Final = (0, bytes(32), bytes(32))
NO_TERMS: Final[tuple[Any, ...]] = (0, False, [], [], [])


@dataclass(frozen=True, slots=True)
class Issue:
    """A record to be anchored by itself: as ``PreparedDocument``, with what it hangs on and what may be drawn on it."""

    document_type: int
    use_policy: int
    key: bytes
    tag: bytes
    document_id: bytes
    link: Link | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class UseId:
    """A use of one record by one customs member: its office, the commitment to its declaration (32 bytes), the item or 0."""

    office: str
    declaration: bytes
    item: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of which line; a record without lines has none, and all of it is 0."""

    line: int = 0
    unit: str = ""
    quantity: int = 0


NOTHING: Final = Amount()


@dataclass(frozen=True, slots=True)
class LineSlot:
    """A line's balance as the contract keeps it; ``unit`` is empty when there is no such line."""

    unit: str
    parent_line: int
    authorised: int
    reserved: int
    consumed: int


@dataclass(frozen=True, slots=True)
class UseSlot:
    """A use as the contract keeps it; ``state`` 0 none, 1 reserved, 2 consumed, 3 released."""

    state: int
    line: int
    reserved: int
    consumed: int
    corrections: int
    last_fell: bool
    last_change: int


# --- by the issuer ------------------------------------------------------------------------------------------------


def anchor_one(member: str, issue: Issue) -> bytes:
    """Return the call of ``anchorOne``."""
    return _call("anchorOne", _text(member), _issue(issue))


def replace(member: str, old: bytes, reason: int, issue: Issue) -> bytes:
    """Return the call of ``replace``; ``old`` is the number tag of the record that ends."""
    return _call("replace", _text(member), old, reason, _issue(issue))


def set_terms(member: str, tag: bytes, terms: Terms) -> bytes:
    """Return the call of ``setTerms``."""
    return _call("setTerms", _text(member), tag, _terms(terms))


def confirm(member: str, tags: Sequence[bytes]) -> bytes:
    """Return the call of ``confirm``; at most 512 tags."""
    return _call("confirm", _text(member), list(tags))


# --- by customs ---------------------------------------------------------------------------------------------------


def reserve(customs: str, member: str, tag: bytes, use: UseId, amount: Amount = NOTHING) -> bytes:
    """Return the call of ``reserve``."""
    return _call("reserve", _text(customs), _text(member), tag, _use(use), _amount(amount))


def consume(customs: str, member: str, tag: bytes, use: UseId, amount: Amount = NOTHING) -> bytes:
    """Return the call of ``consume``."""
    return _call("consume", _text(customs), _text(member), tag, _use(use), _amount(amount))


def release(customs: str, member: str, tag: bytes, use: UseId) -> bytes:
    """Return the call of ``release``."""
    return _call("release", _text(customs), _text(member), tag, _use(use))


def correct(
    customs: str, member: str, tag: bytes, use: UseId, *, number: int, falls: bool, quantity: int, reason: int
) -> bytes:
    """Return the call of ``correct``; ``number`` is the correction's place, from 1."""
    return _call("correct", _text(customs), _text(member), tag, _use(use), number, falls, quantity, reason)


def enter(
    customs: str, member: str, tag: bytes, use: UseId, amount: Amount = NOTHING, *, happened_at: int
) -> bytes:
    """Return the call of ``enter``."""
    return _call("enter", _text(customs), _text(member), tag, _use(use), _amount(amount), happened_at)


def endorse(customs: str, member: str, tag: bytes, office: str, actual: Sequence[int]) -> bytes:
    """Return the call of ``endorse``; ``actual`` is one quantity for each line, in order."""
    return _call("endorse", _text(customs), _text(member), tag, _text(office), list(actual))


# --- views: the call, and what it answered ------------------------------------------------------------------------


def line_of(member: str, tag: bytes, line: int) -> bytes:
    """Return the call of ``lineOf``."""
    return _call("lineOf", _text(member), tag, line)


def read_line(answer: bytes) -> LineSlot:
    """Return what ``lineOf`` answered.

    Raises:
        ValueError: the bytes do not fit.
    """
    [(unit, parent_line, authorised, reserved, consumed)] = read(_CONTRACT, "lineOf", answer)
    return LineSlot(unit.rstrip(b"\0").decode("ascii"), parent_line, authorised, reserved, consumed)


def use_of(customs: str, member: str, tag: bytes, use: UseId) -> bytes:
    """Return the call of ``useOf``."""
    return _call("useOf", _text(customs), _text(member), tag, _use(use))


def read_use(answer: bytes) -> UseSlot:
    """Return what ``useOf`` answered.

    Raises:
        ValueError: the bytes do not fit.
    """
    [found] = read(_CONTRACT, "useOf", answer)
    return UseSlot(*found)


def _call(function: str, *arguments: Any) -> bytes:
    return call(_CONTRACT, function, *arguments)


def _text(code: str) -> bytes:
    return code.encode("ascii")


def _issue(issue: Issue) -> tuple[Any, ...]:
    link, terms = issue.link, issue.terms
    return (
        issue.document_type,
        issue.use_policy,
        issue.key,
        (issue.tag, issue.document_id),
        NO_LINK if link is None else (int(link.relation), _text(link.member), link.tag),
        NO_TERMS if terms is None else _terms(terms),
    )


def _terms(terms: Terms) -> tuple[Any, ...]:
    return (
        terms.tolerance,
        terms.on_remaining,
        [_text(economy) for economy in terms.economies],
        [_text(office) for office in terms.offices],
        [(_text(line.unit), line.parent_line, line.authorised) for line in terms.lines],
    )


def _use(use: UseId) -> tuple[bytes, bytes, int]:
    return (_text(use.office), use.declaration, use.item)


def _amount(amount: Amount) -> tuple[int, bytes, int]:
    return (amount.line, _text(amount.unit), amount.quantity)
