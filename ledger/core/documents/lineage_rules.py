"""Lineage rules: what a document that hangs on another must say, and whether its balances can be kept.

The one rule: what the ledger would refuse, or could not bind, is an error here, before anything is sealed. Whether the
other document exists, is valid and has enough left is on the ledger and not known here.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from ledger.core.balances import LARGEST
from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import profile_of
from ledger.core.documents.rules import Findings, Tree, each, part, text
from ledger.core.documents.terms import (
    MOST_LINES,
    RELATIONS,
    balance_of,
    has_two_limits,
    line_balance,
    parent_of,
    use_policy_of,
    value_balance,
)
from ledger.core.opening import Relation
from ledger.core.profiles import Period, UseKind, day_of

_KIND_FOR: Final = {"TRUE_COPY_OF": "CERTIFIED_TRUE_COPY", "EXTRACT_OF": "EXTRACT"}
_BLANK: Final = "___"
_OF_ONE_ISSUER: Final = frozenset(_KIND_FOR)


def check_lineage(document: Tree, reference: Reference, findings: Findings) -> None:
    """Check the references that the record is to hang on, and the rules of the profile for certified true copies."""
    issuer, kind = text(part(document, "issuer"), "id"), text(document, "issueKind")
    counts = Counter(text(one, "relation") for _, one in each(document, "references"))
    for path, one in each(document, "references"):
        relation, other = text(one, "relation"), text(one, "issuerId")
        if relation not in RELATIONS:
            continue
        if counts[relation] > 1:
            expected = f"one reference with relation {relation}: a record hangs on one other"
            findings.error(f"{path}.relation", relation, expected, "LINK_REPEATED")
        if relation in _OF_ONE_ISSUER and other is not None and issuer is not None and other != issuer:
            findings.error(
                f"{path}.issuerId", other, f"{issuer}, the issuer of both", "LINK_OF_ANOTHER_ISSUER"
            )
        wanted = _KIND_FOR.get(relation)
        if wanted is not None and kind != wanted:
            expected = f"{wanted}, since a reference says {relation}"
            findings.error("issueKind", kind or "", expected, "ISSUE_KIND_DIFFERS")
        if relation == "TRUE_COPY_OF":
            _check_true_copy(document, one, path, reference, findings)
    parent = parent_of(document)
    if parent is None or parent.relation is Relation.TRUE_COPY:
        for path, item in each(document, "items"):
            if parent is None and "parentItem" in item:
                expected = "no item of another document, since none is referred to"
                findings.error(f"{path}.parentItem", item["parentItem"], expected, "PARENT_ITEM_UNFOUNDED")


def _check_true_copy(
    document: Tree, original: Tree, path: str, reference: Reference, findings: Findings
) -> None:
    profile = profile_of(document, reference)
    if profile is None:
        return
    if profile.values.get("ctcAllowed") is False:
        findings.error(
            "issueKind", "CERTIFIED_TRUE_COPY", f"no true copies under {profile.id}", "COPY_NOT_PROVIDED"
        )
    issued, dated = day_of(document.get("issueDate")), day_of(original.get("date"))
    words = profile.values.get("ctcText")
    if words is not None:
        _check_words(document, original, words, profile.id, findings)
    if dated is None:
        if "date" not in original:
            # Fixed words with a blank for the day cannot be said without it.
            tell = findings.error if words is not None and words.count(_BLANK) > 1 else findings.warn
            tell(f"{path}.date", "", "the original's day of issue, which a true copy tells", "COPY_UNDATED")
        return
    window = profile.values.get("ctcWindow")
    if window is not None and issued is not None:
        last = Period(window["count"], window["unit"]).after(dated)
        if issued > last:
            expected = f"{last} or earlier under {profile.id}, for an original of {dated}"
            findings.warn("issueDate", issued.isoformat(), expected, "COPY_TOO_LATE")


def _tell_missing(item: Tree, path: str, by_value: bool, findings: Findings) -> None:
    member, word = ("value", "value") if by_value else ("quantities", "quantity")
    expected = f"a {word} above zero and up to {LARGEST // 10**6}"
    findings.error(f"{path}.{member}", item.get(member) or "", expected, "BALANCE_MISSING")


def _check_words(document: Tree, original: Tree, words: str, profile: str, findings: Findings) -> None:
    """Check that the remarks bear the agreement's fixed words for a true copy, its blanks filled in.

    Letters' case and white space are free, and so is how the day is written.
    """
    number = text(original, "number") or ""
    remarks = text(document, "remarks") or ""
    first, *more = words.split(_BLANK)
    pieces = [first, *([number, *more] if more else [])]
    told, place = _plain(remarks), 0
    for piece in filter(None, map(_plain, pieces)):
        found = told.find(piece, place)
        if found < 0:
            filled = words.replace(_BLANK, number, 1).replace(_BLANK, text(original, "date") or _BLANK, 1)
            findings.warn("remarks", remarks, f'"{filled}" under {profile}', "COPY_WORDS_MISSING")
            return
        place = found + len(piece)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def check_balances(document: Tree, reference: Reference, findings: Findings) -> None:
    """Check that every line has a balance that the ledger can keep, where the document needs one."""
    parent, policy = parent_of(document), use_policy_of(document, reference)
    if parent is not None and parent.relation is Relation.TRUE_COPY:
        return
    if parent is None and (policy is None or policy.kind is not UseKind.QUANTITY):
        return
    items = document.get("items")
    lines = len(items) + sum(map(has_two_limits, items)) if isinstance(items, list) else 0
    if lines > MOST_LINES:
        findings.error("items", lines, f"at most {MOST_LINES} balances", "LINES_TOO_MANY")
        return
    before = len(findings.problems)
    for path, item in each(document, "items"):
        by_value = item.get("balanceKind") == "VALUE"
        if line_balance(item) is None:
            _tell_missing(item, path, by_value, findings)
        if has_two_limits(item) and value_balance(item) is None:
            _tell_missing(item, path, True, findings)
    if len(findings.problems) == before and isinstance(items, list) and items:
        complete = (
            all(isinstance(item, dict) for item in items) and profile_of(document, reference) is not None
        )
        if complete and balance_of(document, reference) is None:
            expected = f"quantities that with the tolerance stay below {LARGEST // 10**6}"
            findings.error("items", f"{len(items)}", expected, "BALANCE_TOO_LARGE")
