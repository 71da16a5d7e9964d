"""Operations: is it alive, is it ready, what did it count, and which schemas does it publish."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from starlette.responses import Response

from api.access import Scope
from api.errors import FaceError
from api.gateway import PUBLIC, Call, Route, answer
from api.metrics import CONTENT_TYPE
from api.models import HealthAnswer, SchemasAnswer

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,80}")


async def healthz(call: Call) -> Response:
    """Say that the process runs."""
    return answer({"ready": True})


async def readyz(call: Call) -> Response:
    """Say whether every part is there; what exactly is wrong is for the log, not for strangers."""
    health = await call.gateway.act(call.gateway.ledger.health)
    parts = {name: "ok" if state == "ok" else "not ok" for name, state in health.parts.items()}
    return answer({"ready": health.ready, "parts": parts}, 200 if health.ready else 503)


async def metrics(call: Call) -> Response:
    """Give this process's counters."""
    return Response(call.gateway.metrics.text(), media_type=CONTENT_TYPE)


async def schemas(call: Call) -> Response:
    """List the published schemas."""
    return answer({"schemas": sorted(_schemas())})


async def schema(call: Call) -> Response:
    """Give one schema."""
    name = str(call.request.path_params["name"])
    found = _schemas().get(name) if _NAME.fullmatch(name) else None
    if found is None:
        raise FaceError("NOT_FOUND", "no schema has this name; GET /v1/schemas lists them")
    return Response(found, media_type="application/schema+json")


@cache
def _schemas() -> dict[str, bytes]:
    folder = files("ledger") / "data" / "schemas"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".json")}


ROUTES = (
    Route("GET", "/healthz", PUBLIC, healthz, "The process runs", answer=HealthAnswer),
    Route(
        "GET",
        "/readyz",
        PUBLIC,
        readyz,
        "The gateway can answer truthfully",
        answer=HealthAnswer,
        also=(503,),
    ),
    Route("GET", "/metrics", Scope.METRICS, metrics, "Counters for Prometheus"),
    Route("GET", "/v1/schemas", PUBLIC, schemas, "Names of the published JSON Schemas", answer=SchemasAnswer),
    Route("GET", "/v1/schemas/{name}", PUBLIC, schema, "A published JSON Schema", also=(404,)),
)
