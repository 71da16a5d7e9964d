"""Parser: the commands, their options and their help. A command's module is imported when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from ledger.cli import exits
from ledger.cli.commands import aeo, consortium, documents, keys, operation, records, uses, verification
from ledger.cli.commands.parts import Parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"tradeseal {version('tradeseal')}\n")
        parser.exit(exits.DONE)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; parsed options carry what to call as ``target``, as ``module:function``."""
    parser = Parser(
        prog="tradeseal",
        description="Seal, anchor, verify and write off certificates, licences and AEO entries "
        "on a ledger that customs offices run together.",
        epilog="Certificate numbers contain slashes and spaces: quote them.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="the gateway's folder (default: $TRADESEAL_HOME or ~/.tradeseal)",
    )
    parser.add_argument("--debug", action="store_true", help="show all of a fault; it may contain secrets")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for noun in (documents, verification, records, uses, aeo, consortium, keys, operation):
        noun.add(commands)
    return parser
