"""Access: who may call which route, and how often.

Every route declares one scope, or is public; a test walks all routes. A key's role gives scopes, and the
scopes kept with the key may only narrow them. The store keeps SHA-256 digests of keys of 256 random bits and
finds them by digest: how long that takes says nothing about a key. What was found is remembered for a few
seconds, so a key that is switched off stops working within ``REMEMBERED_SECONDS``. Rates are counted per
process.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from starlette.requests import Request

from api.errors import FaceError
from ledger.service.answers import Asker, AskerRole
from ledger.store.access import ApiKey

REMEMBERED_SECONDS: Final = 5.0
_REMEMBERED_KEYS: Final = 4_096
_LONGEST_KEY: Final = 200
_LONGEST_PURPOSE: Final = 200


class Scope(StrEnum):
    """What a route lets its caller do."""

    ISSUE = "issue"
    VALIDATE = "validate"
    DOCUMENTS = "documents"
    VERIFY = "verify"
    STATUS = "status"
    HISTORY = "history"
    JOURNAL = "journal"
    MEMBERS = "members"
    METRICS = "metrics"
    USE = "use"
    BALANCE = "balance"
    CONFIRM = "confirm"
    AEO = "aeo"
    AUTHORISE = "authorise"
    AGREEMENTS = "agreements"
    ALERTS = "alerts"
    KEYS = "keys"
    GOVERN = "govern"


_VERIFIER: Final = frozenset({Scope.VERIFY, Scope.VALIDATE, Scope.MEMBERS, Scope.AEO})
_READER: Final = _VERIFIER | {Scope.HISTORY, Scope.BALANCE, Scope.ALERTS}
GRANTS: Final = {
    AskerRole.PUBLIC: frozenset[Scope](),
    AskerRole.VERIFIER: _VERIFIER,
    AskerRole.CUSTOMS: _READER | {Scope.USE},
    AskerRole.AUDITOR: _READER | {Scope.JOURNAL, Scope.METRICS},
    AskerRole.ISSUER: _READER
    | {Scope.ISSUE, Scope.DOCUMENTS, Scope.STATUS, Scope.CONFIRM, Scope.AUTHORISE, Scope.JOURNAL},
    AskerRole.ADMINISTRATOR: frozenset(Scope),
}


class KeyFinder(Protocol):
    """Where keys are kept: ``ledger.store.access.ApiKeys``."""

    def find(self, secret: str) -> ApiKey | None:
        """Return the key whose text is ``secret``, disabled or not, or None."""


@dataclass(slots=True)
class Known:
    """A key as last read from the store; ``key`` None: there is no such key."""

    key: ApiKey | None
    scopes: frozenset[Scope]
    until: float


class Bucket:
    """A token bucket: ``rate`` requests a minute, at most as many at once."""

    def __init__(self, rate: int, now: float) -> None:
        self.rate = rate
        self._tokens = float(rate)
        self._seen = now

    def take(self, now: float) -> float:
        """Take a token and return 0.0, or return the seconds until there is one."""
        self._tokens = min(float(self.rate), self._tokens + (now - self._seen) * self.rate / 60)
        self._seen = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) * 60 / self.rate


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever passed: the key without its secret, and what it may do."""

    label: str
    role: AskerRole
    scopes: frozenset[Scope]

    def asker(self, request: Request) -> Asker:
        """Return the caller as the use cases know it, with the purpose from ``X-Purpose`` or ``purpose``."""
        purpose = request.headers.get("x-purpose") or request.query_params.get("purpose") or ""
        if len(purpose) > _LONGEST_PURPOSE or not purpose.isprintable():
            raise FaceError(
                "BAD_REQUEST", f"purpose is {len(purpose)} characters, expected at most 200 printable ones"
            )
        return Asker(self.label, self.role, purpose)


class Keyring:
    """Recognises API keys and counts their requests; may be used from several threads."""

    def __init__(self, keys: KeyFinder, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._known: dict[bytes, Known] = {}
        self._buckets: dict[str, Bucket] = {}
        self._guard = threading.Lock()

    def remembered(self, secret: str) -> Known | None:
        """Return what is remembered of ``secret`` without asking the store, or None."""
        digest = hashlib.sha256(secret.encode()).digest()
        known = self._known.get(digest)
        return None if known is None or known.until < self._clock() else known

    def look_up(self, secret: str) -> Known:
        """Ask the store for ``secret`` and remember the answer.

        Raises:
            Unavailable: the store does not answer.
        """
        digest = hashlib.sha256(secret.encode()).digest()
        key = self._keys.find(secret)
        known = Known(key, _scopes_of(key), self._clock() + REMEMBERED_SECONDS)
        with self._guard:
            if len(self._known) >= _REMEMBERED_KEYS:
                self._known.clear()
            self._known[digest] = known
        return known

    def admit(self, known: Known, scope: Scope) -> Caller:
        """Return the caller if the key may use ``scope`` now.

        Raises:
            FaceError: 401 unknown or switched-off key, 403 scope not granted, 429 too many requests.
        """
        key = known.key
        if key is None or key.disabled:
            raise _unauthenticated("the API key is unknown or was switched off")
        self._count(key)
        if scope not in known.scopes:
            raise FaceError(
                "FORBIDDEN", f"a key of role {key.role} and its scopes does not allow {scope.value!r}"
            )
        return Caller(key.label, AskerRole(key.role), known.scopes)

    def _count(self, key: ApiKey) -> None:
        if key.rate <= 0:
            return
        now = self._clock()
        with self._guard:
            bucket = self._buckets.get(key.label)
            if bucket is None or bucket.rate != key.rate:
                bucket = self._buckets[key.label] = Bucket(key.rate, now)
            wait = bucket.take(now)
        if wait > 0:
            retry = str(max(1, math.ceil(wait)))
            raise FaceError(
                "TOO_MANY_REQUESTS", f"the key allows {key.rate} requests a minute", {"Retry-After": retry}
            )


def secret_of(request: Request) -> str | None:
    """Return the API key that the request carries, or None.

    Raises:
        FaceError: 401 when the header cannot be a key of ours, or two different keys are given.
    """
    found = set()
    for value in request.headers.getlist("authorization"):
        scheme, _, text = value.partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise _unauthenticated("Authorization must be: Bearer ts_...")
        found.add(text.strip())
    found.update(value.strip() for value in request.headers.getlist("x-api-key"))
    if len(found) > 1:
        raise _unauthenticated("two different API keys were sent, expected one")
    secret: str | None = found.pop() if found else None
    if secret is not None and (
        len(secret) > _LONGEST_KEY or not secret.isascii() or not secret.startswith("ts_")
    ):
        raise _unauthenticated("an API key starts with ts_")
    return secret


def _scopes_of(key: ApiKey | None) -> frozenset[Scope]:
    """Return what the key's role grants, narrowed by its own scopes where it has any."""
    if key is None:
        return frozenset()
    granted = GRANTS[AskerRole(key.role)]
    return frozenset(scope for scope in granted if scope.value in key.scopes) if key.scopes else granted


def _unauthenticated(detail: str) -> FaceError:
    return FaceError("UNAUTHENTICATED", detail, {"WWW-Authenticate": 'Bearer realm="tradeseal"'})
