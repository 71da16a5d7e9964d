"""AEO: is an operator authorised and recognised at a time, who relied on it, and the acts of who keeps its entry."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, check_members, done
from api.aeo_models import AeoBody, RelianceBody, RelianceReport
from api.errors import encode
from api.gateway import Call, Route
from api.models import ReceiptAnswer, VerdictAnswer
from api.queries import Parameter, read_query
from api.verification import PARTNER, TYPE, judged
from ledger.service.aeo_answers import AeoAction, AeoRequest, RelianceRequest
from ledger.service.answers import VerifyRequest
from ledger.service.wire import read_moment, read_reason, receipt_shape, reliance_shape

_CODE = Parameter("code", "AEO code as declared; any form of it that was registered.", True, 100)
_AT = Parameter(
    "at",
    "The moment that matters; now when absent.",
    longest=40,
    schema={"type": "string", "format": "date-time"},
)
_HOME = Parameter(
    "home", "Who keeps the entry; needed only when several keep one with this code.", longest=32
)
_QUERY = (_CODE, PARTNER, TYPE, _AT, _HOME)
_ALIASES = (AeoAction.ADD_ALIAS, AeoAction.REMOVE_ALIAS)


async def judge_aeo(call: Call) -> Response:
    """Judge an AEO code: authorised and recognised, for a type, at a time."""
    query, ledger = read_query(call.request, _QUERY), call.gateway.ledger
    at = None if "at" not in query else read_moment("at", query["at"])

    def ask() -> VerifyRequest:
        return ledger.aeo_question(
            query["code"], query.get("partner"), query.get("type"), at, query.get("home")
        )

    return await judged(call, ask() if ledger.answers_at_once() else await call.gateway.look(ask))


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


async def rely(call: Call) -> Response:
    """Judge an AEO at the acceptance of a declaration, and note that it is treated as one."""
    asker = call.known_caller().asker(call.request)

    def act(body: RelianceBody) -> Done:
        request = RelianceRequest(
            body.code,
            body.type,
            body.office,
            body.declaration,
            read_moment("acceptedAt", body.accepted_at),
            body.partner,
            body.home,
        )
        found = call.gateway.ledger.rely(request, asker)
        call.gateway.metrics.verdict(str(found.verdict["verdict"]))
        # What was not noted may be noted when it is asked again.
        return 200, encode(reliance_shape(found)), found.noted

    return await carry_out(call, RelianceBody, act)


ROUTES = (
    Route(
        "GET", "/v1/aeo", Scope.AEO, judge_aeo, "One verdict on an AEO code",
        query=_QUERY, answer=VerdictAnswer, also=(422, 503),
    ),
    Route(
        "POST", "/v1/aeo", Scope.AUTHORISE, change_aeo, "Grant, suspend, reinstate, revoke or cancel a type; aliases",
        body=AeoBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "POST", "/v1/aeo/reliances", Scope.USE, rely, "Note that a declaration is treated as an AEO's",
        body=RelianceBody, answer=RelianceReport, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
