"""Balances: what may still be taken on a record, opening one, and the endorsement of what really leaves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ledger.cli import exits
from ledger.cli.console import BOLD, RED, coloured, say, say_json, show, table
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.wire import KINDS, balance_shape, kind_text, moment_text

if TYPE_CHECKING:
    from ledger.service.use_answers import BalanceAnswer, UseLine

_LINE_HEAD = ("line", "unit", "authorised", "reserved", "consumed", "granted", "free", "")
_POLICIES = {
    "none": "its use is not limited",
    "single": "may be used once",
    "quantity": "used by quantity",
}
_USE_HEAD = (
    "customs",
    "office",
    "declaration",
    "item",
    "line",
    "reserved",
    "consumed",
    "state",
    "written",
    "use",
)


def show_balance(options: argparse.Namespace) -> int:
    """Print what is left of a record, and who took what."""
    with opened(options) as ledger:
        balance = ledger.balance(KINDS[options.kind], options.issuer, options.number)
    if options.json:
        say_json(balance_shape(balance))
    else:
        _show(balance)
    return exits.DONE


def open_balance(options: argparse.Namespace) -> int:
    """Open the balance of a record that was anchored without one."""
    with opened(options) as ledger:
        show_receipt(ledger.open_balance(options.issuer, options.number), options.json)
    return exits.DONE


def endorse(options: argparse.Namespace) -> int:
    """Endorse an export permit with what really leaves."""
    actual = [_quantity(text) for text in options.actual]
    problems = [
        Problem("--actual", text[:80], "QUANTITY:UNIT, such as 40:NMB", code="QUANTITY_INVALID")
        for text, found in zip(options.actual, actual, strict=True)
        if not all(found)
    ]
    if problems:
        raise Rejected(problems)
    with opened(options) as ledger:
        show_receipt(ledger.endorse(options.issuer, options.number, options.office, actual), options.json)
    return exits.DONE


def _quantity(text: str) -> tuple[str, str]:
    quantity, _, unit = text.partition(":")
    return quantity, unit


def _show(balance: BalanceAnswer) -> None:
    title = f"{kind_text(balance.kind)} {show(balance.number)} of {show(balance.issuer)}"
    mark = f"  {coloured('OVERDRAWN', RED)}" if balance.overdrawn else ""
    say(f"{coloured(title, BOLD)}  {balance.status}{mark}")
    say(f"  {_policy(balance)}")
    for word, allowed in (("by customs of", balance.economies), ("at the offices", balance.offices)):
        if allowed:
            say(f"  only {word} {', '.join(map(show, allowed))}")
    if balance.endorsed:
        say("  endorsed at export")
    if balance.lines:
        rows = [
            (one.line, one.unit, one.authorised, one.reserved, one.consumed, one.granted, one.free,
             "OVERDRAWN" if one.overdrawn else "")
            for one in balance.lines
        ]  # fmt: skip
        head, *lines = table(_LINE_HEAD, rows, numbers=_LINE_HEAD[2:7])
        say("", head)
        for one, text in zip(balance.lines, lines, strict=True):
            say(coloured(text, RED) if one.overdrawn else text)
    say("", *(table(_USE_HEAD, [_use(one) for one in balance.uses]) if balance.uses else ["not used yet"]))
    say("", f"read from the chain at block {balance.block_number}, journal of {balance.journal_size} entries")


def _policy(balance: BalanceAnswer) -> str:
    parts = [_POLICIES.get(balance.policy, show(balance.policy))]
    if balance.limit is not None:
        counted = ", ".join(
            f"{count} of {balance.limit} declarations" + ("" if economy == "*" else f" in {show(economy)}")
            for economy, count in sorted(balance.declarations.items())
        )
        parts.append(counted or f"0 of {balance.limit} declarations")
    if balance.tolerance:
        base = "what remains, for the last lot" if balance.tolerance_on_remaining else "what was authorised"
        parts.append(f"tolerance {balance.tolerance} % of {base}")
    return "; ".join(parts)


def _use(one: UseLine) -> tuple[object, ...]:
    unit = f" {one.unit}" if one.unit else ""
    state = f"{one.state}, conflict" if one.conflict else one.state
    happened = "" if one.happened_at is None else f" (happened {moment_text(one.happened_at)})"
    return (
        one.customs,
        one.office,
        one.declaration or "-",
        one.item or "all",
        one.line or "-",
        "-" if one.reserved is None else one.reserved + unit,
        "-" if one.consumed is None else one.consumed + unit,
        state,
        moment_text(one.since) + happened,
        one.use_id,
    )
