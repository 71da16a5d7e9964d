"""Parts that the commands of several nouns share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from ledger.cli import exits

REASON: Final = "reason code such as R24"
GENERAL: Final = "1 refused, 3 not available now, 4 bad input"
_EXITS: Final = "exit codes: "
# What ``ledger.service.wire.KINDS`` knows; a test compares the two.
KINDS: Final = ("origin", "licence", "aeo")


class Parser(argparse.ArgumentParser):
    """A parser that ends with 4 for a mistyped command."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and stop."""
        # Not argparse's 2: for ``verify`` that would say REFER.
        self.print_usage(sys.stderr)
        self.exit(exits.BAD_INPUT, f"{self.prog}: {message}\n")


def command(commands: Any, name: str, target: str, text: str, codes: str = "") -> argparse.ArgumentParser:
    """Return the parser of a command that calls ``target`` (``module:function``); ``codes`` are its exit codes."""
    epilog = _EXITS + codes if codes else None
    one: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog, allow_abbrev=False
    )
    one.set_defaults(target=target)
    # Also after the command; the default must not hide what stands before it.
    one.add_argument("--home", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return one


def act(commands: Any, name: str, done: str, text: str, proposal: bool = False) -> argparse.ArgumentParser:
    """Return the parser of a command that is the consortium act ``done`` of ``Ledger.act``."""
    one = command(commands, name, "consortium:act", text, f"0 done, {GENERAL}")
    one.set_defaults(act=done)
    if proposal:
        one.add_argument("--expires", metavar="T", dest="expires_at", help="until when it can be voted on")
    json_option(one)
    return one


def group(commands: Any, name: str, text: str) -> Any:
    """Return what takes the commands of a noun."""
    one = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    return one.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)


def json_option(one: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    one.add_argument("--json", action="store_true", help="print JSON")


def record(one: argparse.ArgumentParser) -> None:
    """Add what names a record."""
    one.add_argument("--issuer", required=True, metavar="CODE", help="member code of the issuing body")
    one.add_argument("--number", required=True, metavar="N", help="number as printed")


def thumbprint(one: argparse.ArgumentParser) -> None:
    """Add what names a document key."""
    one.add_argument("key", metavar="THUMBPRINT", help="as key list shows it")


def since(one: argparse.ArgumentParser) -> None:
    """Add ``--effective-from``."""
    one.add_argument("--effective-from", metavar="T", help="since when (default: now)")


def kind(
    one: argparse.ArgumentParser,
    text: str = "kind of record (default: origin)",
    *,
    kinds: Sequence[str] = KINDS,
    default: str | None = "origin",
) -> None:
    """Add ``--kind``."""
    one.add_argument("--kind", choices=kinds, default=default, help=text)


def recognition(one: argparse.ArgumentParser) -> None:
    """Add who should recognise an AEO, and for what."""
    one.add_argument(
        "--partner", metavar="CODE", help="who should recognise the AEO (default: this gateway's member)"
    )
    one.add_argument("--type", metavar="TYPE", help="type of authorisation that is relied on, such as AEOS")
