"""Proposals: what the administrations decide by vote, proposed by one, approved by more than two thirds of them."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, check_members, done, read_number
from api.gateway import Call, Route, answer
from api.governance_models import ProposalBody, ProposalChangeBody, ProposalsAnswer
from api.models import ReceiptAnswer
from api.queries import read_query
from ledger.service.act_arguments import read_arguments
from ledger.service.wire import camel, plain, read_kind, receipt_shape

# What each action needs, and what it may have beside ``expiresAt``.
NEEDED: Final = {
    "admit-member": (("code", "economy", "roles", "controller"), ()),
    "set-roles": (("code", "roles"), ()),
    "suspend-member": (("code",), ("reason",)),
    "reinstate-member": (("code",), ("reason",)),
    "expel-member": (("code",), ("reason",)),
    "replace-controller": (("code", "controller"), ()),
    "admit-registry": (("registry", "kind"), ()),
    "retire-registry": (("registry",), ()),
}


async def proposals(call: Call) -> Response:
    """Give all proposals."""
    read_query(call.request, ())
    return answer({"proposals": await call.gateway.look(lambda: plain(call.gateway.ledger.proposals()))})


async def propose(call: Call) -> Response:
    """Propose what only a vote can do."""

    def act(body: ProposalBody) -> Done:
        needed, allowed = NEEDED[body.action]
        check_members(body, body.action, needed, (*allowed, "expiresAt"))
        given = body.model_dump(exclude={"action", "kind"})
        if body.kind is not None:
            given["kind"] = read_kind("kind", body.kind)
        return done(
            receipt_shape(call.gateway.ledger.act(f"propose-{body.action}", read_arguments(given, camel)))
        )

    return await carry_out(call, ProposalBody, act)


async def change_proposal(call: Call) -> Response:
    """Approve, take the approval back, or carry out what has enough approvals."""

    def act(body: ProposalChangeBody) -> Done:
        arguments: dict[str, object] = {"proposal": read_number(call, "a proposal's number, from 1")}
        name = "execute" if body.action == "execute" else "vote"
        if name == "vote":
            arguments["approves"] = body.action == "approve"
        return done(receipt_shape(call.gateway.ledger.act(name, arguments)))

    return await carry_out(call, ProposalChangeBody, act)


ROUTES = (
    Route(
        "GET", "/v1/proposals", Scope.MEMBERS, proposals, "What the administrations decide on",
        answer=ProposalsAnswer, also=(503,),
    ),
    Route(
        "POST", "/v1/proposals", Scope.GOVERN, propose, "Propose what only a vote can do",
        body=ProposalBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "PATCH", "/v1/proposals/{number}", Scope.GOVERN, change_proposal, "Approve a proposal, or carry it out",
        body=ProposalChangeBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
