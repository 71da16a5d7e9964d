"""Balances: how much may be taken from a line, exactly as the contracts reckon it.

Quantities are whole millionths of the line's unit. The one rule: what a take leaves is never more than was authorised and
its tolerance, whatever was taken before and in whatever order; only a use that was written down later can break it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UNIT_SCALE: Final = 10**6
LARGEST: Final = 2**72 - 1
"""Largest quantity that the contracts can hold, in millionths."""


@dataclass(frozen=True, slots=True)
class LineState:
    """One line, in millionths of ``unit``; ``granted`` is the part of ``consumed`` that children have."""

    number: int
    unit: str
    authorised: int
    reserved: int = 0
    consumed: int = 0
    granted: int = 0

    @property
    def taken(self) -> int:
        """Return what is reserved and consumed."""
        return self.reserved + self.consumed

    @property
    def free(self) -> int:
        """Return what is left without tolerance, never negative."""
        return free(self.authorised, self.taken)

    def overdrawn(self, tolerance: int) -> bool:
        """Return whether more was taken than ``tolerance`` per cent of the authorised quantity allow."""
        return self.taken > ceiling(self.authorised, tolerance)


def free(authorised: int, taken: int) -> int:
    """Return what is left without tolerance, never negative."""
    return max(0, authorised - taken)


def ceiling(authorised: int, tolerance: int) -> int:
    """Return ``authorised`` and ``tolerance`` per cent of it, rounded down."""
    return authorised + authorised * tolerance // 100


def before_tolerance(quantity: int, tolerance: int) -> int | None:
    """Return what has ``quantity`` as its ``ceiling``, or None: at most one whole number has."""
    found = -(-quantity * 100 // (100 + tolerance))
    return found if ceiling(found, tolerance) == quantity else None


def most(authorised: int, taken: int, tolerance: int, *, on_remaining: bool) -> int:
    """Return the most that may still be taken, never negative.

    Args:
        on_remaining: the tolerance is one of what remains, for the last lot; else of what was authorised.
    """
    if on_remaining:
        left = free(authorised, taken)
        return ceiling(left, tolerance)
    return max(0, ceiling(authorised, tolerance) - taken)
