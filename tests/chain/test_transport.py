"""The transport: an answer in time and of a bearable size, or none; and nobody sees the password."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ledger.chain import transport
from ledger.chain.transport import Transport
from ledger.errors import Unavailable

Respond = Callable[[BaseHTTPRequestHandler, Any], None]


@contextmanager
def a_node(respond: Respond) -> Iterator[str]:
    """Serve ``respond`` and give its address, without the scheme."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            respond(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def say(node: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    node.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        node.send_header(name, value)
    node.end_headers()
    node.wfile.write(body)


def echo(node: BaseHTTPRequestHandler, question: Any) -> None:
    say(node, json.dumps(question).encode())


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_call_is_json_rpc_and_its_answer_is_given_as_it_is() -> None:
    with a_node(echo) as place:
        asked = Transport(f"http://{place}", 5).ask("eth_chainId", ["x"])
    assert asked == {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": ["x"]}


def test_calls_together_are_numbered_in_their_order() -> None:
    with a_node(echo) as place:
        asked = Transport(f"http://{place}", 5).ask_together("m", [["a"], ["b"]])
    assert [(one["id"], one["params"]) for one in asked] == [(0, ["a"]), (1, ["b"])]


def test_many_threads_may_ask_at_once() -> None:
    with a_node(echo) as place, ThreadPoolExecutor(16) as threads:
        node = Transport(f"http://{place}", 5)
        asked = list(threads.map(lambda number: node.ask("m", [number])["params"][0], range(200)))
    assert asked == list(range(200))


def test_a_connection_that_the_node_closed_is_opened_again() -> None:
    connections = []

    def once(node: BaseHTTPRequestHandler, question: Any) -> None:
        node.close_connection = True
        connections.append(node.connection)
        echo(node, question)

    with a_node(once) as place:
        node = Transport(f"http://{place}", 5)
        for number in range(3):
            assert node.ask("m", [number])["params"] == [number]
            # An answer may be read before the node has come to closing.
            until(lambda: connections[-1].fileno() == -1)
    assert len(connections) == 3


def test_user_and_password_are_sent_and_never_shown() -> None:
    seen: list[str | None] = []

    def refusing(node: BaseHTTPRequestHandler, _: Any) -> None:
        seen.append(node.headers["Authorization"])
        say(node, b"no", 401)

    with a_node(refusing) as place:
        node = Transport(f"http://gate:s%3Acret@{place}/rpc", 5)
        with pytest.raises(Unavailable, match="HTTP status 401") as unavailable:
            node.ask("m", [])
    assert seen == ["Basic " + base64.b64encode(b"gate:s:cret").decode()]
    assert "cret" not in f"{unavailable.value} {node.url}"
    assert node.url == f"http://{place}/rpc"


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, b""), (200, b"[" * 5_000), (500, b"{}"), (204, b"")]
)
def test_what_is_no_answer_leaves_nothing_known(status: int, body: bytes) -> None:
    with (
        a_node(lambda node, _: say(node, body, status)) as place,
        pytest.raises(Unavailable, match="did not answer eth_call"),
    ):
        Transport(f"http://{place}", 5).ask("eth_call", [])


def test_a_redirection_is_not_followed() -> None:
    with a_node(echo) as other:

        def elsewhere(node: BaseHTTPRequestHandler, _: Any) -> None:
            say(node, b"", 307, Location=f"http://{other}/")

        with a_node(elsewhere) as place, pytest.raises(Unavailable, match="HTTP status 307"):
            Transport(f"http://{place}", 5).ask("m", [])


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[", "ftp://example.org", "nonsense", ""])
def test_a_place_where_nobody_answers_is_unavailable(url: str) -> None:
    with pytest.raises(Unavailable, match="did not answer"):
        Transport(url, 1).ask("m", [])


def test_an_answer_that_drips_ends_with_the_time_allowed() -> None:
    over = threading.Event()

    def dripping(node: BaseHTTPRequestHandler, _: Any) -> None:
        node.send_response(200)
        node.send_header("Content-Length", "100000")
        node.end_headers()
        while not over.wait(0.02):
            try:
                node.wfile.write(b" ")
            except OSError:
                return

    with a_node(dripping) as place:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="took more than"):
            Transport(f"http://{place}", 0.3).ask("m", [])
        over.set()
    assert time.monotonic() - began < 30  # a bound for a hang, not a measurement


def test_an_answer_that_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 2_000_000)
    with (
        a_node(lambda node, _: say(node, b" " * 9_000_000)) as place,
        pytest.raises(Unavailable, match="larger than 2000000 bytes"),
    ):
        Transport(f"http://{place}", 5).ask("eth_getLogs", [])
