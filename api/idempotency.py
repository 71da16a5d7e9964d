"""Idempotency: a repeated request with the same ``Idempotency-Key`` gets the answer of the first.

Kept are final answers only: what is still pending or failed is tried again, which is safe, since the use
cases behind it do nothing twice. A key whose first request died with its process is therefore worked on again
as well. Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from api.errors import FaceError
from ledger.store.access import KeptAnswer

KEPT_SECONDS: Final = 24 * 3600
_LONGEST: Final = 200
_RETRY: Final = {"Retry-After": "1"}


class AnswerStore(Protocol):
    """Where answers are kept: ``ledger.store.access.Idempotency``."""

    def begin(self, caller: str, key: str, request: bytes, now: int) -> KeptAnswer | None:
        """Reserve ``key`` for ``request`` and return None, or return what is known of it already."""

    def finish(self, caller: str, key: str, status: int, response: bytes) -> None:
        """Keep the answer."""

    def abandon(self, caller: str, key: str) -> None:
        """Free a key whose request came to nothing."""

    def forget_before(self, moment: int) -> None:
        """Delete what was begun before ``moment``."""


class Answers:
    """Runs acts at most once per caller and key; may be used from several threads."""

    def __init__(self, store: AnswerStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._running: set[tuple[str, str]] = set()
        self._guard = threading.Lock()

    def once(
        self, caller: str, key: str | None, request: bytes, act: Callable[[], tuple[int, bytes, bool]]
    ) -> Response:
        """Return the kept answer of ``request``, or run ``act`` (status, JSON body, whether it is final).

        Raises:
            FaceError: 422 the key was used for another request, 409 the same request is being worked on.
            Unavailable: the store does not answer.
        """
        if key is None:
            status, body, _ = act()
            return Response(body, status, media_type="application/json")
        mine = (caller, key)
        with self._guard:
            if mine in self._running:
                raise FaceError(
                    "IN_PROGRESS", "the first request with this idempotency key is running", _RETRY
                )
            self._running.add(mine)
        try:
            return self._once(caller, key, hashlib.sha256(request).digest(), act)
        finally:
            with self._guard:
                self._running.discard(mine)

    def forget_old(self) -> None:
        """Delete answers that were kept long enough."""
        self._store.forget_before(int(self._clock()) - KEPT_SECONDS)

    def _once(
        self, caller: str, key: str, request: bytes, act: Callable[[], tuple[int, bytes, bool]]
    ) -> Response:
        kept = self._store.begin(caller, key, request, int(self._clock()))
        if kept is not None and kept.request != request:
            raise FaceError("KEY_REUSED", "this idempotency key came with another request before")
        if kept is not None and kept.status is not None:
            replayed = {"Idempotency-Replayed": "true"}
            return Response(kept.response or b"", kept.status, replayed, "application/json")
        try:
            status, body, final = act()
        except BaseException:
            self._store.abandon(caller, key)
            raise
        if final:
            self._store.finish(caller, key, status, body)
        else:
            self._store.abandon(caller, key)
        return Response(body, status, media_type="application/json")


def key_of(request: Request) -> str | None:
    """Return the idempotency key of a request, or None.

    Raises:
        FaceError: 400 for a key that is repeated, empty, too long or not visible ASCII.
    """
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    key = keys[0]
    if len(keys) > 1 or not 0 < len(key) <= _LONGEST or not (key.isascii() and key.isprintable()):
        raise FaceError(
            "BAD_REQUEST", f"Idempotency-Key must be one text of 1 to {_LONGEST} visible ASCII characters"
        )
    return key
