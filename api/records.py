"""Records: change a record's status, replace or confirm it, and read everything that was ever said about it."""

from __future__ import annotations

import orjson
from starlette.responses import Response

from api.access import Scope
from api.acts import ACT_ERRORS, KEY, Done, carry_out, done
from api.documents import settled
from api.errors import trace_of
from api.gateway import Call, Route, answer
from api.models import (
    ConfirmationBody,
    HistoryAnswer,
    IssueItem,
    ReceiptAnswer,
    ReceiptsAnswer,
    ReplacementBody,
    StatusBody,
)
from api.queries import Parameter, read_query
from api.verification import ISSUER, KIND, NUMBER
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.answers import StatusAction
from ledger.service.wire import (
    history_shape,
    issue_shape,
    read_digest,
    read_kind,
    read_moment,
    read_reason,
    receipt_shape,
    receipts_shape,
)


async def change_status(call: Call) -> Response:
    """Suspend, reinstate, revoke or cancel."""

    def act(body: StatusBody) -> Done:
        since = None if body.effective_from is None else read_moment("effectiveFrom", body.effective_from)
        receipt = call.gateway.ledger.change_status(
            body.issuer,
            body.number,
            StatusAction(body.action),
            read_reason("reason", body.reason),
            since,
            read_kind("kind", body.kind),
        )
        return done(receipt_shape(receipt))

    return await carry_out(call, StatusBody, act)


async def replace(call: Call) -> Response:
    """Anchor a certificate in the place of an earlier one; refused like a single certificate."""

    def act(body: ReplacementBody) -> Done:
        source = ("document", orjson.dumps(body.document))
        result = call.gateway.ledger.replace(body.number, read_reason("reason", body.reason), source)
        call.gateway.metrics.issued(result.outcome.value)
        return settled(result, issue_shape(result), trace_of(call.request))

    return await carry_out(call, ReplacementBody, act)


async def confirm(call: Call) -> Response:
    """Stand by records whose key was compromised."""

    def act(body: ConfirmationBody) -> Done:
        ledger, kind = call.gateway.ledger, read_kind("kind", body.kind)
        if (body.numbers is None) == (body.key is None):
            raise Rejected([Problem("numbers", "", "either numbers or key", code="CONFIRMATION_UNCLEAR")])
        if body.key is not None:
            return done(receipts_shape(ledger.confirm_all(read_digest("key", body.key), kind)))
        numbers, most = body.numbers or [], call.gateway.limits.documents
        if len(numbers) > most:
            raise Rejected(
                [Problem("numbers", str(len(numbers)), f"at most {most}", code="TOO_MANY_NUMBERS")]
            )
        return done(receipts_shape(ledger.confirm(numbers, kind)))

    return await carry_out(call, ConfirmationBody, act)


async def history(call: Call) -> Response:
    """Re-read a record's entries from the chain."""
    query, ledger = read_query(call.request, _QUERY), call.gateway.ledger
    kind = read_kind("kind", query.get("kind"))
    return answer(
        history_shape(await call.gateway.act(lambda: ledger.history(query["issuer"], query["number"], kind)))
    )


_QUERY: tuple[Parameter, ...] = (ISSUER, NUMBER, KIND)
ROUTES = (
    Route(
        "POST", "/v1/status", Scope.STATUS, change_status, "Suspend, reinstate, revoke or cancel a record",
        body=StatusBody, answer=ReceiptAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "POST", "/v1/replacements", Scope.ISSUE, replace, "Anchor a certificate in the place of an earlier one",
        body=ReplacementBody, answer=IssueItem, also=(202, *ACT_ERRORS), headers=(KEY,),
    ),
    Route(
        "POST", "/v1/confirmations", Scope.CONFIRM, confirm, "Confirm records after their key was compromised",
        body=ConfirmationBody, answer=ReceiptsAnswer, also=ACT_ERRORS, headers=(KEY,),
    ),
    Route(
        "GET", "/v1/history", Scope.HISTORY, history, "Everything that was ever said about one record",
        query=_QUERY, answer=HistoryAnswer, also=(422, 503),
    ),
)  # fmt: skip
