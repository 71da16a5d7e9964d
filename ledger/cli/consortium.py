"""Consortium: members, proposals, votes. Commands map to the names of ``Ledger.act``."""

from __future__ import annotations

import argparse
from typing import Any, Final

from ledger.cli import exits
from ledger.cli.console import BOLD, coloured, say, say_json, show, table
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.wire import camel, plain, read_digest, read_moment, read_reason

_TIMES: Final = ("effective_from", "retired_at", "compromised_since", "expires_at")
_ADDRESSES: Final = ("controller", "operator", "registry")
_PLAIN: Final = ("code", "economy", "roles", "kind", "proposal", "approves")


def act(options: argparse.Namespace) -> int:
    """Carry out a consortium act."""
    arguments = arguments_of(options)
    with opened(options) as ledger:
        show_receipt(ledger.act(options.act, arguments), options.json)
    return exits.DONE


def arguments_of(options: argparse.Namespace) -> dict[str, object]:
    """Return the arguments of an act as ``Ledger.act`` takes them.

    Raises:
        Rejected: some cannot be understood; all of them.
    """
    given = {name: value for name, value in vars(options).items() if value is not None}
    arguments: dict[str, object] = {name: given[name] for name in _PLAIN if name in given}
    problems: list[Problem] = []
    for name in (*_TIMES, *_ADDRESSES, "reason", "key"):
        if name in given:
            try:
                arguments[name] = _read(name, given[name])
            except Rejected as error:
                problems.extend(error.problems)
    if problems:
        raise Rejected(problems)
    return arguments


def _read(name: str, text: str) -> object:
    if name in _TIMES:
        return read_moment(name, text)
    if name == "reason":
        return read_reason(name, text)
    return read_digest(name, text) if name == "key" else read_address(name, text)


def read_address(name: str, text: str) -> bytes:
    """Return the 20 bytes of an address.

    Raises:
        Rejected: not an address, or a wrong checksum.
    """
    from eth_utils.address import is_checksum_address, to_canonical_address

    digits = text.removeprefix("0x")
    mixed = digits not in (digits.lower(), digits.upper())
    try:
        if len(text) == 42 and text.startswith("0x") and (not mixed or is_checksum_address(text)):
            return bytes(to_canonical_address(text))
    except ValueError:
        pass
    wanted = "an address of 0x and 40 hexadecimal digits with a right checksum"
    raise Rejected([Problem(name, text[:80], wanted, code="ADDRESS_INVALID")])


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
