"""Acts: requests that change something, read strictly and carried out at most once for each idempotency key.

Rule: nothing of a body is believed before all of it was read; the caller was let in before that (see ``gateway``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from api.errors import encode
from api.gateway import Call
from api.idempotency import key_of
from api.queries import Parameter, parse_json, read_bytes, read_model, read_query
from ledger.core.problems import Problem
from ledger.errors import Rejected

_M = TypeVar("_M", bound=BaseModel)
# Deeper than a document may be, so that the document's own limit is what is reported.
_DEPTH: Final = 20
_LONGEST_NUMBER: Final = 15
KEY: Final = Parameter(
    "Idempotency-Key", "Makes a repetition of this request get the same answer for 24 hours."
)
ACT_ERRORS: Final = (400, 409, 413, 415, 422, 503)

Done = tuple[int, bytes, bool]
"""Status, JSON body, and whether a repetition with the same key gets the same answer."""


async def carry_out(call: Call, model: type[_M], act: Callable[[_M], Done]) -> Response:
    """Read the body as ``model`` and answer what ``act`` makes of it.

    Raises:
        FaceError: no JSON, too long, or the idempotency key cannot be used. MalformedJson, Rejected: the body is wrong.
    """
    read_query(call.request, ())
    key, caller, gateway = key_of(call.request), call.known_caller(), call.gateway
    data = await read_bytes(call.request, gateway.limits.body_bytes)
    # The path is part of the request: the same body may be sent to several things.
    request = f"{call.request.method} {call.request.url.path}".encode() + b"\0" + data

    def work() -> Response:
        return gateway.answers.once(
            caller.label, key, request, lambda: act(read_model(parse_json(data, _DEPTH), model))
        )

    return await gateway.act(work)


def done(shape: object) -> Done:
    """Return what an act answers that was carried out."""
    return 200, encode(shape), True


def read_number(call: Call, wanted: str) -> int:
    """Return the whole number above zero in the path.

    Raises:
        Rejected: it is something else; ``wanted`` says what is expected.
    """
    text = str(call.request.path_params["number"])
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text) > 0:
        return int(text)
    raise Rejected([Problem("number", text[:40], wanted, code="NUMBER_OUT_OF_RANGE")])


def check_members(body: BaseModel, action: str, needed: Iterable[str], allowed: Iterable[str] = ()) -> None:
    """Check that a body has what its action needs, and nothing that the action would ignore.

    Args:
        needed, allowed: names of members as they are sent; ``action`` is always allowed.

    Raises:
        Rejected: some are missing or too many; all of them.
    """
    given = body.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True).keys() - {"action"}
    needed = set(needed)
    problems = [
        Problem(name, "", f"a value, to {action}", code="MEMBER_MISSING") for name in sorted(needed - given)
    ]
    problems += [
        Problem(name, "", f"no such member to {action}", code="MEMBER_UNKNOWN")
        for name in sorted(given - needed - set(allowed))
    ]
    if problems:
        raise Rejected(problems)
