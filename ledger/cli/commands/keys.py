"""Commands on keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ledger.cli.commands.parts import GENERAL, act, command, group, json_option, kind, thumbprint

# What ``ledger.core.members.RetirementReason`` knows; a test compares the two.
RETIREMENT_REASONS: Final = (
    "affiliation-changed", "superseded", "cessation-of-operation", "privilege-withdrawn",
)  # fmt: skip


def add(commands: Any) -> None:
    """Add ``key``."""
    key = group(commands, "key", "document keys and tag keys")
    one = command(key, "create", "keys:create", "make a new document key in an encrypted file")
    one.add_argument("file", type=Path, metavar="FILE", help="a new file, written with mode 0600")
    one.add_argument(
        "--passphrase-file", type=Path, required=True, metavar="FILE", help="its first line is used"
    )
    one.add_argument("--algorithm", choices=["ES256", "ES384", "EdDSA", "PS256"], default="ES256")
    one = command(
        key, "register", "keys:register", "notify the consortium of a document key", f"0 done, {GENERAL}"
    )
    one.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="key file (default: this gateway's key)"
    )
    one.add_argument("--passphrase-file", type=Path, metavar="FILE")
    one.add_argument("--effective-from", metavar="T", help="from when (default: now)")
    json_option(one)
    one = act(key, "retire", "retire-key", "stop a document key at a time")
    thumbprint(one)
    one.add_argument("--at", dest="retired_at", metavar="T", help="when (default: now)")
    one.add_argument(
        "--reason", dest="retirement_reason", choices=RETIREMENT_REASONS, help="why (default: not said)"
    )
    one = act(key, "compromise", "report-compromise", "distrust a document key from a time on")
    thumbprint(one)
    one.add_argument("--since", dest="compromised_since", required=True, metavar="T")
    one = command(
        key, "reconfirm", "keys:reconfirm", "stand by records although their key was compromised",
        f"0 done, {GENERAL}",
    )  # fmt: skip
    one.add_argument("numbers", nargs="*", metavar="NUMBER", help="numbers of the records, as printed")
    one.add_argument("--key", metavar="THUMBPRINT", help="all records of this key instead")
    kind(one)
    json_option(one)
    json_option(command(key, "list", "keys:listing", "all document keys of all members with their times"))
    tag = group(key, "tag", "the key that hides certificate numbers on the chain")
    one = command(
        tag, "export", "keys:export_tag", "write this member's tag key for a partner customs office"
    )
    one.add_argument("file", type=Path, metavar="FILE", help="a new file; hand it over by a safe way")
    one = command(tag, "import", "keys:import_tag", "take over a partner's tag key")
    one.add_argument("file", type=Path, metavar="FILE")
