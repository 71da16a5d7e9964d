"""AEO: is an operator authorised and recognised at a time, and the acts of the administration that keeps its entry."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, check_members, done
from api.aeo_models import AeoBody
from api.gateway import Call, Route, answer
from api.models import ReceiptAnswer, VerdictAnswer
from api.queries import Parameter, read_query
from api.verification import PARTNER, TYPE
from ledger.service.aeo_answers import AeoAction, AeoRequest
from ledger.service.wire import read_moment, read_reason, receipt_shape, verdict_shape

_CODE = Parameter("code", "AEO code as declared; any form of it that was registered.", True, 100)
_AT = Parameter(
    "at",
    "The moment that matters; now when absent.",
    longest=40,
    schema={"type": "string", "format": "date-time"},
)
_QUERY = (_CODE, PARTNER, TYPE, _AT)
_ALIASES = (AeoAction.ADD_ALIAS, AeoAction.REMOVE_ALIAS)


async def judge_aeo(call: Call) -> Response:
    """Judge an AEO code: authorised and recognised, for a type, at a time."""
    query, gateway = read_query(call.request, _QUERY), call.gateway
    asker = call.known_caller().asker(call.request)
    at = None if "at" not in query else read_moment("at", query["at"])
    verdict = await gateway.look(
        lambda: gateway.ledger.aeo(query["code"], query.get("partner"), query.get("type"), at, asker)
    )
    gateway.metrics.verdict(verdict.word.value)
    return answer(verdict_shape(verdict))


async def change_aeo(call: Call) -> Response:
    """Grant a type, change its status, or add and remove other forms of the code."""

    def act(body: AeoBody) -> Done:
        action = AeoAction(body.action)
        if action in _ALIASES:
            check_members(body, action.value, ("code", "alias"))
        elif action is AeoAction.GRANT:
            check_members(body, action.value, ("code", "type"), ("effectiveFrom",))
        else:
            check_members(body, action.value, ("code", "type", "reason"), ("effectiveFrom",))
        request = AeoRequest(
            action,
            body.code,
            body.type,
            body.alias,
            0 if body.reason is None else read_reason("reason", body.reason),
            None if body.effective_from is None else read_moment("effectiveFrom", body.effective_from),
        )
        return done(receipt_shape(call.gateway.ledger.aeo_act(request)))

    return await carry_out(call, AeoBody, act)


ROUTES = (
    Route(
        "GET", "/v1/aeo", Scope.AEO, judge_aeo, "One verdict on an AEO code",
        query=_QUERY, answer=VerdictAnswer, also=(422, 503),
    ),
    Route(
        "POST", "/v1/aeo", Scope.AUTHORISE, change_aeo, "Grant, suspend, reinstate, revoke or cancel a type; aliases",
        body=AeoBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
