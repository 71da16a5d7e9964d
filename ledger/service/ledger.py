"""The ledger: one object with every use case of a gateway.

``ledger.wiring.open_ledger`` builds it. Rule: the clock is read once per use case and passed down. A use case fetches
and stores; what the facts mean is decided in ``ledger.core``. HTTP, exit codes and printing are not known here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.chain import abi
from ledger.core import numbers
from ledger.core.acts import StatusChanged
from ledger.core.documents.validation import validate
from ledger.core.entries import Entry
from ledger.core.envelope import redact
from ledger.core.forms import MalformedEnvelope
from ledger.core.problems import Problem
from ledger.core.state import RECORD_TYPES, Status
from ledger.core.strictjson import Limits
from ledger.errors import Rejected, TradeSealError, Unavailable
from ledger.outbox import Act
from ledger.service.answers import (
    ActReceipt,
    Asker,
    HeadAnswer,
    Health,
    HeldDocument,
    History,
    HistoryLine,
    IssueOutcome,
    IssueResult,
    RebuildReport,
    StatusAction,
    VerifyRequest,
)
from ledger.service.governance import calldata, describe_members, describe_proposals
from ledger.service.knowledge import read
from ledger.service.reading import line, moment, reread
from ledger.store import open_store
from ledger.sync import rebuild

if TYPE_CHECKING:
    from types import TracebackType

    from ledger.chain.manifest import Manifest
    from ledger.chain.port import Chain
    from ledger.core.codes import Reference
    from ledger.core.verdict import Verdict
    from ledger.importers.edi3 import ImportReport
    from ledger.issuance import Issued, Issuer
    from ledger.keys.signer import Signer
    from ledger.keys.tags import TagKeys
    from ledger.outbox import Outbox
    from ledger.service.knowledge import Knowledge
    from ledger.service.verification import Verification
    from ledger.settings import Settings
    from ledger.store import Store
    from ledger.store.journal import CachedEntry
    from ledger.sync import Progress

_KIND_ORIGIN = 1
_STATUS = {
    StatusAction.SUSPEND: Status.SUSPENDED,
    StatusAction.REINSTATE: Status.VALID,
    StatusAction.REVOKE: Status.REVOKED,
    StatusAction.CANCEL: Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a ledger is made of; ``ledger.wiring`` says what each is in a real gateway.

    Args:
        issuer, operator, controller, signer: opened on first use, because that takes a passphrase and time; they
            raise ``Rejected`` when this gateway has no such key.
        converge: reads the chain into the store and remembers when it did.
        clock: the time, aware, UTC.
    """

    settings: Settings
    chain: Chain
    store: Store
    manifest: Manifest
    reference: Reference
    tag_keys: TagKeys
    knowledge: Knowledge
    verification: Verification
    converge: Callable[[], Progress]
    clock: Callable[[], datetime]
    limits: Limits
    issuer: Callable[[], Issuer]
    operator: Callable[[], Outbox]
    controller: Callable[[], Outbox]
    signer: Callable[[], Signer]


