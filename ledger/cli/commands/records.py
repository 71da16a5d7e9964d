"""Commands on records."""

from __future__ import annotations

from typing import Any

from ledger.cli.commands.parts import GENERAL, REASON, command, json_option, kind, record, since


def add(commands: Any) -> None:
    """Add the changes of a record's status, and ``history``."""
    for name, text in (
        ("revoke", "revoke a record for good"),
        ("suspend", "suspend a record"),
        ("reinstate", "end a suspension"),
        ("cancel", "withdraw a record before its use, at the applicant's request"),
    ):
        one = command(commands, name, "records:change_status", text, f"0 done, {GENERAL}")
        record(one)
        one.add_argument("--reason", required=True, metavar="Rnn", help=REASON)
        since(one)
        kind(one)
        one.set_defaults(action=name)
        json_option(one)
    one = command(
        commands, "history", "records:history", "a record's entries, re-read from the chain",
        "0 found, 2 no record with this number, 3 not available now, 4 bad input",
    )  # fmt: skip
    record(one)
    kind(one)
    json_option(one)
