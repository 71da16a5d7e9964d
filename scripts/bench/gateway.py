"""Gateway: a real ``tradeseal serve`` process of one member, with an API key of its own."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ledger.demo.client import GatewayClient
from ledger.demo.sample import GATEWAYS
from ledger.store import open_store
from ledger.store.access import ApiKey
from scripts.bench.world import World

_READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that is ready; ``client`` has its address and a key."""

    client: GatewayClient
    pid: int

    def task(self, connections: int) -> dict[str, object]:
        """Return where and how a client process is to ask."""
        client = self.client
        return {
            "host": client.host,
            "port": client.port,
            "key": client.api_key,
            "connections": connections,
        }


@contextmanager
def a_gateway(world: World, member: str, settings: Mapping[str, str]) -> Iterator[Gateway]:
    """Start the gateway of ``member``, wait until it is ready, and end it.

    Args:
        settings: variables of the environment, such as ``TRADESEAL_CHAIN_FRESHNESS_SECONDS``.
    """
    home, secret = world.folder / member, f"ts_{secrets.token_urlsafe(32)}"
    with open_store(world.settings(member).store.url) as store:
        label = f"bench-{secrets.token_hex(4)}"
        store.api_keys.add(secret, ApiKey(label, GATEWAYS[member], (), 0, False, int(time.time())))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with (home / "gateway.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ledger.cli", "--home", str(home), "serve", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **settings},
        )
    try:
        client = GatewayClient("127.0.0.1", port, secret)
        client.wait_until_ready(_READY_SECONDS)
        yield Gateway(client, process.pid)
    finally:
        process.terminate()
        process.wait()
