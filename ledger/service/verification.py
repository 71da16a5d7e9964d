"""Verification: gather the facts of one question, at one block, and have the core judge them.

Rule: nothing is decided here. What could not be fetched is left out of the facts, never guessed, and the core says what
that means. The chain is asked once per question; the cache answers alone only while it is younger than the setting allows.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ledger.core import numbers
from ledger.core.documents.declaration import Declaration, validate_declaration
from ledger.core.envelope import Opened, open_envelope
from ledger.core.facts import Candidate, Facts, Parent, Question, Sight
from ledger.core.forms import MalformedEnvelope
from ledger.core.problems import Problem, Severity
from ledger.core.state import Consortium, RecordState
from ledger.core.strictjson import Limits
from ledger.core.verify import verify
from ledger.errors import Rejected, Unavailable
from ledger.service.answers import Asker, VerifyRequest
from ledger.service.reading import moment
from ledger.store.access import LookUp

if TYPE_CHECKING:
    from ledger.chain.port import Look, RecordSlot
    from ledger.core.codes import Reference
    from ledger.core.verdict import Verdict
    from ledger.keys.tags import TagKeys
    from ledger.service.knowledge import Knowledge
    from ledger.store import Store
    from ledger.store.journal import Step

_KIND_ORIGIN = 1
_TRIES = 3
_PURPOSE = 200
_MOST_TAGS = 100
"""Records that one question to the chain is about."""
_MEMBER = re.compile(r"[!-~]{1,32}")
_MOST_PARENTS = 32
"""References of one document that are looked up; a document is a stranger's until it was judged."""


_Seen = dict[tuple[str, bytes | None], tuple["Look", "RecordSlot | None"]]
"""What the chain showed of an issuer and a tag; of an issuer alone, its journal."""


