"""Commands on documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.cli.commands.parts import REASON, command, json_option

_TABLE = ".csv with one certificate a row under the paths of members, .jsonl with one a line"


def add(commands: Any) -> None:
    """Add ``validate``, ``import``, ``issue``, ``replace`` and ``disclose``."""
    one = command(
        commands, "validate", "documents:validate", "say what is wrong with certificates; a dry run",
        "0 clean or warnings only, 1 problems, 4 unreadable",
    )  # fmt: skip
    one.add_argument("files", nargs="+", type=Path, metavar="FILE", help=f"{_TABLE}, or .json")
    json_option(one)

    one = command(
        commands, "import", "documents:import_foreign", "turn a foreign shape into ours, field by field",
        "0 done, 4 unreadable",
    )  # fmt: skip
    one.add_argument("--from", dest="shape", required=True, choices=["edi3"], help="the foreign shape")
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument(
        "--issuer", metavar="CODE", help="member code of the issuing body, where the source names none"
    )
    one.add_argument("--out", type=Path, metavar="FILE", help="write the certificate to this new file")
    json_option(one)

    one = command(
        commands, "issue", "documents:issue", "validate, seal and anchor; again anchors nothing twice",
        "0 all anchored, 1 some refused, 3 pending or not available, 4 bad input",
    )  # fmt: skip
    one.add_argument(
        "paths", nargs="+", type=Path, metavar="FILE|DIR", help=f"{_TABLE}, .json, or a folder of these"
    )
    one.add_argument("--out", type=Path, metavar="DIR", help="write the sealed documents into this folder")
    json_option(one)

    one = command(
        commands, "replace", "documents:replace", "anchor a certificate in the place of an earlier one, in one step",
        "0 anchored, 1 refused, 3 pending or not available, 4 bad input",
    )  # fmt: skip
    one.add_argument("file", type=Path, metavar="FILE", help="the new certificate")
    one.add_argument("--number", required=True, metavar="N", help="number of the earlier one, as printed")
    one.add_argument("--reason", required=True, metavar="Rnn", help=REASON)
    one.add_argument("--out", type=Path, metavar="DIR", help="write the sealed document into this folder")
    json_option(one)

    one = command(
        commands, "disclose", "documents:disclose", "make a redacted copy that still verifies",
        "0 done, 4 bad input",
    )  # fmt: skip
    one.add_argument("file", type=Path, metavar="FILE", help="a sealed document")
    one.add_argument(
        "--hide",
        nargs="+",
        required=True,
        metavar="PATH",
        help="such as exporter, items[0].fob or 'items[*].fob'",
    )
    one.add_argument(
        "--out", type=Path, metavar="FILE", help="write to this new file, not to standard output"
    )
