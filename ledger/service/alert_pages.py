"""Alert pages: alerts from a place in the journal on, so that whoever asks again and again misses none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.service.use_answers import Alert


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts in the journal's order; ``next`` is the journal index from which to ask the next time."""

    first: int
    alerts: tuple[Alert, ...]
    next: int


def read_alerts(ask: Callable[[int, int], Sequence[Alert]], first: int, limit: int) -> AlertPage:
    """Return the alerts from journal index ``first`` on: about ``limit`` of them, never only some of one entry.

    One entry can cause many alerts (a reported key), so a page that would end among them ends before them, or holds them
    all when they are its first.

    Args:
        ask: gives at most so many alerts (second argument) from a journal index (first) on, in the journal's order.
    """
    alerts = tuple(ask(first, limit))
    if len(alerts) < limit:
        return AlertPage(first, alerts, alerts[-1].journal_index + 1 if alerts else first)
    last = alerts[-1].journal_index
    whole = tuple(one for one in alerts if one.journal_index < last)
    if whole:
        return AlertPage(first, whole, last)
    return read_alerts(ask, first, 2 * limit)
