"""The parts that a gateway's use cases work with; ``ledger.wiring`` says what each is in a real gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.chain.manifest import Manifest
    from ledger.chain.port import Chain
    from ledger.core.codes import Reference
    from ledger.core.strictjson import Limits
    from ledger.issuance import Issuer
    from ledger.keys.signer import Signer
    from ledger.keys.tags import TagKeys
    from ledger.outbox import Outbox
    from ledger.service.knowledge import Knowledge
    from ledger.service.verification import Verification
    from ledger.settings import Settings
    from ledger.store import Store
    from ledger.sync import Progress


@dataclass(frozen=True, slots=True)
class Parts:
    """What a ledger is made of.

    Args:
        issuer, operator, controller, signer: opened on first use, because that takes a passphrase and time; they
            raise ``Rejected`` when this gateway has no such key.
        converge: reads the chain into the store and remembers when it did.
        clock: the time, aware, UTC.
    """

    settings: Settings
    chain: Chain
    store: Store
    manifest: Manifest
    reference: Reference
    tag_keys: TagKeys
    knowledge: Knowledge
    verification: Verification
    converge: Callable[[], Progress]
    clock: Callable[[], datetime]
    limits: Limits
    issuer: Callable[[], Issuer]
    operator: Callable[[], Outbox]
    controller: Callable[[], Outbox]
    signer: Callable[[], Signer]
