"""Access: API keys, what was asked with them, and answers kept for repeated requests.

Rule: of an API key only the SHA-256 of its text is stored. The look-up log is written by one thread in
batches, so that asking never waits for the disk; ``close`` writes what is left.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from ledger.core.problems import Problem
from ledger.errors import Rejected, Unavailable
from ledger.store.schema import api_keys, idempotency, lookups

if TYPE_CHECKING:
    from ledger.store.database import Database

_LOG = logging.getLogger(__name__)
_BATCH = 500
_FLUSH_SECONDS = 0.5
_QUEUE = 20_000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret. ``rate`` is requests a minute, 0 for no limit."""

    label: str
    role: str
    scopes: tuple[str, ...]
    rate: int
    disabled: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class LookUp:
    """One question that was answered: who asked what for which purpose, and what was said."""

    time: int
    asker: str
    role: str
    purpose: str
    issuer: str
    number: str
    verdict: str
    trace: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is known of a request with an idempotency key; ``status`` None: it is still being worked on."""

    request: bytes
    status: int | None
    response: bytes | None


class ApiKeys:
    """The API keys of this gateway.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, secret: str, key: ApiKey) -> None:
        """Store a key; ``secret`` itself is not kept.

        Raises:
            Rejected: the label is in use.
        """
        values = {
            "digest": digest_of(secret),
            "label": key.label,
            "role": key.role,
            "scopes": " ".join(key.scopes),
            "rate": key.rate,
            "disabled": key.disabled,
            "created_at": key.created_at,
        }
        with self._database.writing() as connection:
            known = select(api_keys.c.label).where(api_keys.c.label == key.label)
            if connection.execute(known).first() is not None:
                raise Rejected(
                    [Problem("label", key.label, "a label that is not in use", code="API_KEY_LABEL_TAKEN")]
                )
            connection.execute(insert(api_keys).values(**values))

    def find(self, secret: str) -> ApiKey | None:
        """Return the key whose text is ``secret``, disabled or not; None when there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.digest == digest_of(secret))).first()
        return None if row is None else _api_key(row)

    def all(self) -> list[ApiKey]:
        """Return every key, by label."""
        with self._database.reading() as connection:
            return [_api_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.label))]

    def disable(self, label: str) -> bool:
        """Switch a key off for good; False when there is no such label."""
        with self._database.writing() as connection:
            found = connection.execute(
                update(api_keys).where(api_keys.c.label == label).values(disabled=True)
            )
        return found.rowcount > 0


class LookUpLog:
    """The log of questions, written behind the asker's back by a thread that starts with the first one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.Queue[LookUp | None] = queue.Queue(_QUEUE)
        self._writer: threading.Thread | None = None
        self._hurry = threading.Event()
        self._guard = threading.Lock()
        self._closed = False

    def add(self, lookup: LookUp) -> None:
        """Keep one question; waits only while twenty thousand are not written yet.

        Raises:
            Unavailable: the log was closed.
        """
        with self._guard:
            if self._closed:
                raise Unavailable("the look-up log is closed")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="look-up log", daemon=True)
                self._writer.start()
            self._waiting.put(lookup)  # in here, so that nothing comes after what ``close`` puts
        if self._waiting.qsize() >= _BATCH:
            self._hurry.set()

    def latest(self, limit: int) -> list[LookUp]:
        """Return the newest ``limit`` questions that are written, newest first."""
        columns = [lookups.c[name] for name in LookUp.__slots__]
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).order_by(lookups.c.id.desc()).limit(limit)).all()
        return [LookUp(*row) for row in rows]

    def close(self) -> None:
        """Write what is left and stop."""
        with self._guard:
            self._closed = True
            writer, self._writer = self._writer, None
        if writer is not None:
            self._waiting.put(None)
            self._hurry.set()
            writer.join()

    def _write(self) -> None:
        ended = False
        while not ended:
            batch = [self._waiting.get()]
            # Waiting for each question in turn would wake this thread with every one, and those who ask pay for that.
            self._hurry.wait(_FLUSH_SECONDS)
            self._hurry.clear()
            with contextlib.suppress(queue.Empty):
                while len(batch) < _BATCH:
                    batch.append(self._waiting.get_nowait())
            if self._waiting.qsize() >= _BATCH:
                self._hurry.set()
            ended = None in batch
            rows = [one for one in batch if one is not None]
            if rows:
                self._store(rows)

    def _store(self, rows: Sequence[LookUp]) -> None:
        values = [{name: getattr(row, name) for name in LookUp.__slots__} for row in rows]
        for last in (False, True):
            try:
                with self._database.writing() as connection:
                    connection.execute(insert(lookups), values)
                return
            except Unavailable as error:
                if last:
                    _LOG.error("%d look-ups could not be logged: %s", len(rows), error)


class Idempotency:
    """Answers kept so that a repeated request with the same key gets the same answer.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, caller: str, key: str, request: bytes, now: int) -> KeptAnswer | None:
        """Reserve ``key`` for ``request`` (its SHA-256) and return None, or return what is known of it."""
        mine = (idempotency.c.caller == caller) & (idempotency.c.key == key)
        with self._database.writing() as connection:
            asked = select(idempotency.c.request, idempotency.c.status, idempotency.c.response).where(mine)
            row = connection.execute(asked).first()
            if row is not None:
                return KeptAnswer(*row)
            values = {"caller": caller, "key": key, "request": request, "created_at": now}
            connection.execute(insert(idempotency).values(**values))
        return None

    def finish(self, caller: str, key: str, status: int, response: bytes) -> None:
        """Keep the answer."""
        mine = (idempotency.c.caller == caller) & (idempotency.c.key == key)
        with self._database.writing() as connection:
            connection.execute(update(idempotency).where(mine).values(status=status, response=response))

    def abandon(self, caller: str, key: str) -> None:
        """Free a key whose request came to nothing, so that it can be tried again."""
        mine = (idempotency.c.caller == caller) & (idempotency.c.key == key)
        with self._database.writing() as connection:
            connection.execute(delete(idempotency).where(mine & idempotency.c.status.is_(None)))

    def forget_before(self, moment: int) -> None:
        """Delete what was begun before ``moment``, in seconds."""
        with self._database.writing() as connection:
            connection.execute(delete(idempotency).where(idempotency.c.created_at < moment))


def digest_of(secret: str) -> bytes:
    """Return what is stored of an API key. Its text is 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(b"tradeseal api key\0" + secret.encode()).digest()


def _api_key(row: object) -> ApiKey:
    values: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    values.pop("digest")
    values["scopes"] = tuple(str(values["scopes"]).split())
    values["disabled"] = bool(values["disabled"])
    return ApiKey(**values)  # type: ignore[arg-type]
