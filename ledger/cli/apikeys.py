"""API keys: made, listed and switched off by whoever runs the gateway; a key is printed once."""

from __future__ import annotations

import argparse
import secrets
import time
from typing import Final

from ledger.cli import exits
from ledger.cli.console import FAINT, coloured, say, say_json, show, table
from ledger.cli.home import opened_store
from ledger.core.problems import Problem
from ledger.errors import Rejected

_MOST_RATE: Final = 1_000_000
_LONGEST: Final = 64
# What ``api.access.Scope`` knows; a test compares the two.
SCOPES: Final = (
    "issue",
    "validate",
    "documents",
    "verify",
    "status",
    "history",
    "journal",
    "members",
    "metrics",
    "use",
    "balance",
    "confirm",
    "aeo",
    "authorise",
    "agreements",
    "alerts",
    "keys",
    "govern",
)


def create(options: argparse.Namespace) -> int:
    """Make a key and print it."""
    from ledger.store.access import ApiKey

    _check(options)
    secret = "ts_" + secrets.token_urlsafe(32)
    key = ApiKey(
        options.label, options.role, tuple(sorted(set(options.scopes))), options.rate, False, int(time.time())
    )
    with opened_store(options) as store:
        store.api_keys.add(secret, key)
    if options.json:
        say_json(
            {"label": key.label, "role": key.role, "scopes": key.scopes, "rate": key.rate, "key": secret}
        )
    else:
        say(secret, coloured("Keep it now: it is not stored and cannot be shown again.", FAINT))
    return exits.DONE


def _check(options: argparse.Namespace) -> None:
    problems = []
    if not (0 < len(options.label) <= _LONGEST and options.label.isprintable()):
        wanted = f"1 to {_LONGEST} visible characters"
        problems.append(Problem("label", show(options.label[:80]), wanted, code="LABEL_INVALID"))
    for scope in options.scopes:
        if scope not in SCOPES:
            problems.append(
                Problem("--scope", scope[:80], "one of " + ", ".join(SCOPES), code="SCOPE_UNKNOWN")
            )
    if not 0 <= options.rate <= _MOST_RATE:
        wanted = f"0 to {_MOST_RATE} requests a minute"
        problems.append(Problem("--rate", str(options.rate), wanted, code="RATE_INVALID"))
    if problems:
        raise Rejected(problems)


def listing(options: argparse.Namespace) -> int:
    """Print all keys without their secrets."""
    with opened_store(options) as store:
        keys = store.api_keys.all()
    if options.json:
        for key in keys:
            shape = {"label": key.label, "role": key.role, "scopes": key.scopes, "rate": key.rate}
            say_json({**shape, "disabled": key.disabled})
        return exits.DONE
    rows = [
        (
            key.label,
            key.role,
            key.rate or "no limit",
            "off" if key.disabled else "on",
            " ".join(key.scopes) or "all",
        )
        for key in keys
    ]
    say(*table(("label", "role", "a minute", "state", "scopes"), rows))
    return exits.DONE


def disable(options: argparse.Namespace) -> int:
    """Switch a key off."""
    with opened_store(options) as store:
        if not store.api_keys.disable(options.label):
            raise Rejected(
                [Problem("label", options.label[:80], "the label of a key", code="API_KEY_UNKNOWN")]
            )
    say("switched off; a running gateway refuses it within five seconds")
    return exits.DONE
