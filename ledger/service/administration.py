"""Administration: the use cases of an administration: AEO entries and agreements on mutual recognition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ledger.service.aeo_questions import AeoQuestions
from ledger.service.reading import converge_if_possible
from ledger.service.recognising import Recognising

if TYPE_CHECKING:
    from ledger.core.verdict import Verdict
    from ledger.service.acting import Acting
    from ledger.service.aeo_answers import AeoRequest, AgreementAnswer, AgreementRequest
    from ledger.service.answers import ActReceipt, Asker, VerifyRequest
    from ledger.service.parts import Parts


class Administration:
    """A part of ``Ledger``."""

    def __init__(self, parts: Parts, acting: Acting) -> None:
        self._parts = parts
        self._recognising = Recognising(parts, acting)
        self._questions = AeoQuestions(parts)

    def aeo(
        self,
        code: str,
        partner: str | None,
        type: str | None,
        at: datetime | None,
        asker: Asker,
        home: str | None = None,
    ) -> Verdict:
        """Judge whether ``partner`` (None: this gateway's member) recognised an AEO at ``at`` (None: now).

        Raises:
            Rejected: as ``aeo_question``.
        """
        return self._parts.verification.verify(self.aeo_question(code, partner, type, at, home), asker)

    def aeo_question(
        self, code: str, partner: str | None, type: str | None, at: datetime | None, home: str | None = None
    ) -> VerifyRequest:
        """Return what ``aeo`` asks ``verify``: the same question, of the administration that keeps the entry.

        Args:
            home: the administration that keeps the entry; None is the only one that keeps one with this code.

        Raises:
            Rejected: an unusable code, no administration's tag key here, or several that keep an entry with this code.
        """
        return self._questions.question(code, partner, type, at, home)

    def aeo_act(self, request: AeoRequest) -> ActReceipt:
        """Grant or change a type, or an alias, of an AEO entry of this gateway's member.

        Raises:
            Rejected: what is wrong with the request, or no such entry. Refused, Unavailable: as ``change_status``.
        """
        return self._recognising.act(request)

    def agreement_act(self, request: AgreementRequest) -> ActReceipt:
        """Propose, consent to, decline, suspend, lift or terminate mutual recognition.

        Raises:
            Rejected: what is wrong with the request. Refused, Unavailable: as ``change_status``.
        """
        return self._recognising.agree(request)

    def agreements(self) -> Sequence[AgreementAnswer]:
        """Return all agreements on mutual recognition with their covers and changes, as the journal tells them."""
        converge_if_possible(self._parts)
        return self._recognising.agreements()
