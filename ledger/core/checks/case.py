"""Case: one question together with the facts, and what every check asks of the two.

The one rule: the members of a document's subject are texts of strangers, even where the signature is right; nothing
about their types is taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
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
from ledger.core.uses import UseRecord
from ledger.core.verdict import Finding, Word

ASK_ISSUER = "Ask the issuing body for confirmation."
ASK_AGAIN = "Ask again when the ledger answers."

LICENCE, AEO = 2, 3
_WESTMOST, _EASTMOST = timedelta(hours=12), timedelta(hours=14)
_THINGS: Final = {1: "certificate", LICENCE: "licence", AEO: "entry"}


@dataclass(frozen=True)
class Case:
    """A question, the facts, and ``reference`` with the agreements' profiles and the units.

    What every check asks for is worked out once; therefore it has no slots.
    """

    question: Question
    facts: Facts
    reference: Reference

    @property
    def accepted_at(self) -> int | None:
        """When the declaration was accepted, in seconds; only for an AEO entry, whose benefits depend on it."""
        declaration = self.question.declaration
        if declaration is None or self.question.kind != AEO:
            return None
        accepted = declaration.accepted_at
        return None if accepted is None else int(accepted.timestamp())

    @cached_property
    def time(self) -> int:
        """The second to judge; for a question about now, no earlier than the block that answered it.

        Of an AEO entry it is the acceptance of the declaration, where that is given.
        """
        if self.accepted_at is not None:
            return self.accepted_at
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
        """The asker's own offset from UTC, by which moments are told too: of the time asked about, or of the acceptance."""
        own = self.question.as_of.utcoffset()
        declaration = self.question.declaration
        accepted = None if declaration is None else declaration.accepted_at
        return own or (None if accepted is None else accepted.utcoffset()) or timedelta()

    def when(self, seconds: int) -> str:
        """Return a chain time for a message, in UTC and by the asker's own offset."""
        return moment_words(seconds, self.offset)

    def clock(self, seconds: int) -> str:
        """Return a chain time for a message, without its day where that is the day to judge."""
        try:
            near = datetime.fromtimestamp(self.time, UTC)
        except (ValueError, OverflowError, OSError):
            return self.when(seconds)
        return moment_words(seconds, self.offset, near)

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

    @cached_property
    def subject(self) -> Mapping[str, Any]:
        """The members of the document's certificate; none for a look-up by number."""
        return {} if self.document is None else self.document.subject

    @cached_property
    def profile(self) -> Profile | None:
        """The profile of the document's agreement, in force on its day of issue."""
        if not self.subject or self.question.kind == AEO:
            return None
        return profile_of(self.subject, self.reference)

    @cached_property
    def spared(self) -> frozenset[str]:
        """Codes of reasons that the agreement rules out as grounds for refusal."""
        codes = None if self.profile is None else self.profile.values.get("neverRejects")
        return frozenset(codes or ())

    @cached_property
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

    @cached_property
    def root(self) -> RecordState | None:
        """The record that use lies with: the original of a certified true copy, else the record itself."""
        record = self.record
        if self.facts.root is not None or record is None:
            return self.facts.root
        return record if record.root_tag == record.tag else None

    @property
    def office(self) -> str | None:
        """The office where it is to be used, where that is known."""
        declaration = self.question.declaration
        return self.question.office or (None if declaration is None else declaration.office)

    @cached_property
    def economy(self) -> str | None:
        """The economy whose use counts: that of the customs that asks, else the one it is declared in or meant for.

        The issuer's own economy does not import what it issued, so its gateway is answered for the destination.
        """
        asking, declaration = self.question.economy, self.question.declaration
        own = None if self.facts.member is None else self.facts.member.economy
        if asking is not None and asking != own:
            return asking
        if declaration is not None:
            return declaration.country
        destination = self.subject.get("destinationCountry")
        return destination if isinstance(destination, str) else None

    @cached_property
    def uses(self) -> tuple[UseRecord, ...]:
        """Uses up to the time to judge that were not given back, oldest first."""
        return tuple(use for use in self._standing() if use.used_at <= self.time or self.owns(use))

    @cached_property
    def later_uses(self) -> tuple[UseRecord, ...]:
        """Uses by others after the time to judge, oldest first."""
        return tuple(use for use in self._standing() if use.used_at > self.time and not self.owns(use))

    def _standing(self) -> list[UseRecord]:
        usage = self.facts.usage
        return [] if usage is None else sorted(usage.standing, key=lambda use: use.used_at)

    def owns(self, use: UseRecord) -> bool:
        """Return whether a use is one of the declaration that is asked about."""
        return self.question.commitment is not None and use.place.declaration == self.question.commitment

    def economy_of(self, use: UseRecord) -> str:
        """Return the economy of the customs that wrote a use, or its code where that is not known."""
        return self.facts.economies.get(use.customs, use.customs)

    def counts_for(self, use: UseRecord, economy: str) -> bool:
        """Return whether a use counts for ``economy``; one of customs whose economy is not known counts for all."""
        return self.facts.economies.get(use.customs, economy) == economy

    def declared_item(self, item: int) -> int | None:
        """Return the declared item with this sequence, or None when there is none."""
        declaration = self.question.declaration
        items = () if declaration is None else declaration.items
        return next((one.sequence for one in items if one.sequence == item), None)

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


def days_at(seconds: int) -> tuple[date, date]:
    """Return the first and the last day that a calendar somewhere shows at a chain time.

    Days in documents are those of their own country; so a moment is before one, or after it, only where it is so everywhere.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return (moment - _WESTMOST).date(), (moment + _EASTMOST).date()
