"""Consortium: members, proposals, votes. Commands map to the names of ``Ledger.act``."""

from __future__ import annotations

import argparse
from typing import Any

from ledger.cli import exits
from ledger.cli.console import BOLD, coloured, say, say_json, show, table
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.service.act_arguments import read_arguments
from ledger.service.wire import camel, plain


def act(options: argparse.Namespace) -> int:
    """Carry out a consortium act."""
    arguments = read_arguments(vars(options))
    with opened(options) as ledger:
        show_receipt(ledger.act(options.act, arguments), options.json)
    return exits.DONE


def members(options: argparse.Namespace) -> int:
    """Print all members."""
    with opened(options) as ledger:
        found: list[dict[str, Any]] = plain(ledger.members())
    if options.json:
        say_json({"members": found})
        return exits.DONE
    for one in found:
        _describe(one, "code")
    say(f"{len(found)} members")
    return exits.DONE


def proposals(options: argparse.Namespace) -> int:
    """Print all proposals."""
    with opened(options) as ledger:
        found: list[dict[str, Any]] = plain(ledger.proposals())
    if options.json:
        say_json({"proposals": found})
        return exits.DONE
    for one in found:
        _describe(one, "proposal")
    say(f"{len(found)} proposals")
    return exits.DONE


def _describe(one: dict[str, Any], title: str) -> None:
    """Print a member or proposal: its simple values as a list, its parts as tables."""
    say(coloured(show(one.get(title, "")), BOLD))
    for name, value in one.items():
        if name == title:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            head = list(value[0])
            lines = table(head, [[row.get(column, "") for column in head] for row in value])
            say(f"  {camel(name)}:", *(f"    {line}" for line in lines))
        elif isinstance(value, list):
            say(f"  {camel(name)}: {', '.join(map(show, value)) or 'none'}")
        else:
            say(f"  {camel(name)}: {show(value)}")
    say("")