class Ledger:
    """A gateway of one organisation; close it when done, or use it as a context manager."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # --- documents -------------------------------------------------------------------------------------------

    def validate(self, data: bytes) -> Sequence[Problem]:
        """Return every problem of a certificate's JSON; nothing is stored, signed or sent."""
        today = self._parts.clock().date()
        return validate(data, self._parts.reference, today=today)[1]

    def import_foreign(self, shape: str, data: bytes) -> ImportReport:
        """Map a foreign shape (``edi3``) to our model, with a report row for every leaf of the source.

        Raises:
            Rejected: the shape is not known or the bytes cannot be read.
        """
        if shape != "edi3":
            raise Rejected([Problem("shape", shape[:40], "edi3", code="SHAPE_UNKNOWN")])
        from ledger.importers.edi3 import import_edi3

        return import_edi3(data, issuer=self._parts.settings.member.code or None)

    def issue(
        self, sources: Iterable[tuple[str, bytes]], progress: Callable[[int], None] | None = None
    ) -> Iterator[IssueResult]:
        """Validate, seal and anchor certificates; yield one result per source (name, JSON bytes), in order.

        ``progress`` is told how many results are known each time that changes. Issuing the same certificate again
        anchors nothing twice.

        Raises:
            Unavailable: before anything was read. Later a result says PENDING instead: it is stored and will be sent.
        """
        issuer = self._parts.issuer()
        for issued in issuer.issue(sources, progress):
            yield _issue_result(issued)

    def document(self, document_id: bytes) -> HeldDocument | None:
        """Return the sealed document that this gateway issued under ``document_id``, or None."""
        found = self._parts.store.documents.find(document_id)
        sealed = self._parts.store.documents.sealed(document_id)
        if found is None or sealed is None:
            return None
        state = _HELD.get(found.state.value, IssueOutcome.PENDING)
        return HeldDocument(
            document_id, found.member, found.number, state, found.journal_index, sealed, found.reason
        )

    def disclose(self, sealed: bytes, hide: Sequence[str]) -> bytes:
        """Return a copy of a sealed document without the members at the paths ``hide``; it still verifies.

        Raises:
            Rejected: the document cannot be read, or a path is unknown or can never be hidden.
        """
        try:
            return redact(sealed.strip(), hide)
        except MalformedEnvelope as error:
            raise Rejected(error.problems) from error

    # --- verification ----------------------------------------------------------------------------------------

    def verify(self, request: VerifyRequest, asker: Asker) -> Verdict:
        """Judge a number or a document at one block; the look-up is logged with its asker and purpose.

        Raises:
            Rejected: the question itself cannot be understood (no issuer, unreadable declaration, bad time).
        """
        return self._parts.verification.verify(request, asker)

    def history(self, issuer: str, number: str) -> History:
        """Re-read from the chain everything that was ever said about one record.

        Raises:
            Rejected: unknown issuer, empty number, or no tag key of the issuer here.
            Unavailable: the chain does not answer.
        """
        tag = self._tag(issuer, number)
        progress = self._parts.converge()
        cached = [
            one
            for one in self._parts.store.journal.entries_about(issuer, tag)
            if read(one).type in RECORD_TYPES
        ]
        lines = reread(self._parts.chain, self._parts.manifest.chain_id, cached)
        return History(issuer, number, tag, tuple(lines), progress.block_number, progress.size)

    # --- acts on records -------------------------------------------------------------------------------------

    def change_status(
        self,
        issuer: str,
        number: str,
        action: StatusAction,
        reason: int,
        effective_from: datetime | None = None,
    ) -> ActReceipt:
        """Suspend, reinstate, revoke or cancel a record of this gateway's member.

        Raises:
            Rejected: not our record, unknown reason. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        own = self._parts.settings.member.code
        problems = []
        if issuer != own:
            problems.append(
                Problem(
                    "issuer",
                    issuer[:40],
                    f"{own or 'nobody'}, for which this gateway acts",
                    code="NOT_OUR_RECORD",
                )
            )
        if not 0 < reason < 100:
            problems.append(
                Problem("reason", str(reason), "a reason code, R01 to R99", code="REASON_INVALID")
            )
        if problems:
            raise Rejected(problems)
        tag = self._tag(issuer, number)
        since = 0 if effective_from is None else int(effective_from.timestamp())
        calldata = abi.change_status(own, tag, int(_STATUS[action]), reason, since)
        act = Act(self._parts.manifest.registry(_KIND_ORIGIN), calldata, f"{action.value} a record of {own}")
        return self._carry_out(
            action.value,
            self._parts.operator(),
            act,
            lambda: self._parts.store.journal.entries_about(own, tag),
        )

    # --- the consortium --------------------------------------------------------------------------------------

    def members(self) -> Sequence[dict[str, object]]:
        """Return all members with their roles, standing, operators and document keys, as the journal tells it."""
        self._converge_if_possible()
        return describe_members(self._parts.knowledge.consortium())

    def proposals(self) -> Sequence[dict[str, object]]:
        """Return all proposals with their acts in words, approvals, expiry and whether they were executed."""
        self._converge_if_possible()
        return describe_proposals(self._parts.knowledge.consortium())

    def act(self, name: str, arguments: dict[str, object]) -> ActReceipt:
        """Carry out a consortium act by the controller account.

        ``name`` is one of ``propose-admit-member propose-set-roles propose-suspend-member propose-reinstate-member
        propose-expel-member propose-replace-controller propose-admit-registry propose-retire-registry vote execute
        set-controller add-operator remove-operator register-key retire-key report-compromise leave``.

        Raises:
            Rejected: unknown name or arguments. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        own = self._parts.settings.member.code
        if not own:
            raise Rejected(
                [Problem("member.code", "", "the member that this gateway acts for", code="NO_MEMBER")]
            )
        call = calldata(name, own, arguments, now=self._parts.clock(), own_signer=self._parts.signer)
        act = Act(self._parts.manifest.consortium, call, f"{name} by {own}")
        return self._carry_out(
            name, self._parts.controller(), act, self._parts.store.journal.governance_entries
        )

    # --- the journal -----------------------------------------------------------------------------------------

    def journal(self, first: int, limit: int) -> Sequence[HistoryLine]:
        """Return up to ``limit`` entries from index ``first`` on, from the cache."""
        cached = self._parts.store.journal.entries(first, limit)
        return [line(read(one), one.block_number) for one in cached]

    def head(self) -> HeadAnswer:
        """Return the journal's head from the chain.

        Raises:
            Unavailable: the chain does not answer.
        """
        answer = self._parts.chain.look(self._parts.manifest.registry(_KIND_ORIGIN), "", [])
        cached = self._parts.store.journal.size()
        return HeadAnswer(
            answer.head.size, answer.head.root, answer.block_number, moment(answer.time), cached
        )

    def converge(self) -> int:
        """Bring the cache to the chain and send what is still waiting; return the number of new entries."""
        added = 0
        if self._parts.settings.member.code:
            added += self._settle()
        return added + self._parts.converge().added

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        """Drop the cache, replay the chain and compare with what was there before."""
        parts = self._parts
        total = parts.chain.journal_head().size

        def tell(done: int) -> None:
            if progress is not None:
                progress(min(done, total), total)

        with tempfile.TemporaryDirectory(dir=parts.settings.home, prefix="rebuild-") as folder:
            with open_store(f"sqlite:///{folder}/scratch.db") as scratch:
                differences = rebuild(
                    parts.chain,
                    parts.store,
                    scratch,
                    chain_id=parts.manifest.chain_id,
                    log_range=parts.settings.chain.log_range,
                    first_block=parts.manifest.first_block,
                    progress=tell,
                )
        step = parts.store.journal.head()
        if step is None:
            raise Unavailable("the chain has no journal to replay")
        return RebuildReport(step.size, step.root, not differences, tuple(differences))

    # --- keys and housekeeping -------------------------------------------------------------------------------

    def export_tag_key(self, path: Path) -> None:
        """Write this member's tag key to a new file for a partner customs office."""
        self._parts.tag_keys.export_to(self._parts.settings.member.code, path)

    def import_tag_key(self, path: Path) -> str:
        """Take over a partner's tag key file; return whose it is."""
        return self._parts.tag_keys.import_from(path).member

    def health(self) -> Health:
        """Say whether this gateway can answer truthfully now, part by part."""
        parts = {"store": _state_of(self._parts.store.check), "chain": _state_of(self._parts.chain.head)}
        if parts["chain"] == _OK:
            parts["journal"] = _state_of(self._parts.converge)
        return Health(all(state == _OK for state in parts.values()), parts)

    def close(self) -> None:
        """Flush the look-up log and close connections."""
        self._parts.store.close()

    # --- parts that several use cases share --------------------------------------------------------------------

    def _tag(self, issuer: str, number: str) -> bytes:
        """Return the tag of a number.

        Raises:
            Rejected: an unusable number, or no tag key of the issuer here.
        """
        key = self._parts.tag_keys.find(issuer)
        problems = []
        if key is None:
            wanted = "a member whose tag key is here (tradeseal key tag import)"
            problems.append(Problem("issuer", issuer[:40], wanted, code="TAG_KEY_MISSING"))
        try:
            normalised = numbers.normalise(number)
        except numbers.UnusableNumber as error:
            problems.append(error.problem)
        if key is None or problems:
            raise Rejected(problems)
        return numbers.tag(key.secret, _KIND_ORIGIN, normalised)

    def _carry_out(
        self, name: str, outbox: Outbox, act: Act, entries: Callable[[], Sequence[CachedEntry]]
    ) -> ActReceipt:
        """Carry out an act and find its entry in the journal."""
        row = outbox.carry_out(act)
        self._parts.converge()
        found = [one for one in entries() if one.transaction == row.digest]
        if row.digest is None or not found:
            raise Unavailable(f"{act.purpose}: it was mined, but the journal does not show it yet")
        entry = read(found[-1])
        return ActReceipt(
            name, row.digest, found[-1].block_number, entry.index, moment(entry.time), _details_of(entry)
        )

    def _settle(self) -> int:
        """Send what waits in this gateway's lanes, if it has any; return how many acts were mined."""
        waiting = self._parts.store.outgoing.accounts_waiting()
        mined = 0
        for open_lane in (self._parts.operator, self._parts.controller) if waiting else ():
            try:
                lane = open_lane()
            except Rejected:
                continue
            if lane.address in waiting:
                mined += lane.step().mined
        return mined

    def _converge_if_possible(self) -> None:
        """Bring the cache up to date; without an answer of the chain it is used as it is."""
        try:
            self._parts.converge()
        except Unavailable:
            if self._parts.store.journal.head() is None:
                raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_OK = "ok"
_HELD = {"anchored": IssueOutcome.ANCHORED, "refused": IssueOutcome.REFUSED}


def _issue_result(issued: Issued) -> IssueResult:
    return IssueResult(
        source=issued.source,
        number=issued.number,
        outcome=IssueOutcome(issued.outcome.value),
        document_id=issued.document_id,
        journal_index=issued.journal_index,
        anchored_at=None if issued.anchored_at is None else moment(issued.anchored_at),
        reason=issued.reason,
        problems=issued.problems,
    )


def _details_of(entry: Entry) -> dict[str, object]:
    details = dict(line(entry, 0).details)
    if isinstance(entry.act, StatusChanged):
        details["tag"] = entry.act.tag
    return details


def _state_of(ask: Callable[[], object]) -> str:
    try:
        ask()
    except TradeSealError as error:
        return str(error)
    return _OK
