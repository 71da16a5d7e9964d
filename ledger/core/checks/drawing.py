"""Drawing: what is asked of a record's balances, against what is free.

The one rule: what customs is told to be free is what the contracts would let it take now, tolerance included. What a
declaration holds already is free for it. Whose the rest is, is told as another office's and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ledger.core.balances import LineState, free, most
from ledger.core.checks.case import Case
from ledger.core.checks.lines import Asked, asked_of
from ledger.core.checks.wording import list_words, quantity_words
from ledger.core.reasons import Reason
from ledger.core.uses import TermsState, Usage, UseRecord, UseState
from ledger.core.verdict import Finding, Word

_COMPARE = "Compare the units with the document."


def about_lines(case: Case, usage: Usage) -> Iterator[Finding]:
    """Yield whether the lines have left what the declaration asks, or else what they have left."""
    terms = usage.terms
    if terms is None or not usage.lines:
        return
    declaration = case.question.declaration
    if declaration is None or not declaration.items:
        yield from _about_rest(case, usage, terms)
        return
    so_far: dict[int, Decimal] = {}
    gross: set[int] = set()
    for asked in asked_of(case, {number: line.unit for number, line in usage.lines.items()}):
        line = usage.lines.get(asked.line)
        if line is None:
            yield from _without_line(case, asked)
            continue
        if asked.quantity is None:
            yield _not_comparable(asked, line)
            continue
        if asked.gross:
            gross.add(asked.line)
        total = so_far[asked.line] = so_far.get(asked.line, Decimal(0)) + asked.quantity
        taken = _taken_by_others(case, asked.line, line)
        if total > _most(terms, line, taken):
            found = exceeded(case, asked.item.sequence, asked.line, line, total, taken, terms)
            yield _with_gross(found) if asked.line in gross else found


def about_overdrawing(case: Case, usage: Usage) -> Iterator[Finding]:
    """Yield the lines of which more was used than they allow: uses of a time without the ledger stand all the same."""
    for number, line in usage.lines.items():
        if usage.terms is not None and line.overdrawn(usage.terms.tolerance):
            taken = quantity_words(line.taken, line.unit)
            message = (
                f"Line {number}: {taken} were used of {quantity_words(line.authorised, line.unit)} "
                f"certified{_tolerance(usage.terms)}."
            )
            yield Finding.of(
                Reason.OVERDRAWN, Word.REFER, message, next_step="Ask the issuing body how to settle it."
            )


def exceeded(
    case: Case, item: int, number: int, line: LineState, asked: Decimal, taken: int, terms: TermsState
) -> Finding:
    """Return the finding that ``asked`` millionths are more than is free.

    Where nobody else drew on the line, all that is wrong is that more is declared than certified, and that is no ground for
    refusal where the agreement says so.

    Args:
        taken: millionths that others hold.
    """
    only_more = taken <= 0 and Reason.QUANTITY_MISMATCH.code in case.spared
    left = free(line.authorised, taken)
    others = [use for use in case.uses if use.place.line == number and not case.owns(use)]
    why = [_holding(case, use, line.unit) for use in others if use.quantity]
    if line.granted:
        why.append(f"{quantity_words(line.granted, line.unit)} passed on to certificates that build on it")
    told = f" ({list_words(why)})" if why else ""
    message = (
        f"Requested {quantity_words(asked, line.unit)}, free {quantity_words(left, line.unit)}"
        f"{_tolerance(terms)}{told}."
    )
    word = Word.REFER if only_more else Word.REJECT
    return Finding.of(
        Reason.BALANCE_EXCEEDED, word, message, item=item, next_step="Declare no more than is free."
    )


def _with_gross(found: Finding) -> Finding:
    """Return the finding for a request in which gross mass stands in for another kind: it may be less, so a person decides."""
    message = found.message.replace(", free ", ", gross mass counted in, free ", 1)
    return replace(found, word=Word.REFER, message=message, next="Declare the kind that the line is kept in.")


def _about_rest(case: Case, usage: Usage, terms: TermsState) -> Iterator[Finding]:
    """Yield what each line has left; a record of which nothing is left has been used up."""
    rest = {
        number: _most(terms, line, _taken_by_others(case, number, line))
        for number, line in usage.lines.items()
    }
    told = []
    for number, line in usage.lines.items():
        left = free(line.authorised, _taken_by_others(case, number, line))
        whole = quantity_words(line.authorised, line.unit)
        told.append(f"line {number}: free {quantity_words(left, line.unit)} of {whole}")
    message = f"{list_words(told)}{_tolerance(terms)}."
    if any(rest.values()):
        yield Finding.of(Reason.USE_LEFT, Word.ACCEPT, message[0].upper() + message[1:])
    else:
        step = "If an earlier use is an error, the office that wrote it can give it back."
        yield Finding.of(Reason.ALREADY_USED, Word.REJECT, f"Used up: {message}", next_step=step)


def _most(terms: TermsState, line: LineState, taken: int) -> int:
    return most(line.authorised, taken, terms.tolerance, on_remaining=terms.on_remaining)


def _taken_by_others(case: Case, number: int, line: LineState) -> int:
    """Return the millionths of a line that are not free for this declaration at the time to judge."""
    spared = [*(use for use in case.uses if case.owns(use)), *case.later_uses]
    return line.taken - sum(use.quantity for use in spared if use.place.line == number)


def _holding(case: Case, use: UseRecord, unit: str) -> str:
    same = use.place.office == case.office and case.economy_of(use) == case.question.economy
    who = "another declaration of this office" if same else "another office"
    verb = "reserved" if use.state is UseState.RESERVED else "used"
    return f"{quantity_words(use.quantity, unit)} {verb} by {who} at {case.clock(use.used_at)}"


def _without_line(case: Case, asked: Asked) -> Iterator[Finding]:
    """Yield that a declared item is not on the record; with a document, the check of data says so."""
    if case.document is None:
        place = asked.item.sequence
        message = f"Declared item {place} names no line of the record."
        step = "Say which item of the certificate it claims."
        yield Finding.of(Reason.ITEM_NOT_CERTIFIED, Word.REFER, message, item=place, next_step=step)


def _not_comparable(asked: Asked, line: LineState) -> Finding:
    units = [quantity.unit for quantity in asked.item.quantities]
    if asked.item.customs_value is not None:
        units.append(asked.item.customs_value.currency)
    declared = ", ".join(units) or "no quantity"
    message = (
        f"Item {asked.item.sequence}: declared in {declared}, the balance of line {asked.line} is kept in "
        f"{line.unit}; nothing is converted between the two."
    )
    return Finding.of(Reason.UNIT_MISMATCH, Word.REFER, message, item=asked.item.sequence, next_step=_COMPARE)


def _tolerance(terms: TermsState) -> str:
    if not terms.tolerance:
        return ""
    return f" and a tolerance of {terms.tolerance} %{' of what remains' if terms.on_remaining else ''}"
