"""Manual: ``docs/cli.md``, written from the parser, so that it says what ``--help`` says.

``python -m ledger.cli.manual`` prints it; a test compares it with the file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from ledger.cli.parser import build_parser

_HEAD = """# The command

Written from the parser by `python -m ledger.cli.manual`; a test holds it to what `tradeseal --help` says.

`--home DIR` (or `TRADESEAL_HOME`, else `~/.tradeseal`) names the gateway's folder, before or after the command.
Results go to standard output, progress and errors to standard error.
With `--json` every answer is one JSON object on one line.

| exit code | means, unless a command says more |
|---:|---|
| 0 | done |
| 1 | refused or rejected |
| 2 | `verify`: REFER; `history`: no such record |
| 3 | not available now: the chain or the database does not answer; try again later |
| 4 | bad input, also a mistyped command |
| 70 | a fault of this program |
"""


def manual() -> str:
    """Return the whole page as Markdown."""
    return _HEAD + "".join(_sections("tradeseal", build_parser()))


def _sections(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, child in action.choices.items():
                yield from _sections(f"{name} {word}", child)
            return
    actions = [one for one in parser._actions if one.dest != "help" and one.help != argparse.SUPPRESS]
    usage = " ".join(map(_used, actions))
    yield f"\n## `{name}`\n\n{parser.description}\n\n```\n{name} {usage}".rstrip() + "\n```\n"
    described = [action for action in actions if action.help]
    if described:
        yield "\n"
        yield from (f"* `{_shown(action)}`: {action.help}\n" for action in described)
    if parser.epilog:
        yield f"\n{parser.epilog[0].upper()}{parser.epilog[1:]}.\n"


def _used(action: argparse.Action) -> str:
    many = "..." if action.nargs in ("+", "*") else ""
    if action.option_strings:
        text = f"{_shown(action)}{many}"
        return text if action.required else f"[{text}]"
    text = f"{_shown(action)}{many}"
    return f"[{text}]" if action.nargs in ("?", "*") else text


def _shown(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if not action.option_strings:
        return str(value)
    return action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {value}"


if __name__ == "__main__":
    sys.stdout.write(manual())
