"""Alerts: what fell after an office of this gateway's member had relied on it."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.gateway import Call, Route, answer
from api.queries import Parameter, read_query, read_whole_number
from api.use_models import AlertsAnswer
from ledger.service.alert_pages import read_alerts
from ledger.service.wire import alert_shape

_MOST = 2**53 - 1
_FIRST = Parameter(
    "first",
    "Journal index from which to look, from 0; `next` of the answer before.",
    schema={"type": "integer", "minimum": 0, "default": 0},
)
_LIMIT = Parameter(
    "limit",
    "About how many alerts; those of one entry stay together.",
    schema={"type": "integer", "minimum": 1, "default": 100},
)


async def alerts(call: Call) -> Response:
    """Give one page of alerts."""
    query = read_query(call.request, (_FIRST, _LIMIT))
    first = read_whole_number(query, "first", 0, 0, _MOST)
    limit = read_whole_number(query, "limit", 100, 1, call.gateway.limits.journal_page)
    page = await call.gateway.act(lambda: read_alerts(call.gateway.ledger.alerts, first, limit))
    return answer(
        {"first": page.first, "alerts": [alert_shape(one) for one in page.alerts], "next": page.next}
    )


ROUTES = (
    Route(
        "GET", "/v1/alerts", Scope.ALERTS, alerts, "What fell after it was relied on",
        query=(_FIRST, _LIMIT), answer=AlertsAnswer, also=(422, 503),
    ),
)  # fmt: skip
