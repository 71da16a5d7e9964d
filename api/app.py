"""App: the routes and their description. ``create_app`` takes what is real; it opens nothing itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import (
    aeo,
    agreements,
    alerts,
    documents,
    journal,
    keys,
    members,
    operations,
    proposals,
    records,
    uses,
    verification,
)
from api.errors import PROBLEM_JSON, TABLE, FaceError, answer_to, trace_of
from api.gateway import PUBLIC, Call, Gateway, Route, answer
from api.models import ProblemReport
from api.observed import Observed
from api.queries import JSON, PURPOSE, Parameter
from ledger.core.strictjson import MalformedJson
from ledger.errors import TradeSealError

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_REPORT: Final = {"schema": {"$ref": "#/components/schemas/ProblemReport"}}
_Mode = Literal["validation", "serialization"]
_LOGGED: Final = ("/v1/verify", "/v1/aeo")
_X_PURPOSE: Final = Parameter("X-Purpose", PURPOSE.description)


def create_app(gateway: Gateway, lifespan: Lifespan | None = None) -> FastAPI:
    """Return the application over ``gateway``; ``lifespan`` surrounds its life."""
    app = FastAPI(
        title="TradeSeal gateway",
        version="1",
        summary="Seal, anchor, verify and write off certificates, licences and AEO entries.",
        openapi_url=None,  # served below, so that it is declared like every other route
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan or _nothing,
    )
    app.state.gateway = gateway
    routes = (*routes_of(), Route("GET", "/openapi.json", PUBLIC, _describer(app), "This description"))
    for route in routes:
        _add(app, route, gateway)
    app.state.routes = routes
    for kind in (TradeSealError, MalformedJson, FaceError, HTTPException):
        app.add_exception_handler(kind, _report)
    app.add_middleware(Observed, metrics=gateway.metrics)
    return app


def routes_of() -> Sequence[Route]:
    """Return every route of the interface but its description."""
    return (
        *documents.ROUTES,
        *verification.ROUTES,
        *records.ROUTES,
        *uses.ROUTES,
        *aeo.ROUTES,
        *agreements.ROUTES,
        *alerts.ROUTES,
        *members.ROUTES,
        *proposals.ROUTES,
        *keys.ROUTES,
        *journal.ROUTES,
        *operations.ROUTES,
    )


async def _report(request: Request, error: Exception) -> Response:
    return answer_to(error, trace_of(request))


def _add(app: FastAPI, route: Route, gateway: Gateway) -> None:
    async def endpoint(request: Request) -> Response:
        request.scope["declared"] = route.path
        return await route.call(request, gateway)

    endpoint.__doc__ = route.handle.__doc__
    app.add_api_route(
        route.path,
        endpoint,
        methods=[route.method],
        summary=route.summary,
        name=f"{route.method} {route.path}",
        operation_id=route.handle.__name__,
        tags=[route.handle.__module__.removeprefix("api.")],
        response_class=Response,
        response_model=None,
        openapi_extra={"x-access": "public" if route.scope is None else route.scope.value},
    )


def _describer(app: FastAPI) -> Callable[[Call], Awaitable[Response]]:
    described: list[Response] = []

    async def openapi(call: Call) -> Response:
        """Describe the interface (OpenAPI 3.1)."""
        if not described:
            described.append(answer(describe(app)))
        return described[0]

    return openapi


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description: bodies, answers and access come from ``Route``."""
    document = dict(app.openapi())
    routes: Sequence[Route] = app.state.routes
    models: set[type[BaseModel]] = {ProblemReport}
    for route in routes:
        models.update(model for model in (route.body, route.answer) if model is not None)
    wanted: list[tuple[type[BaseModel], _Mode]] = [
        (model, "validation") for model in sorted(models, key=lambda one: one.__name__)
    ]
    _, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    document["components"] = {
        "schemas": schemas["$defs"],
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, `ts_...`."},
            "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        },
    }
    for route in routes:
        _describe(document["paths"][route.path][route.method.lower()], route)
    return document


def _describe(operation: dict[str, Any], route: Route) -> None:
    answers: dict[str, Any] = {"200": {"description": "Done.", "content": _content(route)}}
    statuses = {*route.also, *(() if route.scope is None else (401, 403, 429)), 500}
    titles: dict[int, list[str]] = {}
    for status, title in TABLE.values():
        titles.setdefault(status, []).append(title)
    for status in sorted(statuses):
        if status == 202:
            answers["202"] = {"description": "Stored, waits for the chain.", "content": _content(route)}
            continue
        text = "; ".join(titles.get(status, ["Error"]))
        answers[str(status)] = {"description": text, "content": {PROBLEM_JSON: _REPORT}}
    operation["responses"] = answers
    operation["parameters"] = [
        *operation.get("parameters", ()),
        *(one.openapi("query") for one in route.query),
        *(one.openapi("header") for one in route.headers),
        *([_X_PURPOSE.openapi("header")] if route.path in _LOGGED else []),
    ]
    if "{" in route.path:
        name = route.path.rpartition("{")[2].rstrip("}")
        schema = {"type": "string", "maxLength": 100}
        operation["parameters"].append({"name": name, "in": "path", "required": True, "schema": schema})
    if route.body is not None:
        reference = {"$ref": f"#/components/schemas/{route.body.__name__}"}
        content: dict[str, Any] = {JSON: {"schema": reference}}
        content |= {kind: {"schema": {"type": "string"}} for kind in route.texts}
        operation["requestBody"] = {"required": True, "content": content}
    operation["security"] = [] if route.scope is None else [{"bearer": []}, {"apiKey": []}]


def _content(route: Route) -> dict[str, Any]:
    if route.answer is not None:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{route.answer.__name__}"}}}
    return {"text/plain": {}} if route.path == "/metrics" else {"application/json": {}}


@asynccontextmanager
async def _nothing(app: FastAPI) -> AsyncIterator[None]:
    yield
