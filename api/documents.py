"""Documents: validate, issue and hand out certificates.

A batch is answered certificate by certificate with 200. A single certificate that was refused is an error
(422 when its content is wrong, 409 when the consortium's rules forbid it), and 202 while it waits for the
chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.access import Scope
from api.acts import KEY, Done
from api.errors import FaceError, encode, problem, trace_of
from api.gateway import Call, Gateway, Route, answer
from api.idempotency import key_of
from api.models import DocumentAnswer, DocumentsBody, IssueAnswer, ValidationAnswer
from api.queries import CSV, JSON, content_type, parse_json, read_bytes, read_query
from ledger.core.problems import Input, Problem, Severity
from ledger.errors import Rejected
from ledger.importers.csv_rows import count_rows, read_rows
from ledger.service.answers import IssueOutcome, IssueResult
from ledger.service.wire import held_shape, issue_shape, problem_shape, read_digest

# Deeper than a document may be, so that the document's own limit is what is reported.
_DEPTH = 20


async def issue(call: Call) -> Response:
    """Validate, seal and anchor."""
    read_query(call.request, ())
    key, caller, gateway = key_of(call.request), call.known_caller(), call.gateway
    body, kind = await _read_body(call.request, gateway)
    trace = trace_of(call.request)

    def work() -> Response:
        asked = (b"issue csv\0" if kind == CSV else b"issue\0") + body
        return gateway.answers.once(caller.label, key, asked, lambda: _issued(gateway, body, kind, trace))

    return await gateway.act(work)


def _issued(gateway: Gateway, body: bytes, kind: str, trace: str) -> Done:
    sources, single = _sources(body, kind, gateway.limits.documents)
    results = list(gateway.ledger.issue(sources))
    for result in results:
        gateway.metrics.issued(result.outcome.value)
    if single:
        return settled(results[0], {"results": [issue_shape(results[0])]}, trace)
    final = all(result.outcome is not IssueOutcome.PENDING for result in results)
    return 200, encode({"results": [issue_shape(result) for result in results]}), final


def settled(result: IssueResult, shape: dict[str, object], trace: str) -> Done:
    """Return the answer on a single certificate: 422 or 409 when it was refused, 202 while it waits for the chain.

    Args:
        shape: the answer; of a refusal it becomes part of the problem report.
    """
    if result.outcome is IssueOutcome.REFUSED:
        refused = _refusal(result, shape, trace)
        return refused.status_code, bytes(refused.body), True
    pending = result.outcome is IssueOutcome.PENDING
    return (202 if pending else 200), encode(shape), not pending


def _refusal(result: IssueResult, shape: dict[str, Any], trace: str) -> Response:
    wrong = any(one.severity is Severity.ERROR for one in result.problems)
    code = "INPUT_REJECTED" if wrong and not result.refusal else "REFUSED"
    return problem(
        code, result.reason or "the certificate was refused", trace, problems=result.problems, more=shape
    )


async def validate(call: Call) -> Response:
    """Say everything that is wrong; nothing is stored, signed or sent."""
    read_query(call.request, ())
    gateway = call.gateway
    body, kind = await _read_body(call.request, gateway)

    def work() -> dict[str, object]:
        sources, _ = _sources(body, kind, gateway.limits.documents)
        return {"results": [_validated(gateway, name, data) for name, data in sources]}

    return answer(await gateway.act(work))


def _validated(gateway: Gateway, name: str, data: bytes | tuple[Problem, ...]) -> dict[str, object]:
    problems = gateway.ledger.validate(data) if isinstance(data, bytes) else data
    valid = all(one.severity is not Severity.ERROR for one in problems)
    return {"source": name, "valid": valid, "problems": [problem_shape(one) for one in problems]}


async def document(call: Call) -> Response:
    """Hand out a sealed document of this gateway."""
    read_query(call.request, ())
    document_id = read_digest("id", str(call.request.path_params["id"]))
    held = await call.gateway.look(lambda: call.gateway.ledger.document(document_id))
    if held is None:
        raise FaceError("NOT_FOUND", "this gateway issued no document with this id")
    return answer(held_shape(held))


async def _read_body(request: Request, gateway: Gateway) -> tuple[bytes, str]:
    """Return the body with many certificates, and its content type."""
    return await read_bytes(request, gateway.limits.batch_bytes, (JSON, CSV)), content_type(request)


def _sources(body: bytes, kind: str, most: int) -> tuple[Iterable[Input], bool]:
    """Return the certificates of a body of a content type, and whether it was a single one.

    A table is never a single one, and is read again row by row while its certificates are worked on.

    Raises:
        MalformedJson: the body is outside the profile.
        Rejected: as ``_documents``; also when the header of a table is wrong.
    """
    if kind != CSV:
        return _documents(body, most)
    count = count_rows(BytesIO(body).readline, most=most)
    if not count:
        raise Rejected([Problem("rows", "", "a row with a certificate", code="DOCUMENTS_MISSING")])
    _check_count("rows", count, most)
    return read_rows(BytesIO(body).readline), False


def _documents(body: bytes, most: int) -> tuple[list[Input], bool]:
    """Return the certificates of a JSON body, and whether it was a single one.

    Raises:
        MalformedJson: the body is outside the profile.
        Rejected: it holds no certificates, too many, or something that is not an object.
    """
    value = parse_json(body, _DEPTH)
    single = isinstance(value, dict) and "documents" not in value
    documents: Any = value
    if isinstance(value, dict):
        strangers = [] if single else [name for name in value if name != "documents"]
        if strangers:
            raise Rejected(
                [
                    Problem(name[:80], "", "only the member documents", code="MEMBER_UNKNOWN")
                    for name in strangers
                ]
            )
        documents = [value] if single else value["documents"]
    if not isinstance(documents, list) or not documents:
        wanted = "a certificate, an array of certificates, or an object with the member documents"
        raise Rejected([Problem("documents", "", wanted, code="DOCUMENTS_MISSING")])
    _check_count("documents", len(documents), most)
    wrong = [place for place, one in enumerate(documents) if not isinstance(one, dict)]
    if wrong:
        raise Rejected(
            [Problem(f"documents[{place}]", "", "an object", code="NOT_AN_OBJECT") for place in wrong[:50]]
        )
    return [(f"documents[{place}]", orjson.dumps(one)) for place, one in enumerate(documents)], single


def _check_count(place: str, count: int, most: int) -> None:
    if count > most:
        raise Rejected([Problem(place, str(count), f"at most {most}", code="TOO_MANY_DOCUMENTS")])


ROUTES = (
    Route(
        "POST", "/v1/documents", Scope.ISSUE, issue, "Seal and anchor one certificate or many",
        body=DocumentsBody, texts=(CSV,), answer=IssueAnswer, also=(202, 400, 409, 413, 415, 422, 503), headers=(KEY,),
    ),
    Route(
        "GET", "/v1/documents/{id}", Scope.DOCUMENTS, document, "A sealed document that this gateway issued",
        answer=DocumentAnswer, also=(404, 422, 503),
    ),
    Route(
        "POST", "/v1/validate", Scope.VALIDATE, validate, "All that is wrong with certificates; a dry run",
        body=DocumentsBody, texts=(CSV,), answer=ValidationAnswer, also=(400, 413, 415, 422),
    ),
)  # fmt: skip
