"""Commands that ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.cli.commands.parts import command, json_option, kind, recognition


def add(commands: Any) -> None:
    """Add ``verify`` and ``alerts``."""
    one = command(
        commands, "verify", "verification:verify", "one verdict on a sealed document or a certificate number",
        "0 ACCEPT or ACCEPT_WITH_REMARKS, 1 REJECT, 2 REFER, 3 CANNOT_VERIFY_NOW, 4 bad input",
    )  # fmt: skip
    one.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a sealed document")
    one.add_argument("--issuer", metavar="CODE", help="member code of the issuing body, such as VN-VCCI")
    one.add_argument("--number", metavar="N", help="certificate number as printed")
    one.add_argument("--second-key", metavar="K", help="invoice number or issue date as printed")
    one.add_argument("--as-of", metavar="T", help="the moment to judge, such as 2026-11-23T09:30:00+08:00")
    one.add_argument("--declaration", type=Path, metavar="FILE", help="the import declaration as JSON")
    kind(one, "kind of record (default: the document's own, else origin)", default=None)
    one.add_argument("--office", metavar="CODE", help="customs office where it is presented")
    recognition(one)
    one.add_argument("--purpose", default="", metavar="TEXT", help="what the look-up is for; it is logged")
    json_option(one)
    one = command(
        commands, "alerts", "alerts:alerts",
        "what fell after this member had relied on it, as customs or for a certificate of its own",
        "0 asked, 3 not available now, 4 bad input",
    )  # fmt: skip
    one.add_argument(
        "--first", type=int, default=0, metavar="N", help="journal entry from which to look (default: 0)"
    )
    one.add_argument("--watch", type=float, metavar="SECONDS", help="ask again so often, until interrupted")
    json_option(one)
