"""AEO: acts on the entries of this administration, what an AEO code is worth at a time, and who relied on it."""

from __future__ import annotations

import argparse

from ledger.cli import exits
from ledger.cli.console import say, say_json
from ledger.cli.home import opened
from ledger.cli.records import show_receipt
from ledger.cli.verification import asker_of, show_verdict
from ledger.service.aeo_answers import AeoAction, AeoRequest, RelianceRequest
from ledger.service.wire import moment_text, read_moment, read_reason, reliance_shape, verdict_shape


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
        shape = verdict_shape(
            ledger.aeo(options.code, options.partner, options.type, at, asker, options.home_member)
        )
    if options.json:
        say_json(shape)
    else:
        show_verdict(shape)
    return exits.OF_VERDICT[shape["verdict"]]


def rely(options: argparse.Namespace) -> int:
    """Note a reliance, or print the verdict that does not allow it; the exit code is the verdict's."""
    accepted = read_moment("--at", options.at)
    request = RelianceRequest(
        options.code,
        options.type,
        options.office,
        options.declaration,
        accepted,
        options.partner,
        options.home_member,
    )
    asker = asker_of(options)
    with opened(options) as ledger:
        found = ledger.rely(request, asker)
    if options.json:
        say_json(reliance_shape(found))
    else:
        show_verdict(found.verdict)
        if found.noted and found.noted_at is not None:
            say(
                f"noted at {moment_text(found.noted_at)} as {found.reliance_id}; alerts list it if that falls"
            )
        else:
            say("not noted")
    return exits.OF_VERDICT[found.verdict["verdict"]]
