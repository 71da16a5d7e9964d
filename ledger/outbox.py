"""Outbox: carry out acts on the chain, each exactly once, whatever breaks in between.

One lane per account, and one driver per lane at a time. The order is the point: an act is stored
(``intend``), tried out, signed under a nonce of its own, stored again with its signature, and only then sent;
recovery is the same path, because everything is done from what is stored. A nonce is used up only by an act
that just passed its trial. What a refusal means for documents is not decided here: see ``ledger.batches``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ledger.errors import Refused, Unavailable
from ledger.lane import Act, Lane
from ledger.store.outgoing import OutboxRow, OutboxState

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.chain.port import Chain
    from ledger.keys.account import TransactionAccount
    from ledger.lane import Consequences
    from ledger.store import Store

__all__ = ["GAS_CEILING", "Act", "Lane", "Outbox"]

# A later hard fork (EIP-7825) refuses transactions above this.
GAS_CEILING = 16_777_216
_GAS_SPARE = 200_000
_ATTEMPTS = 3
_SEND_AGAIN_SECONDS = 15.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.25
_FINAL = (OutboxState.MINED, OutboxState.SETTLED, OutboxState.REFUSED, OutboxState.REVERTED)


class Outbox:
    """The lane of one account.

    Args:
        clock: the time, seconds since 1970 UTC, for the records only.
        in_flight: how many signed transactions may wait for the chain at once.
    Raises (every method that talks to the chain or the store): ``Unavailable``; nothing is lost by it.
    """

    def __init__(
        self,
        chain: Chain,
        store: Store,
        account: TransactionAccount,
        *,
        chain_id: int,
        clock: Callable[[], int],
        consequences: Consequences | None = None,
        in_flight: int = 8,
    ) -> None:
        self._chain = chain
        self._store = store
        self._account = account
        self._chain_id = chain_id
        self._clock = clock
        self._consequences = consequences
        self._most_in_flight = in_flight
        self._sent: dict[int, float] = {}
        self._suspected: set[int] = set()
        self._passes = 0
        self._passed = threading.Condition()

    @property
    def address(self) -> bytes:
        """The account's address, 20 bytes."""
        return self._account.address

    # --- intending ------------------------------------------------------------------------------------------

    def intend(self, act: Act) -> int:
        """Store an act to be carried out and return its row number. From here on it is not forgotten."""
        with self._store.writing() as connection:
            return self.intend_in(connection, act)

    def intend_in(self, connection: Connection, act: Act, *, after: int | None = None) -> int:
        """Store an act as part of the caller's transaction.

        Args:
            after: the row of an act that must be mined before this one is tried; with it this one is refused too.
        """
        return self._store.outgoing.intend_in(
            connection,
            self.address,
            act.target,
            act.calldata,
            act.purpose,
            self._clock(),
            after=after,
        )

    def carry_out(self, act: Act, timeout_seconds: float = 60.0) -> OutboxRow:
        """Intend an act and wait until it is mined.

        Raises:
            Refused: the contract's rules forbid it.
            Unavailable: it is stored, but not mined yet; it will be.
        """
        row = self.intend(act)
        self.settle(timeout_seconds, of=row)
        latest = self._store.outgoing.latest(row)
        if latest is None or latest.state not in _FINAL:
            raise Unavailable(f"{act.purpose}: stored, but not on the chain yet")
        if latest.state in (OutboxState.REFUSED, OutboxState.REVERTED):
            raise Refused(latest.reason_code, latest.reason, latest.arguments)
        return latest

    # --- settling -------------------------------------------------------------------------------------------

    def settle(self, timeout_seconds: float, *, of: int | None = None, at_most: int = 0) -> Lane:
        """Drive the lane until the act ``of`` is mined or refused, or time is up.

        With ``of`` None: until at most ``at_most`` acts are left. While another process drives the lane, wait for
        what it brings; a thread of this one wakes the others after each pass, and who is left drives on.
        """
        deadline = time.monotonic() + timeout_seconds
        pause = _FIRST_PAUSE
        while True:
            passes = self._passes
            lane = self.step()
            if self._reached(lane, of, at_most) or time.monotonic() >= deadline:
                return lane
            if lane.sent:
                # A node may have made the block before it answered.
                pause = _FIRST_PAUSE
                continue
            pause = _FIRST_PAUSE if lane.mined or lane.refused else min(pause * 1.5, _LONGEST_PAUSE)
            rest = min(pause, max(0.0, deadline - time.monotonic()))
            if lane.busy:
                with self._passed:
                    self._passed.wait_for(lambda seen=passes: self._passes != seen, rest)  # type: ignore[misc]
            else:
                time.sleep(rest)

    def step(self) -> Lane:
        """Make one pass: note what was mined, send again what was lost, sign and send what is due."""
        with self._store.lock(f"lane-{self.address.hex()}") as held:
            if not held:
                waiting, in_flight = self._left()
                return Lane(waiting=waiting, in_flight=in_flight, busy=True)
            lane = self._pass()
        with self._passed:
            self._passes += 1
            self._passed.notify_all()
        return lane

    def _reached(self, lane: Lane, of: int | None, at_most: int) -> bool:
        if of is None:
            return lane.waiting + lane.in_flight <= at_most
        latest = self._store.outgoing.latest(of)
        return latest is None or latest.state in _FINAL

    def _left(self) -> tuple[int, int]:
        counts = self._store.outgoing.counts(self.address)
        return counts.get(OutboxState.INTENDED, 0), counts.get(OutboxState.SIGNED, 0)

    def _pass(self) -> Lane:
        before = self._left()
        self._confirm()
        if before == (0, 0) and self._left() == (0, 0):
            return Lane()
        # Asked before the receipts: whatever this number counts, the receipts must show.
        next_nonce = self._chain.next_nonce(self.address)
        mined, refused = self._note_mined(next_nonce)
        hindrance = self._send_again(next_nonce)
        more_refused, sent = (0, 0) if hindrance else self._sign(next_nonce)
        waiting, in_flight = self._left()
        return Lane(waiting, in_flight, mined, refused + more_refused, sent, hindrance=hindrance)

    def _confirm(self) -> None:
        """Settle mined transactions whose block the cache has read, and take back those that are gone."""
        head = self._store.journal.head()
        for row in self._store.outgoing.in_state(self.address, OutboxState.MINED):
            if (
                head is None
                or row.block_number is None
                or head.block_number < row.block_number
                or row.digest is None
            ):
                continue
            receipt = self._chain.receipt(row.digest)
            with self._store.writing() as connection:
                if receipt is None or not receipt.succeeded:
                    self._store.outgoing.unmine_in(connection, [row.digest])
                elif receipt.block_digest != row.block_digest:
                    place = (receipt.block_number, receipt.block_digest)
                    self._store.outgoing.move_in(connection, row.id, OutboxState.MINED, block=place)
                else:
                    place = (receipt.block_number, receipt.block_digest)
                    self._store.outgoing.move_in(connection, row.id, OutboxState.SETTLED, block=place)

    def _note_mined(self, next_nonce: int) -> tuple[int, int]:
        """Write down what became of signed transactions whose nonce is used up."""
        mined = refused = 0
        for row in self._store.outgoing.in_state(self.address, OutboxState.SIGNED):
            if row.nonce is None or row.digest is None or row.nonce >= next_nonce:
                continue
            receipt = self._chain.receipt(row.digest)
            if receipt is None:
                self._suspect(row)
                continue
            self._suspected.discard(row.id)
            place = (receipt.block_number, receipt.block_digest)
            if receipt.succeeded:
                with self._store.writing() as connection:
                    self._store.outgoing.move_in(connection, row.id, OutboxState.MINED, block=place)
                mined += 1
            elif row.attempts + 1 < _ATTEMPTS:
                # Intended again, so that its trial tells why.
                with self._store.writing() as connection:
                    self._store.outgoing.move_in(connection, row.id, OutboxState.REVERTED, block=place)
                    self._again_in(connection, row)
            else:
                why = f"{row.purpose}: reverted {_ATTEMPTS} times although its trial passed"
                self._refuse(row, Refused("REVERTED", why), OutboxState.REVERTED, place)
                refused += 1
            self._sent.pop(row.id, None)
        return mined, refused

    def _suspect(self, row: OutboxRow) -> None:
        """A nonce is used up without a receipt: a stranger took it, or the node has not caught up.

        Only the second pass that sees it believes it. The stranger is usually this gateway itself, in a life that a
        restored backup does not remember. Signing the act again is safe even if the old one came back: the contracts
        take the same document once, a status cannot be left twice, and a second proposal decides nothing without votes.
        """
        if row.id not in self._suspected:
            self._suspected.add(row.id)
            return
        self._suspected.discard(row.id)
        with self._store.writing() as connection:
            reason = "another transaction of this account took the nonce"
            self._store.outgoing.move_in(connection, row.id, OutboxState.SUPERSEDED, reason=reason)
            self._again_in(connection, row)

    def _again_in(self, connection: Connection, row: OutboxRow) -> int:
        again = self._store.outgoing.intend_in(
            connection,
            row.account,
            row.target,
            row.calldata,
            row.purpose,
            self._clock(),
            attempts=row.attempts + 1,
            after=row.after,
        )
        self._store.outgoing.succeed_in(connection, row.id, again)
        self._store.documents.follow_in(connection, row.id, again)
        return again

    def _send_again(self, next_nonce: int) -> str:
        """Send what the node may not know (again), lowest nonce first; return what hinders, or nothing."""
        signed = [
            row
            for row in self._store.outgoing.in_state(self.address, OutboxState.SIGNED)
            if row.nonce is not None and row.nonce >= next_nonce
        ]
        if not signed:
            return ""
        assert signed[0].nonce is not None
        for nonce in range(next_nonce, signed[0].nonce):
            self._fill(nonce)
        for row in signed:
            hindrance = self._send(row)
            if hindrance:
                return hindrance
        return ""

    def _send(self, row: OutboxRow) -> str:
        assert row.raw is not None
        sent = self._sent.get(row.id)
        if sent is not None and time.monotonic() - sent < _SEND_AGAIN_SECONDS:
            return ""
        try:
            self._chain.send(row.raw)
        except Refused as refusal:
            # Not final: the stored transaction stays, and the next pass finds out what the nonce says.
            return f"the node does not take transaction {row.nonce} ({row.purpose}): {refusal}"
        self._sent[row.id] = time.monotonic()
        return ""

    def _fill(self, nonce: int) -> None:
        """Close a gap below stored transactions, which the chain would otherwise never take.

        After a reorganisation the gap's own transaction is still stored, whatever became of it. Without one
        (a lost store), a call of nothing by the account to itself takes its place.
        """
        row = self._store.outgoing.with_nonce(self.address, nonce)
        if row is not None and row.raw is not None:
            self._send(row)
            return
        signed = self._account.sign(
            chain_id=self._chain_id, nonce=nonce, to=self.address, calldata=b"", gas=21_000
        )
        with self._store.writing() as connection:
            filler = self.intend_in(connection, Act(self.address, b"", "close a gap"))
            self._store.outgoing.sign_in(connection, filler, nonce, signed.raw, signed.digest)
        self._chain.send(signed.raw)

    def _sign(self, next_nonce: int) -> tuple[int, int]:
        """Try out, sign, store and send intended acts in their order, as many as may be in flight.

        Returns how many were refused and how many were sent.
        """
        refused = 0
        signed: list[tuple[int, bytes]] = []
        _, in_flight = self._left()
        while in_flight < self._most_in_flight:
            row = self._store.outgoing.due(self.address)
            if row is None:
                break
            try:
                gas = self._chain.simulate(self.address, row.target, row.calldata)
            except Refused as refusal:
                if in_flight:
                    break  # what is in flight may be what it needs, so only an empty lane decides
                self._refuse(row, refusal, OutboxState.REFUSED)
                refused += 1
                continue
            signed.append((row.id, self._sign_one(row, next_nonce, gas)))
            in_flight += 1
        self._send_all(signed)
        return refused, len(signed)

    def _sign_one(self, row: OutboxRow, next_nonce: int, gas: int) -> bytes:
        limit = max(gas, min(gas + gas // 4 + _GAS_SPARE, GAS_CEILING))
        with self._store.writing() as connection:
            nonce = self._store.outgoing.free_nonce_in(connection, self.address, next_nonce)
            signed = self._account.sign(
                chain_id=self._chain_id, nonce=nonce, to=row.target, calldata=row.calldata, gas=limit
            )
            self._store.outgoing.sign_in(connection, row.id, nonce, signed.raw, signed.digest)
            self._store.documents.sent_in(connection, row.id)
        return signed.raw

    def _send_all(self, signed: Sequence[tuple[int, bytes]]) -> None:
        """Send transactions together, because a block costs more than what is in it."""
        if not signed:
            return
        answers = self._chain.send_all([raw for _, raw in signed])
        for (row, _), refusal in zip(signed, answers, strict=True):
            # One that is refused is stored all the same; the next pass sends it again or finds who took the nonce.
            if refusal is None:
                self._sent[row] = time.monotonic()

    def _refuse(
        self, row: OutboxRow, refusal: Refused, state: OutboxState, block: tuple[int, bytes] | None = None
    ) -> None:
        """End an act that will never be carried out, together with what follows from that."""
        write = None if self._consequences is None else self._consequences.refused(row, refusal)
        with self._store.writing() as connection:
            self._end_in(connection, row.id, refusal, state, block)
            if write is not None:
                write(connection)

    def _end_in(
        self,
        connection: Connection,
        row: int,
        refusal: Refused,
        state: OutboxState = OutboxState.REFUSED,
        block: tuple[int, bytes] | None = None,
    ) -> None:
        """Write down that an act was refused, and with it every act that waits for it."""
        self._store.outgoing.move_in(
            connection,
            row,
            state,
            block=block,
            code=refusal.code,
            reason=str(refusal),
            arguments=refusal.arguments,
        )
        for follower in self._store.outgoing.followers_in(connection, row):
            if follower.state is OutboxState.INTENDED:
                self._end_in(connection, follower.id, refusal)
