"""Writing off: customs' use of records.

Rule: what the journal already says is not done again, so every act here can be repeated. The contracts decide; here only
numbers become tags and commitments, quantities become the line's millionths, and refusals become an officer's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.chain import use_calls
from ledger.chain.use_calls import Amount, UseId
from ledger.core import units
from ledger.core.acts import UsePlace
from ledger.core.problems import Problem
from ledger.core.uses import UseRecord, UseState, use_id
from ledger.errors import Refused, Rejected, Unavailable
from ledger.service.answers import ActReceipt
from ledger.service.refusals import in_words
from ledger.service.use_answers import UseAction, UseAnswer, UseRequest
from ledger.service.use_requests import check_request
from ledger.store.uses import KnownUse

if TYPE_CHECKING:
    from ledger.core.balances import LineState
    from ledger.service.accounts import Account, Accounts
    from ledger.service.acting import Acting
    from ledger.service.parts import Parts

_STATES = {UseState.RESERVED: "reserved", UseState.CONSUMED: "consumed", UseState.RELEASED: "released"}
_LICENCE = 2


@dataclass(frozen=True, slots=True)
class _Case:
    """One act in work: the record's account, the use, and the use as it stood before."""

    request: UseRequest
    account: Account
    use: UseId
    before: UseRecord | None

    @property
    def use_id(self) -> str:
        """Return the use's id."""
        root, use = self.account.root_record, self.use
        place = UsePlace(root.member, root.tag, root.tag, use.office, use.declaration, use.item, 0)
        return use_id(self.account.customs, place)


