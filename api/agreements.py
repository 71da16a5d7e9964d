"""Agreements: whose AEOs an administration recognises, proposed by one, consented to by the other."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, check_members, done, read_number
from api.aeo_models import AgreementBody, AgreementChangeBody, AgreementsAnswer, CoverBody
from api.gateway import Call, Route, answer
from api.models import ReceiptAnswer
from api.queries import read_query
from ledger.service.aeo_answers import AgreementAction, AgreementRequest, CoverRequest
from ledger.service.wire import agreement_shape, read_moment, read_reason, receipt_shape


async def agreements(call: Call) -> Response:
    """Give all agreements."""
    read_query(call.request, ())
    found = await call.gateway.look(call.gateway.ledger.agreements)
    return answer({"agreements": [agreement_shape(one) for one in found]})


async def propose_agreement(call: Call) -> Response:
    """Propose recognition to another administration."""

    def act(body: AgreementBody) -> Done:
        covers = tuple(_cover(f"covers[{place}]", one) for place, one in enumerate(body.covers))
        request = AgreementRequest(AgreementAction.PROPOSE, partner=body.partner, covers=covers)
        return done(receipt_shape(call.gateway.ledger.agreement_act(request)))

    return await carry_out(call, AgreementBody, act)


def _cover(path: str, body: CoverBody) -> CoverRequest:
    exchange = body.data_exchange_from
    return CoverRequest(
        body.home,
        body.type,
        read_moment(f"{path}.benefitsFrom", body.benefits_from),
        None if exchange is None else read_moment(f"{path}.dataExchangeFrom", exchange),
    )


async def change_agreement(call: Call) -> Response:
    """Consent, decline, suspend, lift or terminate."""

    def act(body: AgreementChangeBody) -> Done:
        number = read_number(call, "an agreement's number, from 1")
        action = AgreementAction(body.action)
        if action in (AgreementAction.CONSENT, AgreementAction.DECLINE):
            check_members(body, action.value, ())
        else:
            check_members(body, action.value, ("home", "type", "reason"), ("effectiveFrom",))
        request = AgreementRequest(
            action,
            agreement=number,
            home=body.home,
            type=body.type,
            reason=0 if body.reason is None else read_reason("reason", body.reason),
            effective_from=None
            if body.effective_from is None
            else read_moment("effectiveFrom", body.effective_from),
        )
        return done(receipt_shape(call.gateway.ledger.agreement_act(request)))

    return await carry_out(call, AgreementChangeBody, act)


ROUTES = (
    Route(
        "GET", "/v1/agreements", Scope.AEO, agreements, "Who recognises whose AEOs",
        answer=AgreementsAnswer, also=(503,),
    ),
    Route(
        "POST", "/v1/agreements", Scope.AGREEMENTS, propose_agreement, "Propose mutual recognition",
        body=AgreementBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "PATCH", "/v1/agreements/{number}", Scope.AGREEMENTS, change_agreement,
        "Consent to an agreement or decline it; suspend, lift or end recognition",
        body=AgreementChangeBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
