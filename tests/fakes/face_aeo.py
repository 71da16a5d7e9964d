"""AEO entries and agreements in memory, as the faces see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ledger.core.problems import Problem
from ledger.core.verdict import Verdict
from ledger.errors import Refused, Rejected
from ledger.service.aeo_answers import (
    AeoAction,
    AeoRequest,
    AgreementAction,
    AgreementAnswer,
    AgreementRequest,
    CoverAnswer,
    RecognitionLine,
    RelianceAnswer,
    RelianceRequest,
)
from ledger.service.answers import ActReceipt

OWN = "VN-CUSTOMS"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
_FINAL = (AeoAction.REVOKE, AeoAction.CANCEL)
_STATES = {
    AgreementAction.SUSPEND: "suspended",
    AgreementAction.LIFT: "in force",
    AgreementAction.TERMINATE: "terminated",
}


@dataclass
class FaceAeo:
    """``receipt`` makes the receipt of an act."""

    receipt: Callable[[str, str], ActReceipt]
    requests: list[AeoRequest | AgreementRequest] = field(default_factory=list)
    agreements: list[AgreementAnswer] = field(default_factory=list)
    reliances: dict[tuple[str, str, str, str], RelianceAnswer] = field(default_factory=dict)
    _types: dict[tuple[str, str | None], AeoAction] = field(default_factory=dict)

    def act(self, request: AeoRequest) -> ActReceipt:
        self.requests.append(request)
        if self._types.get((request.code, request.type)) in _FINAL:
            raise Refused("AeoTransitionInvalid", "R34: that type is final", {"from": 3, "to": 1})
        if request.action not in (AeoAction.ADD_ALIAS, AeoAction.REMOVE_ALIAS):
            self._types[(request.code, request.type)] = request.action
        return self.receipt(request.action.value, request.code)

    def agree(self, request: AgreementRequest) -> ActReceipt:
        self.requests.append(request)
        if request.action is AgreementAction.PROPOSE:
            return self._propose(request)
        number = request.agreement or 0
        if not 0 < number <= len(self.agreements):
            problem = Problem(
                "agreement", str(number), "the number of an agreement", code="AGREEMENT_UNKNOWN"
            )
            raise Rejected([problem])
        before = self.agreements[number - 1]
        if request.action in (AgreementAction.CONSENT, AgreementAction.DECLINE):
            if before.state != "proposed":
                raise Refused("AeoAgreementInvalid", "it is not waiting for consent", {"agreement": number})
            state = "consented" if request.action is AgreementAction.CONSENT else "declined"
            after = replace(before, state=state, consented_at=NOW if state == "consented" else None)
        else:
            after = replace(before, covers=tuple(self._changed(one, request) for one in before.covers))
        self.agreements[number - 1] = after
        return self.receipt(request.action.value, str(number))

    def rely(self, request: RelianceRequest, verdict: Verdict) -> RelianceAnswer:
        key = (request.declaration, request.office, request.code, request.type)
        known = self.reliances.get(key)
        if known is not None:
            if known.accepted_at != request.accepted_at:
                problem = Problem(
                    "acceptedAt", str(request.accepted_at), "as before", code="RELIANCE_DIFFERS"
                )
                raise Rejected([problem])
            return known
        answer = RelianceAnswer(
            bool(verdict), f"{len(self.reliances):032x}" if verdict else None, request.code, request.home or OWN,
            request.partner or OWN, request.type, request.office, request.declaration, request.accepted_at,
            NOW if verdict else None, 7 if verdict else None, verdict.to_dict(),
        )  # fmt: skip
        if verdict:
            self.reliances[key] = answer
        return answer

    def _propose(self, request: AgreementRequest) -> ActReceipt:
        partner = request.partner or ""
        covers = tuple(
            CoverAnswer(
                one.home, partner if one.home == OWN else OWN, one.type,
                one.data_exchange_from or one.benefits_from, one.benefits_from, "none",
            )
            for one in request.covers
        )  # fmt: skip
        number = len(self.agreements) + 1
        self.agreements.append(AgreementAnswer(number, OWN, partner, "proposed", NOW, None, covers))
        return self.receipt("propose", str(number))

    def _changed(self, cover: CoverAnswer, request: AgreementRequest) -> CoverAnswer:
        if (cover.home, cover.type) != (request.home, request.type):
            return cover
        state = _STATES[request.action]
        line = RecognitionLine(state, f"R{request.reason:02}", request.effective_from or NOW, NOW, OWN)
        return replace(cover, recognition=state, changes=(*cover.changes, line))
