"""Commands on use: what customs writes off, and what is left."""

from __future__ import annotations

import argparse
from typing import Any, Final

from ledger.cli.commands.parts import GENERAL, REASON, command, group, json_option, kind, record

_USED: Final = ("origin", "licence")
_DONE = f"0 done, {GENERAL}"


def add(commands: Any) -> None:
    """Add ``use``, ``balance`` and ``endorse``."""
    use = group(commands, "use", "what customs writes of a record's use")
    for name, text in (
        ("reserve", "hold a quantity, or one use, for a lodged declaration"),
        ("enter", "write down a use that happened while the chain could not be reached"),
    ):
        one = _act(use, name, text)
        record(one)
        _declaration(one, required=True)
        _quantity(one)
        if name == "enter":
            one.add_argument(
                "--happened-at", required=True, metavar="T", help="when, such as 2026-11-23T09:30:00+08:00"
            )
        json_option(one)
    one = _act(use, "consume", "write off what was really taken; the rest of a reservation is free again")
    _of_a_use(one)
    _quantity(one, "how much, such as 12.5; none with USE: all that was reserved")
    json_option(one)
    one = _act(use, "release", "give a reservation back")
    _of_a_use(one)
    json_option(one)
    one = _act(use, "correct", "change what was consumed, after clearance")
    _of_a_use(one)
    _quantity(one, "what to add, or with a minus sign what to take away; none: take the use back")
    one.add_argument("--reason", required=True, metavar="Rnn", help=REASON)
    one.add_argument(
        "--correction", type=int, metavar="N", help="its number among this use's corrections (default: next)"
    )
    json_option(one)

    one = command(
        use, "reservations", "uses:reservations", "what this member holds and has neither consumed nor released",
        "0 asked, 3 not available now, 4 bad input",
    )  # fmt: skip
    one.add_argument(
        "--before", metavar="T", help="only what was reserved before, such as 2026-11-23T09:30:00+08:00"
    )
    one.add_argument(
        "--limit", type=int, default=100, metavar="N", help="how many, the oldest first (default: 100)"
    )
    one.add_argument(
        "--first", type=int, default=0, metavar="N", help="journal entry from which to look (default: 0)"
    )
    json_option(one)

    balance = group(commands, "balance", "what may still be taken on a record")
    one = command(balance, "show", "balances:show_balance", "what is left, and who took what", _DONE)
    record(one)
    kind(one, kinds=_USED)
    json_option(one)
    one = command(
        balance, "open", "balances:open_balance", "open the balance of a record that has none yet", _DONE
    )
    record(one)
    json_option(one)

    one = command(
        commands, "endorse", "balances:endorse", "endorse an export permit with what really leaves", _DONE
    )
    record(one)
    one.add_argument("--office", required=True, metavar="CODE", help="customs office of export")
    one.add_argument(
        "--actual", dest="actual", action="append", required=True, metavar="QUANTITY:UNIT",
        help="what really leaves, such as 40:NMB; repeat for each line, in their order",
    )  # fmt: skip
    json_option(one)


def _act(use: Any, name: str, text: str) -> argparse.ArgumentParser:
    one = command(use, name, "uses:act", text, _DONE)
    one.set_defaults(action=name)
    return one


def _of_a_use(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "use", nargs="?", metavar="USE", help="the use as reserve names it; or all of the following instead"
    )
    one.add_argument("--issuer", metavar="CODE", help="member code of the issuing body")
    one.add_argument("--number", metavar="N", help="number as printed")
    _declaration(one, required=False)


def _declaration(one: argparse.ArgumentParser, required: bool) -> None:
    kind(one, kinds=_USED)
    one.add_argument("--office", required=required, metavar="CODE", help="customs office")
    one.add_argument(
        "--declaration",
        required=required,
        metavar="N",
        help="the declaration's number; it stays in this gateway",
    )
    one.add_argument("--item", type=int, metavar="N", help="the declaration's item (default: all of it)")
    one.add_argument(
        "--line", type=int, metavar="N", help="the record's line, from 1; none where there is one or none"
    )


def _quantity(one: argparse.ArgumentParser, text: str = "how much, such as 12.5") -> None:
    one.add_argument("--quantity", metavar="Q", help=text)
    one.add_argument("--unit", metavar="U", help="unit of the quantity, such as TNE")
