"""Uses: reserve, consume, release, correct and enter, as customs writes them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ledger.cli import exits
from ledger.cli.console import BOLD, FAINT, GREEN, RED, coloured, say, say_json, show, table
from ledger.cli.home import opened
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.use_answers import UseAction, UseRequest
from ledger.service.wire import (
    KINDS,
    kind_text,
    moment_text,
    read_moment,
    read_reason,
    read_use_id,
    reservations_shape,
    use_shape,
)

if TYPE_CHECKING:
    from ledger.service.use_answers import Reservation, UseAnswer

_MOST = 1000
_HEAD = ("reserved", "quantity", "record", "office", "declaration", "item", "line", "use")
_NAMED = ("issuer", "number", "office", "declaration")
_ONLY_NAMED = (*_NAMED, "item", "line")


def act(options: argparse.Namespace) -> int:
    """Write one act on a use and say how the use stands."""
    action = UseAction(options.action)
    use_id: str | None = getattr(options, "use", None)
    quantity: str | None = getattr(options, "quantity", None)
    unit: str | None = getattr(options, "unit", None)
    correction: int | None = getattr(options, "correction", None)
    reason = 0 if getattr(options, "reason", None) is None else read_reason("--reason", options.reason)
    _check(options, use_id)
    if use_id is not None:
        read_use_id("USE", use_id)
        with opened(options) as ledger:
            answer = ledger.use_by_id(
                use_id, action, quantity=quantity, unit=unit, reason=reason, correction=correction
            )
    else:
        happened = getattr(options, "happened_at", None)
        request = UseRequest(
            action,
            options.issuer,
            options.number,
            options.office,
            options.declaration,
            kind=KINDS[options.kind],
            item=options.item or 0,
            line=options.line or 0,
            quantity=quantity,
            unit=unit,
            reason=reason,
            correction=correction,
            happened_at=None if happened is None else read_moment("--happened-at", happened),
        )
        with opened(options) as ledger:
            answer = ledger.use(request)
    if options.json:
        say_json(use_shape(answer))
    else:
        _show(answer)
    return exits.DONE


def reservations(options: argparse.Namespace) -> int:
    """Print what this member's offices hold and have neither consumed nor released."""
    limit: int = options.limit
    if not 1 <= limit <= _MOST:
        wanted = f"a whole number from 1 to {_MOST}"
        raise Rejected([Problem("--limit", str(limit)[:40], wanted, code="NUMBER_OUT_OF_RANGE")])
    if options.first < 0:
        wanted = "the index of a journal entry, from 0"
        raise Rejected([Problem("--first", str(options.first)[:40], wanted, code="NUMBER_OUT_OF_RANGE")])
    before = None if options.before is None else read_moment("--before", options.before)
    with opened(options) as ledger:
        found = ledger.reservations(before, limit, options.first)
    if options.json:
        say_json(reservations_shape(found))
        return exits.DONE
    if found.reservations:
        say(*table(_HEAD, [_row(one) for one in found.reservations]), "")
    more = "" if found.next is None else f"; --first {found.next} shows the following ones"
    say(f"{found.count} open reservations as of {found.journal_size} entries of the journal{more}")
    if found.count:
        say("None is freed by itself, for the goods may have left: consume what was taken, or release it.")
    return exits.DONE


def _row(one: Reservation) -> tuple[object, ...]:
    return (
        moment_text(one.since),
        "the whole" if one.unit is None else f"{one.reserved} {one.unit}",
        f"{kind_text(one.kind)} {one.number or 'number not known here'} of {one.issuer}",
        one.office,
        one.declaration or "-",
        one.item or "all",
        one.line or "-",
        one.use_id,
    )


def _check(options: argparse.Namespace, use_id: str | None) -> None:
    """Check that the use is named in one way, and wholly.

    Raises:
        Rejected: it is not; every option that is missing or too many.
    """
    if use_id is None:
        wanted = "a value, or USE instead of all of them"
        missing = [name for name in _NAMED if getattr(options, name) is None]
        problems = [Problem(f"--{name}", "", wanted, code="USE_UNCLEAR") for name in missing]
    else:
        wanted = "USE alone, which names it already"
        extra = [name for name in _ONLY_NAMED if getattr(options, name) is not None]
        problems = [
            Problem(f"--{name}", str(getattr(options, name))[:80], wanted, code="USE_UNCLEAR")
            for name in extra
        ]
    if problems:
        raise Rejected(problems)


def _show(answer: UseAnswer) -> None:
    amount = ""
    if answer.unit is not None:
        held = answer.reserved if answer.state == "reserved" else answer.consumed
        amount = f"  {held} {answer.unit} of line {answer.line}"
    record = f"{kind_text(answer.kind)} {show(answer.number)} of {show(answer.issuer)}"
    say(f"{coloured(answer.state, GREEN)}{amount}  {coloured(record, BOLD)}")
    item = f", item {answer.item}" if answer.item else ""
    say(f"  for declaration {show(answer.declaration)}{item}, at {show(answer.office)}")
    if answer.free is not None:
        say(f"  free on this line: {answer.free} {answer.unit}")
    if answer.conflict:
        say(
            f"  {coloured('CONFLICT', RED)}  it broke a limit, an office rule or the status; it stands, "
            "since it happened, and nobody else's use is undone"
        )
    say(f"  use {answer.use_id}")
    if answer.receipt is None:
        say(coloured("  nothing new: this had been written before", FAINT))
        return
    entry = "" if answer.receipt.journal_index is None else f"  journal entry {answer.receipt.journal_index}"
    say(f"  {moment_text(answer.receipt.time)}  block {answer.receipt.block_number}{entry}")
