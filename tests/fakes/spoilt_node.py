"""A node that misbehaves: a real HTTP server before a real node, which spoils the answers as a test says."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Spoil = Callable[[str, list[Any], Any], Any]


def honest(_method: str, _params: list[Any], result: Any) -> Any:
    return result


class SpoiltNode:
    """``spoil`` gets method, parameters and the true result, and returns what is answered instead.

    ``body`` and ``status`` replace every answer as a whole, ``silent`` gives none until it is over, and ``cut`` leaves
    off the end of each.
    """

    def __init__(self, behind: str) -> None:
        self._behind = urlsplit(behind).netloc
        self._over = threading.Event()
        self.heal()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def heal(self) -> None:
        """Be an honest node again."""
        self._over.set()
        self._over = threading.Event()
        self.spoil: Spoil = honest
        self.body: bytes | None = None
        self.status = 200
        self.silent = False
        self.cut = False

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def reply(self, request: bytes) -> bytes | None:
        """Return the body to answer with, or None for no answer."""
        if self.silent:
            self._over.wait(30)
            return None
        if self.body is not None:
            return self.body
        connection = http.client.HTTPConnection(self._behind, timeout=30)
        try:
            connection.request("POST", "/", request, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "result" in answer:
            question = json.loads(request)
            answer["result"] = self.spoil(question["method"], question["params"], answer["result"])
        return json.dumps(answer).encode()


def _handler(node: SpoiltNode) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = node.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.close_connection = True
            if body is None:
                return
            self.send_response(node.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if node.cut else body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def a_spoilt_node(behind: str) -> Iterator[SpoiltNode]:
    node = SpoiltNode(behind)
    try:
        yield node
    finally:
        node.close()
