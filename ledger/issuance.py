"""Issuance: documents of all kinds in, sealed and anchored documents out, one result for each.

The order is the point: check, seal, store documents and the intention to anchor them in one commit, send, read the
chain. A crash anywhere leaves stored documents that the next run carries on with, and a number is never anchored twice:
the same document again is recognised by its content, another one under its number is refused. Some thousands of
documents are in memory at a time, however many there are. What goes into which transaction is decided in ``batches``.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from dataclasses import replace as altered
from datetime import UTC, date, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from ledger import followers, issued
from ledger.core.acts import RecordReplaced
from ledger.core.entries import decode
from ledger.core.envelope import attach
from ledger.core.opening import Opening
from ledger.core.problems import Input, Problem
from ledger.core.strictjson import Limits
from ledger.errors import Unavailable
from ledger.issued import Issued as Issued
from ledger.issued import Outcome as Outcome
from ledger.issuing_body import IssuingBody as IssuingBody
from ledger.sealers import Sealers
from ledger.sealing import Draft
from ledger.store.documents import DocumentState, PreparedDocument, StoredDocument
from ledger.workers import Sources, Workers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.batches import Batches
    from ledger.core.codes import Reference
    from ledger.outbox import Outbox
    from ledger.store import Store

_IN_HAND = 12  # chunks that may wait for the chain
_TOGETHER = 4  # chunks that the chain gets at once: a block costs more than what is in it
_PAUSE = 0.01


@dataclass(slots=True)
class _Chunk:
    """Some documents in their order: results that are known, and drafts that wait for their document."""

    results: list[Issued | None]
    waiting: dict[bytes, list[tuple[int, Draft]]] = field(default_factory=dict)

    def wait(self, place: int, draft: Draft, document_id: bytes) -> None:
        # Without its document, which is stored: many chunks may be waiting.
        self.waiting.setdefault(document_id, []).append((place, altered(draft, unsigned=None)))


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
        self._recipes = body.recipes(limits or Limits())
        self._sealers = Sealers(self._recipes, reference)
        self._converge = converge
        self._clock = clock
        self._workers = _default_workers() if workers is None else workers
        self._chunk = chunk
        self._patience = patience_seconds
        self._trouble = ""
        self._moved_at = 0.0

    def issue(
        self, sources: Iterable[Input], progress: Callable[[int], None] | None = None
    ) -> Iterator[Issued]:
        """Check, seal and anchor documents; yield one result per source, in order.

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

    def replace(self, old: bytes, reason: int, source: tuple[str, bytes]) -> Issued:
        """Check, seal and anchor one document in the place of our record with the number tag ``old``, in one step.

        Repeating it changes nothing. Refused when the old record was used, is final or is not there.

        Args:
            reason: number of the reason code.

        Raises:
            Unavailable: as ``issue``.
        """
        self._converge()
        self._moved_at = time.monotonic()
        chunk = self._prepare([self._sealers.draft(*source, self._today())], replacing=(old, reason))
        self._drive()
        self._finish(chunk, wait=True)
        [result] = chunk.results
        assert result is not None
        if result.outcome in (Outcome.ANCHORED, Outcome.ALREADY_ANCHORED):
            return self._in_the_place_of(old, result)
        return result

    def _in_the_place_of(self, old: bytes, result: Issued) -> Issued:
        """Make sure that an anchored document replaced the old record, and was not issued beside it before."""
        assert result.document_id is not None
        document = self._store.documents.by_ids([result.document_id])[result.document_id]
        found = self._store.journal.entries_about(self._body.member, old)
        acts = [decode(one.entry, one.index).act for one in found]
        if any(isinstance(act, RecordReplaced) and act.successor == document.tag for act in acts):
            return result
        draft = Draft(result.source, result.number, result.problems)
        since = issued.moment(document.anchored_at or 0)
        problem = issued.taken(draft, f"by this very document, which was anchored on {since} by itself")
        return issued.refused(draft, (*draft.problems, problem))

    # --- before the chain ------------------------------------------------------------------------------------

    def _tasks(self, sources: Iterable[Input]) -> Iterator[tuple[Sources, date]]:
        iterator = iter(sources)
        while some := list(islice(iterator, self._chunk)):
            yield some, self._today()

    def _drafts(self, sources: Iterable[Input]) -> Generator[list[Draft], None, None]:
        """Yield checked and sealed chunks in order; more than one chunk is worth other processes."""
        tasks = self._tasks(sources)
        head = list(islice(tasks, 2))
        if len(head) < 2 or not self._workers:
            for some, today in chain(head, tasks):
                yield [self._sealers.draft(source, data, today) for source, data in some]
            return
        with closing(Workers(self._recipes, self._workers, self._sealers)) as workers:
            yield from workers.drafts(chain(head, tasks))

    def _prepare(self, drafted: Sequence[Draft], replacing: tuple[bytes, int] | None = None) -> _Chunk:
        """Store the documents whose number is free with the intention to anchor them, in one commit.

        ``replacing`` is the number tag of the record whose place the only document takes, and the reason.
        """
        chunk = _Chunk([None] * len(drafted))
        drafts: dict[bytes, tuple[int, Draft]] = {}
        twins: list[tuple[int, Draft]] = []
        for place, draft in enumerate(drafted):
            if draft.unsigned is None:
                chunk.results[place] = issued.refused(draft, draft.problems)
            elif draft.tag in drafts:
                twins.append((place, draft))
            else:
                drafts[draft.tag] = (place, draft)
        for tag, document in self._holders([draft for _, draft in drafts.values()]).items():
            if document.state is not DocumentState.REFUSED:
                self._meet(chunk, *drafts.pop(tag), document)
        self._sign_and_store(chunk, drafts, replacing)
        if twins:
            held = self._holders([draft for _, draft in twins])
            for place, draft in twins:
                if draft.tag in held:
                    self._meet(chunk, place, draft, held[draft.tag])
                elif isinstance(
                    problem := self._body.opening(draft), Problem
                ):  # as its twin, so none is stored
                    chunk.results[place] = issued.refused(draft, (*draft.problems, problem))
        return chunk

    def _holders(self, drafts: Sequence[Draft]) -> dict[bytes, StoredDocument]:
        """Return the documents that hold the numbers of drafts, by tag; a tag is of one kind only."""
        found: dict[bytes, StoredDocument] = {}
        for kind in {draft.kind for draft in drafts}:
            tags = [draft.tag for draft in drafts if draft.kind == kind]
            found |= self._store.documents.by_tags(kind, self._body.member, tags)
        return found

    def _sign_and_store(
        self, chunk: _Chunk, drafts: dict[bytes, tuple[int, Draft]], replacing: tuple[bytes, int] | None
    ) -> None:
        prepared: list[PreparedDocument] = []
        openings: dict[bytes, Opening] = {}
        for place, draft in drafts.values():
            opening = self._body.opening(draft)
            if isinstance(opening, Problem):
                chunk.results[place] = issued.refused(draft, (*draft.problems, opening))
                continue
            document = self._signed(draft)
            prepared.append(document)
            if not opening.is_plain or opening.is_followed:
                openings[document.document_id] = opening
        if not prepared:
            return
        with self._store.writing() as connection:
            holders = self._store.documents.add_in(connection, prepared, self._clock())
            free = [one for one in prepared if one.tag not in holders]
            self._intend_in(connection, free, openings, replacing)
        for one in prepared:
            place, draft = drafts[one.tag]
            if one.tag in holders:  # another process was faster
                self._meet(chunk, place, draft, holders[one.tag])
            else:
                chunk.wait(place, draft, one.document_id)

    def _intend_in(
        self,
        connection: Connection,
        documents: Sequence[PreparedDocument],
        openings: Mapping[bytes, Opening],
        replacing: tuple[bytes, int] | None,
    ) -> None:
        if replacing is None:
            self._batches.intend_in(connection, self._outbox, documents, openings)
            return
        for one in documents:
            opening = openings.get(one.document_id, Opening())
            self._batches.replace_in(connection, self._outbox, one, opening, *replacing)

    def _signed(self, draft: Draft) -> PreparedDocument:
        body = self._body
        assert draft.unsigned is not None
        document = attach(draft.unsigned, body.signer.sign(draft.unsigned.signing_input))
        return PreparedDocument(
            document_id=document.document_id,
            kind=draft.kind,
            member=body.member,
            tag=draft.tag,
            number=draft.number,
            normalised=draft.normalised,
            content=draft.content,
            registry=body.registries[draft.kind],
            document_type=draft.document_type,
            use_policy=draft.use_policy,
            key=body.signer.thumbprint,
            sealed=document.token,
            second_keys=draft.second_keys,
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _meet(self, chunk: _Chunk, place: int, draft: Draft, holder: StoredDocument) -> None:
        """Answer a document whose number is held already: by itself, or by another one."""
        if holder.content != draft.content:
            since = "is on its way to the chain"
            if holder.anchored_at is not None:
                since = f"was anchored on {issued.moment(holder.anchored_at)}"
            chunk.results[place] = issued.other_content(draft, since)
        elif holder.state is DocumentState.ANCHORED and not self._follow(draft, holder):
            chunk.results[place] = issued.anchored(draft, holder, Outcome.ALREADY_ANCHORED)
        else:
            chunk.wait(place, draft, holder.document_id)

    def _follow(self, draft: Draft, document: StoredDocument) -> bool:
        """Return whether an anchored document waits for what follows it, which is intended again if it was refused."""
        left = _missing(self._store, draft, document)
        if not left.is_followed:
            return False
        if not followers.under_way(self._store, document)[0]:
            with self._store.writing() as connection:
                self._batches.follow_in(connection, self._outbox, document, left, document.outbox)
        return True

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
                refused = None
                if _missing(self._store, chunk.waiting[document_id][0][1], document).is_followed:
                    waits, refused = followers.under_way(self._store, document)
                    if waits:
                        continue
                for place, draft in chunk.waiting.pop(document_id):
                    missing = None
                    if refused is not None:
                        missing = (
                            refused.purpose,
                            self._body.told(draft, document.key, refused.reason_code, refused.arguments),
                        )
                    chunk.results[place] = issued.anchored(draft, document, Outcome.ANCHORED, missing)
            elif document.state is DocumentState.REFUSED:
                for place, draft in chunk.waiting.pop(document_id):
                    chunk.results[place] = self._refusal(draft, document)

    def _refusal(self, draft: Draft, document: StoredDocument) -> Issued:
        """Say why the chain refused a document."""
        others = self._store.journal.entries_about(document.member, document.tag)
        if others:
            return issued.other_content(draft, f"was anchored in block {others[0].block_number}")
        row = None if document.outbox is None else self._store.outgoing.latest(document.outbox)
        told = self._body.told(
            draft, document.key, document.reason_code, None if row is None else row.arguments
        )
        return issued.refused(draft, (*draft.problems, told.problem), told.sentence, document.reason_code)

    def _give_up(self, chunk: _Chunk) -> None:
        why = self._trouble or "the chain has not taken it yet"
        for document_id, drafts in chunk.waiting.items():
            for place, draft in drafts:
                chunk.results[place] = issued.pending(draft, document_id, why)
        chunk.waiting.clear()


def _missing(store: Store, draft: Draft, document: StoredDocument) -> Opening:
    """Return what has not followed an anchored document; most documents are followed by nothing."""
    if not (draft.grants or draft.aliases):
        return Opening()
    return followers.missing(store, document, Opening(grants=draft.grants, aliases=draft.aliases))


def _default_workers() -> int:
    """Return as many as there are processors, but at most two: each takes some 80 MB."""
    return min(2, len(os.sched_getaffinity(0)))
