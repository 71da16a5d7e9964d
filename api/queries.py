"""Queries and bodies: what a request brings, read strictly.

A misspelt or repeated parameter is an error, never ignored: ``asof`` for ``asOf`` would ask another question
than the caller believes. Bodies are counted while they arrive and read by the ledger's strict JSON before
anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from api.errors import FaceError
from ledger.core import strictjson
from ledger.core.problems import Problem
from ledger.errors import Rejected

_M = TypeVar("_M", bound=BaseModel)
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or header; ``longest`` in characters."""

    name: str
    description: str
    required: bool = False
    longest: int = 200
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})

    def openapi(self, place: str) -> dict[str, Any]:
        """Return the parameter as OpenAPI describes it."""
        schema = dict(self.schema)
        if schema.get("type") == "string":
            schema["maxLength"] = self.longest
        return {
            "name": self.name,
            "in": place,
            "required": self.required,
            "description": self.description,
            "schema": schema,
        }


PURPOSE: Final = Parameter(
    "purpose", "What the look-up is for; the header `X-Purpose` goes first. It is logged."
)


def read_query(request: Request, parameters: Sequence[Parameter]) -> dict[str, str]:
    """Return the query parameters by name.

    Raises:
        Rejected: unknown, repeated, missing, empty, too long, or with characters that cannot be seen; all of
            them.
    """
    allowed = {one.name: one for one in (*parameters, PURPOSE)}
    found: dict[str, str] = {}
    problems = []
    for name, value in request.query_params.multi_items():
        known = allowed.get(name)
        if known is None:
            wanted = "one of " + ", ".join(sorted(allowed))
            problems.append(Problem(name[:_SHOWN], value[:_SHOWN], wanted, code="PARAMETER_UNKNOWN"))
        elif name in found:
            problems.append(Problem(name, value[:_SHOWN], "the parameter once", code="PARAMETER_REPEATED"))
        elif not value:
            problems.append(Problem(name, "", "a value", code="PARAMETER_EMPTY"))
        elif len(value) > known.longest:
            wanted = f"at most {known.longest} characters"
            problems.append(Problem(name, value[:_SHOWN], wanted, code="PARAMETER_TOO_LONG"))
        elif any(sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff" for sign in value):
            problems.append(
                Problem(name, ascii(value[:_SHOWN])[1:-1], "visible characters", code="TEXT_UNREADABLE")
            )
        found.setdefault(name, value)
    missing = (one.name for one in parameters if one.required and one.name not in found)
    problems.extend(Problem(name, "", "a value", code="PARAMETER_MISSING") for name in missing)
    if problems:
        raise Rejected(problems)
    return found


def read_whole_number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Return a parameter that is a whole number between ``least`` and ``most``, both included.

    Raises:
        Rejected: it is something else.
    """
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
        wanted = f"a whole number from {least} to {most}"
        raise Rejected([Problem(name, text[:_SHOWN], wanted, code="NUMBER_OUT_OF_RANGE")])
    return int(text)


JSON: Final = "application/json"
CSV: Final = "text/csv"


def content_type(request: Request) -> str:
    """Return the content type of a body, without parameters; JSON when the caller says nothing."""
    return request.headers.get("content-type", JSON).partition(";")[0].strip().lower()


async def read_bytes(request: Request, most: int, taken: Sequence[str] = (JSON,)) -> bytes:
    """Return the body, which is refused as soon as it is known to be longer than ``most`` bytes.

    Raises:
        FaceError: 413, 415 for another content type than those ``taken``, 400 when the client went away.
    """
    kind = content_type(request)
    if kind not in taken:
        wanted = " or ".join(taken)
        raise FaceError("UNSUPPORTED_MEDIA_TYPE", f"Content-Type is {kind[:_SHOWN]!r}, expected {wanted}")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise FaceError("UNSUPPORTED_MEDIA_TYPE", f"Content-Encoding is {encoding[:_SHOWN]!r}, expected none")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and (len(length) > 18 or int(length) > most):
        raise FaceError(
            "TOO_LARGE", f"the body is {length[:20]} bytes, expected at most {most}", {"Connection": "close"}
        )
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise FaceError("TOO_LARGE", f"the body is longer than {most} bytes", {"Connection": "close"})
    except ClientDisconnect:
        raise FaceError("BAD_REQUEST", "the client went away before the body was complete") from None
    return bytes(body)


def parse_json(body: bytes, depth: int) -> Any:
    """Return the value of a JSON body of the ledger's profile.

    Raises:
        MalformedJson: it is not JSON of the profile, or deeper than ``depth``.
    """
    return strictjson.parse(body, strictjson.Limits(size=len(body), depth=depth))


def read_model(value: Any, model: type[_M]) -> _M:
    """Return ``value`` as ``model``.

    Raises:
        Rejected: it does not fit; everything that does not.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Rejected([_problem(dict(one)) for one in error.errors(include_url=False)]) from None


def _problem(error: dict[str, Any]) -> Problem:
    path = ""
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    kind = str(error["type"])
    if kind == "missing":
        return Problem(path, "", "a value", code="MEMBER_MISSING")
    if kind == "extra_forbidden":
        return Problem(path, _short(error["input"]), "no such member", code="MEMBER_UNKNOWN")
    return Problem(path, _short(error["input"]), str(error["msg"]).lower(), code="MEMBER_INVALID")


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
