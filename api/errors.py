"""Errors: the one table that says which error is which HTTP status.

Every error leaves as ``application/problem+json`` (RFC 9457) with a stable ``code``. Rule: an exception that
is not in the table is a bug; its message is neither sent nor logged, since it may carry a secret. A verdict
is never an error.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.core.problems import Problem
from ledger.core.strictjson import MalformedJson
from ledger.errors import Refused, Rejected, Unavailable
from ledger.service.wire import plain, problem_shape, refusal_reason

_LOG = logging.getLogger(__name__)
PROBLEM_JSON: Final = "application/problem+json"
RETRY_SECONDS: Final = 5


class FaceError(Exception):
    """An error of this face; ``code`` is stable and keys the table below."""

    def __init__(self, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        super().__init__(detail)


# code -> (status, title). The codes of Rejected, Refused and Unavailable are the first three.
TABLE: Final[Mapping[str, tuple[int, str]]] = {
    "INPUT_REJECTED": (422, "The input is wrong"),
    "REFUSED": (409, "The consortium's rules forbid it"),
    "UNAVAILABLE": (503, "Not available now"),
    "MALFORMED_JSON": (400, "The body is not JSON that has one reading"),
    "UNAUTHENTICATED": (401, "An API key is needed"),
    "FORBIDDEN": (403, "The API key does not allow this"),
    "NOT_FOUND": (404, "There is no such thing here"),
    "METHOD_NOT_ALLOWED": (405, "The method does not exist here"),
    "IN_PROGRESS": (409, "The same request is being worked on"),
    "TOO_LARGE": (413, "The body is too large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "The body is of a type that is not taken here"),
    "KEY_REUSED": (422, "The idempotency key was used for another request"),
    "TOO_MANY_REQUESTS": (429, "Too many requests"),
    "BAD_REQUEST": (400, "The request cannot be read"),
    "INTERNAL": (500, "Something broke inside the gateway"),
}
_OF_STATUS: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE"}


def answer_to(error: Exception, trace: str) -> Response:
    """Return the problem report for ``error``; ``trace`` is the request's id."""
    match error:
        case MalformedJson():
            return problem("MALFORMED_JSON", "the body breaks the JSON rules", trace, problems=error.problems)
        case Rejected():
            return problem("INPUT_REJECTED", str(error), trace, problems=error.problems)
        case Refused():
            reason = refusal_reason(error)
            more = {"refusal": error.code, "arguments": plain(error.arguments)}
            more |= {} if reason is None else {"reason": reason}
            return problem("REFUSED", str(error), trace, more=more)
        case Unavailable():
            return problem("UNAVAILABLE", str(error), trace, headers={"Retry-After": str(RETRY_SECONDS)})
        case FaceError():
            return problem(error.code, error.detail, trace, headers=error.headers)
        case HTTPException():
            code = _OF_STATUS.get(error.status_code, "BAD_REQUEST" if error.status_code < 500 else "INTERNAL")
            return problem(code, TABLE[code][1], trace, headers=error.headers)
    # The places only: the message of an unforeseen exception may quote a key or a document.
    places = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("unforeseen %s in request %s\n%s", type(error).__name__, trace, places)
    return problem("INTERNAL", "report this with the trace; nothing about it is known to the caller", trace)


def problem(
    code: str,
    detail: str,
    trace: str,
    *,
    problems: Sequence[Problem] = (),
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem report; ``problems`` become its member of that name, ``more`` further members."""
    status, title = TABLE[code]
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail[:2_000],
        "code": code,
        "trace": trace,
    }
    if problems:
        body["problems"] = [problem_shape(one) for one in problems]
    body.update(more or {})
    # What a client sent may be quoted in a problem, lone surrogates included: replace rather than fail.
    return Response(encode(body), status, dict(headers or {}), PROBLEM_JSON)


def encode(value: object) -> bytes:
    """Return ``value`` as JSON bytes; a text that has no UTF-8 form is shown escaped."""
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, TypeError):
        return orjson.dumps(_encodable(value))


def trace_of(request: Request) -> str:
    """Return the request's id."""
    return str(request.scope.get("trace", ""))


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {str(_encodable(str(name))): _encodable(child) for name, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(child) for child in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _encodable(str(value))
