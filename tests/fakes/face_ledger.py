"""A ledger in memory that keeps the promises of ``Ledger``, for tests of the faces.

It validates for real. What it says of the chain is made up; what goes through a node is tested elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson

from ledger.core.documents.validation import validate
from ledger.core.facts import Source
from ledger.core.problems import Input, Problem, Severity
from ledger.core.reasons import Reason
from ledger.core.verdict import Check, CheckName, Concerns, Finding, ItemVerdict, SeenAt, Verdict, Word
from ledger.errors import Refused, Rejected, Unavailable
from ledger.reference import read_reference
from ledger.service.aeo_answers import (
    AeoRequest,
    AgreementAnswer,
    AgreementRequest,
    RelianceAnswer,
    RelianceRequest,
)
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
from ledger.service.ledger import Ledger
from ledger.service.use_answers import Alert, BalanceAnswer, Reservations, UseAction, UseAnswer, UseRequest
from tests.fakes.face_aeo import FaceAeo
from tests.fakes.face_uses import FaceUses

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ACCOUNT = bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")


class FaceLedger(Ledger):
    """``chain_answers`` False stops the chain; ``raises`` is raised by whatever is called next; ``word`` is what
    every verdict says."""

    def __init__(self) -> None:
        self.chain_answers = True
        self.raises: Exception | None = None
        self.word = Word.ACCEPT
        self.askers: list[Asker] = []
        self.requests: list[VerifyRequest] = []
        self.acts: list[tuple[str, dict[str, object]]] = []
        self.converged = 0
        self._held: dict[bytes, HeldDocument] = {}
        self.confirmed: list[tuple[object, int]] = []
        self.uses = FaceUses(self._receipt)
        self.aeos = FaceAeo(self._receipt)
        self._status: dict[tuple[int, str, str], StatusAction] = {}
        self._lines: list[HistoryLine] = []

    def _begin(self) -> None:
        if self.raises is not None:
            raise self.raises

    def _ask_chain(self) -> None:
        self._begin()
        if not self.chain_answers:
            raise Unavailable("the node did not answer")

    def validate(self, data: bytes) -> Sequence[Problem]:
        self._begin()
        return validate(data, read_reference(), today=NOW.date())[1]

    def issue(
        self, sources: Iterable[Input], progress: Callable[[int], None] | None = None
    ) -> Iterator[IssueResult]:
        self._begin()
        for place, (name, data) in enumerate(sources):
            yield self._issue_one(name, data) if isinstance(data, bytes) else _unread(name, data)
            if progress is not None:
                progress(place + 1)

    def _issue_one(self, source: str, data: bytes) -> IssueResult:
        problems = tuple(self.validate(data))
        number = _number(data)
        if any(one.severity is Severity.ERROR for one in problems):
            return IssueResult(
                source, number, IssueOutcome.REFUSED, reason="it has errors", problems=problems
            )
        document_id = hashlib.sha256(data).digest()
        if document_id in self._held:
            index = self._held[document_id].journal_index
            return IssueResult(source, number, IssueOutcome.ALREADY_ANCHORED, document_id, index, NOW)
        if any(held.number == number for held in self._held.values()):
            return IssueResult(
                source, number, IssueOutcome.REFUSED, reason="the number exists with other content"
            )
        if not self.chain_answers:
            return IssueResult(
                source, number, IssueOutcome.PENDING, document_id, reason="the node did not answer"
            )
        index = self._append("RecordAnchored", number)
        held = HeldDocument(
            document_id,
            "VN-VCCI",
            number,
            IssueOutcome.ANCHORED,
            index,
            b"sealed~" + document_id.hex().encode(),
        )
        self._held[document_id] = held
        return IssueResult(source, number, IssueOutcome.ANCHORED, document_id, index, NOW, problems=problems)

    def _append(self, act: str, number: str) -> int:
        index = len(self._lines)
        leaf = hashlib.sha256(f"{index}".encode()).digest()
        details = {"number_seen": number}
        self._lines.append(HistoryLine(index, NOW, index, act, "VN-VCCI", ACCOUNT, ACCOUNT, details, leaf))
        return index

    def document(self, document_id: bytes) -> HeldDocument | None:
        self._begin()
        return self._held.get(document_id)

    def verify(self, request: VerifyRequest, asker: Asker) -> Verdict:
        self._begin()
        self.askers.append(asker)
        self.requests.append(request)
        if request.document is None and not (request.issuer and request.number):
            raise Rejected([Problem("number", "", "issuer and number", code="QUESTION_INCOMPLETE")])
        word = self.word if self.chain_answers else Word.CANNOT_VERIFY_NOW
        finding = Finding.of(
            Reason.NUMBER_NOT_FOUND, word, "no record of \x1b[2J", next_step="Ask the issuing body."
        )
        checks = tuple(
            Check.judged(name, [finding] if name is CheckName.STATUS and word is not Word.ACCEPT else [])
            for name in CheckName
        )
        concerns = Concerns.RECORD if request.document is None else Concerns.DOCUMENT
        seen = SeenAt(7, NOW, 3, Source.CHAIN)
        items = (ItemVerdict(1, word),)
        steps = (finding.next,) if word is not Word.ACCEPT else ()
        return Verdict(
            word, concerns, "trace-1", request.as_of or NOW, seen, checks, items, steps, {"number": "1"}
        )

    def verify_all(self, asked: Sequence[tuple[VerifyRequest, Asker]]) -> list[Verdict | Rejected]:
        answers: list[Verdict | Rejected] = []
        for request, asker in asked:
            try:
                answers.append(self.verify(request, asker))
            except Rejected as rejected:
                answers.append(rejected)
        return answers

    def answers_at_once(self) -> bool:
        return False

    def history(self, issuer: str, number: str, kind: int = 1) -> History:
        self._ask_chain()
        if issuer != "VN-VCCI":
            raise Rejected([Problem("issuer", issuer, "a member of the consortium", code="ISSUER_UNKNOWN")])
        lines = tuple(line for line in self._lines if line.details.get("number_seen") == number)
        return History(issuer, number, bytes(32), lines, len(self._lines), len(self._lines))

    def change_status(
        self,
        issuer: str,
        number: str,
        action: StatusAction,
        reason: int,
        effective_from: datetime | None = None,
        kind: int = 1,
    ) -> ActReceipt:
        self._ask_chain()
        key = (kind, issuer, number)
        if issuer != "VN-VCCI":
            raise Rejected([Problem("issuer", issuer, "this gateway's member", code="NOT_OUR_RECORD")])
        if self._status.get(key) in (StatusAction.REVOKE, StatusAction.CANCEL):
            raise Refused(
                "RegistryStatusFinal", "the record's status is final", {"status": 3, "tag": bytes(32)}
            )
        self._status[key] = action
        index = self._append("StatusChanged", number)
        return ActReceipt(action.value, bytes(32), index, index, NOW, {"reason": reason})

    def _receipt(self, act: str, number: str) -> ActReceipt:
        index = self._append(act, number)
        return ActReceipt(act, bytes(32), index, index, NOW)

    def replace(self, number: str, reason: int, source: tuple[str, bytes]) -> IssueResult:
        self._ask_chain()
        result = self._issue_one(*source)
        if result.outcome is IssueOutcome.ANCHORED:
            self._append("RecordReplaced", number)
        return result

    def confirm(self, numbers: Sequence[str], kind: int = 1) -> Sequence[ActReceipt]:
        self._ask_chain()
        self.confirmed.append((tuple(numbers), kind))
        return [self._receipt("confirm", numbers[0])]

    def confirm_all(self, key: bytes, kind: int = 1) -> Sequence[ActReceipt]:
        self._ask_chain()
        self.confirmed.append((key, kind))
        return [self._receipt("confirm", "1"), self._receipt("confirm", "2")]

    def use(self, request: UseRequest) -> UseAnswer:
        self._ask_chain()
        return self.uses.use(request)

    def use_by_id(
        self,
        use_id: str,
        action: UseAction,
        *,
        quantity: str | None = None,
        unit: str | None = None,
        reason: int = 0,
        correction: int | None = None,
    ) -> UseAnswer:
        self._ask_chain()
        return self.uses.by_id(
            use_id, action, quantity=quantity, unit=unit, reason=reason, correction=correction
        )

    def balance(self, kind: int, issuer: str, number: str) -> BalanceAnswer:
        self._ask_chain()
        return self.uses.balance(kind, issuer, number)

    def open_balance(self, issuer: str, number: str) -> ActReceipt:
        self._ask_chain()
        return self.uses.open_balance(issuer, number)

    def endorse(self, issuer: str, number: str, office: str, actual: Sequence[tuple[str, str]]) -> ActReceipt:
        self._ask_chain()
        return self.uses.endorse(issuer, number, list(actual))

    def aeo(
        self,
        code: str,
        partner: str | None,
        type: str | None,
        at: datetime | None,
        asker: Asker,
        home: str | None = None,
    ) -> Verdict:
        return self.verify(self.aeo_question(code, partner, type, at, home), asker)

    def aeo_question(
        self, code: str, partner: str | None, type: str | None, at: datetime | None, home: str | None = None
    ) -> VerifyRequest:
        return VerifyRequest(
            issuer=home or "VN-CUSTOMS", number=code, as_of=at, kind=3, partner=partner, aeo_type=type
        )

    def rely(self, request: RelianceRequest, asker: Asker) -> RelianceAnswer:
        verdict = self.aeo(
            request.code, request.partner, request.type, request.accepted_at, asker, request.home
        )
        return self.aeos.rely(request, verdict)

    def aeo_act(self, request: AeoRequest) -> ActReceipt:
        self._ask_chain()
        return self.aeos.act(request)

    def agreement_act(self, request: AgreementRequest) -> ActReceipt:
        self._ask_chain()
        return self.aeos.agree(request)

    def agreements(self) -> Sequence[AgreementAnswer]:
        self._begin()
        return self.aeos.agreements

    def reservations(self, before: datetime | None = None, limit: int = 100, first: int = 0) -> Reservations:
        self._begin()
        return self.uses.reservations(before, limit, first)

    def alerts(self, first: int = 0, limit: int = 100) -> Sequence[Alert]:
        self._begin()
        return [one for one in self.uses.alerts if one.journal_index >= first][:limit]

    def members(self) -> Sequence[dict[str, object]]:
        self._begin()
        key = {
            "key": b"\xab" * 32, "algorithm": "ES256", "notified_at": NOW, "effective_from": NOW,
            "retired_at": None, "retirement_reason": None, "compromised_since": None, "trusted": True,
        }  # fmt: skip
        member: dict[str, object] = {
            "code": "VN-VCCI", "economy": "VN", "roles": ["preferential-origin"], "standing": "active",
            "controller": ACCOUNT, "operators": [ACCOUNT], "keys": [key],
        }  # fmt: skip
        return [member]

    def proposals(self) -> Sequence[dict[str, object]]:
        self._begin()
        proposal: dict[str, object] = {
            "proposal": 1, "act": "admit SG-CUSTOMS", "proposer": "CN-GACC", "proposed_at": NOW, "expires_at": NOW,
            "approvals": ["CN-GACC"], "counting": "1 of 3", "executed": False,
        }  # fmt: skip
        return [proposal]

    def act(self, name: str, arguments: dict[str, object]) -> ActReceipt:
        self._ask_chain()
        self.acts.append((name, arguments))
        return ActReceipt(name, bytes(32), 1, self._append("Proposed", ""), NOW)

    def journal(self, first: int, limit: int) -> Sequence[HistoryLine]:
        self._begin()
        return self._lines[first : first + limit]

    def head(self) -> HeadAnswer:
        self._ask_chain()
        return HeadAnswer(len(self._lines), bytes(32), 7, NOW, len(self._lines))

    def converge(self) -> int:
        self._ask_chain()
        self.converged += 1
        return 0

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        self._ask_chain()
        return RebuildReport(len(self._lines), bytes(32), True, ())

    def export_tag_key(self, path: Path) -> None:
        self._begin()
        path.write_bytes(b"tag key")

    def import_tag_key(self, path: Path) -> str:
        self._begin()
        return "AU-ACCI"

    def health(self) -> Health:
        self._begin()
        state = "ok" if self.chain_answers else "http://secret.example:8545 did not answer"
        return Health(self.chain_answers, {"store": "ok", "chain": state})

    def close(self) -> None:
        pass


def _unread(source: str, problems: tuple[Problem, ...]) -> IssueResult:
    return IssueResult(source, "", IssueOutcome.REFUSED, reason="it has errors", problems=problems)


def _number(data: bytes) -> str:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    return str(found.get("certificateNumber", "")) if isinstance(found, dict) else ""
