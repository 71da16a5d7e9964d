"""Contradiction: how a fold of the journal stops at an entry that was impossible."""

from __future__ import annotations

from typing import NoReturn

from ledger.core.entries import Entry


class JournalContradiction(ValueError):
    """The entry at ``index`` was impossible in the state before it; ``what`` says why."""

    def __init__(self, index: int, what: str) -> None:
        self.index, self.what = index, what
        super().__init__(f"entry {index}: {what}")


def contradict(entry: Entry, what: str) -> NoReturn:
    """Stop at ``entry``.

    Raises:
        JournalContradiction: always.
    """
    raise JournalContradiction(entry.index, what)
