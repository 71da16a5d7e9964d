"""A small HTTP client for the journey, so that the demo uses the gateways as any back office would.

It speaks only to addresses on this machine.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

MAX_ANSWER = 64 * 1024 * 1024


class GatewayClient:
    """One gateway with one API key; every call opens its own connection."""

    def __init__(self, host: str, port: int, api_key: str, purpose: str = "demonstration") -> None:
        self.host = host
        self.port = port
        self.api_key = api_key
        self._purpose = purpose

    @property
    def url(self) -> str:
        """Return the gateway's base address."""
        return f"http://{self.host}:{self.port}"

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, object]:
        """GET ``path`` and return its JSON object."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def post(self, path: str, body: object) -> dict[str, object]:
        """POST ``body`` as JSON and return the answer's JSON object."""
        return self._call("POST", path, json.dumps(body, ensure_ascii=False).encode())

    def patch(self, path: str, body: object) -> dict[str, object]:
        """PATCH ``path`` with ``body`` as JSON and return the answer's JSON object."""
        return self._call("PATCH", path, json.dumps(body, ensure_ascii=False).encode())

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until ``/readyz`` answers 200.

        Raises:
            TimeoutError: it did not within ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.get("/readyz")
            except (OSError, GatewayError):
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"{self.url} was not ready after {seconds:.0f} s")

    def _call(self, method: str, target: str, body: bytes | None) -> dict[str, object]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.api_key}", "X-Purpose": self._purpose}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            text = response.read(MAX_ANSWER)
        finally:
            connection.close()
        if response.status >= 400:
            raise GatewayError(
                f"{method} {target} answered {response.status}: {text[:500].decode(errors='replace')}"
            )
        answer = json.loads(text) if text else {}
        return answer if isinstance(answer, dict) else {"items": answer}


class GatewayError(Exception):
    """The gateway refused the call; the message carries its problem report."""
