"""Relying: noting that a declaration was given the treatment of an AEO, so that it can be reviewed if that falls later.

Rule: only what the verdict allowed is noted, and what was noted is never changed. The chain is told nothing: a reliance is this
gateway's own note.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import orjson

from ledger.core import numbers
from ledger.core.problems import Problem
from ledger.core.verdict import CheckName, Outcome, Verdict
from ledger.errors import Rejected, Unavailable
from ledger.service.aeo_answers import RelianceAnswer, RelianceRequest
from ledger.service.aeo_questions import about
from ledger.service.reading import converge_if_possible, moment
from ledger.store.reliances import KnownReliance

if TYPE_CHECKING:
    from ledger.service.aeo_questions import AeoQuestions
    from ledger.service.answers import Asker
    from ledger.service.parts import Parts

_SKEW: Final = timedelta(minutes=5)
"""How far the clock of a declaration system may be ahead of ours."""
_OFFICE: Final = re.compile(r"[!-~]{1,17}")
_MEMBER: Final = re.compile(r"[!-~]{1,32}")
_TYPE: Final = re.compile(r"[!-~]{1,8}")
_DIGITS: Final = 32


class Relying:
    """Notes reliances of this gateway's member."""

    def __init__(self, parts: Parts, questions: AeoQuestions) -> None:
        self._parts = parts
        self._questions = questions
        self._own = parts.settings.member.code

    def rely(self, request: RelianceRequest, asker: Asker) -> RelianceAnswer:
        """Judge an AEO at the acceptance of a declaration and note it if it passes; see ``Ledger.rely``."""
        now = self._parts.clock()
        _check(request, self._own, now)
        converge_if_possible(self._parts)
        # Read before judging: whatever is added in between counts as later, and is told rather than missed.
        size = self._parts.store.journal.size()
        keeper = self._questions.keeper(request.code, request.home)
        if keeper.tag is not None:
            known = self._parts.store.reliances.find(_id_of(request, keeper.home, keeper.tag))
            if known is not None:
                return self._again(known, request)
        question = about(keeper.home, request.code, self._partner(request), request.type, request.accepted_at)
        verdict = self._parts.verification.verify(question, asker)
        if keeper.tag is None or not _passed(verdict):
            return self._not_noted(request, keeper.home, verdict)
        reliance = KnownReliance(
            reliance_id=_id_of(request, keeper.home, keeper.tag),
            declaration=request.declaration,
            office=request.office,
            code=request.code,
            home=keeper.home,
            tag=keeper.tag,
            partner=self._partner(request),
            type=request.type,
            accepted_at=int(request.accepted_at.timestamp()),
            noted_at=int(now.timestamp()),
            journal_size=size,
            verdict=orjson.dumps(verdict.to_dict()).decode(),
        )
        with self._parts.store.writing() as connection:
            self._parts.store.reliances.note_in(connection, reliance)
        # Another request may have noted it at the same time; then that one's answer counts.
        kept = self._parts.store.reliances.find(reliance.reliance_id)
        if kept is None:
            raise Unavailable("the reliance was noted, but the store does not show it")
        return self._again(kept, request)

    def _partner(self, request: RelianceRequest) -> str:
        return request.partner or self._own

    def _again(self, known: KnownReliance, request: RelianceRequest) -> RelianceAnswer:
        """Return the answer that was given when it was noted.

        Raises:
            Rejected: it was noted with other values.
        """
        problems = []
        for path, given, noted in (
            ("acceptedAt", int(request.accepted_at.timestamp()), known.accepted_at),
            ("partner", self._partner(request), known.partner),
        ):
            if given != noted:
                shown, wanted = (
                    moment(one).isoformat() if isinstance(one, int) else one for one in (given, noted)
                )
                told = f"{wanted}, as was noted for this declaration before"
                problems.append(Problem(path, shown, told, code="RELIANCE_DIFFERS"))
        if problems:
            raise Rejected(problems)
        return RelianceAnswer(
            noted=True,
            reliance_id=known.reliance_id,
            code=known.code,
            home=known.home,
            partner=known.partner,
            type=known.type,
            office=known.office,
            declaration=known.declaration,
            accepted_at=moment(known.accepted_at),
            noted_at=moment(known.noted_at),
            journal_size=known.journal_size,
            verdict=orjson.loads(known.verdict),
        )

    def _not_noted(self, request: RelianceRequest, home: str, verdict: Verdict) -> RelianceAnswer:
        return RelianceAnswer(
            noted=False,
            reliance_id=None,
            code=request.code,
            home=home,
            partner=self._partner(request),
            type=request.type,
            office=request.office,
            declaration=request.declaration,
            accepted_at=request.accepted_at,
            noted_at=None,
            journal_size=None,
            verdict=verdict.to_dict(),
        )


def _passed(verdict: Verdict) -> bool:
    """Return whether benefits may be given: everything was accepted, and recognition was really looked at."""
    return bool(verdict) and verdict.check(CheckName.RECOGNITION).outcome in (Outcome.PASS, Outcome.WARN)


def _id_of(request: RelianceRequest, home: str, tag: bytes) -> str:
    """Return what is the same for the same declaration at the same office, entry and type, however they are written."""
    parts = (request.office, numbers.normalise(request.declaration), home, tag.hex(), request.type)
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:_DIGITS]


def _check(request: RelianceRequest, own: str, now: datetime) -> None:
    """Check what can be checked without the entry.

    Raises:
        Rejected: everything that is wrong with it.
    """
    problems: list[Problem] = []

    def expect(right: bool, path: str, value: object, wanted: str, code: str) -> None:
        if not right:
            shown = str(value)[:40].encode("ascii", "backslashreplace").decode()
            problems.append(Problem(path, shown, wanted, code=code))

    signs = "printable ASCII characters without spaces"
    expect(own != "", "member.code", own, "the customs member that this gateway acts for", "NO_MEMBER")
    office = f"a customs office's code: 1 to 17 {signs}"
    expect(_OFFICE.fullmatch(request.office) is not None, "office", request.office, office, "OFFICE_INVALID")
    name = f"a type of authorisation such as AEOS: 1 to 8 {signs}"
    expect(_TYPE.fullmatch(request.type) is not None, "type", request.type, name, "TYPE_INVALID")
    member = f"a member code such as CN-GACC: 1 to 32 {signs}"
    for path, value, wrong in (
        ("partner", request.partner, "PARTNER_INVALID"),
        ("home", request.home, "HOME_INVALID"),
    ):
        expect(value is None or _MEMBER.fullmatch(value) is not None, path, value, member, wrong)
    for path, number in (("code", request.code), ("declaration", request.declaration)):
        try:
            numbers.normalise(number)
        except numbers.UnusableNumber as error:
            expect(False, path, number, error.problem.expectation, error.problem.code)
    accepted = request.accepted_at
    right = accepted.tzinfo is not None and accepted.timestamp() >= 1 and accepted <= now + _SKEW
    wanted = "when customs accepted the declaration, with its offset and not in the future"
    expect(right, "acceptedAt", accepted, wanted, "TIME_INVALID")
    if problems:
        raise Rejected(problems)
