"""AEO: acts on the entries of this administration, and what an AEO code is worth at a time."""

from __future__ import annotations

import argparse

from ledger.cli import exits
from ledger.cli.console import say_json
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.cli.verification import asker_of, show_verdict
from ledger.service.aeo_answers import AeoAction, AeoRequest
from ledger.service.wire import read_moment, read_reason, verdict_shape


def act(options: argparse.Namespace) -> int:
    """Grant a type, change its status, or add and remove other forms of the code."""
    reason, since = getattr(options, "reason", None), getattr(options, "effective_from", None)
    request = AeoRequest(
        AeoAction(options.action),
        options.code,
        getattr(options, "type", None),
        getattr(options, "alias", None),
        0 if reason is None else read_reason("--reason", reason),
        None if since is None else read_moment("--effective-from", since),
    )
    with opened(options) as ledger:
        show_receipt(ledger.aeo_act(request), options.json)
    return exits.DONE


def show(options: argparse.Namespace) -> int:
    """Print the verdict on an AEO code; the exit code is the verdict's."""
    at = None if options.at is None else read_moment("--at", options.at)
    asker = asker_of(options)
    with opened(options) as ledger:
        shape = verdict_shape(ledger.aeo(options.code, options.partner, options.type, at, asker))
    if options.json:
        say_json(shape)
    else:
        show_verdict(shape)
    return exits.OF_VERDICT[shape["verdict"]]