class Verification:
    """Answers questions about documents and numbers.

    Args:
        look: that of the chain port.
        registry: address of the registry that keeps records of origin, 20 bytes.
        converge: reads the chain into the store.
        observed: when this process last read the chain to its end; None when it has not.
        freshness: how old the cache may be to answer without the chain.
    """

    def __init__(
        self,
        *,
        look: Callable[[bytes, str, Sequence[bytes]], Look],
        store: Store,
        knowledge: Knowledge,
        tag_keys: TagKeys,
        reference: Reference,
        registry: bytes,
        chain_id: int,
        converge: Callable[[], object],
        observed: Callable[[], datetime | None],
        clock: Callable[[], datetime],
        freshness: timedelta,
        limits: Limits,
    ) -> None:
        self._ask_chain = look
        self._store = store
        self._knowledge = knowledge
        self._tag_keys = tag_keys
        self._reference = reference
        self._registry = registry
        self._chain_id = chain_id
        self._converge = converge
        self._observed = observed
        self._clock = clock
        self._freshness = freshness
        self._limits = limits

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
        seen = None if recent else self._look([(_issuer(one), self._tag(one)) for one in good])
        return [
            question if isinstance(question, Rejected) else self._judge(question, asker, seen, now)
            for question, (_, asker) in zip(questions, asked, strict=True)
        ]

    def _question_or_why_not(self, request: VerifyRequest, now: datetime) -> Question | Rejected:
        try:
            return self._question(request, now)
        except Rejected as rejected:
            return rejected

    def _judge(self, question: Question, asker: Asker, seen: _Seen | None, now: datetime) -> Verdict:
        verdict = verify(question, self._facts(question, seen, now), self._reference)
        self._store.lookups.add(
            LookUp(
                time=int(now.timestamp()),
                asker=asker.name,
                role=asker.role.value,
                purpose=asker.purpose[:_PURPOSE],
                issuer=_issuer(question)[:64],
                number=_number(question)[:100],
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

    # --- the question ----------------------------------------------------------------------------------------

    def _question(self, request: VerifyRequest, now: datetime) -> Question:
        problems: list[Problem] = []
        if request.document is None and not (request.issuer and request.number):
            missing = " and ".join(name for name in ("issuer", "number") if not getattr(request, name))
            problems.append(
                Problem(missing, "", "issuer and number, or a sealed document", code="QUESTION_INCOMPLETE")
            )
        if request.issuer and not _MEMBER.fullmatch(request.issuer):
            wanted = "a member code such as VN-VCCI: 1 to 32 printable ASCII characters without spaces"
            shown = request.issuer[:40].encode("ascii", "backslashreplace").decode()
            problems.append(Problem("issuer", shown, wanted, code="ISSUER_INVALID"))
        if request.as_of is not None and request.as_of.tzinfo is None:
            problems.append(
                Problem("as_of", str(request.as_of), "a time with its offset", code="TIME_INVALID")
            )
        if request.kind != _KIND_ORIGIN:
            problems.append(
                Problem("kind", str(request.kind), "1, certificates of origin", code="KIND_UNKNOWN")
            )
        if request.number is not None:
            try:
                numbers.normalise(request.number)
            except numbers.UnusableNumber as error:
                problems.append(replace(error.problem, path="number"))
        declaration = self._declaration(request.declaration, problems)
        if problems:
            raise Rejected(problems)
        document, unreadable = None, ""
        if request.document is not None:
            try:
                document = open_envelope(request.document.strip(), self._limits)
            except MalformedEnvelope as error:
                unreadable = f"{error.code}: {error}"
        return Question(
            as_of=request.as_of or now,
            trace_id=str(uuid.uuid4()),
            kind=request.kind,
            issuer=request.issuer,
            number=request.number,
            second_key=request.second_key,
            document=document,
            declaration=declaration,
            unreadable=unreadable,
        )

    def _declaration(self, data: bytes | None, problems: list[Problem]) -> Declaration | None:
        if data is None:
            return None
        declaration, found = validate_declaration(data, self._reference)
        problems += [
            replace(one, path=f"declaration.{one.path}" if one.path else "declaration")
            for one in found
            if one.severity is Severity.ERROR
        ]
        return declaration

    # --- the facts -------------------------------------------------------------------------------------------

    def _facts(self, question: Question, seen: _Seen | None, now: datetime) -> Facts:
        """Gather what is known, at the block of the chain's answer where there is one.

        ``seen`` is None where the cache may answer in place of the chain.
        """
        subject = issuer, tag = _issuer(question), self._tag(question)
        step, record = self._cached(issuer, tag)
        look, slot = (None, None) if seen is None else seen.get(subject, (None, None))
        if look is not None and (step is None or step.size != look.head.size):
            # The journal grew between the two readings.
            look, slot = self._look([subject]).get(subject, (None, None))
            step, record = self._cached(issuer, tag)
        if (
            look is not None
            and step is not None
            and step.size == look.head.size
            and step.root != look.head.root
        ):
            look, slot = None, None  # not the journal that was read before
        facts = Facts(
            chain_id=self._chain_id,
            registry=self._registry,
            observed_at=now,
            chain=None
            if look is None
            else Sight(look.block_number, moment(look.time), look.head.size, look.head.root),
            cache=_sight(step),
            record=record,
            slot=slot,
            tag=tag,
            recent=step is not None and seen is None,
        )
        return facts if step is None else self._with_journal(facts, step, question, issuer)

    def _look(self, subjects: Sequence[tuple[str, bytes | None]]) -> _Seen:
        """Ask the chain about records, once for each issuer, and read what is new there.

        What is not in the answer could not be seen: once the chain fails to answer, it is not asked for the rest.
        """
        wanted: dict[str, list[bytes]] = {}
        for issuer, tag in subjects:
            tags = wanted.setdefault(issuer, [])
            if tag is not None and tag not in tags:
                tags.append(tag)
        seen: _Seen = {}
        with contextlib.suppress(Unavailable):
            for issuer, tags in wanted.items():
                for some in [
                    tags[first : first + _MOST_TAGS] for first in range(0, len(tags), _MOST_TAGS)
                ] or [[]]:
                    look = self._look_in_step(issuer, some)
                    seen[issuer, None] = (look, None)
                    seen.update(
                        ((issuer, tag), (look, slot)) for tag, slot in zip(some, look.records, strict=True)
                    )
        return seen

    def _look_in_step(self, issuer: str, tags: Sequence[bytes]) -> Look:
        """Ask the chain, and again while the journal grows faster than it is read."""
        for _ in range(_TRIES):
            look = self._ask_chain(self._registry, issuer, tags)
            if self._cached_size() == look.head.size:
                break
            self._converge()
            if self._cached_size() == look.head.size:
                break
        return look

    def _cached_size(self) -> int | None:
        step = self._store.journal.head()
        return None if step is None else step.size

    def _cached(self, issuer: str, tag: bytes | None) -> tuple[Step | None, RecordState | None]:
        if tag is None:
            return self._store.journal.head(), None
        return self._knowledge.head_and_record(issuer, self._registry, tag)

    def _with_journal(self, facts: Facts, step: Step, question: Question, issuer: str) -> Facts:
        """Add what the cached journal says of the issuer and of everything around the record."""
        consortium = self._knowledge.consortium(step)
        record, slot = facts.record, facts.slot
        if facts.tag is None and question.document is not None:
            record = self._knowledge.anchored(issuer, self._registry, question.document.document_id)
            if record is not None and facts.chain is not None:
                slot = self._slot(issuer, record.tag)
        return replace(
            facts,
            member=consortium.members.get(issuer),
            record=record,
            slot=slot,
            key_owners=_owners(consortium, question.document),
            second_keys=self._second_keys(question, record),
            candidates=() if record is not None else self._candidates(question, issuer),
            parents=self._parents(question.document),
        )

    def _slot(self, issuer: str, tag: bytes) -> RecordSlot | None:
        try:
            return self._ask_chain(self._registry, issuer, [tag]).records[0]
        except Unavailable:
            return None

    def _tag(self, question: Question) -> bytes | None:
        """Return the tag of the number in question, or None without the issuer's tag key or a usable number."""
        key = self._tag_keys.find(_issuer(question))
        if key is None:
            return None
        try:
            return numbers.tag(key.secret, question.kind, numbers.normalise(_number(question)))
        except numbers.UnusableNumber:
            return None

    def _candidates(self, question: Question, issuer: str) -> tuple[Candidate, ...]:
        """Return look-alikes of the number that this gateway knows and whose second key is the one given."""
        if question.second_key is None or not _number(question):
            return ()
        try:
            second = numbers.normalise(question.second_key)
            asked = numbers.normalise(_number(question))
        except numbers.UnusableNumber:
            return ()
        known = self._store.documents.numbers_with_second_key(question.kind, issuer, second)
        folded = numbers.fold_look_alikes(asked)
        return tuple(
            Candidate(number, frozenset({second, question.second_key}))
            for number in known
            if (normalised := numbers.normalise(number)) != asked
            and numbers.fold_look_alikes(normalised) == folded
        )

    def _second_keys(self, question: Question, record: RecordState | None) -> frozenset[str] | None:
        if question.second_key is None or record is None:
            return None
        return self._store.documents.second_keys_of(record.document_id)

    def _parents(self, document: Opened | None) -> tuple[Parent, ...]:
        found = []
        references = None if document is None else document.subject.get("references")
        for reference in references[:_MOST_PARENTS] if isinstance(references, list) else ():
            if not isinstance(reference, dict):
                continue
            issuer, number = str(reference.get("issuerId", "")), str(reference.get("number", ""))
            key = self._tag_keys.find(issuer)
            if key is None:
                continue
            try:
                tag = numbers.tag(key.secret, _KIND_ORIGIN, numbers.normalise(number))
            except numbers.UnusableNumber:
                continue
            found.append(Parent(issuer, number, self._knowledge.record(issuer, self._registry, tag)))
        return tuple(found)


def _issuer(question: Question) -> str:
    return (question.issuer or "") if question.document is None else question.document.issuer


def _number(question: Question) -> str:
    if question.document is None:
        return question.number or ""
    return str(question.document.subject["certificateNumber"])


def _sight(step: Step | None) -> Sight | None:
    if step is None:
        return None
    return Sight(step.block_number, moment(step.block_time).astimezone(UTC), step.size, step.root)


def _owners(consortium: Consortium, document: Opened | None) -> frozenset[str]:
    if document is None:
        return frozenset()
    key = document.header.kid
    return frozenset(code for code, member in consortium.members.items() if key in member.keys)
