"""Conversation: one kept-open HTTP connection to a gateway, as cheap for the client as it can be.

The client shares the machine with what is measured, so nothing is parsed here but the length of the answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Self

import orjson


class Conversation:
    """One connection; each question waits for its answer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, key: str
    ) -> None:
        self._reader, self._writer = reader, writer
        self._fields = f"Host: {host}\r\nAuthorization: Bearer {key}\r\nX-Purpose: benchmark\r\n"

    @classmethod
    async def begin(cls, gateway: Mapping[str, object]) -> Self:
        """Connect; ``gateway`` has ``host``, ``port`` and an API ``key``."""
        host = str(gateway["host"])
        reader, writer = await asyncio.open_connection(host, int(str(gateway["port"])))
        return cls(reader, writer, host, str(gateway["key"]))

    async def get(self, target: str) -> tuple[float, bytes]:
        """Return the seconds that the answer took, and its body.

        Raises:
            RuntimeError: the answer was not 200.
        """
        return await self._ask(f"GET {target}", b"")

    async def post(self, target: str, body: object) -> tuple[float, bytes]:
        """Send ``body`` as JSON; as ``get``."""
        return await self._ask(f"POST {target}", orjson.dumps(body))

    def end(self) -> None:
        """Close the connection."""
        self._writer.close()

    async def _ask(self, what: str, body: bytes) -> tuple[float, bytes]:
        described = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        question = f"{what} HTTP/1.1\r\n{self._fields}{described}\r\n".encode() + body
        began = time.perf_counter()
        self._writer.write(question)
        head = await self._reader.readuntil(b"\r\n\r\n")
        answer = await self._reader.readexactly(_length(head))
        seconds = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{what} was answered {head[:60]!r} {answer[:300]!r}")
        return seconds, answer


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer has no content-length")
