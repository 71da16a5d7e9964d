"""The outbox's rows: acts that this gateway means to carry out on the chain, and their signed transactions.

Rule: a row is stored before anybody outside hears of it, and a nonce that was given out is never given out
again for the same account. What to do with a row is decided in ``ledger.outbox``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from ledger.store.schema import events, outbox

if TYPE_CHECKING:
    from ledger.store.database import Database


class OutboxState(StrEnum):
    """Where an act stands.

    Intended: no nonce yet. Signed: the raw transaction is stored and may have been sent. Mined: the node
    showed a receipt. Settled: the cache has read that block too. Reverted: mined without effect. Refused: the
    contract's rules forbid it, never signed. Superseded: a stranger's transaction took its nonce.
    """

    INTENDED = "intended"
    SIGNED = "signed"
    MINED = "mined"
    SETTLED = "settled"
    REVERTED = "reverted"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


_MINED = (OutboxState.MINED, OutboxState.SETTLED)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One act; ``successor`` is the row that took it over, ``after`` the one that must be mined before it is signed.

    ``raw`` and ``digest`` (the transaction hash, 32 bytes) are None while it is only intended; ``arguments`` are those of
    its refusal, None without one.
    """

    id: int
    account: bytes
    target: bytes
    calldata: bytes
    purpose: str
    state: OutboxState
    attempts: int
    successor: int | None
    nonce: int | None
    raw: bytes | None
    digest: bytes | None
    block_number: int | None
    block_digest: bytes | None
    reason_code: str
    reason: str
    created_at: int
    after: int | None
    arguments: Mapping[str, object] | None


_ROWS = select(*(outbox.c[name] for name in OutboxRow.__slots__))


