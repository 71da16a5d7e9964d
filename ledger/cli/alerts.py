"""Alerts: what fell after an office of this member had relied on it, once or again and again."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Final

from ledger.cli import exits
from ledger.cli.console import BOLD, RED, YELLOW, coloured, say, say_json, show
from ledger.cli.home import opened
from ledger.core.problems import Problem
from ledger.errors import Rejected, Unavailable
from ledger.service.alert_pages import read_alerts
from ledger.service.wire import alert_shape, kind_text, moment_text

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger
    from ledger.service.use_answers import Alert

_PAGE: Final = 100
_LONGEST_WATCH: Final = 86_400.0


def alerts(options: argparse.Namespace) -> int:
    """Print alerts from a journal entry on; with ``--watch`` go on until interrupted."""
    _check(options)
    first: int = options.first
    with opened(options) as ledger:
        if options.watch is None:
            _tell(ledger, first, options.json)
            return exits.DONE
        try:
            while True:
                first = _tell_if_possible(ledger, first, options.json)
                time.sleep(options.watch)
        except KeyboardInterrupt:
            return exits.DONE


def _check(options: argparse.Namespace) -> None:
    problems = []
    if not 0 <= options.first < 2**53:
        wanted = "the index of a journal entry, from 0"
        problems.append(Problem("--first", str(options.first)[:40], wanted, code="NUMBER_OUT_OF_RANGE"))
    if options.watch is not None and not 0 < options.watch <= _LONGEST_WATCH:
        wanted = f"seconds, above 0 and at most {_LONGEST_WATCH:.0f}"
        problems.append(Problem("--watch", str(options.watch)[:40], wanted, code="NUMBER_OUT_OF_RANGE"))
    if problems:
        raise Rejected(problems)


def _tell_if_possible(ledger: Ledger, first: int, as_json: bool) -> int:
    """Print what is new and return from where to ask next; what does not answer now is asked again later."""
    try:
        return _tell(ledger, first, as_json, quiet=True)
    except Unavailable as error:
        sys.stderr.write(f"tradeseal: not available now: {show(error)}\n")
        return first


def _tell(ledger: Ledger, first: int, as_json: bool, quiet: bool = False) -> int:
    found: list[Alert] = []
    following = first
    while (page := read_alerts(ledger.alerts, following, _PAGE)).alerts:
        found += page.alerts
        following = page.next
    if quiet and not found:
        return following
    if as_json:
        say_json({"first": first, "alerts": [alert_shape(one) for one in found], "next": following})
        return following
    for one in found:
        _show(one)
    if not quiet:
        say(f"{len(found)} alerts from journal entry {first} on; next time: --first {following}")
    return following


def _show(one: Alert) -> None:
    number = "number not known here" if one.number is None else show(one.number)
    title = f"{kind_text(one.kind)} {number} of {show(one.issuer)}"
    where = "" if one.office is None else f" at {show(one.office)}"
    declaration = "" if one.declaration is None else f" for declaration {show(one.declaration)}"
    say(
        f"{coloured(one.code, RED if one.code.startswith('R') else YELLOW)}  {coloured(title, BOLD)}",
        f"  {show(one.message)}",
        f"  in effect from {moment_text(one.effective_from)}, known since {moment_text(one.recorded_at)}, "
        f"journal entry {one.journal_index}",
        f"  {one.state}{where} on {moment_text(one.used_at)}{declaration}",
        f"  what to do: {show(one.what_next)}",
        "",
    )
