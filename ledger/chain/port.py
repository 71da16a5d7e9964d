"""The chain port: what the gateway needs of a node, and nothing more.

Rule: an implementation answers with facts or raises. ``Unavailable`` means that nothing is known (no answer, wrong
chain, an answer that cannot be read); ``Refused`` means that a contract's rule forbids the act. Nothing here judges,
stores or retries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ledger.errors import Refused


@dataclass(frozen=True, slots=True)
class Block:
    """A block's place: number from 0, 32-byte hash, 32-byte parent hash, time in seconds."""

    number: int
    digest: bytes
    parent: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Appended:
    """One event of the journal as the node reported it; bytes as in ``docs/spec/journal.md`` section 2."""

    block_number: int
    block_digest: bytes
    log_index: int
    transaction: bytes
    first: int
    author: bytes
    time: int
    count: int
    head: bytes
    tails: bytes


@dataclass(frozen=True, slots=True)
class JournalHead:
    """Size and RFC 6962 root that the journal contract itself answers, at one block."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class RecordSlot:
    """A record's storage slot; ``status`` 0 means that there is no record."""

    commitment: bytes
    anchored_at: int
    status: int
    document_type: int
    use_policy: int


@dataclass(frozen=True, slots=True)
class Look:
    """Answer of ``look``: records of one member and the journal's head, all at one block."""

    block_number: int
    time: int
    head: JournalHead
    records: tuple[RecordSlot, ...]


@dataclass(frozen=True, slots=True)
class TransactionReceipt:
    """What became of a mined transaction. ``succeeded`` False: it was mined and reverted."""

    transaction: bytes
    block_number: int
    block_digest: bytes
    succeeded: bool
    gas_used: int


class Chain(Protocol):
    """A node of the consortium's chain, for one journal.

    Raises (every method): ``Unavailable``.
    """

    def chain_id(self) -> int:
        """Return the EIP-155 chain id that the node reports."""

    def head(self) -> Block:
        """Return the newest block."""

    def block(self, number: int) -> Block | None:
        """Return the block with ``number``, or None if the node has none."""

    def appended(self, first_block: int, last_block: int) -> Sequence[Appended]:
        """Return the journal's events in blocks ``first_block`` to ``last_block``, both included, in chain order."""

    def journal_head(self) -> JournalHead:
        """Return the journal's size and root as the contract answers now."""

    def look(self, registry: bytes, member: str, tags: Sequence[bytes]) -> Look:
        """Return the records of ``member`` under ``tags`` in ``registry``, seen in one call at one block."""

    def next_nonce(self, account: bytes) -> int:
        """Return the number of mined transactions of ``account`` (never the pending count)."""

    def simulate(self, account: bytes, to: bytes, calldata: bytes) -> int:
        """Return the gas the call would use now.

        Raises:
            Refused: the contract would revert; carries its error's name and arguments.
        """

    def send(self, raw: bytes) -> None:
        """Hand a signed transaction to the node; handing over a known or mined one again is not an error.

        Raises:
            Refused: the node will never take it (wrong nonce while not mined, malformed); code is ``NODE_...``.
        """

    def send_all(self, raws: Sequence[bytes]) -> Sequence[Refused | None]:
        """Hand over signed transactions in the order of their nonces, together: a node may put them into one block.

        For each, the answer is what ``send`` would raise, or None.
        """

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        """Return the receipt of ``transaction`` (its 32-byte hash), or None while it is not mined."""
