"""Observed: the outermost layer. Every request gets an id and is counted; every error becomes a report.

It works on raw ASGI messages, since it sits on the path of every look-up.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer_to
from api.metrics import Metrics

_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


class Observed:
    """Wraps the application; ``routes`` are the only names that metrics ever carry."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        trace = scope["trace"] = _trace_of(scope)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    *_ALWAYS,
                    (b"x-request-id", trace.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if status:  # the answer has begun; all that can be done is to break it off
                raise
            await answer_to(error, trace)(scope, receive, sending)
        finally:
            route = str(scope.get("declared", "unknown"))
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._metrics.request(method, route, status, time.perf_counter() - started)


_METHODS: Final = {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"}


def _trace_of(scope: Scope) -> str:
    given = Request(scope).headers.get("x-request-id", "")
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
