"""A chain in a few lines: blocks, nonces, a registry of each kind with the journal, and reorganisations.

It keeps the port's contract, so what works on it works on a node; that the contracts behave like its registry is
asserted elsewhere, on the real ones. What a registry takes besides batches is in ``small_registry``.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import rlp
from coincurve import PublicKey
from eth_hash.auto import keccak

from ledger.chain.port import Appended, Block, JournalHead, Look, RecordSlot, TransactionReceipt
from ledger.core.acts import Act
from ledger.core.entries import FIXED_LENGTH, encode, raw_entries
from ledger.core.merkle import Frontier, leaf_digest
from ledger.errors import Refused
from tests.fakes.small_registry import Records, carry_out

CHAIN_ID = 7_040
REGISTRY = b"\x52" * 20
REGISTRIES = {1: REGISTRY, 2: b"\x53" * 20, 3: b"\x54" * 20}
OPERATOR = b"\x0a" * 20
_HEAD = 37  # where an entry's own part begins


def anchor_call(
    member: str, document_type: int, use_policy: int, key: bytes, anchors: Sequence[tuple[bytes, bytes]]
) -> bytes:
    """Spell the fake registry's ``anchor``: fixed fields, then tags and document ids."""
    head = b"A" + member.encode().ljust(32, b"\0") + document_type.to_bytes(2, "big")
    return head + use_policy.to_bytes(2, "big") + key + b"".join(tag + one for tag, one in anchors)


@dataclass
class _Mined:
    block: Block
    transactions: list[bytes] = field(default_factory=list)


@dataclass
class _State:
    nonces: dict[bytes, int] = field(default_factory=dict)
    records: Records = field(default_factory=Records)
    events: list[Appended] = field(default_factory=list)
    receipts: dict[bytes, TransactionReceipt] = field(default_factory=dict)
    size: int = 0


