"""Alterations: in what a presented document differs from the one that was anchored, as far as that is known here.

The one rule: it never makes anything acceptable. The document id is one digest of all of it, so the ledger alone tells that a
document is another one and not in what. A gateway that holds the anchored document can compare member by member; where the
ledger keeps balances, they are the anchored quantities of the items. No value is told, and only what is shown in every copy is
compared: an answer about the rest would let who presents guesses learn what was hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ledger.core.checks.case import Case
from ledger.core.checks.data import claimed_item
from ledger.core.documents.terms import line_balance
from ledger.core.reasons import Reason
from ledger.core.verdict import Finding, Word

_ASK_COPY: Final = "Ask the issuing body for its copy."
_NAMES: Final = {"hsCode": "HS code", "originCountry": "country of origin"}
_MOST: Final = 10

_Members = Mapping[str, Any]
_Found = dict[int, list[str]]


def about_alterations(case: Case) -> Iterator[Finding]:
    """Yield what of an altered document differs: a sentence for the whole, and one for each item that is known to."""
    anchored = case.facts.original
    items = dict(case.items())
    if anchored is not None:
        form = anchored.form
        first = {one.get("sequence"): one for one in _mappings(anchored.subject.get("items"))}
        found = {
            sequence: _differing(item, first.get(sequence), form.always_in_items)
            for sequence, item in items.items()
        }
        missing = [str(sequence)[:8] for sequence in first if sequence not in items]
        names = [name for name in form.always if name != "items"]
        yield _told(_summary(found, _members(case.subject, anchored.subject, names), missing))
    else:
        found = _against_lines(case)
        rest = "What else" if any(found.values()) else "What"
        yield _told(
            f"{rest} of it was altered cannot be told here: the ledger holds one digest of all of it."
        )
    places = _places(case)
    for sequence, names in found.items():
        for name in names:
            for place in places.get(sequence, ()):
                yield _told(f"Item {sequence}: {name}.", place)


def _told(message: str, item: int | None = None) -> Finding:
    return Finding.of(Reason.DIGEST_MISMATCH, Word.REJECT, message, item=item, next_step=_ASK_COPY)


def _summary(found: _Found, whole: list[str], missing: list[str]) -> str:
    altered = [str(sequence) for sequence, names in found.items() if names]
    same = [str(sequence) for sequence, names in found.items() if not names]
    parts = [
        f"items that differ from the anchored ones: {_cut(altered)}" if altered else "",
        f"items that are as anchored: {_cut(same)}" if same else "",
        f"anchored items that are missing: {_cut(missing)}" if missing else "",
        f"other members that differ: {_cut(whole)}" if whole else "",
    ]
    told = "; ".join(part for part in parts if part)
    return f"{told[:1].upper()}{told[1:]}." if told else "Nothing differs of what every copy shows."


def _cut(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _differing(presented: _Members, anchored: _Members | None, shown: Iterable[str]) -> list[str]:
    """Return what of an item does not match, as sentences without values.

    Args:
        shown: members that every copy shows.
    """
    if anchored is None:
        return ["it is not on the anchored document"]
    both = (presented, anchored)
    kinds = sorted({str(one.get("kind")) for item in both for one in _mappings(item.get("quantities"))})
    names = [_kind_name(kind) for kind in kinds if _of_kind(presented, kind) != _of_kind(anchored, kind)]
    names += _members(presented, anchored, [name for name in shown if name != "quantities"])
    return [f"{name} does not match the anchored value" for name in names]


def _against_lines(case: Case) -> _Found:
    """Return the items whose balances on the ledger are not those of the presented document."""
    usage, record, root = case.facts.usage, case.record, case.root
    own = record is not None and root is not None and root.tag == record.tag
    if usage is None or not own or not usage.lines or usage.endorsed_at is not None:
        return {}
    found: _Found = {}
    every = case.subject.get("items")
    for place, item in enumerate(every if isinstance(every, list | tuple) else (), start=1):
        if not isinstance(item, Mapping) or type(sequence := item.get("sequence")) is not int:
            continue
        line = usage.lines.get(place)
        if line is None:
            found[sequence] = ["it is not on the anchored document"]
        elif line_balance(item) != (line.unit, line.authorised):
            found[sequence] = [f"{_kept_in(item)} does not match the anchored value"]
    return found


def _kept_in(item: _Members) -> str:
    """Return what the balance of an item is kept in: its value, its net mass or else its first quantity."""
    if item.get("balanceKind") == "VALUE":
        return "value"
    kinds = [str(one.get("kind")) for one in _mappings(item.get("quantities"))]
    return _kind_name("NET_MASS" if "NET_MASS" in kinds else next(iter(kinds), "QUANTITY"))


def _places(case: Case) -> dict[int, list[int]]:
    """Return the items of the answer that each item of the document is told at: those declared that claim it, else itself."""
    declaration = case.question.declaration
    if declaration is None or not declaration.items:
        return {sequence: [sequence] for sequence, _ in case.items()}
    places: dict[int, list[int]] = {}
    for one in declaration.items:
        claimed = claimed_item(case, one)
        if claimed is not None:
            places.setdefault(claimed, []).append(one.sequence)
    return places


def _members(presented: _Members, anchored: _Members, names: Iterable[str]) -> list[str]:
    return [_name(name) for name in names if presented.get(name) != anchored.get(name)]


def _mappings(values: object) -> list[_Members]:
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list | tuple) else []


def _of_kind(item: _Members, kind: str) -> list[_Members]:
    return [one for one in _mappings(item.get("quantities")) if str(one.get("kind")) == kind]


def _kind_name(kind: str) -> str:
    return kind[:20].replace("_", " ").lower()


def _name(member: str) -> str:
    """Return a member's name as words: ``originCriterion`` is ``origin criterion``."""
    return _NAMES.get(member) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", member[:40]).lower()
