"""Case: one question together with the facts, and what every check asks of the two.

The one rule: the members of a document's subject are texts of strangers, even where the signature is right; nothing
about their types is taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from ledger.core.checks.wording import day_words, moment_words
from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import profile_of
from ledger.core.envelope import Opened
from ledger.core.facts import LONGEST_LAG, Facts, Question
from ledger.core.members import KeyState
from ledger.core.numbers import UnusableNumber, normalise
from ledger.core.profiles import Profile
from ledger.core.reasons import Reason
from ledger.core.records import RecordState
from ledger.core.verdict import Finding, Word

ASK_ISSUER = "Ask the issuing body for confirmation."
ASK_AGAIN = "Ask again when the ledger answers."

LICENCE, AEO = 2, 3
_THINGS: Final = {1: "certificate", LICENCE: "licence", AEO: "entry"}


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the facts, and ``reference`` with the agreements' profiles and the units."""

    question: Question
    facts: Facts
    reference: Reference

    @property
    def time(self) -> int:
        """The second to judge; for a question about now, no earlier than the block that answered it."""
        as_of, seen = self.question.as_of, self.facts.seen
        asked = int(as_of.timestamp())
        if seen is None or as_of < self.facts.observed_at:
            return asked
        return max(asked, int(seen.block_time.timestamp()))

    @property
    def day(self) -> date:
        """The day of the moment to judge, by its own offset."""
        return self.question.as_of.date()

    @property
    def offset(self) -> timedelta:
        """The asker's own offset from UTC, by which moments are told too."""
        return self.question.as_of.utcoffset() or timedelta()

    def when(self, seconds: int) -> str:
        """Return a chain time for a message, in UTC and by the asker's own offset."""
        return moment_words(seconds, self.offset)

    def clock(self, seconds: int) -> str:
        """Return a chain time for a message, without its day where that is the day to judge."""
        return moment_words(seconds, self.offset, self.question.as_of)

    def day_of(self, seconds: int) -> str:
        """Return the day of a chain time by the asker's own offset."""
        return day_words(seconds, self.offset)

    @property
    def thing(self) -> str:
        """What people call a document of the kind that is asked about."""
        return _THINGS.get(self.question.kind, "document")

    @property
    def document(self) -> Opened | None:
        """The document, where there is one that could be read."""
        return self.question.document

    @property
    def issuer(self) -> str:
        """The issuer's member code: the document's own, or the one asked for."""
        return (self.question.issuer or "") if self.document is None else self.document.issuer

    @property
    def foreign_owners(self) -> frozenset[str]:
        """Members that registered the document's key, when its own issuer did not."""
        return frozenset() if self.issuer in self.facts.key_owners else self.facts.key_owners

    @property
    def record(self) -> RecordState | None:
        """The record, where there is one."""
        return self.facts.record

    @property
    def subject(self) -> Mapping[str, Any]:
        """The members of the document's certificate; none for a look-up by number."""
        return {} if self.document is None else self.document.subject

    @property
    def profile(self) -> Profile | None:
        """The profile of the document's agreement, in force on its day of issue."""
        return profile_of(self.subject, self.reference) if self.subject else None

    @property
    def key(self) -> KeyState | None:
        """The issuer's own key that the document names, or else the record."""
        name = self.document.header.kid if self.document else self.record.key if self.record else None
        return None if name is None or self.facts.member is None else self.facts.member.keys.get(name)

    @property
    def asked_chain(self) -> bool:
        """Whether the chain was asked now, or no longer ago than the operator allows."""
        return self.facts.chain is not None or self.facts.recent

    @property
    def behind(self) -> bool:
        """Whether the journal was read to another size than the chain's."""
        chain, cache = self.facts.chain, self.facts.cache
        return chain is not None and chain.journal_size != (0 if cache is None else cache.journal_size)

    def disagreement(self) -> Finding | None:
        """Return how the chain's answer and what was read of the journal disagree, or None."""
        chain, cache = self.facts.chain, self.facts.cache
        if chain is None:
            return None
        if self.behind:
            lag = None if cache is None else abs(chain.block_time - cache.block_time)
            short = (
                lag is not None and lag <= LONGEST_LAG and self.record is not None and self.facts.slot_agrees
            )
            word = Word.ACCEPT if short else Word.CANNOT_VERIFY_NOW
            return Finding.of(Reason.JOURNAL_BEHIND, word, next_step="" if short else ASK_AGAIN)
        if not self.facts.slot_agrees or (cache is not None and chain.root != cache.root):
            return Finding.of(Reason.NODE_CONTRADICTS_JOURNAL, Word.CANNOT_VERIFY_NOW, next_step=ASK_AGAIN)
        return None

    def unreachable(self) -> Finding:
        """Return the finding that the chain did not answer."""
        age = self.facts.age
        known = "" if age is None else f" What is known is {int(age.total_seconds())} seconds old."
        message = f"The chain cannot be asked now; this says nothing about the certificate.{known}"
        return Finding.of(Reason.CHAIN_UNREACHABLE, Word.CANNOT_VERIFY_NOW, message, next_step=ASK_AGAIN)

    @property
    def uses(self) -> tuple[Any, ...]:
        """Uses of the record that stand, oldest first."""
        return ()

    def items(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield sequence and members of the document's well-formed items."""
        items = self.subject.get("items")
        for item in items if isinstance(items, list | tuple) else ():
            if isinstance(item, Mapping) and type(sequence := item.get("sequence")) is int:
                yield sequence, item


def normal(number: str) -> str:
    """Return the normalised number, or the text itself where it cannot be a number."""
    try:
        return normalise(number)
    except UnusableNumber:
        return number
