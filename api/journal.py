"""Journal: its head and its pages."""

from __future__ import annotations

from starlette.responses import Response

from api.access import Scope
from api.gateway import Call, Route, answer
from api.models import HeadAnswerBody, JournalAnswer
from api.queries import Parameter, read_query, read_whole_number
from ledger.service.wire import head_shape, line_shape

_MOST = 2**53 - 1
_FROM = Parameter("from", "Index of the first entry, from 0.", schema={"type": "integer", "minimum": 0})
_LIMIT = Parameter(
    "limit", "How many entries at most.", schema={"type": "integer", "minimum": 1, "default": 100}
)


async def page(call: Call) -> Response:
    """Give one page of the journal from the cache."""
    query = read_query(call.request, (_FROM, _LIMIT))
    first = read_whole_number(query, "from", 0, 0, _MOST)
    limit = read_whole_number(query, "limit", 100, 1, call.gateway.limits.journal_page)
    lines = await call.gateway.look(
        lambda: [line_shape(one) for one in call.gateway.ledger.journal(first, limit)]
    )
    following = first + len(lines) if len(lines) == limit else None
    return answer({"first": first, "lines": lines, "next": following})


async def head(call: Call) -> Response:
    """Give the journal's head from the chain."""
    read_query(call.request, ())
    return answer(head_shape(await call.gateway.act(call.gateway.ledger.head)))


ROUTES = (
    Route(
        "GET", "/v1/journal", Scope.JOURNAL, page, "A page of the journal",
        query=(_FROM, _LIMIT), answer=JournalAnswer, also=(422, 503),
    ),
    Route(
        "GET", "/v1/journal/head", Scope.JOURNAL, head, "Size and root of the journal, from the chain",
        answer=HeadAnswerBody, also=(503,),
    ),
)  # fmt: skip
