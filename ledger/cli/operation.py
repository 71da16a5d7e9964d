"""Operation: make a gateway's folder, run it and the embedded chain, rebuild the cache, show the demo."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli import exits
from ledger.cli.console import GREEN, RED, Progress, coloured, say, say_json, show
from ledger.cli.home import home_of, opened, settings_of
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.wire import hex_text, rebuild_shape

if TYPE_CHECKING:
    from ledger.chain.deploy import Founder
    from ledger.node.control import NodeAddress

FOUNDER_ROLES = 1 | 16  # administration, customs


def demo(options: argparse.Namespace) -> int:
    """Run the journey of one certificate and print it."""
    from ledger.demo import run_demo, stop_demo

    if options.stop:
        say("stopped" if stop_demo() else "nothing was running")
        return exits.DONE

    return exits.DONE if run_demo(once=options.once, as_json=options.json) else exits.PROBLEMS


def found(options: argparse.Namespace) -> int:
    """Deploy a new consortium's contracts; the account that does it has no power afterwards."""
    import os

    from ledger.chain.deploy import deploy_consortium
    from ledger.chain.manifest import NAMES
    from ledger.chain.node_chain import NodeChain
    from ledger.cli import files
    from ledger.keys.account import TransactionAccount
    from ledger.service.wire import address_text

    founders = _founders(options.founders)
    chain = NodeChain(options.node, chain_id=options.chain_id, journal=bytes(20))
    manifest = deploy_consortium(chain, TransactionAccount(os.urandom(32)), options.chain_id, founders)
    files.write_new(options.out, manifest.to_json().encode() + b"\n")
    say(f"{coloured('founded', GREEN)}  consortium {address_text(manifest.consortium)}")
    say(f"  {'journal':<20} {address_text(manifest.journal)}")
    for registry in manifest.registries:
        name = f"registry of {NAMES[registry.kind]}"
        say(f"  {name:<20} {address_text(registry.address)}  (kind {registry.kind}, not admitted yet)")
    say(
        "  Next: tradeseal proposal admit-registry ADDRESS --kind KIND for each, and more than two thirds of the founders "
        "vote for it."
    )
    return exits.DONE


def _founders(texts: list[str]) -> list[Founder]:
    from ledger.chain.deploy import Founder as Made
    from ledger.service.act_arguments import read_address

    founders: list[Founder] = []
    problems: list[Problem] = []
    for text in texts:
        code, economy, address = [*text.split(":"), "", ""][:3]
        try:
            founders.append(Made(code, economy, FOUNDER_ROLES, read_address("--founder", address)))
        except Rejected as error:
            problems += error.problems
    if problems:
        raise Rejected(problems)
    return founders


def init(options: argparse.Namespace) -> int:
    """Make a gateway's folder."""
    from ledger.cli import files
    from ledger.home import make_home
    from ledger.service.wire import address_text

    manifest = None
    if options.deployment is not None:
        manifest = files.read_whole(options.deployment, files.MOST_DOCUMENT).decode(errors="replace")
    made = make_home(
        home_of(options),
        member=options.member,
        roles=tuple(options.roles),
        url=options.node,
        chain_id=options.chain_id,
        manifest=manifest,
        port=options.port,
        controller=options.controller,
    )
    say(f"{coloured('made', GREEN)}  {show(made.path)}")
    if made.operator is not None:
        say(f"  operator account    {address_text(made.operator)}")
    if made.controller is not None:
        say(f"  controller account  {address_text(made.controller)}")
    if made.key is not None:
        say(f"  document key        {hex_text(made.key)}")
    say("  The passphrase file opens all keys: back the folder up, and keep it to yourself.")
    return exits.DONE


def serve(options: argparse.Namespace) -> int:
    """Serve the HTTP interface and run the worker until told to stop."""
    import logging

    from api.gateway import Limits
    from api.server import build
    from api.server import serve as serve_app
    from ledger.store import open_store

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = settings_of(options)
    host = settings.api.host if options.host is None else options.host
    port = settings.api.port if options.port is None else options.port
    # A body may carry a sealed document, which is a third longer in base64, and a declaration.
    limits = Limits(body_bytes=3 * settings.limits.document_bytes)
    with open_store(settings.store.url) as store, opened(options) as ledger:
        serve_app(build(ledger, store, limits, 1.0 if options.worker else None), host, port, _announce)
    return exits.DONE


def _announce(url: str) -> None:
    import sys

    say(
        f"serving on {url}  (Ctrl-C stops)",
        f"  {url}/openapi.json describes it; tradeseal apikey create makes a key",
    )
    sys.stdout.flush()


def rebuild(options: argparse.Namespace) -> int:
    """Drop the cache, replay the chain and compare."""
    bar: list[Progress] = []

    def reach(done: int, total: int) -> None:
        if not bar:
            bar.append(Progress("replaying", total))
        bar[0].reach(done)

    with opened(options) as ledger:
        report = ledger.rebuild(reach)
    if bar:
        bar[0].clear()
    if options.json:
        say_json(rebuild_shape(report))
    else:
        word = coloured("equal", GREEN) if report.equal else coloured("different", RED)
        say(f"{report.entries} entries replayed, root {hex_text(report.root)}", f"the cache was {word}")
        say(*(f"  {show(line)}" for line in report.differences))
    return exits.DONE if report.equal else exits.PROBLEMS


def node_up(options: argparse.Namespace) -> int:
    """Start the embedded chain."""
    from ledger.node.control import up

    _show_node(up(_node_home(options), options.port))
    return exits.DONE


def node_down(options: argparse.Namespace) -> int:
    """Stop the embedded chain."""
    from ledger.node.control import down

    say("stopped; everything it accepted is kept" if down(_node_home(options)) else "it was not running")
    return exits.DONE


def node_status(options: argparse.Namespace) -> int:
    """Say whether the embedded chain runs."""
    from ledger.node.control import status

    found = status(_node_home(options))
    if found is None:
        say("it does not run; tradeseal node up starts it")
        return exits.UNAVAILABLE
    _show_node(found)
    return exits.DONE


def _show_node(found: NodeAddress) -> None:
    say(f"{coloured('running', GREEN)}  {found.url}  chain {found.chain_id}  process {found.pid}")


def _node_home(options: argparse.Namespace) -> Path:
    return home_of(options) / "node"
