"""Deployment: found a consortium on a chain.

The founding administrations are named in the deployment itself; everything after, the registries included, is by
vote. Nothing is stored here: the caller keeps the manifest.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rlp
from eth_hash.auto import keccak

from ledger.chain.acts import call, creation, read
from ledger.chain.manifest import KINDS, Manifest, Registry
from ledger.chain.rules import has_artifact
from ledger.errors import Unavailable

if TYPE_CHECKING:
    from ledger.chain.node_chain import NodeChain
    from ledger.keys.account import TransactionAccount

_DEPLOY_GAS = 8_000_000
_ACT_GAS = 2_000_000
_WAIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Founder:
    """A founding administration: code, economy (ISO 3166-1 alpha-2), roles (bits), controller (20 bytes)."""

    code: str
    economy: str
    roles: int
    controller: bytes


def deploy_consortium(
    chain: NodeChain, account: TransactionAccount, chain_id: int, founders: Sequence[Founder]
) -> Manifest:
    """Deploy ``Consortium`` (with its journal) and a registry for each kind of record, none of them admitted yet.

    Raises:
        Refused: the founders do not fit the contract's rules. Unavailable: the chain did not take it.
    """
    listed = [(one.code, one.economy, one.roles, "0x" + one.controller.hex()) for one in founders]
    first_block = chain.head().number + 1
    consortium = _deploy(chain, account, chain_id, creation("Consortium", listed))
    (journal,) = read("Consortium", "journal", chain.ask_contract(consortium, call("Consortium", "journal")))
    registries = tuple(
        Registry(kind, _deploy(chain, account, chain_id, creation(name, "0x" + consortium.hex())))
        for kind, name in KINDS.items()
        if has_artifact(name)
    )
    return Manifest(chain_id, consortium, bytes.fromhex(journal[2:]), registries, first_block)


def act(chain: NodeChain, account: TransactionAccount, chain_id: int, to: bytes, calldata: bytes) -> None:
    """Try a governance act, send it and wait until it is mined; for set-ups that have no store yet.

    Raises:
        Refused: the contract's rules. Unavailable: not mined in time.
    """
    chain.simulate(account.address, to, calldata)
    signed = account.sign(
        chain_id=chain_id, nonce=chain.next_nonce(account.address), to=to, calldata=calldata, gas=_ACT_GAS
    )
    chain.send(signed.raw)
    _wait(chain, signed.digest)


def _deploy(chain: NodeChain, account: TransactionAccount, chain_id: int, data: bytes) -> bytes:
    nonce = chain.next_nonce(account.address)
    signed = account.sign(chain_id=chain_id, nonce=nonce, to=None, calldata=data, gas=_DEPLOY_GAS)
    chain.send(signed.raw)
    _wait(chain, signed.digest)
    return bytes(keccak(rlp.encode([account.address, nonce])))[12:]


def _wait(chain: NodeChain, transaction: bytes) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while (receipt := chain.receipt(transaction)) is None:
        if time.monotonic() > deadline:
            raise Unavailable(f"transaction 0x{transaction.hex()} was not mined in {_WAIT_SECONDS:.0f} s")
        time.sleep(0.05)
    if not receipt.succeeded:
        raise Unavailable(f"transaction 0x{transaction.hex()} was mined but reverted")
