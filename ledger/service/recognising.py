"""Recognising: AEO entries and agreements on mutual recognition, as administrations keep and conclude them.

Rule: what the journal already says is not done again. What may be done is decided by the contracts.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ledger.chain import aeo_calls
from ledger.core.acts import AliasAdded
from ledger.core.aeo import Agreement, Cover, Recognition
from ledger.core.opening import Grant
from ledger.core.problems import Problem
from ledger.core.state import Status
from ledger.errors import Refused, Rejected
from ledger.service.acting import receipt_of
from ledger.service.aeo_answers import (
    AeoAction,
    AeoRequest,
    AgreementAction,
    AgreementAnswer,
    AgreementRequest,
    CoverAnswer,
    CoverRequest,
    RecognitionLine,
)
from ledger.service.aeo_refusals import in_agreement_words, in_entry_words
from ledger.service.reading import moment
from ledger.service.stories import read

if TYPE_CHECKING:
    from ledger.service.acting import Acting
    from ledger.service.answers import ActReceipt
    from ledger.service.parts import Parts

_AEO: Final = 3
_MOST: Final = 16
_TYPE: Final = re.compile(r"[!-~]{1,8}")
_STATUS: Final = {
    AeoAction.SUSPEND: Status.SUSPENDED,
    AeoAction.REINSTATE: Status.VALID,
    AeoAction.REVOKE: Status.REVOKED,
    AeoAction.CANCEL: Status.CANCELLED,
}
_RECOGNITION: Final = {
    AgreementAction.SUSPEND: Recognition.SUSPENDED,
    AgreementAction.LIFT: Recognition.IN_FORCE,
    AgreementAction.TERMINATE: Recognition.TERMINATED,
}
_WORDS: Final = {
    Recognition.IN_FORCE: "in force",
    Recognition.SUSPENDED: "suspended",
    Recognition.TERMINATED: "terminated",
}


class Recognising:
    """AEO entries of this gateway's member, and its agreements."""

    def __init__(self, parts: Parts, acting: Acting) -> None:
        self._parts = parts
        self._acting = acting
        self._own = parts.settings.member.code

    # --- entries -----------------------------------------------------------------------------------------------

    def act(self, request: AeoRequest) -> ActReceipt:
        """Carry out one act on an entry; see ``Ledger.aeo_act``."""
        try:
            return self._act(request)
        except Refused as refused:
            raise in_entry_words(refused, request) from refused

    def _act(self, request: AeoRequest) -> ActReceipt:
        problems: list[Problem] = []
        is_alias = request.action in (AeoAction.ADD_ALIAS, AeoAction.REMOVE_ALIAS)
        if is_alias and not request.alias:
            problems.append(Problem("alias", "", "another form of the code", code="ALIAS_MISSING"))
        if not is_alias:
            _check_type(problems, "type", request.type)
        if request.action in _STATUS and not 0 < request.reason < 100:
            wanted = "a reason code, R01 to R99"
            problems.append(Problem("reason", str(request.reason), wanted, code="REASON_INVALID"))
        since = _seconds(problems, "effectiveFrom", request.effective_from)
        if problems:
            raise Rejected(problems)
        tag = self._tag(request.code)
        name = request.type or ""
        if is_alias:
            alias = self._parts.tag_keys.tag(self._own, _AEO, request.alias or "")
            adds = request.action is AeoAction.ADD_ALIAS
            known = self._parts.store.journal.entries_about(self._own, alias)
            if adds and known and read(known[-1]).act == AliasAdded(alias, tag):
                return receipt_of(request.action.value, known[-1])
            spell = aeo_calls.add_alias if adds else aeo_calls.remove_alias
            return self._acting.carry_out(
                request.action.value, _AEO, spell(self._own, tag, alias), self._own, alias
            )
        if request.action is AeoAction.GRANT:
            from_when = since or int(self._parts.clock().timestamp())
            call = aeo_calls.grant_types(self._own, tag, [Grant(name, from_when)])
        else:
            status = int(_STATUS[request.action])
            call = aeo_calls.change_type(self._own, tag, name, status, request.reason, since)
        return self._acting.carry_out(request.action.value, _AEO, call, self._own, tag)

    def _tag(self, code: str) -> bytes:
        """Return the tag of our entry that ``code``, or the alias ``code``, finds."""
        tag = self._parts.tag_keys.tag(self._own, _AEO, code)
        self._parts.converge()
        registry = self._parts.manifest.registry(_AEO)
        record = self._parts.knowledge.head_and_story(self._own, registry, tag)[1].record
        if record is None:
            wanted = f"the code of an AEO entry of {self._own or 'this gateway'}"
            raise Rejected([Problem("code", code[:40], wanted, code="RECORD_UNKNOWN")])
        return record.tag

    # --- agreements --------------------------------------------------------------------------------------------

    def agree(self, request: AgreementRequest) -> ActReceipt:
        """Carry out one act on an agreement; see ``Ledger.agreement_act``."""
        try:
            return self._agree(request)
        except Refused as refused:
            raise in_agreement_words(refused, request) from refused

    def _agree(self, request: AgreementRequest) -> ActReceipt:
        problems: list[Problem] = []
        if not self._own:
            wanted = "the administration that this gateway acts for"
            problems.append(Problem("member.code", "", wanted, code="NO_MEMBER"))
        if request.action is AgreementAction.PROPOSE:
            return self._propose(request, problems)
        if request.agreement is None or not 0 < request.agreement < 2**63:
            shown = "" if request.agreement is None else str(request.agreement)[:20]
            problems.append(Problem("agreement", shown, "the number of an agreement", code="NUMBER_INVALID"))
        number = request.agreement or 0
        if request.action in _RECOGNITION:
            _check_type(problems, "type", request.type)
            if not request.home:
                wanted = "the member whose AEOs it is about"
                problems.append(Problem("home", "", wanted, code="HOME_MISSING"))
            if not 0 < request.reason < 100:
                wanted = "a reason code, R01 to R99"
                problems.append(Problem("reason", str(request.reason), wanted, code="REASON_INVALID"))
        since = _seconds(problems, "effectiveFrom", request.effective_from)
        if problems:
            raise Rejected(problems)
        if request.action is AgreementAction.CONSENT:
            call = aeo_calls.consent(self._own, number)
        elif request.action is AgreementAction.DECLINE:
            call = aeo_calls.decline(self._own, number)
        else:
            call = aeo_calls.change_recognition(
                self._own,
                number,
                request.home or "",
                request.type or "",
                int(_RECOGNITION[request.action]),
                request.reason,
                since,
            )
        return self._carry_out(request.action, call)

    def _propose(self, request: AgreementRequest, problems: list[Problem]) -> ActReceipt:
        if not request.partner:
            problems.append(Problem("partner", "", "the other administration", code="PARTNER_MISSING"))
        if not 1 <= len(request.covers) <= _MOST:
            shown = str(len(request.covers))
            problems.append(Problem("covers", shown, f"1 to {_MOST} covers", code="COVERS_INVALID"))
        covers = [
            self._cover(f"covers[{place}]", cover, problems) for place, cover in enumerate(request.covers)
        ]
        if problems:
            raise Rejected(problems)
        call = aeo_calls.propose_agreement(self._own, request.partner or "", covers)
        return self._carry_out(request.action, call)

    def _cover(self, path: str, cover: CoverRequest, problems: list[Problem]) -> aeo_calls.Cover:
        _check_type(problems, f"{path}.type", cover.type)
        benefits = _seconds(problems, f"{path}.benefitsFrom", cover.benefits_from)
        exchange = _seconds(problems, f"{path}.dataExchangeFrom", cover.data_exchange_from) or benefits
        return aeo_calls.Cover(cover.home, cover.type, exchange, benefits)

    def _carry_out(self, action: AgreementAction, call: bytes) -> ActReceipt:
        return self._acting.carry_out_among(
            f"{action.value} an agreement", _AEO, call, self._parts.knowledge.agreement_entries
        )

    def agreements(self) -> list[AgreementAnswer]:
        """Return all agreements; see ``Ledger.agreements``."""
        step = self._parts.store.journal.head()
        if step is None:
            return []
        found = self._parts.knowledge.agreements(step)
        now = int(self._parts.clock().timestamp())
        return [_described(agreement, now) for _, agreement in sorted(found.by_number.items())]


