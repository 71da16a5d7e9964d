"""Records: change a record's status, and read everything that was ever said about it."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.errors import encode
from api.gateway import Call, Gateway, Route, answer
from api.idempotency import key_of
from api.models import HistoryAnswer, ReceiptAnswer, StatusBody
from api.queries import Parameter, parse_json, read_bytes, read_model, read_query
from api.verification import ISSUER, NUMBER
from ledger.service.answers import StatusAction
from ledger.service.wire import history_shape, read_moment, read_reason, receipt_shape

_DEPTH = 4
_KEY = Parameter("Idempotency-Key", "Makes a repetition of this request get the same answer for 24 hours.")


async def change_status(call: Call) -> Response:
    """Suspend, reinstate, revoke or cancel."""
    read_query(call.request, ())
    key, caller, gateway = key_of(call.request), call.known_caller(), call.gateway
    data = await read_bytes(call.request, gateway.limits.body_bytes)

    def work() -> Response:
        return gateway.answers.once(caller.label, key, b"status\0" + data, lambda: _changed(gateway, data))

    return await gateway.act(work)


def _changed(gateway: Gateway, data: bytes) -> tuple[int, bytes, bool]:
    body = read_model(parse_json(data, _DEPTH), StatusBody)
    receipt = gateway.ledger.change_status(
        body.issuer,
        body.number,
        StatusAction(body.action),
        read_reason("reason", body.reason),
        None if body.effective_from is None else read_moment("effectiveFrom", body.effective_from),
    )
    return 200, encode(receipt_shape(receipt)), True


async def history(call: Call) -> Response:
    """Re-read a record's entries from the chain."""
    query = read_query(call.request, (ISSUER, NUMBER))
    ledger = call.gateway.ledger
    return answer(
        history_shape(await call.gateway.act(lambda: ledger.history(query["issuer"], query["number"])))
    )


ROUTES = (
    Route(
        "POST", "/v1/status", Scope.STATUS, change_status, "Suspend, reinstate, revoke or cancel a record",
        body=StatusBody, answer=ReceiptAnswer, also=(400, 409, 413, 415, 422, 503), headers=(_KEY,),
    ),
    Route(
        "GET", "/v1/history", Scope.HISTORY, history, "Everything that was ever said about one record",
        query=(ISSUER, NUMBER), answer=HistoryAnswer, also=(422, 503),
    ),
)  # fmt: skip
