"""Uses: what customs writes off records, and what is left of them."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, check_members, done
from api.errors import FaceError
from api.gateway import Call, Route, answer
from api.models import ReceiptAnswer
from api.queries import Parameter, read_query, read_whole_number
from api.use_models import (
    BalanceBody,
    BalanceReport,
    EndorsementBody,
    ReservationsAnswer,
    UseBody,
    UseChangeBody,
    UseReport,
)
from api.verification import ISSUER, KIND, NUMBER
from ledger.errors import Rejected
from ledger.service.use_answers import UseAction, UseRequest
from ledger.service.wire import (
    balance_shape,
    read_kind,
    read_moment,
    read_reason,
    read_use_id,
    receipt_shape,
    reservations_shape,
    use_shape,
)

_UNKNOWN = "USE_UNKNOWN"
_QUERY = (ISSUER, NUMBER, KIND)
_BEFORE = Parameter(
    "before",
    "Only what was reserved before this moment; all when absent.",
    longest=40,
    schema={"type": "string", "format": "date-time"},
)
_FIRST = Parameter(
    "first",
    "Journal entry from which to look; `next` of the page before.",
    schema={"type": "integer", "minimum": 0, "default": 0},
)
_MOST = 2**53 - 1
_LIMIT = Parameter(
    "limit", "How many, the oldest first.", schema={"type": "integer", "minimum": 1, "default": 100}
)
_OF_USE = ("kind", "issuer", "number", "office", "declaration", "item", "line", "quantity", "unit")
# What each change of a use needs, and what it may have besides.
_CHANGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "consume": ((), ("quantity", "unit")),
    "release": ((), ()),
    "correct": (("reason",), ("quantity", "unit", "correction")),
}


async def use(call: Call) -> Response:
    """Reserve, consume, or enter a use that happened earlier."""

    def act(body: UseBody) -> Done:
        action = UseAction(body.action)
        check_members(body, action.value, ("happenedAt",) if action is UseAction.ENTER else (), _OF_USE)
        request = UseRequest(
            action,
            body.issuer,
            body.number,
            body.office,
            body.declaration,
            kind=read_kind("kind", body.kind),
            item=body.item,
            line=body.line,
            quantity=body.quantity,
            unit=body.unit,
            happened_at=None if body.happened_at is None else read_moment("happenedAt", body.happened_at),
        )
        return done(use_shape(call.gateway.ledger.use(request)))

    return await carry_out(call, UseBody, act)


async def change_use(call: Call) -> Response:
    """Consume, release or correct a use that this gateway wrote."""

    def act(body: UseChangeBody) -> Done:
        use_id = read_use_id("id", str(call.request.path_params["id"]))
        check_members(body, body.action, *_CHANGES[body.action])
        try:
            changed = call.gateway.ledger.use_by_id(
                use_id,
                UseAction(body.action),
                quantity=body.quantity,
                unit=body.unit,
                reason=0 if body.reason is None else read_reason("reason", body.reason),
                correction=body.correction,
            )
        except Rejected as error:
            if any(one.code == _UNKNOWN for one in error.problems):
                raise FaceError("NOT_FOUND", "this gateway wrote no use with this id") from None
            raise
        return done(use_shape(changed))

    return await carry_out(call, UseChangeBody, act)


async def reservations(call: Call) -> Response:
    """List what this gateway's member holds and has neither consumed nor released."""
    query, ledger = read_query(call.request, (_BEFORE, _FIRST, _LIMIT)), call.gateway.ledger
    first = read_whole_number(query, "first", 0, 0, _MOST)
    limit = read_whole_number(query, "limit", 100, 1, call.gateway.limits.journal_page)
    before = None if "before" not in query else read_moment("before", query["before"])
    found = await call.gateway.act(lambda: ledger.reservations(before, limit, first))
    return answer(reservations_shape(found))


async def balance(call: Call) -> Response:
    """Give what is left of a record, as the chain has it now."""
    query, ledger = read_query(call.request, _QUERY), call.gateway.ledger
    kind = read_kind("kind", query.get("kind"))
    found = await call.gateway.act(lambda: ledger.balance(kind, query["issuer"], query["number"]))
    return answer(balance_shape(found))


async def open_balance(call: Call) -> Response:
    """Open the balance of a record that was anchored without one."""

    def act(body: BalanceBody) -> Done:
        return done(receipt_shape(call.gateway.ledger.open_balance(body.issuer, body.number)))

    return await carry_out(call, BalanceBody, act)


async def endorse(call: Call) -> Response:
    """Endorse at export what really leaves."""

    def act(body: EndorsementBody) -> Done:
        actual = [(one.quantity, one.unit) for one in body.actual]
        receipt = call.gateway.ledger.endorse(body.issuer, body.number, body.office, actual)
        return done(receipt_shape(receipt))

    return await carry_out(call, EndorsementBody, act)


ROUTES = (
    Route(
        "POST", "/v1/uses", Scope.USE, use, "Reserve, consume, or enter late a use of a record",
        body=UseBody, answer=UseReport, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "PATCH", "/v1/uses/{id}", Scope.USE, change_use, "Consume, release or correct a use",
        body=UseChangeBody, answer=UseReport, also=(404, *ACT_ERRORS), headers=(KEY,),
    ),
    Route(
        "GET", "/v1/reservations", Scope.ALERTS, reservations, "What this gateway's member holds and has not settled",
        query=(_BEFORE, _FIRST, _LIMIT), answer=ReservationsAnswer, also=(422, 503),
    ),
    Route(
        "GET", "/v1/balance", Scope.BALANCE, balance, "What is left of a record, and who took what",
        query=_QUERY, answer=BalanceReport, also=(409, 422, 503),
    ),
    Route(
        "POST", "/v1/balances", Scope.ISSUE, open_balance, "Open the balance of a record of this gateway's member",
        body=BalanceBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "POST", "/v1/endorsements", Scope.USE, endorse, "Endorse an export permit with what really leaves",
        body=EndorsementBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
)  # fmt: skip