class SmallChain:
    """``automine``: every transaction gets a block at once. ``suspended``: the registry forbids every anchor."""

    def __init__(self, *, automine: bool = True) -> None:
        self.automine = automine
        self.suspended = False
        self.lying_root = False
        self.id = CHAIN_ID
        self.branch = 0
        self.pool: list[bytes] = []
        self.sent: list[bytes] = []
        self._turn = threading.RLock()
        self._blocks: list[_Mined] = []
        self._states: list[_State] = []
        self._mine([])

    # --- the port --------------------------------------------------------------------------------------------

    def chain_id(self) -> int:
        return self.id

    def head(self) -> Block:
        with self._turn:
            return self._blocks[-1].block

    def block(self, number: int) -> Block | None:
        with self._turn:
            return self._blocks[number].block if number < len(self._blocks) else None

    def appended(self, first_block: int, last_block: int) -> Sequence[Appended]:
        with self._turn:
            return [one for one in self._state().events if first_block <= one.block_number <= last_block]

    def journal_head(self) -> JournalHead:
        with self._turn:
            frontier = Frontier()
            for event in self._state().events:
                frontier = frontier.extend(map(leaf_digest, raw_entries(event, self.id)))
            root = frontier.root()
            return JournalHead(frontier.size, bytes(32) if self.lying_root else root)

    def look(self, registry: bytes, member: str, tags: Sequence[bytes]) -> Look:
        with self._turn:
            records = [self._state().records.anchored.get((registry, member, tag)) for tag in tags]
            slots = tuple(
                RecordSlot(b"", 0, 0, 0, 0) if one is None else RecordSlot(one[0][:22], one[1], 1, 861, 256)
                for one in records
            )
            return Look(self.head().number, self.head().time, self.journal_head(), slots)

    def next_nonce(self, account: bytes) -> int:
        with self._turn:
            return self._state().nonces.get(account, 0)

    def simulate(self, account: bytes, to: bytes, calldata: bytes) -> int:
        with self._turn:
            self._execute(_copy(self._state()), to, calldata, self.head(), b"")
            return 50_000

    def send(self, raw: bytes) -> None:
        with self._turn:
            account, nonce, _, _ = _read(raw)
            state = self._state()
            self.sent.append(raw)
            if keccak(raw) in state.receipts or raw in self.pool:
                return
            if nonce < state.nonces.get(account, 0):
                raise Refused("NODE_NONCE_TOO_LOW", f"nonce {nonce} is used up")
            self.pool.append(raw)
            if self.automine:
                self.mine()

    def send_all(self, raws: Sequence[bytes]) -> Sequence[Refused | None]:
        return [self._sent(raw) for raw in raws]

    def _sent(self, raw: bytes) -> Refused | None:
        try:
            self.send(raw)
        except Refused as refused:
            return refused
        return None

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        with self._turn:
            return self._state().receipts.get(transaction)

    # --- what a test does to it ------------------------------------------------------------------------------

    def mine(self) -> None:
        """Mine what the pool can offer, each account in the order of its nonces; gaps stay in the pool."""
        with self._turn:
            nonces = dict(self._state().nonces)
            taken: list[bytes] = []
            for raw in sorted(self.pool, key=lambda one: _read(one)[1]):
                account, nonce, _, _ = _read(raw)
                if nonce == nonces.get(account, 0):
                    nonces[account] = nonce + 1
                    taken.append(raw)
            self.pool = [raw for raw in self.pool if raw not in taken]
            self._mine(taken)

    def reorganise(self, depth: int, *, keep: bool = False) -> None:
        """Replace the newest ``depth`` blocks by as many others: empty, or with the same transactions (``keep``)."""
        with self._turn:
            lost = self._blocks[-depth:]
            del self._blocks[-depth:]
            self._states = self._states[: len(self._blocks)]
            self.branch += 1
            for one in lost:
                self._mine(one.transactions if keep else [])

    def records(self) -> int:
        with self._turn:
            return len(self._state().records.anchored)

    # --- inside ----------------------------------------------------------------------------------------------

    def _state(self) -> _State:
        return self._states[-1]

    def _mine(self, transactions: list[bytes]) -> None:
        number = len(self._blocks)
        parent = self._blocks[-1].block.digest if self._blocks else bytes(32)
        text = f"{self.branch}:{number}:".encode() + parent + b"".join(map(keccak, transactions))
        block = Block(number, hashlib.sha256(text).digest(), parent, 1_700_000_000 + number)
        state = _copy(self._states[-1]) if number else _State()
        for raw in transactions:
            account, nonce, to, calldata = _read(raw)
            state.nonces[account] = nonce + 1
            attempt = _copy(state)
            try:
                self._execute(attempt, to, calldata, block, keccak(raw))
                state, succeeded = attempt, True
            except Refused:
                succeeded = False
            receipt = TransactionReceipt(keccak(raw), number, block.digest, succeeded, 50_000)
            state.receipts[keccak(raw)] = receipt
        self._blocks.append(_Mined(block, transactions))
        self._states = [*self._states, state] if number else [state]

    def _execute(self, state: _State, to: bytes, calldata: bytes, block: Block, transaction: bytes) -> None:
        if to not in REGISTRIES.values():
            return
        if self.suspended:
            raise Refused("ConsortiumNotActive", "the member is suspended", {"member": "VN-VCCI"})

        def append(head: bytes, tails: bytes, count: int) -> None:
            index = sum(1 for event in state.events if event.block_number == block.number)
            place = (block.number, block.digest, index, transaction, state.size)
            state.events.append(Appended(*place, to, block.time, count, head, tails))
            state.size += count

        def say(member: str, act: Act) -> None:
            raw = encode(self.id, to, block.time, member, OPERATOR, act)
            append(raw[_HEAD:FIXED_LENGTH], raw[FIXED_LENGTH:], 1)

        if calldata[:1] == b"A":
            _anchor_batch(state.records, to, calldata, block.time, append)
        else:
            carry_out(state.records, to, calldata, block.time, say)


def _anchor_batch(
    records: Records, registry: bytes, calldata: bytes, time: int, append: Callable[[bytes, bytes, int], None]
) -> None:
    member, shared = calldata[1:33], calldata[33:69]
    tails = b""
    for start in range(69, len(calldata), 64):
        tag, document_id = calldata[start : start + 32], calldata[start + 32 : start + 64]
        key = (registry, member.rstrip(b"\0").decode(), tag)
        known = records.anchored.get(key)
        if known is not None and known[0] != document_id:
            raise Refused("RegistryNumberTaken", "the number is taken", {"member": member, "tag": tag})
        if known is None:
            records.anchored[key] = (document_id, time)
            tails += tag + document_id
    if tails:
        append(b"\x20" + member + OPERATOR + shared, tails, len(tails) // 64)


def _copy(state: _State) -> _State:
    return replace(
        state,
        nonces=dict(state.nonces),
        records=state.records.copy(),
        events=list(state.events),
        receipts=dict(state.receipts),
    )


def _read(raw: bytes) -> tuple[bytes, int, bytes, bytes]:
    """Return sender, nonce, target and calldata of a signed legacy transaction."""
    nonce, price, gas, to, value, calldata, v, r, s = rlp.decode(raw)
    number = int.from_bytes(v, "big")
    chain = (number - 35) // 2
    signing = keccak(rlp.encode([nonce, price, gas, to, value, calldata, chain, 0, 0]))
    signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([(number - 35) % 2])
    public = PublicKey.from_signature_and_message(signature, signing, hasher=None)
    address = keccak(public.format(compressed=False)[1:])[12:]
    return address, int.from_bytes(nonce, "big"), to, calldata
