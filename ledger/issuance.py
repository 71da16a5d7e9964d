"""Issuance: certificates in, sealed and anchored documents out, one result for each.

The order is the point: check, seal, store documents and the intention to anchor them in one commit, send, read the
chain. A crash anywhere leaves stored documents that the next run carries on with, and a number is never anchored twice:
the same certificate again is recognised by its content, another one under its number is refused. Some thousands of
certificates are in memory at a time, however many there are.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain, islice
from typing import TYPE_CHECKING

from ledger.core.envelope import attach
from ledger.core.problems import Problem, Severity
from ledger.core.strictjson import Limits
from ledger.errors import Unavailable
from ledger.sealing import KIND_ORIGIN, Draft, Recipe, Sealer
from ledger.store.documents import DocumentState, PreparedDocument, StoredDocument
from ledger.workers import Sources, Workers

if TYPE_CHECKING:
    from ledger.batches import Batches
    from ledger.core.codes import Reference
    from ledger.keys.signer import Signer
    from ledger.outbox import Outbox
    from ledger.store import Store

NUMBER_ALREADY_ANCHORED = "NUMBER_ALREADY_ANCHORED"
_IN_HAND = 12  # chunks that may wait for the chain
_TOGETHER = 4  # chunks that the chain gets at once: a block costs more than what is in it
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


@dataclass(slots=True)
class _Chunk:
    """Some certificates in their order: results that are known, and drafts that wait for their document."""

    results: list[Issued | None]
    waiting: dict[bytes, list[tuple[int, Draft]]] = field(default_factory=dict)

    def wait(self, place: int, draft: Draft, document_id: bytes) -> None:
        # Without its document, which is stored: many chunks may be waiting.
        self.waiting.setdefault(document_id, []).append((place, replace(draft, unsigned=None)))


class Issuer:
    """The pipeline of one issuing body.

    Args:
        converge: reads the chain into the store.
        clock: seconds since 1970 UTC; asked once per chunk.
        workers: how many processes check and seal when there is more than one chunk; 0: all is done here.
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
        workers: int | None = None,
        chunk: int = 500,
        patience_seconds: float = 60.0,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._batches = batches
        self._body = body
        self._recipe = Recipe(
            member=body.member,
            tag_key=body.tag_key,
            registry=body.registry,
            chain_id=body.chain_id,
            kid=body.signer.thumbprint,
            algorithm=body.signer.public_key.algorithm,
            limits=limits or Limits(),
        )
        self._sealer = Sealer(self._recipe, reference)
        self._converge = converge
        self._clock = clock
        self._workers = _default_workers() if workers is None else workers
        self._chunk = chunk
        self._patience = patience_seconds
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
        known, prepared = 0, 0
        with closing(self._drafts(sources)) as drafts:
            while True:
                some = next(drafts, None)
                if some is not None:
                    in_hand.append(self._prepare(some))
                    prepared += 1
                if some is not None and prepared % _TOGETHER:
                    continue
                self._drive()
                while in_hand and self._finish(in_hand[0], wait=some is None or len(in_hand) > _IN_HAND):
                    results = [one for one in in_hand.popleft().results if one is not None]
                    known += len(results)
                    if progress is not None:
                        progress(known)
                    yield from results
                if some is None and not in_hand:
                    return

    # --- before the chain ------------------------------------------------------------------------------------

    def _tasks(self, sources: Iterable[tuple[str, bytes]]) -> Iterator[tuple[Sources, date]]:
        iterator = iter(sources)
        while some := list(islice(iterator, self._chunk)):
            yield some, self._today()

    def _drafts(self, sources: Iterable[tuple[str, bytes]]) -> Generator[list[Draft], None, None]:
        """Yield checked and sealed chunks in order; more than one chunk is worth other processes."""
        tasks = self._tasks(sources)
        head = list(islice(tasks, 2))
        if len(head) < 2 or not self._workers:
            for some, today in chain(head, tasks):
                yield [self._sealer.draft(source, data, today) for source, data in some]
            return
        with closing(Workers(self._recipe, self._workers, self._sealer)) as workers:
            yield from workers.drafts(chain(head, tasks))

    def _prepare(self, drafted: Sequence[Draft]) -> _Chunk:
        """Store the documents whose number is free with the intention to anchor them, in one commit."""
        chunk = _Chunk([None] * len(drafted))
        drafts: dict[bytes, tuple[int, Draft]] = {}
        twins: list[tuple[int, Draft]] = []
        for place, draft in enumerate(drafted):
            if draft.unsigned is None:
                chunk.results[place] = _refused(draft, draft.problems)
            elif draft.tag in drafts:
                twins.append((place, draft))
            else:
                drafts[draft.tag] = (place, draft)
        held = self._store.documents.by_tags(KIND_ORIGIN, self._body.member, list(drafts))
        for tag, document in held.items():
            if document.state is not DocumentState.REFUSED:
                self._meet(chunk, *drafts.pop(tag), document)
        self._sign_and_store(chunk, drafts)
        if twins:
            tags = [draft.tag for _, draft in twins]
            held = self._store.documents.by_tags(KIND_ORIGIN, self._body.member, tags)
            for place, draft in twins:
                self._meet(chunk, place, draft, held[draft.tag])
        return chunk

    def _sign_and_store(self, chunk: _Chunk, drafts: dict[bytes, tuple[int, Draft]]) -> None:
        if not drafts:
            return
        prepared = [self._signed(draft) for _, draft in drafts.values()]
        with self._store.writing() as connection:
            holders = self._store.documents.add_in(connection, prepared, self._clock())
            free = [one for one in prepared if one.tag not in holders]
            self._batches.intend_in(connection, self._outbox, free)
        for one in prepared:
            place, draft = drafts[one.tag]
            if one.tag in holders:  # another process was faster
                self._meet(chunk, place, draft, holders[one.tag])
            else:
                chunk.wait(place, draft, one.document_id)

    def _signed(self, draft: Draft) -> PreparedDocument:
        body = self._body
        assert draft.unsigned is not None
        document = attach(draft.unsigned, body.signer.sign(draft.unsigned.signing_input))
        return PreparedDocument(
            document_id=document.document_id,
            kind=KIND_ORIGIN,
            member=body.member,
            tag=draft.tag,
            number=draft.number,
            normalised=draft.normalised,
            content=draft.content,
            registry=body.registry,
            document_type=draft.document_type,
            use_policy=draft.use_policy,
            key=body.signer.thumbprint,
            sealed=document.token,
            second_keys=draft.second_keys,
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _meet(self, chunk: _Chunk, place: int, draft: Draft, holder: StoredDocument) -> None:
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

    def _refusal(self, draft: Draft, document: StoredDocument) -> Issued:
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


def _default_workers() -> int:
    """Return as many as there are processors, but at most two: each takes some 80 MB."""
    return min(2, len(os.sched_getaffinity(0)))


def _anchored(draft: Draft, document: StoredDocument, outcome: Outcome) -> Issued:
    return Issued(
        draft.source,
        draft.number,
        outcome,
        document.document_id,
        document.journal_index,
        document.anchored_at,
        problems=draft.problems,
    )


def _refused(draft: Draft, problems: Sequence[Problem], reason: str = "") -> Issued:
    found = tuple(problems)
    return Issued(
        draft.source, draft.number, Outcome.REFUSED, reason=reason or _first_error(found), problems=found
    )


def _taken(draft: Draft, by_whom: str) -> Problem:
    expectation = f"a number that is free (it is held {by_whom})"
    return Problem("certificateNumber", draft.number, expectation, code=NUMBER_ALREADY_ANCHORED)


def _first_error(problems: Sequence[Problem]) -> str:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
