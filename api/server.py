"""Server: one process that serves the interface, runs the worker, and stops both without loss."""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn
from anyio.to_thread import run_sync

from api.access import Keyring
from api.app import create_app
from api.gateway import Gateway, Limits
from api.idempotency import Answers
from api.metrics import Metrics
from api.worker import Worker
from ledger.core.problems import Problem
from ledger.errors import Rejected

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ledger.service.ledger import Ledger
    from ledger.store import Store

_LOG = logging.getLogger(__name__)
_GRACE_SECONDS: Final = 20
_BACKLOG: Final = 2_048
# Answers are made in the event loop's thread: it should not wait Python's usual 5 ms for those that work behind it.
_SWITCH_SECONDS: Final = 0.0005


def build(
    ledger: Ledger, store: Store, limits: Limits | None = None, interval: float | None = 1.0
) -> FastAPI:
    """Return the application over ``ledger``, its keys and kept answers in ``store``.

    Args:
        interval: seconds between the worker's rounds; None for no worker.
    """
    metrics = Metrics()
    answers = Answers(store.idempotency)
    worker = None if interval is None else Worker(ledger, store.lock, metrics, answers, interval)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        if worker is not None:
            worker.start()
        yield
        if worker is not None and not await run_sync(worker.stop):
            _LOG.warning("the worker was still in a round; the next start continues it")

    gateway = Gateway(ledger, Keyring(store.api_keys), answers, metrics, limits or Limits())
    return create_app(gateway, life)


def serve(app: FastAPI, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``announce`` is given the URL once the port is taken.

    Raises:
        Rejected: the address cannot be listened on.
    """
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    announce(f"http://{shown}:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        backlog=_BACKLOG,
    )
    # After its graceful end the server raises the signal once more; without this the process would die on the spot,
    # before the callers' own ends: the look-up log would lose its last lines.
    sys.setswitchinterval(_SWITCH_SECONDS)
    # What was loaded so far stays for good; searching it for garbage again and again makes somebody wait each time.
    gc.freeze()
    with _ending_quietly():
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def _ending_quietly() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.set_inheritable(False)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        problem = Problem(
            "--port", f"{host}:{port}", f"an address that is free ({why})", code="ADDRESS_IN_USE"
        )
        raise Rejected([problem]) from None
    return listener