class WritingOff:
    """What customs of this gateway's member writes about uses."""

    def __init__(self, parts: Parts, acting: Acting, accounts: Accounts) -> None:
        self._parts = parts
        self._acting = acting
        self._accounts = accounts
        self._offset = parts.settings.member.utc_offset

    def write(self, request: UseRequest) -> UseAnswer:
        """Carry out one act on a use; see ``Ledger.use``."""
        check_request(request, self._accounts.own)
        account = self._accounts.of(request.kind, request.issuer, request.number)
        commitment = self._accounts.commitment(request.office, request.declaration)
        case = self._case(request, account, UseId(request.office, commitment, request.item))
        try:
            call, done = self._call(case)
            if done:
                return self._answer(case, None)
            self._remember(case)
            receipt = self._carry_out(case, call)
        except Refused as refused:
            offset = self._offset if request.happened_at is None else request.happened_at.utcoffset()
            raise in_words(refused, self._again(case).account, request, offset) from refused
        return self._answer(self._again(case, converges=False), receipt)

    def by_id(
        self,
        use: str,
        action: UseAction,
        quantity: str | None,
        unit: str | None,
        reason: int,
        correction: int | None,
    ) -> UseAnswer:
        """Carry out an act on a use that this gateway wrote; see ``Ledger.use_by_id``."""
        known = self._parts.store.uses.find(use)
        if known is None:
            wanted = "a use that this gateway wrote"
            raise Rejected([Problem("id", use[:40], wanted, code="USE_UNKNOWN")])
        account = self._accounts.of(known.kind, known.issuer, known.number)
        before = (
            None
            if account.usage is None
            else account.usage.use(self._accounts.own, known.office, known.commitment, known.item)
        )
        reserved = (
            action is UseAction.CONSUME and quantity is None and before is not None and before.place.line
        )
        line = None if account.usage is None or before is None else account.usage.lines.get(before.place.line)
        if reserved and line is not None and before is not None:
            # Without a quantity all that was reserved was taken.
            quantity, unit = units.from_millionths(before.reserved or before.consumed), line.unit
        return self.write(
            UseRequest(
                action,
                known.issuer,
                known.number,
                known.office,
                known.declaration,
                kind=known.kind,
                item=known.item,
                line=0 if before is None else before.place.line,
                quantity=quantity,
                unit=unit,
                reason=reason,
                correction=correction,
            )
        )

    def endorse(self, issuer: str, number: str, office: str, actual: Sequence[tuple[str, str]]) -> ActReceipt:
        """Endorse at export what really leaves; see ``Ledger.endorse``."""
        account = self._accounts.of(_LICENCE, issuer, number)
        lines = account.lines
        problems, quantities = [], []
        if len(actual) != len(lines):
            wanted = f"{len(lines)} quantities, one for each line"
            problems.append(Problem("actual", str(len(actual)), wanted, code="LINES_DIFFER"))
        for place, (line, (quantity, unit)) in enumerate(zip(lines, actual, strict=False)):
            found = self._millionths(f"actual[{place}]", line, quantity, unit, problems)
            quantities.append(found)
        if problems:
            raise Rejected(problems)
        call = use_calls.endorse(self._accounts.own, issuer, account.root_record.tag, office, quantities)
        try:
            return self._acting.carry_out("endorse", _LICENCE, call, issuer, account.root_record.tag)
        except Refused as refused:
            raise in_words(refused, account, None, self._offset) from refused

    # --- one act -----------------------------------------------------------------------------------------------

    def _case(self, request: UseRequest, account: Account, use: UseId) -> _Case:
        usage = account.usage
        before = None if usage is None else usage.use(account.customs, use.office, use.declaration, use.item)
        return _Case(request, account, use, before)

    def _again(self, case: _Case, *, converges: bool = True) -> _Case:
        request = case.request
        account = self._accounts.of(request.kind, request.issuer, request.number, converges=converges)
        return self._case(request, account, case.use)

    def _call(self, case: _Case) -> tuple[bytes, bool]:
        """Return the call of an act, and whether the journal shows that it was done."""
        account, request, before = case.account, case.request, case.before
        shown = (account.customs, account.record.member, account.record.tag, case.use)
        match request.action:
            case UseAction.RELEASE:
                done = before is not None and before.state is UseState.RELEASED
                return use_calls.release(*shown), done
            case UseAction.CORRECT:
                return self._correction(case)
        amount = self._amount(case)
        if request.action is UseAction.ENTER:
            assert request.happened_at is not None
            happened_at = int(request.happened_at.timestamp())
            done = before is not None and _is(before, UseState.CONSUMED, amount)
            if done and before is not None and before.happened_at != happened_at:
                # The contract keeps no times, so it would take this for a repetition and write nothing.
                raise Refused("UseDiffers", "the use is written already, with another time")
            return use_calls.enter(*shown, amount, happened_at=happened_at), done
        if request.action is UseAction.CONSUME:
            return use_calls.consume(*shown, amount), _is(before, UseState.CONSUMED, amount)
        return use_calls.reserve(*shown, amount), _is(before, UseState.RESERVED, amount)

    def _correction(self, case: _Case) -> tuple[bytes, bool]:
        before, request, account = case.before, case.request, case.account
        if before is None:
            wanted = "a use that was consumed"
            raise Rejected([Problem("declaration", "", wanted, code="USE_UNKNOWN")])
        falls, change = True, 0
        line = None if account.usage is None else account.usage.lines.get(before.place.line)
        if line is not None:
            problems: list[Problem] = []
            text = request.quantity or ""
            falls = text.startswith("-")
            change = self._millionths("quantity", line, text.lstrip("+-"), request.unit, problems)
            if problems:
                raise Rejected(problems)
        elif request.quantity is not None:
            wanted = "no quantity: the use of this record is taken back as a whole"
            raise Rejected([Problem("quantity", request.quantity[:40], wanted, code="QUANTITY_UNEXPECTED")])
        number = before.corrections + 1 if request.correction is None else request.correction
        last = (before.corrections, before.last_fell, before.last_change)
        call = use_calls.correct(
            account.customs,
            account.record.member,
            account.record.tag,
            case.use,
            number=number,
            falls=falls,
            quantity=change,
            reason=request.reason,
        )
        return call, (number, falls, change) == last

    def _amount(self, case: _Case) -> Amount:
        """Return how much of which line is asked, in the line's unit.

        Raises:
            Rejected: a line is needed and not named, or the other way round, or the units cannot be compared.
        """
        request, lines = case.request, {line.number: line for line in case.account.lines}
        problems: list[Problem] = []
        if not lines:
            given = [name for name in ("line", "quantity", "unit") if getattr(request, name)]
            wanted = "nothing: this record is used as a whole, it has no lines"
            for name in given:
                value = str(getattr(request, name))[:40]
                problems.append(Problem(name, value, wanted, code="QUANTITY_UNEXPECTED"))
            if problems:
                raise Rejected(problems)
            return Amount()
        number = request.line or (next(iter(lines)) if len(lines) == 1 else 0)
        line = lines.get(number)
        if line is None:
            wanted = f"a line of the record, 1 to {len(lines)}"
            problems.append(Problem("line", str(request.line), wanted, code="LINE_UNKNOWN"))
            raise Rejected(problems)
        amount = self._millionths("quantity", line, request.quantity or "", request.unit, problems)
        if problems:
            raise Rejected(problems)
        return Amount(number, line.unit, amount)

    def _millionths(
        self, path: str, line: LineState, quantity: str, unit: str | None, problems: list[Problem]
    ) -> int:
        """Return a quantity in millionths of the line's unit; what cannot be is added to ``problems``."""
        given = unit or line.unit
        converted = self._parts.reference.units.to_unit(quantity, given, line.unit)
        found = None if converted is None else units.to_millionths(converted)
        if converted is None and units.to_millionths(quantity) is not None:
            wanted = f"R14: a unit that converts exactly to {line.unit}, in which line {line.number} is kept"
            problems.append(Problem("unit", given[:10], wanted, code="UNIT_MISMATCH"))
        elif not found:
            wanted = "a decimal above zero with at most 6 digits after the point, such as 24000.5"
            problems.append(Problem(path, quantity[:40], wanted, code="QUANTITY_INVALID"))
        return found or 0

    def _remember(self, case: _Case) -> None:
        """Store what lies behind the commitment, before anything is sent."""
        request, account = case.request, case.account
        known = KnownUse(
            use_id=case.use_id,
            kind=request.kind,
            issuer=request.issuer,
            number=request.number,
            tag=account.record.tag,
            office=request.office,
            declaration=request.declaration,
            commitment=case.use.declaration,
            item=request.item,
            created_at=int(self._parts.clock().timestamp()),
        )
        with self._parts.store.writing() as connection:
            self._parts.store.uses.remember_in(connection, known)

    def _carry_out(self, case: _Case, call: bytes) -> ActReceipt | None:
        root = case.account.root_record
        name = f"{case.request.action.value} a use"
        try:
            return self._acting.carry_out(name, case.request.kind, call, root.member, root.tag)
        except Unavailable:
            # Another request may have written the same at the same time: then ours was nothing new.
            again = self._again(case)
            if again.before is not None and again.before != case.before and self._call(again)[1]:
                return None
            raise

    def _answer(self, case: _Case, receipt: ActReceipt | None) -> UseAnswer:
        use, request, usage = case.before, case.request, case.account.usage
        if use is None:
            raise Unavailable("the use was written, but the journal does not show it yet")
        line = None if usage is None else usage.lines.get(use.place.line)
        return UseAnswer(
            use_id=use.use_id,
            state=_STATES[use.state],
            kind=request.kind,
            issuer=request.issuer,
            number=request.number,
            office=use.place.office,
            declaration=request.declaration,
            item=use.place.item,
            line=use.place.line,
            unit=None if line is None else line.unit,
            reserved=None if line is None else units.from_millionths(use.reserved),
            consumed=None if line is None else units.from_millionths(use.consumed),
            free=None if line is None else units.from_millionths(line.free),
            conflict=use.conflict,
            receipt=receipt,
        )


def _is(use: UseRecord | None, state: UseState, amount: Amount) -> bool:
    """Return whether a use stands as an act would leave it."""
    return (
        use is not None
        and use.state is state
        and use.corrections == 0
        and (use.place.line, use.quantity) == (amount.line, amount.quantity)
    )
