"""Keys: make a document key, notify the consortium of it, and hand tag keys to partners."""

from __future__ import annotations

import argparse
from typing import Any

from ledger.cli import exits
from ledger.cli.console import say, say_json, show, table
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.wire import KINDS, hex_text, keys_shape, read_digest, read_moment, receipts_shape


def create(options: argparse.Namespace) -> int:
    """Make a document key in an encrypted file."""
    from ledger.core.jose import Algorithm
    from ledger.keys.files import read_passphrase
    from ledger.keys.keystore import create_keystore

    signer = create_keystore(
        options.file, read_passphrase(options.passphrase_file), Algorithm[options.algorithm.upper()]
    )
    say(f"{hex_text(signer.thumbprint)}  {options.algorithm}", f"written to {show(options.file)}")
    return exits.DONE


def register(options: argparse.Namespace) -> int:
    """Notify the consortium of a document key."""
    arguments: dict[str, object] = {}
    if options.effective_from is not None:
        arguments["effective_from"] = read_moment("--effective-from", options.effective_from)
    if (options.file is None) != (options.passphrase_file is None):
        wanted = "both FILE and --passphrase-file, or neither for this gateway's own key"
        raise Rejected([Problem("FILE", show(options.file or ""), wanted, code="KEY_FILE_INCOMPLETE")])
    if options.file is not None:
        from ledger.keys.files import read_passphrase
        from ledger.keys.keystore import open_keystore

        arguments["public_key"] = open_keystore(
            options.file, read_passphrase(options.passphrase_file)
        ).public_key
    with opened(options) as ledger:
        show_receipt(ledger.act("register-key", arguments), options.json)
    return exits.DONE


def reconfirm(options: argparse.Namespace) -> int:
    """Stand by records although their key was compromised."""
    kind = KINDS[options.kind]
    if bool(options.numbers) == (options.key is not None):
        wanted = "numbers of records, or --key for all records of a key"
        raise Rejected([Problem("NUMBER", "", wanted, code="CONFIRMATION_UNCLEAR")])
    key = None if options.key is None else read_digest("--key", options.key)
    with opened(options) as ledger:
        receipts = ledger.confirm(options.numbers, kind) if key is None else ledger.confirm_all(key, kind)
    if options.json:
        say_json(receipts_shape(receipts))
        return exits.DONE
    for receipt in receipts:
        show_receipt(receipt, as_json=False)
    return exits.DONE


def listing(options: argparse.Namespace) -> int:
    """Print all document keys of all members."""
    with opened(options) as ledger:
        found: dict[str, Any] = keys_shape(ledger.members())
    if options.json:
        say_json(found)
        return exits.DONE
    keys: list[dict[str, Any]] = found["keys"]
    head = list(keys[0]) if keys else ["member", "key"]
    say(*table(head, [["" if key.get(name) is None else key[name] for name in head] for key in keys]))
    return exits.DONE


def export_tag(options: argparse.Namespace) -> int:
    """Write this member's tag key to a new file."""
    with opened(options) as ledger:
        ledger.export_tag_key(options.file)
    say(f"written to {show(options.file)}: whoever has it can tell which numbers are on the chain")
    return exits.DONE


def import_tag(options: argparse.Namespace) -> int:
    """Take over a partner's tag key."""
    with opened(options) as ledger:
        say(f"tag key of {show(ledger.import_tag_key(options.file))} taken over")
    return exits.DONE
