"""Wiring: what is real. Builds a gateway from its settings, and nothing else does.

Keys are opened on first use only, so that asking a question needs no passphrase and no time. The clock is here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from ledger import keys
from ledger.chain import abi
from ledger.chain.manifest import Manifest, read_manifest
from ledger.chain.node_chain import NodeChain
from ledger.core.problems import Problem
from ledger.core.strictjson import Limits
from ledger.errors import Rejected
from ledger.keys.declarations import declaration_key
from ledger.keys.files import read_passphrase
from ledger.keys.tags import TagKeys
from ledger.reference import read_reference
from ledger.service.gathering import Gathering
from ledger.service.knowledge import Knowledge
from ledger.service.ledger import Ledger
from ledger.service.parts import Parts
from ledger.service.sighting import Sighting
from ledger.service.verification import Verification
from ledger.store import Store, open_store
from ledger.sync import Progress, converge

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.issuance import Issuer
    from ledger.keys.account import TransactionAccount
    from ledger.keys.signer import Signer
    from ledger.outbox import Outbox
    from ledger.settings import Settings


def clock() -> datetime:
    """Return the time: aware, UTC."""
    return datetime.now(UTC)


def open_ledger(settings: Settings) -> Ledger:
    """Return the use cases of the gateway that ``settings`` describe; close it when done.

    The chain need not answer for this.

    Raises:
        Rejected: the deployment manifest is missing or wrong, or for another chain than the settings name.
        Unavailable: the store cannot be opened now.
    """
    manifest = read_manifest(settings.chain.manifest)
    if manifest.chain_id != settings.chain.chain_id:
        expectation = f"{manifest.chain_id}, as in {settings.chain.manifest}"
        raise Rejected(
            [Problem("chain.chain_id", str(settings.chain.chain_id), expectation, code="CHAIN_ID_DIFFERS")]
        )
    chain = open_chain(settings, manifest)
    return _Wiring(settings, manifest, chain, open_store(settings.store.url)).ledger()


def open_chain(settings: Settings, manifest: Manifest) -> NodeChain:
    """Return the node that the settings name."""
    return NodeChain(
        settings.chain.url,
        chain_id=settings.chain.chain_id,
        journal=manifest.journal,
        timeout=settings.chain.timeout,
        log_range=settings.chain.log_range,
    )


def open_signer(settings: Settings) -> Signer:
    """Return the document signer that the settings name.

    Raises:
        Rejected: none is set, or it cannot be opened with the passphrase of this gateway.
    """
    if not settings.keys.document_signer:
        wanted = "a document signer: keystore:FILE, pkcs12:FILE or pkcs11:URI"
        raise Rejected([Problem("keys.document_signer", "", wanted, code="NO_DOCUMENT_SIGNER")])
    return keys.open_signer(settings.keys.document_signer, read_passphrase(settings.keys.passphrase_file))


def open_account_file(settings: Settings, file: Path) -> TransactionAccount:
    """Return the account in a keystore file of this gateway.

    Raises:
        Rejected: no such file, or another passphrase.
    """
    from ledger.keys.account import open_account

    return open_account(file, read_passphrase(settings.keys.passphrase_file))


class _Wiring:
    """The parts of one gateway, each built once."""

    def __init__(self, settings: Settings, manifest: Manifest, chain: NodeChain, store: Store) -> None:
        self._settings = settings
        self._manifest = manifest
        self._chain = chain
        self._store = store
        self._reference = read_reference()
        self._tag_keys = TagKeys(settings.keys.tag_keys)
        self._limits = Limits(
            size=settings.limits.document_bytes,
            depth=settings.limits.depth,
            disclosures=settings.limits.disclosures,
        )
        self._observed: datetime | None = None

    def ledger(self) -> Ledger:
        """Return the use cases over these parts."""
        operator = _once(lambda: self._outbox(self._settings.keys.account))
        signer = _once(lambda: open_signer(self._settings))
        knowledge = Knowledge(self._store)
        verification = Verification(
            gathering=Gathering(
                store=self._store,
                manifest=self._manifest,
                knowledge=knowledge,
                tag_keys=self._tag_keys,
                sighting=Sighting(self._chain.look, self._store, self._converge),
            ),
            reference=self._reference,
            observed=lambda: self._observed,
            # By the offices' clock: what is asked without a time is asked on their day.
            clock=lambda: clock().astimezone(timezone(self._settings.member.utc_offset or timedelta())),
            freshness=timedelta(seconds=self._settings.chain.freshness_seconds),
            limits=self._limits,
            own=self._settings.member.code,
            declaration_key=lambda: declaration_key(self._settings.keys.declaration_key),
        )
        return Ledger(
            Parts(
                settings=self._settings,
                chain=self._chain,
                store=self._store,
                manifest=self._manifest,
                reference=self._reference,
                tag_keys=self._tag_keys,
                knowledge=knowledge,
                verification=verification,
                converge=self._converge,
                clock=clock,
                limits=self._limits,
                issuer=lambda: self._issuer(signer(), operator(), knowledge),
                operator=operator,
                controller=_once(self._controller),
                signer=signer,
            )
        )

    def _converge(self) -> Progress:
        began = clock()
        progress = converge(
            self._chain,
            self._store,
            chain_id=self._manifest.chain_id,
            log_range=self._settings.chain.log_range,
            first_block=self._manifest.first_block,
        )
        self._observed = began
        return progress

    def _outbox(self, file: Path) -> Outbox:
        from ledger.batches import Batches
        from ledger.outbox import Outbox

        batches = Batches(self._chain, self._store, abi.anchor, self._settings.limits.batch)
        return Outbox(
            self._chain,
            self._store,
            open_account_file(self._settings, file),
            chain_id=self._manifest.chain_id,
            clock=lambda: int(clock().timestamp()),
            consequences=batches,
            in_flight=self._settings.limits.in_flight,
        )

    def _controller(self) -> Outbox:
        if self._settings.keys.controller is None:
            wanted = "the keystore of the member's controller"
            raise Rejected([Problem("keys.controller", "", wanted, code="NO_CONTROLLER")])
        return self._outbox(self._settings.keys.controller)

    def _issuer(self, signer: Signer, operator: Outbox, knowledge: Knowledge) -> Issuer:
        """Return a new pipeline; each run has its own, so runs do not disturb each other."""
        from ledger.batches import Batches
        from ledger.issuance import Issuer, IssuingBody

        member = self._settings.member.code
        tag_key = self._tag_keys.find(member)
        if tag_key is None:
            wanted = f"a tag key of {member or 'the member'} in {self._settings.keys.tag_keys}"
            raise Rejected([Problem("keys.tag_keys", "", wanted, code="TAG_KEY_MISSING")])
        body = IssuingBody(
            member,
            tag_key.secret,
            signer,
            self._manifest.by_kind,
            self._manifest.chain_id,
            self._tag_key_of,
            lambda code: knowledge.consortium().members.get(code),
        )
        return Issuer(
            self._store,
            operator,
            Batches(self._chain, self._store, abi.anchor, self._settings.limits.batch),
            body,
            self._reference,
            converge=self._converge,
            clock=lambda: int(clock().timestamp()),
            limits=self._limits,
        )

    def _tag_key_of(self, member: str) -> bytes | None:
        key = self._tag_keys.find(member)
        return None if key is None else key.secret


_Made = TypeVar("_Made")


def _once(make: Callable[[], _Made]) -> Callable[[], _Made]:
    """Return a function that makes its value at the first call and then keeps it, for several threads."""
    guard = threading.Lock()
    kept = cache(make)

    def get() -> _Made:
        with guard:
            return kept()

    return get
