"""Commands that run and keep a gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.cli.commands.parts import GENERAL, command, group, json_option


def add(commands: Any) -> None:
    """Add ``demo``, ``found``, ``init``, ``serve``, ``rebuild``, ``node`` and ``apikey``."""
    one = command(
        commands, "demo", "operation:demo", "embedded chain, sample consortium, six gateways, an auditor",
        "0 every step came out as expected, 1 otherwise",
    )  # fmt: skip
    one.add_argument("--once", action="store_true", help="stop everything after the journey")
    one.add_argument("--stop", action="store_true", help="only stop what an earlier demo left running")
    one.add_argument("--json", action="store_true", help="one JSON object a step")
    one = command(
        commands, "found", "operation:found", "deploy a new consortium's contracts and write its manifest",
        f"0 done, {GENERAL}",
    )  # fmt: skip
    one.add_argument(
        "--founder", dest="founders", action="append", required=True, metavar="CODE:XX:ADDRESS",
        help="a founding administration, its economy (ISO 3166-1) and its controller account; repeat for each",
    )  # fmt: skip
    one.add_argument(
        "--node", default="http://127.0.0.1:8545", metavar="URL", help="the chain's JSON-RPC address"
    )
    one.add_argument(
        "--chain-id", type=int, default=648_001, metavar="N", help="the chain's id (default: 648001)"
    )
    one.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="write the deployment manifest here"
    )
    one = command(
        commands, "init", "operation:init", "make a gateway's folder: settings, keys, passphrase file"
    )
    one.add_argument("--member", default="", metavar="CODE", help="member code; none for one that only reads")
    one.add_argument(
        "--roles", nargs="+", required=True, choices=["administration", "customs", "issuer", "auditor"],
        help="what the gateway is used for: administration, customs, issuer, auditor",
    )  # fmt: skip
    one.add_argument(
        "--node", default="http://127.0.0.1:8545", metavar="URL", help="the chain's JSON-RPC address"
    )
    one.add_argument(
        "--chain-id", type=int, default=648_001, metavar="N", help="the chain's id (default: 648001)"
    )
    one.add_argument("--deployment", type=Path, metavar="FILE", help="the consortium's deployment manifest")
    one.add_argument("--port", type=int, default=8080, help="port of the HTTP interface (default: 8080)")
    one.add_argument(
        "--no-controller", dest="controller", action="store_false", help="make no controller account"
    )
    one = command(commands, "serve", "operation:serve", "run the gateway: HTTP interface and worker")
    one.add_argument("--host", help="address to listen on (default: as set)")
    one.add_argument("--port", type=int, help="port to listen on; 0 for any (default: as set)")
    one.add_argument(
        "--no-worker", dest="worker", action="store_false", help="another process runs the worker"
    )
    one = command(
        commands, "rebuild", "operation:rebuild", "drop the cache, replay the chain, compare",
        "0 equal, 1 different, 3 not available now",
    )  # fmt: skip
    json_option(one)
    node = group(commands, "node", "the embedded chain, kept across restarts")
    one = command(node, "up", "operation:node_up", "start it")
    one.add_argument("--port", type=int, default=8545, help="port on this machine only (default: 8545)")
    command(node, "down", "operation:node_down", "stop it")
    command(node, "status", "operation:node_status", "say whether it runs", "0 it runs, 3 it does not")
    apikey = group(commands, "apikey", "keys of those who call the HTTP interface")
    one = command(apikey, "create", "apikeys:create", "make a key; it is printed once and not kept")
    one.add_argument("label", help="who uses it")
    one.add_argument(
        "--role", required=True, choices=["issuer", "customs", "verifier", "auditor", "administrator"]
    )
    one.add_argument(
        "--scope",
        dest="scopes",
        nargs="+",
        action="extend",
        default=[],
        help="allow only these of the role's scopes",
    )
    one.add_argument("--rate", type=int, default=0, metavar="N", help="requests a minute (default: no limit)")
    json_option(one)
    json_option(command(apikey, "list", "apikeys:listing", "all keys without their secrets"))
    one = command(apikey, "disable", "apikeys:disable", "switch a key off for good")
    one.add_argument("label")
