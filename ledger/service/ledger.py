"""The ledger: one object with every use case of a gateway.

``ledger.wiring.open_ledger`` builds it. Rule: the clock is read once per use case and passed down. A use case fetches
and stores; what the facts mean is decided in ``ledger.core``. HTTP, exit codes and printing are not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.service.answers import (
    ActReceipt,
    Asker,
    HeadAnswer,
    Health,
    HeldDocument,
    History,
    HistoryLine,
    IssueResult,
    RebuildReport,
    StatusAction,
    VerifyRequest,
)

if TYPE_CHECKING:
    from types import TracebackType

    from ledger.core.problems import Problem
    from ledger.core.verdict import Verdict
    from ledger.importers.edi3 import ImportReport


class Ledger:
    """A gateway of one organisation; close it when done, or use it as a context manager."""

    # --- documents -------------------------------------------------------------------------------------------

    def validate(self, data: bytes) -> Sequence[Problem]:
        """Return every problem of a certificate's JSON; nothing is stored, signed or sent."""
        raise NotImplementedError

    def import_foreign(self, shape: str, data: bytes) -> ImportReport:
        """Map a foreign shape (``edi3``) to our model, with a report row for every leaf of the source.

        Raises:
            Rejected: the shape is not known or the bytes cannot be read.
        """
        raise NotImplementedError

    def issue(
        self, sources: Iterable[tuple[str, bytes]], progress: Callable[[int], None] | None = None
    ) -> Iterator[IssueResult]:
        """Validate, seal and anchor certificates; yield one result per source (name, JSON bytes), in order.

        ``progress`` is told how many results are known each time that changes. Issuing the same certificate again
        anchors nothing twice.

        Raises:
            Unavailable: before anything was read. Later a result says PENDING instead: it is stored and will be sent.
        """
        raise NotImplementedError

    def document(self, document_id: bytes) -> HeldDocument | None:
        """Return the sealed document that this gateway issued under ``document_id``, or None."""
        raise NotImplementedError

    def disclose(self, sealed: bytes, hide: Sequence[str]) -> bytes:
        """Return a copy of a sealed document without the members at the paths ``hide``; it still verifies.

        Raises:
            Rejected: the document cannot be read, or a path is unknown or can never be hidden.
        """
        raise NotImplementedError

    # --- verification ----------------------------------------------------------------------------------------

    def verify(self, request: VerifyRequest, asker: Asker) -> Verdict:
        """Judge a number or a document at one block; the look-up is logged with its asker and purpose.

        Raises:
            Rejected: the question itself cannot be understood (no issuer, unreadable declaration, bad time).
        """
        raise NotImplementedError

    def history(self, issuer: str, number: str) -> History:
        """Re-read from the chain everything that was ever said about one record.

        Raises:
            Rejected: unknown issuer, empty number, or no tag key of the issuer here.
            Unavailable: the chain does not answer.
        """
        raise NotImplementedError

    # --- acts on records -------------------------------------------------------------------------------------

    def change_status(
        self, issuer: str, number: str, action: StatusAction, reason: int, effective_from: datetime | None = None
    ) -> ActReceipt:
        """Suspend, reinstate, revoke or cancel a record of this gateway's member.

        Raises:
            Rejected: not our record, unknown reason. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        raise NotImplementedError

    # --- the consortium --------------------------------------------------------------------------------------

    def members(self) -> Sequence[dict[str, object]]:
        """Return all members with their roles, standing, operators and document keys, as the journal tells it."""
        raise NotImplementedError

    def proposals(self) -> Sequence[dict[str, object]]:
        """Return all proposals with their acts in words, approvals, expiry and whether they were executed."""
        raise NotImplementedError

    def act(self, name: str, arguments: dict[str, object]) -> ActReceipt:
        """Carry out a consortium act by the controller account.

        ``name`` is one of ``propose-admit-member propose-set-roles propose-suspend-member propose-reinstate-member
        propose-expel-member propose-replace-controller propose-admit-registry propose-retire-registry vote execute
        set-controller add-operator remove-operator register-key retire-key report-compromise leave``.

        Raises:
            Rejected: unknown name or arguments. Refused: the contract's rules. Unavailable: stored, not yet mined.
        """
        raise NotImplementedError

    # --- the journal -----------------------------------------------------------------------------------------

    def journal(self, first: int, limit: int) -> Sequence[HistoryLine]:
        """Return up to ``limit`` entries from index ``first`` on, from the cache."""
        raise NotImplementedError

    def head(self) -> HeadAnswer:
        """Return the journal's head from the chain.

        Raises:
            Unavailable: the chain does not answer.
        """
        raise NotImplementedError

    def converge(self) -> int:
        """Bring the cache to the chain and send what is still waiting; return the number of new entries."""
        raise NotImplementedError

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        """Drop the cache, replay the chain and compare with what was there before."""
        raise NotImplementedError

    # --- keys and housekeeping -------------------------------------------------------------------------------

    def export_tag_key(self, path: Path) -> None:
        """Write this member's tag key to a new file for a partner customs office."""
        raise NotImplementedError

    def import_tag_key(self, path: Path) -> str:
        """Take over a partner's tag key file; return whose it is."""
        raise NotImplementedError

    def health(self) -> Health:
        """Say whether this gateway can answer truthfully now, part by part."""
        raise NotImplementedError

    def close(self) -> None:
        """Flush the look-up log and close connections."""
        raise NotImplementedError

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
