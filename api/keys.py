"""Keys: document keys of which the consortium is notified. Only public keys are taken, and none is handed out but its name."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, check_members, done
from api.gateway import Call, Route, answer
from api.governance_models import KeyBody, KeyChangeBody, KeysAnswer
from api.models import ReceiptAnswer
from api.queries import read_query
from ledger.keys.jwk import read_public_key
from ledger.service.act_arguments import read_arguments
from ledger.service.wire import camel, keys_shape, read_digest, receipt_shape


async def keys(call: Call) -> Response:
    """Give all document keys of all members."""
    read_query(call.request, ())
    return answer(await call.gateway.look(lambda: keys_shape(call.gateway.ledger.members())))


async def register_key(call: Call) -> Response:
    """Notify the consortium of a document key of this gateway's member."""

    def act(body: KeyBody) -> Done:
        given: dict[str, object] = {"effective_from": body.effective_from}
        if body.public_key is not None:
            given["public_key"] = read_public_key("publicKey", body.public_key)
        return done(receipt_shape(call.gateway.ledger.act("register-key", read_arguments(given, camel))))

    return await carry_out(call, KeyBody, act)


async def change_key(call: Call) -> Response:
    """Retire a document key, or report that it may have been in other hands."""

    def act(body: KeyChangeBody) -> Done:
        key = read_digest("id", str(call.request.path_params["id"]))
        if body.action == "retire":
            check_members(body, "retire", (), ("retiredAt", "reason"))
            name, given = "retire-key", {"retired_at": body.retired_at, "retirement_reason": body.reason}
        else:
            check_members(body, "compromise", ("compromisedSince",))
            name, given = "report-compromise", {"compromised_since": body.compromised_since}
        arguments = {"key": key, **read_arguments(given, camel)}
        return done(receipt_shape(call.gateway.ledger.act(name, arguments)))

    return await carry_out(call, KeyChangeBody, act)


ROUTES = (
    Route(
        "GET", "/v1/keys", Scope.MEMBERS, keys, "Document keys of all members with their times",
        answer=KeysAnswer, also=(503,),
    ),
    Route(
        "POST", "/v1/keys", Scope.KEYS, register_key, "Notify the consortium of a document key",
        body=KeyBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "PATCH", "/v1/keys/{id}", Scope.KEYS, change_key, "Retire a document key, or report its compromise",
        body=KeyChangeBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
