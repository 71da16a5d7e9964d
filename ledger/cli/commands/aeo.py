"""Commands on authorised economic operators and on agreements about them."""

from __future__ import annotations

import argparse
from typing import Any

from ledger.cli.commands.parts import GENERAL, REASON, command, group, json_option, recognition, since

_DONE = f"0 done, {GENERAL}"


def add(commands: Any) -> None:
    """Add ``aeo`` and ``agreement``."""
    _entries(group(commands, "aeo", "authorised economic operators"))
    _agreements(group(commands, "agreement", "agreements on mutual recognition of AEOs"))


def _entries(aeo: Any) -> None:
    for name, text in (
        ("grant", "grant a type of authorisation to an entry of this administration"),
        ("suspend", "suspend a type"),
        ("reinstate", "end a type's suspension"),
        ("revoke", "revoke a type for good"),
        ("cancel", "end a type for good, at the operator's request"),
    ):
        one = _act(aeo, name, name, text)
        one.add_argument("--type", required=True, metavar="TYPE", help="such as AEOS")
        if name != "grant":
            one.add_argument("--reason", required=True, metavar="Rnn", help=REASON)
        since(one)
        json_option(one)
    alias = group(aeo, "alias", "other forms of an AEO code")
    for name, text in (
        ("add", "let another form of the code find the entry"),
        ("remove", "take such a form away"),
    ):
        one = _act(alias, name, f"{name}-alias", text)
        one.add_argument("alias", metavar="ALIAS", help="the other form")
        json_option(one)
    one = command(
        aeo, "show", "aeo:show", "one verdict on an AEO code",
        "0 ACCEPT or ACCEPT_WITH_REMARKS, 1 REJECT, 2 REFER, 3 CANNOT_VERIFY_NOW, 4 bad input",
    )  # fmt: skip
    _code(one)
    recognition(one)
    _keeper(one)
    one.add_argument("--at", metavar="T", help="the moment that matters, such as 2026-11-23T09:55:00+08:00")
    one.add_argument("--purpose", default="", metavar="TEXT", help="what the look-up is for; it is logged")
    json_option(one)
    one = command(
        aeo, "rely", "aeo:rely", "note that a declaration is treated as an AEO's, if the verdict allows it",
        "0 noted, 1 REJECT, 2 REFER, 3 CANNOT_VERIFY_NOW, 4 bad input",
    )  # fmt: skip
    _code(one)
    one.add_argument("--type", required=True, metavar="TYPE", help="such as AEOS")
    one.add_argument("--office", required=True, metavar="CODE", help="code of the customs office")
    one.add_argument(
        "--declaration", required=True, metavar="N", help="the declaration's number; it stays here"
    )
    one.add_argument("--at", required=True, metavar="T", help="when customs accepted the declaration")
    one.add_argument(
        "--partner", metavar="CODE", help="who should recognise the AEO (default: this gateway's member)"
    )
    _keeper(one)
    one.add_argument("--purpose", default="", metavar="TEXT", help="what the look-up is for; it is logged")
    json_option(one)


def _act(commands: Any, name: str, action: str, text: str) -> argparse.ArgumentParser:
    one = command(commands, name, "aeo:act", text, _DONE)
    one.set_defaults(action=action)
    _code(one)
    return one


def _code(one: argparse.ArgumentParser) -> None:
    one.add_argument("code", metavar="CODE", help="AEO code; any form of it")


def _keeper(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--of", dest="home_member", metavar="CODE",
        help="who keeps the entry; needed only when several administrations keep one with this code",
    )  # fmt: skip


def _agreements(agreement: Any) -> None:
    one = command(
        agreement, "propose", "agreements:propose", "propose recognition to another administration", _DONE
    )
    one.add_argument("partner", metavar="PARTNER", help="member code of the other administration")
    one.add_argument(
        "--cover", dest="covers", action="append", required=True, metavar="HOME,TYPE,T",
        help="the other party recognises HOME's AEOs of TYPE from T on; a fourth value is the start of data exchange; "
        "repeat for each",
    )  # fmt: skip
    json_option(one)
    for name, text in (
        ("consent", "consent to a proposal"),
        ("decline", "decline a proposal, or withdraw one's own"),
        ("suspend", "suspend recognition of a type"),
        ("lift", "end a suspension of one's own"),
        ("terminate", "end recognition of a type for good"),
    ):
        one = command(agreement, name, "agreements:change", text, _DONE)
        one.set_defaults(action=name)
        one.add_argument("agreement", type=int, metavar="NUMBER", help="as agreement list shows it")
        if name not in ("consent", "decline"):
            one.add_argument(
                "--of", dest="home_member", required=True, metavar="CODE", help="whose AEOs are recognised"
            )
            one.add_argument("--type", required=True, metavar="TYPE", help="such as AEOS")
            one.add_argument("--reason", required=True, metavar="Rnn", help=REASON)
            since(one)
        json_option(one)
    json_option(command(agreement, "list", "agreements:listing", "all agreements with their types and times"))
