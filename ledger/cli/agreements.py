"""Agreements: propose, consent, decline, suspend, lift, terminate, and the list of them."""

from __future__ import annotations

import argparse

from ledger.cli import exits
from ledger.cli.console import BOLD, GREEN, RED, YELLOW, coloured, say, say_json, show, table
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.aeo_answers import AgreementAction, AgreementAnswer, AgreementRequest, CoverRequest
from ledger.service.wire import agreement_shape, moment_text, read_moment, read_reason

_COLOURS = {"proposed": YELLOW, "consented": GREEN, "declined": RED}
_HEAD = ("home", "recognised by", "type", "data from", "benefits from", "now")


def propose(options: argparse.Namespace) -> int:
    """Propose recognition to another administration."""
    covers = _covers(options.covers)
    request = AgreementRequest(AgreementAction.PROPOSE, partner=options.partner, covers=covers)
    with opened(options) as ledger:
        show_receipt(ledger.agreement_act(request), options.json)
    return exits.DONE


def _covers(texts: list[str]) -> tuple[CoverRequest, ...]:
    """Return covers from ``HOME,TYPE,T`` or ``HOME,TYPE,T,T``.

    Raises:
        Rejected: some are something else; all of them.
    """
    covers: list[CoverRequest] = []
    problems: list[Problem] = []
    for text in texts:
        words = text.split(",")
        if len(words) not in (3, 4) or not all(words):
            wanted = "HOME,TYPE,T such as VN-CUSTOMS,AEOS,2027-01-01T00:00:00Z"
            problems.append(Problem("--cover", text[:80], wanted, code="COVER_INVALID"))
            continue
        try:
            times = [read_moment("--cover", word) for word in words[2:]]
        except Rejected as error:
            problems.extend(error.problems)
        else:
            covers.append(CoverRequest(words[0], words[1], *times))
    if problems:
        raise Rejected(problems)
    return tuple(covers)


def change(options: argparse.Namespace) -> int:
    """Consent, decline, suspend, lift or terminate."""
    reason, since = getattr(options, "reason", None), getattr(options, "effective_from", None)
    request = AgreementRequest(
        AgreementAction(options.action),
        agreement=options.agreement,
        home=getattr(options, "home_member", None),
        type=getattr(options, "type", None),
        reason=0 if reason is None else read_reason("--reason", reason),
        effective_from=None if since is None else read_moment("--effective-from", since),
    )
    with opened(options) as ledger:
        show_receipt(ledger.agreement_act(request), options.json)
    return exits.DONE


def listing(options: argparse.Namespace) -> int:
    """Print all agreements."""
    with opened(options) as ledger:
        found = ledger.agreements()
    if options.json:
        say_json({"agreements": [agreement_shape(one) for one in found]})
        return exits.DONE
    for one in found:
        _show(one)
    say(f"{len(found)} agreements")
    return exits.DONE


def _show(one: AgreementAnswer) -> None:
    state = coloured(one.state, _COLOURS.get(one.state, YELLOW))
    since = moment_text(one.consented_at or one.proposed_at)
    title = f"{one.agreement}  {show(one.proposer)} and {show(one.partner)}"
    say(f"{coloured(title, BOLD)}  {state} at {since}")
    rows = [
        (cover.home, cover.partner, cover.type, moment_text(cover.data_exchange_from),
         moment_text(cover.benefits_from), cover.recognition)
        for cover in one.covers
    ]  # fmt: skip
    say(*(f"  {line}" for line in table(_HEAD, rows)), "")
