"""Records: change a record's status, and read its history."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from ledger.cli import exits
from ledger.cli.console import BOLD, GREEN, coloured, say, say_json, show, table, words
from ledger.cli.home import opened
from ledger.service.answers import ActReceipt, StatusAction
from ledger.service.wire import (
    KINDS,
    address_text,
    hex_text,
    history_shape,
    moment_text,
    plain,
    read_moment,
    read_reason,
    receipt_shape,
)


def change_status(options: argparse.Namespace) -> int:
    """Suspend, reinstate, revoke or cancel."""
    reason = read_reason("--reason", options.reason)
    since = (
        None if options.effective_from is None else read_moment("--effective-from", options.effective_from)
    )
    with opened(options) as ledger:
        action = StatusAction(options.action)
        show_receipt(
            ledger.change_status(options.issuer, options.number, action, reason, since, KINDS[options.kind]),
            options.json,
        )
    return exits.DONE


def history(options: argparse.Namespace) -> int:
    """Print everything that was ever said about a record."""
    with opened(options) as ledger:
        found = ledger.history(options.issuer, options.number, KINDS[options.kind])
    if options.json:
        say_json(history_shape(found))
    elif found.lines:
        rows = [
            (line.index, moment_text(line.time), line.block_number, line.act, line.member,
             address_text(line.operator), details_text(line.details))
            for line in found.lines
        ]  # fmt: skip
        head = ("entry", "block time", "block", "act", "member", "operator", "details")
        say(coloured(f"{show(found.issuer)}  {show(found.number)}", BOLD), *table(head, rows))
    else:
        say(f"{show(found.issuer)} has no record with the number {show(found.number)}")
    if not options.json:
        say("", f"read from the chain at block {found.block_number}, journal of {found.journal_size} entries")
    return exits.DONE if found.lines else exits.REFER


def show_receipt(receipt: ActReceipt, as_json: bool) -> None:
    """Print what the chain says of an act."""
    if as_json:
        say_json(receipt_shape(receipt))
        return
    say(f"{coloured('done', GREEN)}  {receipt.act}  at {moment_text(receipt.time)}")
    say(f"  block {receipt.block_number}")
    if receipt.journal_index is not None:
        say(f"  journal entry {receipt.journal_index}")
    say(f"  transaction {hex_text(receipt.transaction)}")
    if receipt.details:
        say(f"  {details_text(receipt.details)}")


def details_text(details: Mapping[str, object]) -> str:
    """Return an entry's own members as one line."""
    shape: dict[str, Any] = plain(details)
    return "  ".join(_told(shape))


def _told(shape: Mapping[str, Any]) -> Iterator[str]:
    """Yield names with values; what is nested is told as if it were not."""
    for name, value in shape.items():
        if isinstance(value, dict):
            yield from _told(value)
        else:
            yield f"{name} {words(value)}"
