"""Load: a client that looks things up at a gateway over some connections, as fast as the answers come.

It is a process of its own and shares the machine with the gateway. Usage: ``python -m scripts.bench.load`` with one JSON
object on standard input (host, port, key, targets, connections, requests); prints one with the result.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from random import Random
from typing import Any

from scripts.bench.conversation import Conversation
from scripts.bench.report import percentile

_WARMING = 50


async def main(task: dict[str, Any]) -> dict[str, float]:
    """Ask ``requests`` times over ``connections`` kept open; each waits for its answer before it asks again.

    Raises:
        RuntimeError: an answer was not 200 with a verdict to accept.
    """
    random = Random(task["connections"])
    each = -(-task["requests"] // task["connections"])
    await _converse(task, random, min(_WARMING, each))
    began = time.perf_counter()
    found = await asyncio.gather(*(_converse(task, random, each) for _ in range(task["connections"])))
    seconds = time.perf_counter() - began
    times = [one for some in found for one in some]
    return {
        "requests": len(times),
        "perSecond": len(times) / seconds,
        "p50Ms": percentile(times, 50) * 1_000,
        "p99Ms": percentile(times, 99) * 1_000,
    }


async def _converse(task: dict[str, Any], random: Random, count: int) -> list[float]:
    """Return the seconds that each answer took."""
    conversation = await Conversation.begin(task)
    times = []
    for _ in range(count):
        target = random.choice(task["targets"])
        seconds, body = await conversation.get(target)
        times.append(seconds)
        if b'"verdict":"ACCEPT"' not in body:
            raise RuntimeError(f"{target} was answered {body[:300]!r}")
    conversation.end()
    return times


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
