"""Operation: make a gateway's folder, run it and the embedded chain, rebuild the cache, show the demo."""

from __future__ import annotations

import argparse

from ledger.cli import exits
from ledger.cli.console import GREEN, RED, Progress, coloured, say, say_json, show
from ledger.cli.home import home_of, opened, settings_of
from ledger.service.wire import hex_text, plain, rebuild_shape


def demo(options: argparse.Namespace) -> int:
    """Run the journey of one certificate and print it."""
    from ledger.demo import run_demo

    return exits.DONE if run_demo(once=options.once, as_json=options.json) else exits.PROBLEMS


def serve(options: argparse.Namespace) -> int:
    """Serve the HTTP interface and run the worker until told to stop."""
    import logging

    from api.server import build
    from api.server import serve as serve_app
    from ledger.store import open_store

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = settings_of(options)
    with open_store(settings.store_url) as store, opened(options) as ledger:
        app = build(ledger, store, interval=1.0 if options.worker else None)
        serve_app(app, options.host, options.port, lambda url: _announce(url))
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
    from ledger.node import up

    return _show_node(up(home_of(options), options.port))


def node_down(options: argparse.Namespace) -> int:
    """Stop the embedded chain."""
    from ledger.node import down

    return _show_node(down(home_of(options)))


def node_status(options: argparse.Namespace) -> int:
    """Say whether the embedded chain runs."""
    from ledger.node import status

    return _show_node(status(home_of(options)))


def _show_node(found: object) -> int:
    shape = plain(found)
    say(
        *(f"{name}: {show(value)}" for name, value in shape.items())
        if isinstance(shape, dict)
        else [show(shape)]
    )
    return exits.DONE
