"""Customs: the use cases of a customs office: write off use, read balances, rely on AEOs, be told what fell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledger.keys.declarations import declaration_key
from ledger.service.accounts import Accounts
from ledger.service.aeo_questions import AeoQuestions
from ledger.service.alerting import Alerting
from ledger.service.balance_sheets import balance_sheet
from ledger.service.open_reservations import OpenReservations
from ledger.service.reading import converge_if_possible
from ledger.service.relying import Relying
from ledger.service.writing_off import WritingOff

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.service.acting import Acting
    from ledger.service.aeo_answers import RelianceAnswer, RelianceRequest
    from ledger.service.answers import ActReceipt, Asker
    from ledger.service.parts import Parts
    from ledger.service.use_answers import (
        Alert,
        BalanceAnswer,
        Reservations,
        UseAction,
        UseAnswer,
        UseRequest,
    )


class Customs:
    """A part of ``Ledger``."""

    def __init__(self, parts: Parts, acting: Acting) -> None:
        self._parts = parts
        self._accounts = Accounts(parts, lambda: declaration_key(parts.settings.keys.declaration_key))
        self._writing_off = WritingOff(parts, acting, self._accounts)
        self._relying = Relying(parts, AeoQuestions(parts))
        self._alerting = Alerting(parts)
        self._reservations = OpenReservations(parts)

    def use(self, request: UseRequest) -> UseAnswer:
        """Reserve, consume, release, correct or enter a use as customs; what is written already is not written again.

        Raises:
            Rejected: what is wrong with the request, or no such record. Refused: the contract's rules, in an officer's
            words; ``code`` is the contract's error name. Unavailable: stored, not yet mined.
        """
        return self._writing_off.write(request)

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
        """Consume, release or correct a use that this gateway wrote; as ``use``.

        Raises:
            Rejected: also ``USE_UNKNOWN``, when this gateway did not write it.
        """
        return self._writing_off.by_id(use_id, action, quantity, unit, reason, correction)

    def balance(self, kind: int, issuer: str, number: str) -> BalanceAnswer:
        """Return what is left of a record and who holds the rest, as the chain has it now.

        Raises:
            Rejected: no such record, or no tag key of the issuer here. Unavailable: the chain does not answer.
        """
        account = self._accounts.of(kind, issuer, number)
        uses = () if account.usage is None else account.usage.uses
        known = self._parts.store.uses.by_commitments([use.place.declaration for use in uses])
        own = {commitment: found[0].declaration for commitment, found in known.items()}
        return balance_sheet(account, issuer, number, self._parts.knowledge.consortium(), own)

    def reservations(self, before: datetime | None = None, limit: int = 100, first: int = 0) -> Reservations:
        """Return what this member's offices hold and have neither consumed nor released, the oldest first.

        None is ever freed by itself: the goods may have left.

        Args:
            before: only what was reserved before, aware; None is all.
            first: journal entry from which to look; the answer's ``next`` for the following ones.
        """
        converge_if_possible(self._parts)
        return self._reservations.read(before, first, limit)

    def endorse(self, issuer: str, number: str, office: str, actual: Sequence[tuple[str, str]]) -> ActReceipt:
        """Endorse at export what really leaves: (quantity, unit) for each line of a permit.

        Raises:
            Rejected: no such permit, or quantities that are none of its lines'. Refused, Unavailable: as ``use``.
        """
        return self._writing_off.endorse(issuer, number, office, actual)

    def rely(self, request: RelianceRequest, asker: Asker) -> RelianceAnswer:
        """Judge an AEO at the time when a declaration was accepted, and note that it is treated as one if that passes.

        The note is this gateway's own. Repeating it gives the first answer again; ``alerts`` lists it for review when
        something that was recorded later says that it should not have passed.

        Raises:
            Rejected: what is wrong with the request, no administration's tag key here, or noted with other values before.
        """
        return self._relying.rely(request, asker)

    def alerts(self, first: int = 0, limit: int = 100) -> Sequence[Alert]:
        """Return what fell after this member's offices had relied on it, by entries from index ``first`` on, oldest first."""
        converge_if_possible(self._parts)
        return self._alerting.alerts(first, limit)
