"""Verification: ask for a verdict and show it, so that an officer sees at once what it says, why, and what to do."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.cli import exits, files
from ledger.cli.console import BOLD, FAINT, GREEN, RED, YELLOW, coloured, say, say_json, show, words
from ledger.cli.home import opened
from ledger.core.problems import Problem
from ledger.errors import Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.service.answers import Asker

_CHINESE: Final = {
    "ACCEPT": "可接受",
    "ACCEPT_WITH_REMARKS": "可接受（有备注）",
    "REFER": "转人工核查",
    "REJECT": "不予接受",
    "CANNOT_VERIFY_NOW": "暂无法核验",
}
_COLOURS: Final = {"ACCEPT": GREEN, "ACCEPT_WITH_REMARKS": GREEN, "REFER": YELLOW, "REJECT": RED}
_MARKS: Final = {
    "PASS": ("✓", GREEN),
    "WARN": ("!", YELLOW),
    "FAIL": ("✗", RED),
    "NOT_CHECKED": ("-", FAINT),
    "UNAVAILABLE": ("?", YELLOW),
}


def verify(options: argparse.Namespace) -> int:
    """Ask for a verdict and print it; the exit code is the verdict's."""
    from ledger.service.answers import VerifyRequest
    from ledger.service.wire import KINDS, verdict_shape

    as_of = _checked(options)
    request = VerifyRequest(
        document=None if options.file is None else files.read_sealed(options.file),
        issuer=options.issuer,
        number=options.number,
        second_key=options.second_key,
        as_of=as_of,
        declaration=None
        if options.declaration is None
        else files.read_whole(options.declaration, files.MOST_DOCUMENT),
        kind=None if options.kind is None else KINDS[options.kind],
        partner=options.partner,
        aeo_type=options.type,
        office=options.office,
    )
    asker = asker_of(options)
    with opened(options) as ledger:
        shape = verdict_shape(ledger.verify(request, asker))
    if options.json:
        say_json(shape)
    else:
        show_verdict(shape)
    return exits.OF_VERDICT[shape["verdict"]]


def _checked(options: argparse.Namespace) -> datetime | None:
    """Return the moment to judge.

    Raises:
        Rejected: there is no question, or the moment cannot be read; both are named.
    """
    from ledger.service.wire import read_moment

    problems: list[Problem] = []
    as_of = None
    if options.as_of is not None:
        try:
            as_of = read_moment("--as-of", options.as_of)
        except Rejected as error:
            problems.extend(error.problems)
    if options.file is None and not (options.issuer and options.number):
        wanted = "a sealed document (FILE), or --issuer and --number"
        problems.append(Problem("question", "", wanted, code="QUESTION_MISSING"))
    problems.extend(_purpose_problems(options.purpose))
    if problems:
        raise Rejected(problems)
    return as_of


def asker_of(options: argparse.Namespace) -> Asker:
    """Return who asks: whoever may read the gateway's keys may ask everything.

    Raises:
        Rejected: the purpose cannot be logged.
    """
    from ledger.service.answers import Asker, AskerRole

    problems = _purpose_problems(options.purpose)
    if problems:
        raise Rejected(problems)
    return Asker("command line", AskerRole.ADMINISTRATOR, options.purpose)


def _purpose_problems(purpose: str) -> list[Problem]:
    if len(purpose) <= 200 and purpose.isprintable():
        return []
    wanted = "at most 200 visible characters"
    return [Problem("--purpose", show(purpose[:80]), wanted, code="PURPOSE_INVALID")]


def show_verdict(shape: Mapping[str, Any]) -> None:
    """Print a verdict as an officer reads it."""
    word = shape["verdict"]
    say(f"{coloured(word, _COLOURS.get(word, YELLOW))}  {_CHINESE[word]}   concerns {shape['concerns']}", "")
    for check in shape["checks"]:
        mark, colour = _MARKS[check["outcome"]]
        say(f"  {coloured(mark, colour)} {check['check']:<11} {check['outcome'].replace('_', ' ').lower()}")
        _show_findings(check["findings"], "      ")
    for item in shape["items"]:
        say(f"  item {item['sequence']}: {item['verdict']}")
    if shape["record"]:
        say(
            "",
            coloured("Record", BOLD),
            *(
                f"  {name}: {words(value)}"
                for name, value in shape["record"].items()
                if value not in (None, [])
            ),
        )
    if shape["next"]:
        say("", coloured("What to do next", BOLD), *(f"  {show(step)}" for step in shape["next"]))
    say("", f"as of {shape['asOf']}  {_block_text(shape['block'])}", f"trace {shape['traceId']}")


def _show_findings(findings: Sequence[Mapping[str, Any]], margin: str) -> None:
    for one in findings:
        place = "" if one["item"] is None else f"item {one['item']}: "
        say(f"{margin}{one['code']} {one['name']}  {place}{show(one['message'])}")


def _block_text(block: Mapping[str, Any]) -> str:
    if block["number"] is None:
        return "no block was seen"
    age = "" if block["ageSeconds"] is None else f", {block['ageSeconds']} s old"
    source = str(block["source"]).lower()
    return f"block {block['number']} of {block['time']}{age}, from the {source}"