def _check_type(problems: list[Problem], path: str, name: str | None) -> None:
    if not name or not _TYPE.fullmatch(name):
        shown = (name or "")[:40].encode("ascii", "backslashreplace").decode()
        wanted = "a type of authorisation such as AEOS: 1 to 8 printable ASCII characters"
        problems.append(Problem(path, shown, wanted, code="TYPE_INVALID"))


def _seconds(problems: list[Problem], path: str, time: datetime | None) -> int:
    """Return a moment in seconds, 0 for None; what is none is added to ``problems``."""
    if time is None:
        return 0
    if time.tzinfo is None or not 1 <= time.timestamp() < 2**40:
        wanted = "a time after 1970, with its offset"
        problems.append(Problem(path, str(time), wanted, code="TIME_INVALID"))
        return 0
    return int(time.timestamp())


def _described(agreement: Agreement, now: int) -> AgreementAnswer:
    state = "proposed" if agreement.consented_at is None else "consented"
    return AgreementAnswer(
        agreement=agreement.number,
        proposer=agreement.proposer,
        partner=agreement.partner,
        state="declined" if agreement.declined_at is not None else state,
        proposed_at=moment(agreement.proposed_at),
        consented_at=None if agreement.consented_at is None else moment(agreement.consented_at),
        covers=tuple(_covering(cover, now) for cover in agreement.covers),
    )


def _covering(cover: Cover, now: int) -> CoverAnswer:
    current = cover.change_at(now)
    return CoverAnswer(
        home=cover.home,
        partner=cover.partner,
        type=cover.name,
        data_exchange_from=moment(cover.data_exchange_from),
        benefits_from=moment(cover.benefits_from),
        recognition="not in force" if current is None else _WORDS[current.recognition],
        changes=tuple(
            RecognitionLine(
                _WORDS[change.recognition],
                f"R{change.reason:02d}" if change.reason else "",
                moment(change.effective_from),
                moment(change.recorded_at),
                change.member,
            )
            for change in cover.changes
        ),
    )
