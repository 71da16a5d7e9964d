"""Transport: one JSON-RPC 2.0 endpoint, asked over connections that stay open; nothing here knows what is asked.

Rule: whatever goes wrong on the way leaves as ``Unavailable``, and nothing is asked twice: after a lost answer the chain
is asked what became of a transaction instead. An answer is bounded in size and in time, however slowly it drips.
Why not web3.py's provider: docs/adr/0007-a-question-to-the-node-is-one-plain-request.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

import orjson
import urllib3
from urllib3.exceptions import HTTPError, LocationParseError

from ledger.errors import Unavailable

MOST_BYTES: Final = 256 * 1024 * 1024
"""Of one answer; a range of events that is longer is asked for in parts."""

_PART: Final = 1 << 20
_CONNECTIONS: Final = 64


class Transport:
    """One endpoint; safe to use from several threads.

    Args:
        url: ``http`` or ``https``; user and password in it are sent as basic authentication, and never shown.
        timeout: seconds for one answer, from the question to its last byte.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._timeout = timeout
        self._pool: urllib3.HTTPConnectionPool | None = None
        self._given = url
        try:
            parsed = urllib3.util.parse_url(url)
        except LocationParseError:
            parsed = urllib3.util.Url()
        self.url = parsed._replace(auth=None).url
        self._place = parsed.request_uri
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if parsed.auth:
            self._headers |= urllib3.make_headers(basic_auth=unquote(parsed.auth))

    def ask(self, method: str, params: list[Any]) -> Any:
        """Return the node's answer to one call, whatever it is.

        Raises:
            Unavailable: no answer, or one that is not JSON.
        """
        return self._post(method, {"jsonrpc": "2.0", "id": 1, "method": method, "params": params})

    def ask_together(self, method: str, params: Sequence[list[Any]]) -> Any:
        """Return the node's answer to many calls of one method in one request, whatever it is; calls are numbered from 0.

        Raises:
            Unavailable: no answer, or one that is not JSON.
        """
        calls = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": one}
            for place, one in enumerate(params)
        ]
        return self._post(method, calls)

    def _post(self, method: str, question: Any) -> Any:
        try:
            status, data = self._answer(orjson.dumps(question))
            if status == 200:
                return orjson.loads(data)
            why = f"HTTP status {status}"
        except (HTTPError, OSError, ValueError) as error:
            why = f"{type(error).__name__}: {str(error)[:200]}"
        raise Unavailable(f"the node at {self.url} did not answer {method}: {why}")

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._timeout
        if self._pool is None:
            self._pool = urllib3.connection_from_url(self._given, maxsize=_CONNECTIONS)
        response = self._pool.urlopen(
            "POST",
            self._place,
            body=body,
            headers=self._headers,
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(total=self._timeout),
            preload_content=False,
        )
        parts, size = [], 0
        try:
            while part := response.read1(_PART):
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES:
                    raise ValueError(f"the answer is larger than {MOST_BYTES} bytes")
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the answer took more than {self._timeout} s")
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return response.status, b"".join(parts)
