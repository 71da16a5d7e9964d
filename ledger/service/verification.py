"""Verification: gather the facts of one question, at one block, and have the core judge them.

Rule: nothing is decided here. What could not be fetched is left out of the facts, never guessed, and the core says what
that means. The chain is asked once per question; the cache answers alone only while it is younger than the setting allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ledger.core import numbers
from ledger.core.facts import Question
from ledger.core.numbers import declaration_commitment
from ledger.core.state import Role
from ledger.core.verify import verify
from ledger.errors import Rejected
from ledger.service.questions import issuer_of, number_of, read_question
from ledger.store.access import LookUp

if TYPE_CHECKING:
    from ledger.core.codes import Reference
    from ledger.core.strictjson import Limits
    from ledger.core.verdict import Verdict
    from ledger.service.answers import Asker, VerifyRequest
    from ledger.service.gathering import Gathering
    from ledger.service.sighting import Seen, Subject

_PURPOSE = 200


class Verification:
    """Answers questions about documents and numbers.

    Args:
        observed: when this process last read the chain to its end; None when it has not.
        freshness: how old the cache may be to answer without the chain.
        own: code of the member that this gateway acts for; empty for none.
        declaration_key: the secret of that member for its declarations' numbers.
    """

    def __init__(
        self,
        *,
        gathering: Gathering,
        reference: Reference,
        observed: Callable[[], datetime | None],
        clock: Callable[[], datetime],
        freshness: timedelta,
        limits: Limits,
        own: str,
        declaration_key: Callable[[], bytes],
    ) -> None:
        self._gathering = gathering
        self._reference = reference
        self._observed = observed
        self._clock = clock
        self._freshness = freshness
        self._limits = limits
        self._own = own
        self._declaration_key = declaration_key

    def verify(self, request: VerifyRequest, asker: Asker) -> Verdict:
        """Judge one question and log it; see ``Ledger.verify``."""
        (answer,) = self.verify_all([(request, asker)])
        if isinstance(answer, Rejected):
            raise answer
        return answer

    def verify_all(self, asked: Sequence[tuple[VerifyRequest, Asker]]) -> list[Verdict | Rejected]:
        """Judge several questions, with one question to the chain for each issuer; see ``Ledger.verify_all``."""
        now = self._clock()
        questions = [self._question_or_why_not(request, now) for request, _ in asked]
        good = [one for one in questions if isinstance(one, Question)]
        recent = self._recent(now)
        seen = None if recent else self._gathering.sighting.see(self._gathering.subject(one) for one in good)
        return [
            question if isinstance(question, Rejected) else self._judge(question, asker, seen, now)
            for question, (_, asker) in zip(questions, asked, strict=True)
        ]

    def _question_or_why_not(self, request: VerifyRequest, now: datetime) -> Question | Rejected:
        try:
            return read_question(request, now, self._reference, self._limits)
        except Rejected as rejected:
            return rejected

    def _with_asker(self, question: Question) -> Question:
        """Add who asks: this gateway's member, and what stands for its declaration on the ledger."""
        member = self._gathering.knowledge.consortium().members.get(self._own)
        if member is None or not member.roles & Role.CUSTOMS:
            return replace(question, partner=question.partner or self._own or None)
        return replace(
            question,
            economy=member.economy,
            commitment=self._commitment(question),
            partner=question.partner or self._own,
        )

    def _commitment(self, question: Question) -> bytes | None:
        """Return what stands for the declaration on the ledger, or None when it has no number or no office."""
        declaration = question.declaration
        if declaration is None or declaration.declaration_ref is None:
            return None
        office = question.office or declaration.office
        try:
            number = numbers.normalise(declaration.declaration_ref)
        except numbers.UnusableNumber:
            return None
        return None if office is None else declaration_commitment(self._declaration_key(), office, number)

    def _judge(
        self, question: Question, asker: Asker, seen: Mapping[Subject, Seen] | None, now: datetime
    ) -> Verdict:
        # Only now: a new gateway knows its own member from the journal that was read to see what is asked about.
        question = self._with_asker(question)
        verdict = verify(question, self._gathering.facts(question, seen, now), self._reference)
        self._gathering.store.lookups.add(
            LookUp(
                time=int(now.timestamp()),
                asker=asker.name,
                role=asker.role.value,
                purpose=asker.purpose[:_PURPOSE],
                issuer=issuer_of(question)[:64],
                number=number_of(question)[:100],
                verdict=verdict.word.value,
                trace=question.trace_id,
            )
        )
        return verdict

    def is_recent(self) -> bool:
        """Return whether the cache may answer in place of the chain now."""
        return self._recent(self._clock())

    def _recent(self, now: datetime) -> bool:
        observed = self._observed()
        return self._freshness > timedelta() and observed is not None and now - observed <= self._freshness
