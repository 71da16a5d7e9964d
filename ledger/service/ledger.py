"""The ledger: one object with every use case of a gateway.

``ledger.wiring.open_ledger`` builds it; what only customs or administrations do is in base classes of their own. Rule: the
clock is read once per use case and passed down. A use case fetches and stores; what the facts mean is decided in
``ledger.core``. HTTP, exit codes and printing are not known here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.core.documents.validation import validate
from ledger.core.envelope import redact
from ledger.core.forms import MalformedEnvelope
from ledger.core.problems import Input, Problem
from ledger.core.state import RECORD_TYPES
from ledger.errors import Rejected, TradeSealError, Unavailable
from ledger.service.acting import Acting
from ledger.service.administration import Administration
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
from ledger.service.customs import Customs
from ledger.service.governance import describe_members, describe_proposals
from ledger.service.issuing import Issuing
from ledger.service.reading import converge_if_possible, line, moment, reread
from ledger.service.stories import read
from ledger.store import open_store
from ledger.sync import rebuild

if TYPE_CHECKING:
    from types import TracebackType

    from ledger.core.verdict import Verdict
    from ledger.importers.edi3 import ImportReport
    from ledger.issuance import Issued
    from ledger.service.parts import Parts

_KIND_ORIGIN = 1


class Ledger(Customs, Administration):
    """A gateway of one organisation; close it when done, or use it as a context manager."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        Customs.__init__(self, parts, self._acting)
        Administration.__init__(self, parts, self._acting)
        self._issuing = Issuing(parts, self._acting, self._accounts)

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
        self, sources: Iterable[Input], progress: Callable[[int], None] | None = None
    ) -> Iterator[IssueResult]:
        """Validate, seal and anchor certificates; yield one result per source, in order.

        A source is a name with a certificate's JSON bytes, or with the problems that kept it from being read: then its
        result is that it was refused. ``progress`` is told how many results are known each time that changes. Issuing
        the same certificate again anchors nothing twice.

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

    def verify_all(self, asked: Sequence[tuple[VerifyRequest, Asker]]) -> list[Verdict | Rejected]:
        """Judge several questions; the chain is asked once for each issuer, not once for each question.

        For each, in order, the verdict, or why the question cannot be understood.
        """
        return self._parts.verification.verify_all(asked)

    def answers_at_once(self) -> bool:
        """Return whether ``verify`` would answer now without waiting for the chain or for a database server."""
        return self._parts.verification.is_recent() and self._parts.store.is_local

    def history(self, issuer: str, number: str, kind: int = 1) -> History:
        """Re-read from the chain everything that was ever said about one record.

        Raises:
            Rejected: unknown issuer, empty number, or no tag key of the issuer here.
            Unavailable: the chain does not answer.
        """
        tag = self._parts.tag_keys.tag(issuer, kind, number)
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
        kind: int = 1,
    ) -> ActReceipt:
        """Suspend, reinstate, revoke or cancel a record of this gateway's member.

        Raises:
            Rejected: not our record, unknown reason. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        return self._acting.change_status(issuer, number, action, reason, effective_from, kind)

    def confirm(self, numbers: Sequence[str], kind: int = 1) -> Sequence[ActReceipt]:
        """Say of records that were anchored with a compromised key that they are ours; one receipt a transaction.

        Raises:
            Rejected: unusable numbers, all of them. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        return self._acting.confirm(numbers, kind)

    def confirm_all(self, key: bytes, kind: int = 1) -> Sequence[ActReceipt]:
        """Say so of all records that were anchored with ``key`` (thumbprint, 32 bytes) and are not ended or confirmed yet.

        Raises:
            Rejected: there is none. Refused, Unavailable: as ``confirm``.
        """
        return self._acting.confirm_all(key, kind)

    def replace(self, number: str, reason: int, source: tuple[str, bytes]) -> IssueResult:
        """Seal and anchor a document in the place of our record ``number``, which becomes replaced, in one step.

        Repeating it changes nothing. Refused while the old record is used.

        Args:
            reason: number of the reason code. source: name and JSON bytes of the new document, of the same kind.

        Raises:
            Rejected: an unusable number or reason. Unavailable: as ``issue``.
        """
        return _issue_result(self._issuing.replace(number, reason, source))

    def open_balance(self, issuer: str, number: str) -> ActReceipt:
        """Open the balance of a certificate of ours, from its own quantities, so that others can build on it.

        Raises:
            Rejected: not our record, or no quantities to open it with. Refused: it has one, or was used. Unavailable.
        """
        return self._issuing.open_balance(issuer, number)

    # --- the consortium --------------------------------------------------------------------------------------

    def members(self) -> Sequence[dict[str, object]]:
        """Return all members with their roles, standing, operators and document keys, as the journal tells it."""
        converge_if_possible(self._parts)
        return describe_members(self._parts.knowledge.consortium())

    def proposals(self) -> Sequence[dict[str, object]]:
        """Return all proposals with their acts in words, approvals, expiry and whether they were executed."""
        converge_if_possible(self._parts)
        return describe_proposals(self._parts.knowledge.consortium())

    def act(self, name: str, arguments: dict[str, object]) -> ActReceipt:
        """Carry out a consortium act by the controller account.

        ``name`` is one of ``propose-admit-member propose-set-roles propose-suspend-member propose-reinstate-member
        propose-expel-member propose-replace-controller propose-admit-registry propose-retire-registry vote execute
        set-controller add-operator remove-operator register-key retire-key report-compromise leave``.

        Raises:
            Rejected: unknown name or arguments. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        return self._acting.act(name, arguments)

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
        return self._acting.settle() + self._parts.converge().added

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        """Drop the cache, replay the chain and compare with what was there before."""
        parts = self._parts
        total = parts.chain.journal_head().size

        def tell(done: int) -> None:
            if progress is not None:
                progress(min(done, total), total)

        with (
            tempfile.TemporaryDirectory(dir=parts.settings.home, prefix="rebuild-") as folder,
            open_store(f"sqlite:///{folder}/scratch.db") as scratch,
        ):
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
        refusal=issued.refusal,
    )


def _state_of(ask: Callable[[], object]) -> str:
    try:
        ask()
    except TradeSealError as error:
        return str(error)
    return _OK
