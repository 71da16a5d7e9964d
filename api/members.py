"""Members: who is in the consortium, and the accounts that act for this gateway's member."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, done
from api.gateway import Call, Route, answer
from api.governance_models import MembersAnswer, OperatorBody
from api.models import ReceiptAnswer
from api.queries import read_query
from ledger.service.act_arguments import read_arguments
from ledger.service.wire import plain, receipt_shape


async def members(call: Call) -> Response:
    """Give all members."""
    read_query(call.request, ())
    return answer({"members": await call.gateway.look(lambda: plain(call.gateway.ledger.members()))})


async def change_operators(call: Call) -> Response:
    """Add or remove an account that acts for this gateway's member."""

    def act(body: OperatorBody) -> Done:
        arguments = read_arguments({"operator": body.operator})
        return done(receipt_shape(call.gateway.ledger.act(f"{body.action}-operator", arguments)))

    return await carry_out(call, OperatorBody, act)


ROUTES = (
    Route(
        "GET", "/v1/members", Scope.MEMBERS, members, "Members with roles, standing and document keys",
        answer=MembersAnswer, also=(503,),
    ),
    Route(
        "POST", "/v1/operators", Scope.GOVERN, change_operators, "Add or remove an account that acts for this member",
        body=OperatorBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
