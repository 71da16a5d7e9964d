"""The transaction journal: the durable truth of the embedded chain.

A block is its time and its signed transactions in order. They are stored, synced to disk, before they are executed; the block's
hash follows after. Nothing here talks to the executor.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import Unavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS blocks (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, hash BLOB) STRICT;
CREATE TABLE IF NOT EXISTS transactions (
  block INTEGER NOT NULL REFERENCES blocks, position INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE, raw BLOB NOT NULL,
  PRIMARY KEY (block, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, sha256 BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS chain (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block to execute: number from 1, time in seconds, signed transactions; ``digest`` None: never seen executed."""

    number: int
    time: int
    digest: bytes | None
    raws: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state file: the block after which it was taken, that block's hash, and the file's own SHA-256."""

    number: int
    digest: bytes
    sha256: bytes


class TransactionJournal:
    """The journal in one SQLite file.

    Raises (every method): ``Unavailable``: the disk is full, the file is locked or damaged; nothing was half-written.
    """

    def __init__(self, path: Path) -> None:
        with _answering(path):
            self._connection = sqlite3.connect(
                path, isolation_level=None, timeout=5.0, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_SCHEMA)
        self._path = path

    def settle_identity(self, chain_id: int, genesis_time: int) -> tuple[int, int]:
        """Return the chain id and genesis time of this journal; the given ones are kept the first time."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO chain VALUES (?, ?)",
                [("chain id", chain_id), ("genesis", genesis_time)],
            )
            found = dict(connection.execute("SELECT name, value FROM chain"))
        return found["chain id"], found["genesis"]

    def last(self) -> tuple[int, int]:
        """Return number and time of the newest block, (0, 0) when there is none."""
        with _answering(self._path):
            row = self._connection.execute(
                "SELECT number, time FROM blocks ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def add(self, number: int, time: int, transactions: Sequence[tuple[bytes, bytes]]) -> None:
        """Store a block of (hash, signed transaction), durably, before it is executed."""
        with self._writing() as connection:
            connection.execute("INSERT INTO blocks VALUES (?, ?, NULL)", (number, time))
            connection.executemany(
                "INSERT INTO transactions VALUES (?, ?, ?, ?)",
                [(number, position, digest, raw) for position, (digest, raw) in enumerate(transactions)],
            )

    def executed(self, number: int, digest: bytes) -> None:
        """Note the hash that block ``number`` came out with."""
        with self._writing() as connection:
            connection.execute("UPDATE blocks SET hash = ? WHERE number = ?", (digest, number))

    def knows(self, digest: bytes) -> bool:
        """Return whether the transaction with this hash was stored."""
        with _answering(self._path):
            found = self._connection.execute(
                "SELECT 1 FROM transactions WHERE hash = ?", (digest,)
            ).fetchone()
        return found is not None

    def blocks_after(self, number: int) -> Iterator[StoredBlock]:
        """Yield the blocks after ``number`` in order."""
        with _answering(self._path):
            rows = self._connection.execute(
                "SELECT number, time, hash FROM blocks WHERE number > ? ORDER BY number", (number,)
            ).fetchall()
            for block, time, digest in rows:
                raws = self._connection.execute(
                    "SELECT raw FROM transactions WHERE block = ? ORDER BY position", (block,)
                )
                yield StoredBlock(block, time, digest, tuple(raw for (raw,) in raws))

    def snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, or None."""
        with _answering(self._path):
            row = self._connection.execute(
                "SELECT number, hash, sha256 FROM snapshots ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return None if row is None else Snapshot(*row)

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Note a snapshot whose file is on disk; older ones are forgotten."""
        with self._writing() as connection:
            connection.execute("DELETE FROM snapshots")
            connection.execute(
                "INSERT INTO snapshots VALUES (?, ?, ?)", (snapshot.number, snapshot.digest, snapshot.sha256)
            )

    def forget_snapshots(self) -> None:
        """Forget snapshots that turned out to be unusable."""
        with self._writing() as connection:
            connection.execute("DELETE FROM snapshots")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _answering(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _answering(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(f"the chain's journal {path} cannot be used: {error}") from error
