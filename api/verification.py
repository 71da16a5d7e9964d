"""Verification: one question, one verdict, which is 200 whatever it says; a bad question is an error."""

from __future__ import annotations

from typing import Final

import orjson
from starlette.responses import Response

from api.access import Scope
from api.gateway import Call, Route, answer
from api.models import VerdictAnswer, VerifyBody
from api.queries import Parameter, parse_json, read_bytes, read_model, read_query
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.answers import VerifyRequest
from ledger.service.wire import KINDS, read_kind, read_moment, verdict_shape

# A declaration inside the body may be as deep as one that is sent alone.
_DEPTH = 20
ISSUER: Final = Parameter("issuer", "Member code of the issuing body, such as `VN-VCCI`.", True, 32)
NUMBER: Final = Parameter("number", "Certificate number as printed; slashes and spaces are fine.", True, 200)
_SECOND: Final = Parameter("secondKey", "Invoice number or issue date as printed.", longest=100)
_AS_OF: Final = Parameter(
    "asOf",
    "The moment to judge; now when absent.",
    longest=40,
    schema={"type": "string", "format": "date-time"},
)
KIND: Final = Parameter(
    "kind",
    "Kind of record; `origin` when absent.",
    longest=10,
    schema={"type": "string", "enum": list(KINDS), "default": "origin"},
)
PARTNER: Final = Parameter(
    "partner", "Who should recognise the AEO; this gateway's member when absent.", longest=32
)
TYPE: Final = Parameter("type", "Type of authorisation that is relied on, such as `AEOS`.", longest=8)
_OFFICE: Final = Parameter("office", "Code of the customs office where it is presented.", longest=17)
_QUERY: Final = (ISSUER, NUMBER, _SECOND, _AS_OF, KIND, PARTNER, TYPE, _OFFICE)


async def by_number(call: Call) -> Response:
    """Judge a number."""
    query = read_query(call.request, _QUERY)
    as_of = query.get("asOf")
    return await judged(
        call,
        VerifyRequest(
            issuer=query["issuer"],
            number=query["number"],
            second_key=query.get("secondKey"),
            as_of=None if as_of is None else read_moment("asOf", as_of),
            kind=read_kind("kind", query.get("kind")),
            partner=query.get("partner"),
            aeo_type=query.get("type"),
            office=query.get("office"),
        ),
    )


async def by_body(call: Call) -> Response:
    """Judge a document or a number, together with a declaration where there is one."""
    read_query(call.request, ())
    data = await read_bytes(call.request, call.gateway.limits.body_bytes)
    return await judged(call, await call.gateway.look(lambda: _request(data)))


async def judged(call: Call, request: VerifyRequest) -> Response:
    """Judge one question, together with others that come at the same time."""
    gateway, asker = call.gateway, call.known_caller().asker(call.request)
    if gateway.ledger.answers_at_once():
        # A hop to another thread costs more than this answer, and two threads slow each other down.
        shape = verdict_shape(gateway.ledger.verify(request, asker))
    else:
        shape = verdict_shape(await gateway.rounds.ask(request, asker))
    gateway.metrics.verdict(str(shape["verdict"]))
    return answer(shape)


def _request(data: bytes) -> VerifyRequest:
    body = read_model(parse_json(data, _DEPTH), VerifyBody)
    if body.document is None and (body.issuer is None or body.number is None):
        wanted = "a sealed document, or issuer and number"
        raise Rejected([Problem("document", "", wanted, code="QUESTION_MISSING")])
    try:
        document = None if body.document is None else body.document.encode("ascii")
    except UnicodeEncodeError:
        # Not what any issuer hands out, but whether it is genuine is for the verdict to say.
        document = (body.document or "").encode("utf-8", "replace")
    return VerifyRequest(
        document=document,
        issuer=body.issuer,
        number=body.number,
        second_key=body.second_key,
        as_of=None if body.as_of is None else read_moment("asOf", body.as_of),
        declaration=None if body.declaration is None else orjson.dumps(body.declaration),
        kind=None if body.kind is None else read_kind("kind", body.kind),
        partner=body.partner,
        aeo_type=body.type,
        office=body.office,
    )


ROUTES = (
    Route(
        "GET", "/v1/verify", Scope.VERIFY, by_number, "One verdict on a certificate number",
        query=_QUERY, answer=VerdictAnswer, also=(422,),
    ),
    Route(
        "POST", "/v1/verify", Scope.VERIFY, by_body, "One verdict on a document or a declared number",
        body=VerifyBody, answer=VerdictAnswer, also=(400, 413, 415, 422),
    ),
)  # fmt: skip
