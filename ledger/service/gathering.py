"""Gathering: the facts of one question, from what the chain showed and what the cached journal tells up to there.

Rule: nothing is decided here. What is not known is left out of the facts, and the core says what that means.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ledger.core import numbers
from ledger.core.acts import RecordAnchored
from ledger.core.envelope import open_envelope
from ledger.core.facts import Candidate, Facts, Parent, Question, Sight
from ledger.core.forms import MalformedEnvelope
from ledger.service.questions import issuer_of, number_of
from ledger.service.reading import moment
from ledger.service.sighting import Seen, Sighting, Subject
from ledger.service.stories import read

if TYPE_CHECKING:
    from ledger.chain.manifest import Manifest
    from ledger.core.envelope import Opened
    from ledger.core.state import Consortium, RecordState
    from ledger.keys.tags import TagKeys
    from ledger.service.knowledge import Knowledge
    from ledger.service.stories import Story
    from ledger.store import Store
    from ledger.store.journal import Step

_MOST_PARENTS = 32
"""References of one document that are looked up; a document is a stranger's until it was judged."""
_KIND_AEO = 3


@dataclass(frozen=True, slots=True)
class Gathering:
    """Gathers facts; everything it works with is the gateway's own."""

    store: Store
    manifest: Manifest
    knowledge: Knowledge
    tag_keys: TagKeys
    sighting: Sighting

    def subject(self, question: Question) -> Subject:
        """Return what the question is about; without a tag where that cannot be known here."""
        issuer = issuer_of(question)
        return Subject(
            self.manifest.registry(question.kind),
            issuer,
            self._tag(issuer, question.kind, number_of(question)),
        )

    def facts(self, question: Question, seen: Mapping[Subject, Seen] | None, now: datetime) -> Facts:
        """Gather what is known, at the block of the chain's answer where there is one.

        ``seen`` is None where the cache may answer in place of the chain.
        """
        subject = self.subject(question)
        step, story = self._story(subject)
        sight = None if seen is None else seen.get(subject)
        if sight is not None and (step is None or step.size != sight.look.head.size):
            # The journal grew between the two readings.
            sight = self.sighting.see([subject]).get(subject)
            step, story = self._story(subject)
        if (
            sight is not None
            and step is not None
            and step.size == sight.look.head.size
            and step.root != sight.look.head.root
        ):
            sight = None  # not the journal that was read before
        look = None if sight is None else sight.look
        facts = Facts(
            chain_id=self.manifest.chain_id,
            registry=subject.registry,
            observed_at=now,
            chain=None
            if look is None
            else Sight(look.block_number, moment(look.time), look.head.size, look.head.root),
            cache=_sight(step),
            record=story.record,
            slot=None if sight is None else sight.slot,
            tag=subject.tag,
            recent=step is not None and seen is None,
        )
        return facts if step is None else self._with_journal(facts, step, story, question, subject)

    def _story(self, subject: Subject) -> tuple[Step | None, Story]:
        return self.knowledge.head_and_story(subject.issuer, subject.registry, subject.tag)

    def _with_journal(
        self, facts: Facts, step: Step, story: Story, question: Question, subject: Subject
    ) -> Facts:
        """Add what the cached journal says of the issuer and of everything around the record."""
        consortium = self.knowledge.consortium(step)
        slot = facts.slot
        if subject.tag is None and question.document is not None:
            found = self.knowledge.anchored(
                subject.issuer, subject.registry, question.document.document_id, step.size
            )
            if found is not None:
                story = found
                if facts.chain is not None and found.record is not None:
                    slot = self.sighting.slot(subject.registry, subject.issuer, found.record.tag)
        elif facts.chain is not None and story.record is not None and story.record.tag != subject.tag:
            # An alias of an AEO entry: the node keeps the record under its own tag.
            slot = self.sighting.slot(subject.registry, subject.issuer, story.record.tag)
        root = self.knowledge.root(story, subject.registry, step.size)
        facts = replace(
            facts,
            member=consortium.members.get(subject.issuer),
            record=story.record,
            slot=slot,
            key_owners=_owners(consortium, question.document),
            second_keys=self._second_keys(question, story.record),
            candidates=() if story.record is not None else self._candidates(question, subject, step.size),
            usage=root.usage,
            root=root.record,
            parents=self._parents(question, consortium, story, subject, step),
            economies={code: member.economy for code, member in consortium.members.items()},
        )
        if question.document is not None and story.record is not None:
            facts = replace(facts, original=self._original(question.document, story.record))
        if question.kind == _KIND_AEO:
            facts = replace(
                facts,
                types=story.types,
                agreements=self.knowledge.agreements(step),
                partner=consortium.members.get(question.partner or ""),
            )
        return facts

    def _tag(self, issuer: str, kind: int, number: str) -> bytes | None:
        """Return the number's tag, or None without the issuer's tag key or a usable number."""
        key = self.tag_keys.find(issuer)
        if key is None:
            return None
        try:
            return numbers.tag(key.secret, kind, numbers.normalise(number))
        except numbers.UnusableNumber:
            return None

    def _candidates(self, question: Question, subject: Subject, size: int) -> tuple[Candidate, ...]:
        """Return look-alikes of the number that stand on the ledger, each with the second keys that are known of it."""
        if question.second_key is None or not number_of(question):
            return ()
        try:
            second = numbers.normalise(question.second_key)
            asked = numbers.normalise(number_of(question))
        except numbers.UnusableNumber:
            return ()
        documents = self.store.documents
        known = documents.numbers_with_second_key(question.kind, subject.issuer, second)
        folded = numbers.fold_look_alikes(asked)
        held = {
            normalised: Candidate(number, frozenset({second, question.second_key}))
            for number in known
            if (normalised := numbers.normalise(number)) != asked
            and numbers.fold_look_alikes(normalised) == folded
        }
        return (*held.values(), *self._unheld(question, subject, asked, held, size))

    def _unheld(
        self, question: Question, subject: Subject, asked: str, held: Container[str], size: int
    ) -> Iterator[Candidate]:
        """Yield look-alikes whose records are on the ledger although the documents are not here, as at customs.

        All that is known of those is when they were anchored, which stands in for the day of issue.
        """
        key = self.tag_keys.find(subject.issuer)
        if key is None:
            return
        tags = {
            numbers.tag(key.secret, question.kind, one): one
            for one in numbers.look_alikes(asked)
            if one not in held
        }
        found = self.store.journal.head_and_entries_about_any(list(tags))[1] if tags else {}
        for (owner, tag), cached in found.items():
            for entry in map(read, cached) if owner == subject.issuer else ():
                anchors = isinstance(entry.act, RecordAnchored) and entry.contract == subject.registry
                if anchors and entry.index < size:
                    yield Candidate(tags[tag], _days_of(entry.time))

    def _second_keys(self, question: Question, record: RecordState | None) -> frozenset[str] | None:
        if question.second_key is None or record is None:
            return None
        return self.store.documents.second_keys_of(record.document_id)

    def _original(self, presented: Opened, record: RecordState) -> Opened | None:
        """Return the anchored document where another one is presented and this gateway holds it."""
        if presented.document_id == record.document_id:
            return None
        held = self.store.documents.sealed(record.document_id)
        try:
            original = None if held is None else open_envelope(held)
        except MalformedEnvelope:
            return None
        return original if original is not None and original.document_id == record.document_id else None

    def _parents(
        self, question: Question, consortium: Consortium, story: Story, subject: Subject, step: Step
    ) -> tuple[Parent, ...]:
        """Return what the document's references, and the record's own link, lead to."""
        found: dict[tuple[str, bytes], Parent] = {}
        for issuer, number in references_of(question.document):
            tag = self._tag(issuer, question.kind, number)
            if tag is not None:
                found[issuer, tag] = self._parent(consortium, subject, issuer, number, tag, step)
        link = None if story.record is None else story.record.link
        if link is not None and (link.parent_member, link.parent_tag) not in found:
            place = (link.parent_member, link.parent_tag)
            found[place] = self._parent(consortium, subject, link.parent_member, "", link.parent_tag, step)
        return tuple(found.values())

    def _parent(
        self, consortium: Consortium, subject: Subject, issuer: str, number: str, tag: bytes, step: Step
    ) -> Parent:
        story = self.knowledge.story(issuer, subject.registry, tag, step.size)
        return Parent(
            issuer, number, story.record, usage=story.usage, member=consortium.members.get(issuer), tag=tag
        )


def references_of(document: Opened | None) -> list[tuple[str, str]]:
    """Return issuer and number of the certificates that a document refers to, those that can be looked up."""
    references = None if document is None else document.subject.get("references")
    if not isinstance(references, list):
        return []
    return [
        (str(one.get("issuerId", "")), str(one.get("number", "")))
        for one in references[:_MOST_PARENTS]
        if isinstance(one, dict)
    ]


def _days_of(seconds: int) -> frozenset[str]:
    """Return the days that it is anywhere on Earth at a moment: the issuing body's own is among them."""
    time = datetime.fromtimestamp(seconds, UTC)
    return frozenset(f"{time + timedelta(hours=shift):%Y-%m-%d}" for shift in (-12, 0, 14))


def _sight(step: Step | None) -> Sight | None:
    if step is None:
        return None
    return Sight(step.block_number, moment(step.block_time).astimezone(UTC), step.size, step.root)


def _owners(consortium: Consortium, document: Opened | None) -> frozenset[str]:
    if document is None:
        return frozenset()
    key = document.header.kid
    return frozenset(code for code, member in consortium.members.items() if key in member.keys)
