"""Accounts: a record with everything about its use, read up to the chain's newest entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.core import numbers
from ledger.core.numbers import declaration_commitment
from ledger.core.problems import Problem
from ledger.errors import Rejected

if TYPE_CHECKING:
    from ledger.core.balances import LineState
    from ledger.core.records import RecordState
    from ledger.core.uses import Usage
    from ledger.service.parts import Parts


@dataclass(frozen=True, slots=True)
class Account:
    """A record, and the record that keeps its use: of a certified true copy the original, else itself.

    Args:
        customs: code of the member that this gateway acts for.
        block_number, journal_size: up to where the chain was read.
    """

    customs: str
    kind: int
    record: RecordState
    root_record: RecordState
    usage: Usage | None
    block_number: int
    journal_size: int

    @property
    def lines(self) -> tuple[LineState, ...]:
        """Return the lines in their order; none without terms."""
        found = {} if self.usage is None else self.usage.lines
        return tuple(found[number] for number in sorted(found))


class Accounts:
    """Finds records' accounts by number.

    Args:
        key: the secret of this gateway's member for declarations; asked for when it is needed.
    """

    def __init__(self, parts: Parts, key: Callable[[], bytes]) -> None:
        self._parts = parts
        self._key = key
        self.own = parts.settings.member.code

    def of(self, kind: int, issuer: str, number: str, *, converges: bool = True) -> Account:
        """Return the account of a record.

        Args:
            converges: whether the chain is read first; False where that was just done.

        Raises:
            Rejected: an unusable number, no tag key of the issuer here, or no record. Unavailable: the chain or the cache.
        """
        tag = self._parts.tag_keys.tag(issuer, kind, number)
        if converges:
            self._parts.converge()
        registry = self._parts.manifest.registry(kind)
        knowledge = self._parts.knowledge
        step, story = knowledge.head_and_story(issuer, registry, tag)
        size = 0 if step is None else step.size
        root = knowledge.root(story, registry, size)
        if step is None or story.record is None or root.record is None:
            wanted = f"R07: a number that {issuer} has anchored; this one is not on the ledger"
            raise Rejected([Problem("number", number[:40], wanted, code="RECORD_UNKNOWN")])
        return Account(self.own, kind, story.record, root.record, root.usage, step.block_number, step.size)

    def commitment(self, office: str, declaration: str) -> bytes:
        """Return what stands on the ledger for a declaration of an office.

        Raises:
            Rejected: an unusable number, or the declaration key cannot be read.
        """
        try:
            normalised = numbers.normalise(declaration)
        except numbers.UnusableNumber as error:
            raise Rejected([error.problem]) from error
        return declaration_commitment(self._key(), office, normalised)
