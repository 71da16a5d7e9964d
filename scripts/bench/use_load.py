"""Use load: a client that writes uses at a gateway over some connections: each is reserved and then consumed.

It is a process of its own and shares the machine with the gateway. Usage: ``python -m scripts.bench.use_load`` with one
JSON object on standard input (host, port, key, connections, uses: the bodies of ``POST /v1/uses`` without the action);
prints one with the result.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from scripts.bench.conversation import Conversation
from scripts.bench.report import percentile

_STATES = {"reserve": b'"state":"reserved"', "consume": b'"state":"consumed"'}


async def main(task: dict[str, Any]) -> dict[str, float]:
    """Write all uses over ``connections`` kept open; each takes the next use when it has done one.

    Raises:
        RuntimeError: an answer was not 200, or the use is not in the state it was brought to.
    """
    waiting, times = iter(task["uses"]), {action: list[float]() for action in _STATES}
    began = time.perf_counter()
    await asyncio.gather(*(_write(task, waiting, times) for _ in range(task["connections"])))
    seconds = time.perf_counter() - began
    found: dict[str, float] = {"uses": len(times["consume"]), "perSecond": len(times["consume"]) / seconds}
    for action, some in times.items():
        found |= {f"{action}{percent}Ms": percentile(some, percent) * 1_000 for percent in (50, 99)}
    return found


async def _write(
    task: dict[str, Any], waiting: Iterator[dict[str, Any]], times: dict[str, list[float]]
) -> None:
    conversation = await Conversation.begin(task)
    for use in waiting:
        for action, state in _STATES.items():
            seconds, body = await conversation.post("/v1/uses", {**use, "action": action})
            times[action].append(seconds)
            if state not in body:
                raise RuntimeError(f"to {action} {use} was answered {body[:300]!r}")
    conversation.end()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
