"""The store: one object over one database, in the parts that the rest of the gateway works with."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from ledger.store.access import ApiKeys, Idempotency, LookUpLog
from ledger.store.database import BUSY_SECONDS, Database
from ledger.store.documents import Documents
from ledger.store.journal import CachedJournal
from ledger.store.outgoing import Outgoing
from ledger.store.reliances import Reliances
from ledger.store.uses import Uses


class Store:
    """Everything this gateway keeps; close it when done, or use it as a context manager.

    ``journal`` is the cache of the chain; ``documents``, ``uses``, ``reliances``, ``outgoing``, ``api_keys``, ``lookups``
    and ``idempotency`` are what only this gateway knows.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.journal = CachedJournal(database)
        self.documents = Documents(database)
        self.uses = Uses(database)
        self.reliances = Reliances(database)
        self.outgoing = Outgoing(database)
        self.api_keys = ApiKeys(database)
        self.lookups = LookUpLog(database)
        self.idempotency = Idempotency(database)

    def writing(self) -> AbstractContextManager[Connection]:
        """Begin a transaction for the ``..._in`` methods of the parts: all of it is kept, or nothing."""
        return self._database.writing()

    def lock(self, name: str, wait_seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Hold the lock ``name`` among all processes; gives False if another kept it past the wait."""
        return self._database.lock(name, wait_seconds)

    @property
    def is_local(self) -> bool:
        """Return whether the database is a file of this machine, which answers a reading without waiting for others."""
        return self._database.is_sqlite

    def check(self) -> None:
        """Do nothing but ask the database something.

        Raises:
            Unavailable: it does not answer.
        """
        with self._database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Write what is left of the look-up log and close every connection."""
        self.lookups.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open the store at ``url``, creating or updating its tables.

    Args:
        url: ``sqlite:///FILE``, ``sqlite://`` (in memory) or ``postgresql+psycopg://...``.
        busy_seconds: how long to wait for another process that is writing.

    Raises:
        Rejected: the URL names no database we know, or the store was written by a newer version.
        Unavailable: it cannot be opened now.
    """
    return Store(Database(url, busy_seconds))
