"""``python -m ledger.node``: the embedded chain's process, started by ``tradeseal node up``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from ledger.errors import Unavailable
from ledger.node.control import DEFAULT_CHAIN_ID, DEFAULT_PORT, executor_binary
from ledger.node.server import ChainDamaged, serve


def main() -> int:
    """Run until told to stop; 0 after a clean stop, 1 when the chain cannot run."""
    parser = argparse.ArgumentParser(prog="python -m ledger.node", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the chain")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1, 0 for any")
    parser.add_argument("--chain-id", type=int, default=DEFAULT_CHAIN_ID, help="used when the chain is new")
    options = parser.parse_args()
    try:
        asyncio.run(serve(options.home, executor_binary(), port=options.port, chain_id=options.chain_id))
    except (Unavailable, ChainDamaged) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