class Outgoing:
    """The rows of all lanes of this gateway.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, row: int) -> OutboxRow | None:
        """Return one row, or None."""
        with self._database.reading() as connection:
            return self.find_in(connection, row)

    @staticmethod
    def find_in(connection: Connection, row: int) -> OutboxRow | None:
        """Return one row as this transaction sees it, or None."""
        found = connection.execute(_ROWS.where(outbox.c.id == row)).first()
        return None if found is None else _row(found)

    def latest(self, row: int) -> OutboxRow | None:
        """Return the row that carries out the act of ``row`` now: itself, or the last of its successors."""
        found = self.find(row)
        while found is not None and found.successor is not None:
            found = self.find(found.successor)
        return found

    def in_state(self, account: bytes, *states: OutboxState, limit: int | None = None) -> list[OutboxRow]:
        """Return the lane's rows in these states: by nonce, then in the order they were intended."""
        asked = _ROWS.where(outbox.c.account == account, outbox.c.state.in_(states))
        with self._database.reading() as connection:
            found = connection.execute(asked.order_by(outbox.c.nonce, outbox.c.id).limit(limit)).all()
        return [_row(one) for one in found]

    def due(self, account: bytes) -> OutboxRow | None:
        """Return the first intended act of the lane that waits for no other one, or None."""
        before = outbox.alias("before")
        waits = exists().where(before.c.id == outbox.c.after, before.c.state.not_in(_MINED))
        asked = _ROWS.where(outbox.c.account == account, outbox.c.state == OutboxState.INTENDED, ~waits)
        with self._database.reading() as connection:
            found = connection.execute(asked.order_by(outbox.c.id).limit(1)).first()
        return None if found is None else _row(found)

    def followers(self, row: int) -> list[OutboxRow]:
        """Return the acts that waited or wait for ``row``, in the order they were intended."""
        with self._database.reading() as connection:
            return self.followers_in(connection, row)

    @staticmethod
    def followers_in(connection: Connection, row: int) -> list[OutboxRow]:
        """Return the acts that waited or wait for ``row``, as this transaction sees them."""
        found = connection.execute(_ROWS.where(outbox.c.after == row).order_by(outbox.c.id))
        return [_row(one) for one in found]

    def accounts_waiting(self) -> set[bytes]:
        """Return the accounts whose lanes have acts that are not settled, refused or superseded yet."""
        waiting = (OutboxState.INTENDED, OutboxState.SIGNED, OutboxState.MINED)
        asked = (
            select(outbox.c.account).where(outbox.c.state.in_([state.value for state in waiting])).distinct()
        )
        with self._database.reading() as connection:
            return {bytes(account) for account in connection.execute(asked).scalars()}

    def with_nonce(self, account: bytes, nonce: int) -> OutboxRow | None:
        """Return the row that was given ``nonce``, whatever its state, or None."""
        asked = _ROWS.where(outbox.c.account == account, outbox.c.nonce == nonce)
        with self._database.reading() as connection:
            found = connection.execute(asked).first()
        return None if found is None else _row(found)

    def counts(self, account: bytes) -> dict[OutboxState, int]:
        """Return how many rows of the lane are in each state."""
        asked = select(outbox.c.state, func.count()).where(outbox.c.account == account)
        with self._database.reading() as connection:
            found = connection.execute(asked.group_by(outbox.c.state))
            return {OutboxState(state): count for state, count in found}

    def first_entry(self, transaction: bytes) -> int | None:
        """Return the index of the first entry that ``transaction`` brought, or None if there is none yet."""
        asked = select(events.c.first).where(events.c.transaction == transaction).order_by(events.c.first)
        with self._database.reading() as connection:
            return connection.execute(asked.limit(1)).scalar()

    # --- writing, inside a transaction of the caller --------------------------------------------------------

    @staticmethod
    def intend_in(
        connection: Connection,
        account: bytes,
        target: bytes,
        calldata: bytes,
        purpose: str,
        now: int,
        attempts: int = 0,
        after: int | None = None,
    ) -> int:
        """Store an act that has no nonce yet and return its row number; ``after`` is a row that must be mined before."""
        values = {
            "account": account,
            "target": target,
            "calldata": calldata,
            "purpose": purpose,
            "state": OutboxState.INTENDED,
            "attempts": attempts,
            "created_at": now,
            "after": after,
        }
        key = connection.execute(insert(outbox).values(**values)).inserted_primary_key
        assert key is not None
        return int(key[0])

    @staticmethod
    def free_nonce_in(connection: Connection, account: bytes, mined: int) -> int:
        """Return the lowest nonce from ``mined`` on (what the chain expects) that was never given out."""
        asked = select(outbox.c.nonce).where(outbox.c.account == account, outbox.c.nonce >= mined)
        nonce = mined
        for taken in connection.execute(asked.order_by(outbox.c.nonce)).scalars():
            if taken != nonce:
                break
            nonce += 1
        return nonce

    @staticmethod
    def sign_in(connection: Connection, row: int, nonce: int, raw: bytes, digest: bytes) -> None:
        """Store the signed transaction of an intended act."""
        values = {"state": OutboxState.SIGNED, "nonce": nonce, "raw": raw, "digest": digest}
        connection.execute(update(outbox).where(outbox.c.id == row).values(**values))

    @staticmethod
    def move_in(
        connection: Connection,
        row: int,
        state: OutboxState,
        *,
        block: tuple[int, bytes] | None = None,
        code: str = "",
        reason: str = "",
        arguments: Mapping[str, object] | None = None,
    ) -> None:
        """Change the state of a row; ``block`` is the number and digest of the block that mined it.

        ``code``, ``reason`` and ``arguments`` are those of a refusal: whole numbers, text and bytes.
        """
        number, digest = block if block is not None else (None, None)
        values = {
            "state": state,
            "block_number": number,
            "block_digest": digest,
            "reason_code": code,
            "reason": reason,
            "arguments": None if arguments is None else _spelt(arguments),
        }
        connection.execute(update(outbox).where(outbox.c.id == row).values(**values))

    @staticmethod
    def succeed_in(connection: Connection, row: int, successor: int) -> None:
        """Say that ``successor`` carries out the act of ``row`` from now on; what waited for one waits for the other."""
        connection.execute(update(outbox).where(outbox.c.id == row).values(successor=successor))
        connection.execute(update(outbox).where(outbox.c.after == row).values(after=successor))

    @staticmethod
    def settle_in(connection: Connection, mined: Iterable[tuple[bytes, int, bytes]]) -> None:
        """Say that the cache holds the events of transactions, each with its block's number and digest.

        Unknown ones are not ours. The block is kept, so that a reorganisation takes back what was settled before
        anybody had asked for its receipt.
        """
        mine = outbox.c.digest == bindparam("of")
        values = {
            "state": OutboxState.SETTLED,
            "block_number": bindparam("at"),
            "block_digest": bindparam("in"),
        }
        rows = [{"of": digest, "at": number, "in": block} for digest, number, block in mined]
        if rows:
            connection.execute(update(outbox).where(mine).values(**values), rows)

    @staticmethod
    def unmine_in(connection: Connection, transactions: Sequence[bytes]) -> None:
        """Say that these transactions are not on the chain any more; they will be sent again as they are."""
        mine = (outbox.c.digest == bindparam("of")) & outbox.c.state.in_(
            (OutboxState.MINED, OutboxState.SETTLED)
        )
        values = {"state": OutboxState.SIGNED, "block_number": None, "block_digest": None}
        rows = [{"of": one} for one in transactions]
        if rows:
            connection.execute(update(outbox).where(mine).values(**values), rows)

    @staticmethod
    def unmine_after_in(connection: Connection, block_number: int) -> None:
        """Say that nothing after block ``block_number`` can be relied on any more."""
        after = outbox.c.block_number > block_number
        mined = outbox.c.state.in_((OutboxState.MINED, OutboxState.SETTLED))
        values = {"state": OutboxState.SIGNED, "block_number": None, "block_digest": None}
        connection.execute(update(outbox).where(after & mined).values(**values))


def _row(found: object) -> OutboxRow:
    values: dict[str, object] = found._asdict()  # type: ignore[attr-defined]
    values["state"] = OutboxState(str(values["state"]))
    spelt = values["arguments"]
    values["arguments"] = None if spelt is None else _read(str(spelt))
    return OutboxRow(**values)  # type: ignore[arg-type]


def _spelt(arguments: Mapping[str, object]) -> str:
    """Return the arguments as JSON, bytes as ``{"hex": ...}``; any other value as text."""
    return json.dumps(
        arguments, default=lambda one: {"hex": one.hex()} if isinstance(one, bytes) else str(one)
    )


def _read(spelt: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(spelt)
    return {
        name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
        for name, value in found.items()
    }
