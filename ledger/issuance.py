"""Issuance: certificates in, sealed and anchored documents out, one result for each.

The order is the point: check, seal, store documents and the intention to anchor them in one commit, send, read the
chain. A crash anywhere leaves stored documents that the next run carries on with, and a number is never anchored twice:
the same certificate again is recognised by its content, another one under its number is refused. Some thousands of
certificates are in memory at a time, however many there are.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from ledger.core import envelope, numbers
from ledger.core.documents.agreement_rules import NON_PREFERENTIAL
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT, Certificate, to_claims
from ledger.core.documents.validation import validate
from ledger.core.forms import ORIGIN, MalformedEnvelope
from ledger.core.problems import Problem, Severity
from ledger.core.sdjwt import Frame
from ledger.core.strictjson import Limits, canonical
from ledger.errors import Unavailable
from ledger.store.documents import DocumentState, PreparedDocument, StoredDocument

if TYPE_CHECKING:
    from ledger.batches import Batches
    from ledger.core.codes import Reference
    from ledger.keys.signer import Signer
    from ledger.outbox import Outbox
    from ledger.store import Store

KIND_ORIGIN = 1
NUMBER_ALREADY_ANCHORED = "NUMBER_ALREADY_ANCHORED"
_IN_HAND = 12  # chunks that may wait for the chain
_PAUSE = 0.01


class Outcome(StrEnum):
    """What became of one certificate; ``PENDING``: it is stored and will be anchored when the chain answers."""

    ANCHORED = "anchored"
    ALREADY_ANCHORED = "already_anchored"
    REFUSED = "refused"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Issued:
    """The result of one certificate.

    Args:
        source: where it came from, such as ``batch.jsonl:17``.
        reason: why it was refused or is pending, in one sentence; empty otherwise.
        problems: everything found wrong with it, warnings included.
    """

    source: str
    number: str
    outcome: Outcome
    document_id: bytes | None = None
    journal_index: int | None = None
    anchored_at: int | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuingBody:
    """Who issues: its code, its tag key, the signer of its documents, and the registry that keeps the records."""

    member: str
    tag_key: bytes = field(repr=False)
    signer: Signer
    registry: bytes
    chain_id: int


@dataclass(frozen=True, slots=True)
class _Draft:
    """A certificate that passed every check and is not sealed yet."""

    source: str
    certificate: Certificate
    problems: tuple[Problem, ...]
    normalised: str
    tag: bytes
    content: bytes

    @property
    def number(self) -> str:
        return self.certificate.certificate_number


@dataclass(slots=True)
class _Chunk:
    """Some certificates in their order: results that are known, and drafts that wait for their document."""

    results: list[Issued | None]
    waiting: dict[bytes, list[tuple[int, _Draft]]] = field(default_factory=dict)

    def wait(self, place: int, draft: _Draft, document_id: bytes) -> None:
        self.waiting.setdefault(document_id, []).append((place, draft))


class Issuer:
    """The pipeline of one issuing body.

    Args:
        converge: reads the chain into the store.
        clock: seconds since 1970 UTC; asked once per chunk.
        salts: random bytes for the sealing; the operating system's unless a test needs others.
        patience_seconds: how long nothing may move before the rest is reported as pending.
    """

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        batches: Batches,
        body: IssuingBody,
        reference: Reference,
        *,
        converge: Callable[[], object],
        clock: Callable[[], int],
        limits: Limits | None = None,
        salts: Callable[[int], bytes] = os.urandom,
        chunk: int = 500,
        patience_seconds: float = 60.0,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._batches = batches
        self._body = body
        self._reference = reference
        self._converge = converge
        self._clock = clock
        self._limits = limits or Limits()
        self._salts = salts
        self._chunk = chunk
        self._patience = patience_seconds
        self._frame = Frame(HIDDEN_BY_DEFAULT)
        self._trouble = ""
        self._moved_at = 0.0

    def issue(
        self, sources: Iterable[tuple[str, bytes]], progress: Callable[[int], None] | None = None
    ) -> Iterator[Issued]:
        """Check, seal and anchor certificates; yield one result per source (name, JSON bytes), in order.

        ``progress`` is told how many results are known each time that changes.

        Raises:
            Unavailable: the chain does not answer before anything was read, or the store does not answer.
        """
        self._converge()
        self._moved_at = time.monotonic()
        in_hand: deque[_Chunk] = deque()
        iterator = iter(sources)
        known = 0
        while True:
            some = list(islice(iterator, self._chunk))
            if some:
                in_hand.append(self._prepare(some))
            self._drive()
            while in_hand and self._finish(in_hand[0], wait=not some or len(in_hand) > _IN_HAND):
                results = [one for one in in_hand.popleft().results if one is not None]
                known += len(results)
                if progress is not None:
                    progress(known)
                yield from results
            if not some and not in_hand:
                return

    # --- before the chain ------------------------------------------------------------------------------------

    def _prepare(self, sources: Sequence[tuple[str, bytes]]) -> _Chunk:
        """Check and seal some certificates and store them with the intention to anchor them, in one commit."""
        now = self._clock()
        chunk = _Chunk([None] * len(sources))
        drafts: dict[bytes, tuple[int, _Draft]] = {}
        twins: list[tuple[int, _Draft]] = []
        for place, (source, data) in enumerate(sources):
            draft = self._draft(source, data, now)
            if isinstance(draft, Issued):
                chunk.results[place] = draft
            elif draft.tag in drafts:
                twins.append((place, draft))
            else:
                drafts[draft.tag] = (place, draft)
        held = self._store.documents.by_tags(KIND_ORIGIN, self._body.member, list(drafts))
        for tag, document in held.items():
            if document.state is not DocumentState.REFUSED:
                self._meet(chunk, *drafts.pop(tag), document)
        self._seal_and_store(chunk, drafts, now)
        if twins:
            held = self._store.documents.by_tags(
                KIND_ORIGIN, self._body.member, [one.tag for _, one in twins]
            )
            for place, draft in twins:
                if draft.tag in held:
                    self._meet(chunk, place, draft, held[draft.tag])
                else:
                    chunk.results[place] = _refused(
                        draft, (_taken(draft, "by a certificate that was refused"),)
                    )
        return chunk

    def _draft(self, source: str, data: bytes, now: int) -> _Draft | Issued:
        if len(data) > self._limits.size:
            expectation = f"at most {self._limits.size} bytes"
            problem = Problem("", f"{len(data)} bytes", expectation, code="TOO_LARGE")
            return Issued(source, "", Outcome.REFUSED, reason=str(problem), problems=(problem,))
        today = datetime.fromtimestamp(now, UTC).date()
        certificate, found = validate(data, self._reference, today=today)
        problems = tuple(found)
        if certificate is None:
            return Issued(source, "", Outcome.REFUSED, reason=_first_error(problems), problems=problems)
        if certificate.issuer.id != self._body.member:
            expectation = f"{self._body.member}, for which this gateway issues"
            wrong = Problem("issuer.id", certificate.issuer.id, expectation, code="ISSUER_NOT_OURS")
            number = certificate.certificate_number
            return Issued(source, number, Outcome.REFUSED, reason=str(wrong), problems=(*problems, wrong))
        normalised = numbers.normalise(certificate.certificate_number)
        return _Draft(
            source,
            certificate,
            problems,
            normalised,
            numbers.tag(self._body.tag_key, KIND_ORIGIN, normalised),
            hashlib.sha256(canonical(certificate.to_dict())).digest(),
        )

    def _seal_and_store(self, chunk: _Chunk, drafts: dict[bytes, tuple[int, _Draft]], now: int) -> None:
        prepared: list[PreparedDocument] = []
        for place, draft in drafts.values():
            try:
                prepared.append(self._seal(draft))
            except MalformedEnvelope as error:
                chunk.results[place] = _refused(draft, error.problems)
        if not prepared:
            return
        with self._store.writing() as connection:
            holders = self._store.documents.add_in(connection, prepared, now)
            ids = [one.document_id for one in prepared if one.tag not in holders]
            stored = self._store.documents.by_ids_in(connection, ids)
            self._batches.intend_in(connection, self._outbox, [stored[one] for one in ids])
        for one in prepared:
            place, draft = drafts[one.tag]
            if one.tag in holders:  # another process was faster
                self._meet(chunk, place, draft, holders[one.tag])
            else:
                chunk.wait(place, draft, one.document_id)

    def _seal(self, draft: _Draft) -> PreparedDocument:
        certificate, body = draft.certificate, self._body
        claims = envelope.credential(
            ORIGIN,
            to_claims(certificate),
            identifier=f"urn:uuid:{uuid.UUID(bytes=self._salts(16), version=4)}",
            issuer=body.member,
            valid_from=f"{certificate.valid_from or certificate.issue_date}T00:00:00Z",
            valid_until=f"{certificate.valid_until}T23:59:59Z",
            chain_id=body.chain_id,
            registry=body.registry,
        )
        unsigned = envelope.seal(
            claims,
            hidden=self._frame,
            salts=self._salts,
            kid=body.signer.thumbprint,
            algorithm=body.signer.public_key.algorithm,
            limits=self._limits,
        )
        document = envelope.attach(unsigned, body.signer.sign(unsigned.signing_input))
        profile = self._reference.profile(
            certificate.agreement_code or NON_PREFERENTIAL, certificate.issue_date
        )
        return PreparedDocument(
            document_id=document.document_id,
            kind=KIND_ORIGIN,
            member=body.member,
            tag=draft.tag,
            number=draft.number,
            normalised=draft.normalised,
            content=draft.content,
            registry=body.registry,
            document_type=int(certificate.document_type_code),
            use_policy=0 if profile is None else profile.use.on_chain(),
            key=body.signer.thumbprint,
            sealed=document.token,
            second_keys=second_keys(certificate),
        )

    def _meet(self, chunk: _Chunk, place: int, draft: _Draft, holder: StoredDocument) -> None:
        """Answer a certificate whose number is held already: by itself, or by another one."""
        if holder.content != draft.content:
            since = "is on its way to the chain"
            if holder.anchored_at is not None:
                since = f"was anchored on {_moment(holder.anchored_at)}"
            problem = _taken(draft, f"by another certificate, which {since}")
            chunk.results[place] = _refused(draft, (*draft.problems, problem))
        elif holder.state is DocumentState.ANCHORED:
            chunk.results[place] = _anchored(draft, holder, Outcome.ALREADY_ANCHORED)
        else:
            chunk.wait(place, draft, holder.document_id)

    # --- with the chain --------------------------------------------------------------------------------------

    def _drive(self) -> None:
        """Let the chain have what is due and read what it says; an outage is remembered, not raised."""
        try:
            lane = self._outbox.step()
            self._converge()
            self._trouble = lane.hindrance
            if lane.mined or lane.refused:
                self._moved_at = time.monotonic()
        except Unavailable as error:
            self._trouble = str(error)

    def _finish(self, chunk: _Chunk, *, wait: bool) -> bool:
        """Fill in the results that are known by now; with ``wait``, until all are or nothing moves any more."""
        while True:
            self._look(chunk)
            if not chunk.waiting:
                return True
            if not wait:
                return False
            if time.monotonic() - self._moved_at > self._patience:
                self._give_up(chunk)
                return True
            time.sleep(_PAUSE)
            self._drive()

    def _look(self, chunk: _Chunk) -> None:
        if not chunk.waiting:
            return
        found = self._store.documents.by_ids(list(chunk.waiting))
        for document_id, document in found.items():
            if document.state is DocumentState.ANCHORED:
                for place, draft in chunk.waiting.pop(document_id):
                    chunk.results[place] = _anchored(draft, document, Outcome.ANCHORED)
            elif document.state is DocumentState.REFUSED:
                for place, draft in chunk.waiting.pop(document_id):
                    chunk.results[place] = self._refusal(draft, document)

    def _refusal(self, draft: _Draft, document: StoredDocument) -> Issued:
        """Say why the chain refused a document."""
        others = self._store.journal.entries_about(document.member, document.tag)
        if others:
            when = f"in block {others[0].block_number}"
            problem = _taken(draft, f"by another document, which was anchored {when}")
        else:
            problem = Problem(
                "", document.reason_code, "an act that the contracts allow", code=document.reason_code
            )
        reason = document.reason if not others else ""
        return _refused(draft, (*draft.problems, problem), reason)

    def _give_up(self, chunk: _Chunk) -> None:
        reason = self._trouble or "the chain has not taken it yet"
        for document_id, drafts in chunk.waiting.items():
            for place, draft in drafts:
                chunk.results[place] = Issued(
                    draft.source,
                    draft.number,
                    Outcome.PENDING,
                    document_id,
                    reason=f"stored, not anchored yet: {reason}",
                    problems=draft.problems,
                )
        chunk.waiting.clear()


def second_keys(certificate: Certificate) -> tuple[str, ...]:
    """Return what else an officer may read on a certificate: invoice numbers, normalised, and the day of issue."""
    found = [certificate.issue_date]
    for invoice in certificate.invoices:
        try:
            found.append(numbers.normalise(invoice.number))
        except numbers.UnusableNumber:
            continue
    return tuple(found)


def _anchored(draft: _Draft, document: StoredDocument, outcome: Outcome) -> Issued:
    return Issued(
        draft.source,
        draft.number,
        outcome,
        document.document_id,
        document.journal_index,
        document.anchored_at,
        problems=draft.problems,
    )


def _refused(draft: _Draft, problems: Sequence[Problem], reason: str = "") -> Issued:
    found = tuple(problems)
    return Issued(
        draft.source, draft.number, Outcome.REFUSED, reason=reason or _first_error(found), problems=found
    )


def _taken(draft: _Draft, by_whom: str) -> Problem:
    expectation = f"a number that is free (it is held {by_whom})"
    return Problem("certificateNumber", draft.number, expectation, code=NUMBER_ALREADY_ANCHORED)


def _first_error(problems: Sequence[Problem]) -> str:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
