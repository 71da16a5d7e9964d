"""Lane: what one account is to do on the chain, in what order it is done, and what one pass over it left.

Values only; ``ledger.outbox`` drives a lane.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.errors import Refused
    from ledger.store.outgoing import OutboxRow


@dataclass(frozen=True, slots=True)
class Act:
    """A call to be made on the chain; ``purpose`` says in a few words what for."""

    target: bytes
    calldata: bytes
    purpose: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What one pass over a lane left: acts not signed, acts signed and not mined, and what it did.

    ``busy``: another process or thread drives the lane, so nothing was done. ``hindrance`` is why the lane stands
    still, if it does.
    """

    waiting: int = 0
    in_flight: int = 0
    mined: int = 0
    refused: int = 0
    sent: int = 0
    busy: bool = False
    hindrance: str = ""


class Consequences(Protocol):
    """What follows when an act is refused for good."""

    def refused(self, row: OutboxRow, refusal: Refused) -> Callable[[Connection], None]:
        """Return what to write in the transaction that ends ``row``; may ask the chain before that."""
