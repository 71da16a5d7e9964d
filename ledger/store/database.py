"""Database: one engine for SQLite or PostgreSQL, its transactions and its locks.

Rule: every statement runs inside ``reading`` or ``writing``; both turn what the database raises into
``Unavailable``, and ``writing`` commits all or nothing. A lock taken here dies with the process that holds
it, so nothing is ever left locked by a crash. What the tables mean is not known here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from ledger.core.problems import Problem
from ledger.errors import Rejected, Unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

# The newest file in ``migrations/versions``; a test compares the two.
REVISION = "0004"
BUSY_SECONDS = 30.0
_POLL_SECONDS = 0.02

# Alembic keeps the connection that it works on in variables of its module: one database of a process at a time.
_MIGRATING = threading.Lock()


class Database:
    """An open database of the wanted shape; ``url`` as SQLAlchemy writes it.

    Args:
        busy_seconds: how long to wait for another process that is writing, or for a free connection.

    Raises:
        Rejected: the URL names no database we know, or the database was written by a newer version.
        Unavailable: it cannot be opened now.
    """

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._file = _sqlite_file(parsed) if self.is_sqlite else None
        self._own_locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        options: dict[str, Any] = {}
        if self.is_sqlite:
            options["connect_args"] = {"check_same_thread": False, "timeout": busy_seconds}
            if self._file is None:
                options["poolclass"] = StaticPool
        else:
            options.update(pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=busy_seconds)
        self.engine = create_engine(parsed, **options)
        # An in-memory database is one connection, which only one thread may use at a time.
        self._turn = threading.RLock() if self.is_sqlite and self._file is None else None
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writer = self.engine.execution_options(ledger_begin="BEGIN IMMEDIATE")
        self._asker = self.engine.execution_options(ledger_begin="")
        self._migrate(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state; nothing it does is kept.

        Raises:
            Unavailable: the database does not answer.
        """
        with self._in_turn(), _answering(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """Give a connection for one statement that only reads, which sees one consistent state by itself.

        Raises:
            Unavailable: the database does not answer.
        """
        with self._in_turn(), _answering(), self._asker.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose work is committed as a whole at the end, or not at all.

        On SQLite the write lock is taken at once, so a reader inside never has to be told to start again.

        Raises:
            Unavailable: the database does not answer, is locked for too long, or is full.
        """
        with self._in_turn(), _answering(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def lock(self, name: str, wait_seconds: float = 0.0) -> Iterator[bool]:
        """Hold the lock ``name`` among all processes; give False if another kept it past the wait."""
        deadline = time.monotonic() + wait_seconds
        with self._guard:
            own = self._own_locks.setdefault(name, threading.Lock())
        if not (own.acquire(timeout=wait_seconds) if wait_seconds > 0 else own.acquire(blocking=False)):
            yield False
            return
        try:
            if not self.is_sqlite:
                with self._advisory_lock(name, deadline) as held:
                    yield held
            elif self._file is not None:
                with _file_lock(Path(f"{self._file}.{name}.lock"), deadline) as held:
                    yield held
            else:
                yield True
        finally:
            own.release()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
        else:
            with self._turn:
                yield

    @contextmanager
    def _advisory_lock(self, name: str, deadline: float) -> Iterator[bool]:
        number = int.from_bytes(hashlib.sha256(f"tradeseal:{name}".encode()).digest()[:8], "big", signed=True)
        with _answering(), self.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            asked = text("SELECT pg_try_advisory_lock(:number)")
            while not (held := bool(connection.execute(asked, {"number": number}).scalar())):
                if time.monotonic() >= deadline:
                    break
                time.sleep(_POLL_SECONDS)
            try:
                yield held
            finally:
                if held:
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})

    def _migrate(self, url: str) -> None:
        """Bring the tables to the newest shape; two processes that open at once take turns."""
        with self.lock("migration", wait_seconds=BUSY_SECONDS) as held:
            if not held:
                raise Unavailable("another process has been changing the shape of the store for too long")
            with self.reading() as connection:
                current = _revision(connection)
            if current == REVISION:
                return
            if current is not None and current > REVISION:
                expectation = (
                    f"a store of revision {REVISION} or older (this one was written by a newer version)"
                )
                raise Rejected(
                    [Problem("store.url", f"revision {current}", expectation, code="STORE_TOO_NEW")]
                )
            with _MIGRATING, self.writing() as connection:
                _upgrade(connection)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise ArgumentError("neither SQLite nor PostgreSQL")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        expectation = "sqlite:///FILE or postgresql+psycopg://..."
        raise Rejected([Problem("store.url", url.split("@")[-1], expectation, code="STORE_URL")]) from error
    return parsed


def _sqlite_file(url: URL) -> Path | None:
    """Return the database file, or None when it lives in memory."""
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        return None
    path = Path(name).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise Unavailable(f"the store {path} cannot be opened: {error}") from error
    return path


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # An intention must be on disk before anybody hears of it; NORMAL may lose the last commits of a power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA cache_size = -32768")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("ledger_begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    # Alembic takes 150 ms to import, and only a new or older store needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _file_lock(path: Path, deadline: float) -> Iterator[bool]:
    """Hold an advisory lock on ``path``; the kernel gives it back when the process ends, however it ends."""
    try:
        handle: IO[bytes] = path.open("ab")
    except OSError as error:
        raise Unavailable(f"the lock file {path} cannot be opened: {error}") from error
    with handle:
        held = False
        while not held:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    break
                time.sleep(_POLL_SECONDS)
        yield held


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the database's troubles into ours, once."""
    try:
        yield
    except DBAPIError as error:
        raise Unavailable(f"the store did not answer: {error.orig}") from error
    except PoolTimeout as error:
        raise Unavailable("the store did not answer: every connection is busy") from error
