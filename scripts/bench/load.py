"""Load: a client that asks a gateway for numbers over some connections, as fast as the answers come.

It is a process of its own and shares the machine with the gateway. Usage: ``python -m scripts.bench.load`` with one JSON
object on standard input (host, port, key, numbers, connections, requests); prints one with the result.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from random import Random
from typing import Any
from urllib.parse import quote

from scripts.bench.world import ISSUER

_WARMING = 50


async def main(task: dict[str, Any]) -> dict[str, float]:
    """Ask ``requests`` times over ``connections`` kept open; each waits for its answer before it asks again.

    Raises:
        RuntimeError: an answer was not 200 with a verdict to accept.
    """
    random = Random(task["connections"])
    each = task["requests"] // task["connections"]
    await _converse(task, random, _WARMING)
    began = time.perf_counter()
    found = await asyncio.gather(*(_converse(task, random, each) for _ in range(task["connections"])))
    seconds = time.perf_counter() - began
    times = sorted(one for some in found for one in some)
    return {
        "requests": len(times),
        "perSecond": len(times) / seconds,
        "p50Ms": times[len(times) // 2] * 1_000,
        "p99Ms": times[len(times) * 99 // 100] * 1_000,
    }


async def _converse(task: dict[str, Any], random: Random, count: int) -> list[float]:
    """Return the seconds that each answer took."""
    reader, writer = await asyncio.open_connection(task["host"], task["port"])
    times = []
    for _ in range(count):
        target = f"/v1/verify?issuer={ISSUER}&number={quote(random.choice(task['numbers']))}"
        question = (
            f"GET {target} HTTP/1.1\r\nHost: {task['host']}\r\nAuthorization: Bearer {task['key']}\r\n"
            "X-Purpose: benchmark\r\n\r\n"
        ).encode()
        began = time.perf_counter()
        writer.write(question)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        times.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 200") or b'"verdict":"ACCEPT"' not in body:
            raise RuntimeError(f"{target} was answered {head[:60]!r} {body[:300]!r}")
    writer.close()
    return times


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer has no content-length")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
