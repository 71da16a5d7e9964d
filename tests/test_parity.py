"""The command and the HTTP interface do the same: each act of one has its counterpart, or a reason why not."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from api.app import routes_of
from ledger.cli.parser import build_parser

GUIDE = (Path(__file__).resolve().parent.parent / "docs" / "api.md").read_text()
SECTION = GUIDE.split("## Commands and routes\n", 1)[1].split("\n## ", 1)[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SECTION.splitlines()
    if line.startswith("|")
]
PAIRS = [
    (names(one[0]), names(one[1]))
    for names in [re.compile("`([^`]+)`").findall]
    for one in ROWS
    if len(one) == 2
]
ALONE = [(one[0], re.findall("`([^`]+)`", one[1]), one[2]) for one in ROWS if len(one) == 3]


def commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[str]:
    """Yield the words of every command, without the program's."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, child in action.choices.items():
                yield from commands(child, f"{name} {word}".strip())
            return
    yield name


def routes() -> list[str]:
    return [*(f"{route.method} {route.path}" for route in routes_of()), "GET /openapi.json"]


def alone(where: str) -> list[str]:
    return [name for place, found, _ in ALONE if place == where for name in found]


def test_every_command_has_its_route_or_stands_among_those_that_have_none() -> None:
    told = [name for found, _ in PAIRS for name in found] + alone("command")
    assert sorted(told) == sorted(commands(build_parser()))


def test_every_route_has_its_command_or_stands_among_those_that_have_none() -> None:
    told = [name for _, found in PAIRS for name in found] + alone("route")
    assert sorted(told) == sorted(routes())


def test_every_exception_has_a_reason() -> None:
    assert all(len(reason.split()) > 3 for place, _, reason in ALONE if place in ("command", "route"))
    assert alone("command")
    assert alone("route")
