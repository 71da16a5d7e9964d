"""Balance sheets: what is left of a record, and who holds the rest, as customs and issuing body read it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger.core.profiles import UseKind, UsePolicy
from ledger.core.units import from_millionths
from ledger.core.uses import UseRecord, UseState
from ledger.service.reading import STATUS_NAMES, moment
from ledger.service.use_answers import BalanceAnswer, LineBalance, UseLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.core.state import Consortium
    from ledger.service.accounts import Account

_POLICIES = {
    UseKind.NONE: "none",
    UseKind.SINGLE: "single",
    UseKind.UP_TO_N: "up to n",
    UseKind.QUANTITY: "quantity",
}
USE_STATES = {UseState.RESERVED: "reserved", UseState.CONSUMED: "consumed", UseState.RELEASED: "released"}
_ALL = "*"


def balance_sheet(
    account: Account, issuer: str, number: str, consortium: Consortium, own: Mapping[bytes, str]
) -> BalanceAnswer:
    """Return what is left of a record.

    Args:
        own: numbers of the declarations that this gateway knows, by their commitments.
    """
    usage, root = account.usage, account.root_record
    policy = UsePolicy.from_chain(root.use_policy)
    terms = None if usage is None else usage.terms
    uses = () if usage is None else usage.uses
    tolerance = 0 if terms is None else terms.tolerance
    declarations = _declarations(uses, consortium, together=terms is not None)
    used_too_often = bool(policy.limit) and max(declarations.values(), default=0) > policy.limit
    return BalanceAnswer(
        kind=account.kind,
        issuer=issuer,
        number=number,
        status=STATUS_NAMES[account.record.status],
        policy=_POLICIES[policy.kind],
        limit=policy.limit or None,
        declarations=declarations,
        tolerance=tolerance,
        tolerance_on_remaining=terms is not None and terms.on_remaining,
        economies=() if terms is None else terms.economies,
        offices=() if terms is None else terms.offices,
        endorsed=usage is not None and usage.endorsed_at is not None,
        overdrawn=used_too_often or (usage is not None and usage.overdrawn),
        lines=tuple(
            LineBalance(
                line.number,
                line.unit,
                from_millionths(line.authorised),
                from_millionths(line.reserved),
                from_millionths(line.consumed),
                from_millionths(line.granted),
                from_millionths(line.free),
                line.overdrawn(tolerance),
            )
            for line in account.lines
        ),
        uses=tuple(_use_line(use, account, own) for use in uses),
        block_number=account.block_number,
        journal_size=account.journal_size,
    )


def _declarations(uses: tuple[UseRecord, ...], consortium: Consortium, *, together: bool) -> dict[str, int]:
    """Return how many declarations count: by economy, or together where the record has terms."""
    counted = {use.by for use in uses if use.stands}
    if together:
        return {_ALL: len(counted)}
    members = consortium.members
    return dict(Counter(members[customs].economy for customs, _, _ in sorted(counted) if customs in members))


def _use_line(use: UseRecord, account: Account, own: Mapping[bytes, str]) -> UseLine:
    line = next((one for one in account.lines if one.number == use.place.line), None)
    return UseLine(
        customs=use.customs,
        office=use.place.office,
        state=USE_STATES[use.state],
        item=use.place.item,
        line=use.place.line,
        unit=None if line is None else line.unit,
        reserved=None if line is None else from_millionths(use.reserved),
        consumed=None if line is None else from_millionths(use.consumed),
        since=moment(use.reserved_at or use.consumed_at or use.used_at),
        happened_at=None if use.happened_at is None else moment(use.happened_at),
        conflict=use.conflict,
        use_id=use.use_id,
        declaration=own.get(use.place.declaration),
    )
