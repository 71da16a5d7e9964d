"""Gateway: what every route works with, and how a route is declared.

Rule: a route exists only as a ``Route``, and a ``Route`` cannot be written without saying who may call it.
The caller is checked before anything of the request is read. Use cases block, so they run in threads:
look-ups in a pool of their own, so that issuing never makes them wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from api.access import Caller, Keyring, Scope, secret_of
from api.errors import FaceError, encode
from api.rounds import Rounds

if TYPE_CHECKING:
    from pydantic import BaseModel

    from api.idempotency import Answers
    from api.metrics import Metrics
    from api.queries import Parameter
    from ledger.service.ledger import Ledger

_T = TypeVar("_T")
PUBLIC: Final = None
LOOKUP_THREADS: Final = 4
ACT_THREADS: Final = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may bring; ``batch_bytes`` is for bodies with many certificates."""

    batch_bytes: int = 32 * 1024 * 1024
    body_bytes: int = 2 * 1024 * 1024
    documents: int = 5_000
    journal_page: int = 1_000


@dataclass(slots=True)
class Gateway:
    """The use cases and what this face keeps beside them."""

    ledger: Ledger
    keyring: Keyring
    answers: Answers
    metrics: Metrics
    limits: Limits = field(default_factory=Limits)
    # Made on first use: they belong to the event loop they were made in.
    _rounds: Rounds | None = None
    _lookups: CapacityLimiter | None = None
    _acts: CapacityLimiter | None = None

    async def look(self, use_case: Callable[[], _T]) -> _T:
        """Run a use case that only reads."""
        if self._lookups is None:
            self._lookups = CapacityLimiter(LOOKUP_THREADS)
        return await run_sync(use_case, limiter=self._lookups)

    @property
    def rounds(self) -> Rounds:
        """Questions that are answered together."""
        if self._rounds is None:
            self._rounds = Rounds(lambda asked: self.look(lambda: self.ledger.verify_all(asked)))
        return self._rounds

    async def act(self, use_case: Callable[[], _T]) -> _T:
        """Run a use case that may wait for the chain."""
        if self._acts is None:
            self._acts = CapacityLimiter(ACT_THREADS)
        return await run_sync(use_case, limiter=self._acts)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in; ``caller`` is None on public routes only."""

    request: Request
    gateway: Gateway
    caller: Caller | None

    def known_caller(self) -> Caller:
        """Return the caller of a route that is not public."""
        if self.caller is None:
            raise FaceError("UNAUTHENTICATED", "this needs an API key")
        return self.caller


@dataclass(frozen=True, slots=True)
class Route:
    """One route: who may call it (a scope, or ``PUBLIC``), what it takes and what it answers.

    Args:
        body: the model of the JSON body, for the published description.
        texts: other content types that the body may have.
        answer: the model of the 200 answer; None for what is not JSON.
    """

    method: str
    path: str
    scope: Scope | None
    handle: Callable[[Call], Awaitable[Response]]
    summary: str
    query: Sequence[Parameter] = ()
    body: type[BaseModel] | None = None
    texts: Sequence[str] = ()
    answer: type[BaseModel] | None = None
    also: Sequence[int] = ()
    headers: Sequence[Parameter] = ()

    async def call(self, request: Request, gateway: Gateway) -> Response:
        """Let the caller in or not, then handle the request."""
        return await self.handle(Call(request, gateway, await self._admit(request, gateway.keyring, gateway)))

    async def _admit(self, request: Request, keyring: Keyring, gateway: Gateway) -> Caller | None:
        if self.scope is None:
            return None
        secret = secret_of(request)
        if secret is None:
            raise FaceError(
                "UNAUTHENTICATED", "this needs an API key", {"WWW-Authenticate": 'Bearer realm="tradeseal"'}
            )
        known = keyring.remembered(secret)
        if known is None:
            known = await gateway.look(lambda: keyring.look_up(secret))
        return keyring.admit(known, self.scope)


def answer(value: object, status: int = 200) -> Response:
    """Return ``value`` as a JSON answer."""
    return Response(encode(value), status, media_type="application/json")
