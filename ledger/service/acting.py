"""Acting: a gateway's own acts on the chain, and the journal entries that they became.

Rule: an act is done when its entry is in the journal that was read back; a transaction that was mined is not enough.
What may be done is decided by the contracts, and here only where a question can be answered without the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ledger.chain import abi, use_calls
from ledger.core.acts import EntryType, StatusChanged
from ledger.core.problems import Problem
from ledger.core.state import Status
from ledger.errors import Refused, Rejected, Unavailable
from ledger.outbox import Act
from ledger.service.answers import ActReceipt, StatusAction
from ledger.service.governance import calldata
from ledger.service.reading import line, moment
from ledger.service.refusals import in_change_words
from ledger.service.stories import read

if TYPE_CHECKING:
    from ledger.core.entries import Entry
    from ledger.outbox import Outbox
    from ledger.service.parts import Parts
    from ledger.store.journal import CachedEntry

_Entries = Callable[[int], "Sequence[CachedEntry]"]
_MOST_CONFIRMED = 512
_ANCHORED = EntryType.RECORD_ANCHORED
_STATUS = {
    StatusAction.SUSPEND: Status.SUSPENDED,
    StatusAction.REINSTATE: Status.VALID,
    StatusAction.REVOKE: Status.REVOKED,
    StatusAction.CANCEL: Status.CANCELLED,
}


class Acting:
    """The acts of one gateway's member: by its operator on records, by its controller in the consortium."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._own = parts.settings.member.code

    def change_status(
        self,
        issuer: str,
        number: str,
        action: StatusAction,
        reason: int,
        effective_from: datetime | None,
        kind: int,
    ) -> ActReceipt:
        """Change the status of one of our records; see ``Ledger.change_status``."""
        problems = self._not_ours(issuer)
        if not 0 < reason < 100:
            wanted = "a reason code, R01 to R99"
            problems.append(Problem("reason", str(reason), wanted, code="REASON_INVALID"))
        if effective_from is not None and (effective_from.tzinfo is None or effective_from.timestamp() < 1):
            wanted = "a time after 1970, with its offset"
            problems.append(Problem("effective_from", str(effective_from), wanted, code="TIME_INVALID"))
        if problems:
            raise Rejected(problems)
        tag = self._parts.tag_keys.tag(issuer, kind, number)
        since = 0 if effective_from is None else int(effective_from.timestamp())
        call = abi.change_status(self._own, tag, int(_STATUS[action]), reason, since)
        return self._change(action.value, kind, call, tag)

    def confirm(self, numbers: Sequence[str], kind: int) -> list[ActReceipt]:
        """Say of our records that we anchored them ourselves; see ``Ledger.confirm``."""
        problems, tags = self._not_ours(self._own), []
        for place, number in enumerate(numbers):
            try:
                tags.append(self._parts.tag_keys.tag(self._own, kind, number))
            except Rejected as rejected:
                problems += [replace(one, path=f"numbers[{place}]") for one in rejected.problems]
        if not numbers:
            problems.append(Problem("numbers", "", "at least one number", code="NUMBERS_MISSING"))
        if problems:
            raise Rejected(problems)
        # A batch that repeats itself would confirm twice.
        return self._confirm(list(dict.fromkeys(tags)), kind)

    def confirm_all(self, key: bytes, kind: int) -> list[ActReceipt]:
        """Confirm what was anchored with a key; see ``Ledger.confirm_all``."""
        self._parts.converge()
        registry = self._parts.manifest.registry(kind)
        knowledge, journal = self._parts.knowledge, self._parts.store.journal
        reported = (
            knowledge.consortium().members[self._own].keys[key].reported_at if self._knows(key) else None
        )
        tags = []
        for cached in journal.entries_of_types(_ANCHORED, _ANCHORED, owner=self._own):
            entry = read(cached)
            if entry.contract != registry or entry.subject in tags:
                continue
            record = knowledge.head_and_story(self._own, registry, entry.subject)[1].record
            if record is None or record.key != key or record.status >= Status.REVOKED:
                continue
            if reported is None or not any(time >= reported for time in record.confirmed):
                tags.append(record.tag)
        if not tags:
            wanted = "the thumbprint of a key with records to be confirmed"
            raise Rejected([Problem("key", key.hex(), wanted, code="NOTHING_TO_CONFIRM")])
        return self._confirm(tags, kind)

    def _knows(self, key: bytes) -> bool:
        member = self._parts.knowledge.consortium().members.get(self._own)
        return member is not None and key in member.keys

    def _confirm(self, tags: Sequence[bytes], kind: int) -> list[ActReceipt]:
        receipts = []
        for first in range(0, len(tags), _MOST_CONFIRMED):
            some = tags[first : first + _MOST_CONFIRMED]
            receipts.append(self._change("confirm", kind, use_calls.confirm(self._own, some), some[-1]))
        return receipts

    def _change(self, name: str, kind: int, call: bytes, tag: bytes) -> ActReceipt:
        try:
            return self.carry_out(name, kind, call, self._own, tag)
        except Refused as refused:
            raise in_change_words(refused) from refused

    def carry_out(self, name: str, kind: int, call: bytes, owner: str, subject: bytes) -> ActReceipt:
        """Carry out a call of the registry of ``kind`` by this gateway's operator.

        Args:
            owner, subject: whose record, and the tag, that its last entry is about.

        Raises:
            Refused, Unavailable: as ``Outbox.carry_out``.
        """
        journal = self._parts.store.journal
        return self.carry_out_among(
            name, kind, call, lambda first: journal.entries_about(owner, subject, first)
        )

    def carry_out_among(self, name: str, kind: int, call: bytes, entries: _Entries) -> ActReceipt:
        """Carry out a call like ``carry_out``; its entry is one of ``entries``, which gives those from an index on."""
        registry = self._parts.manifest.registry(kind)
        act = Act(registry, call, f"{name} by {self._own}")
        return self._carry_out(name, self._parts.operator(), act, entries)

    def _not_ours(self, issuer: str) -> list[Problem]:
        if issuer == self._own and self._own:
            return []
        wanted = f"{self._own or 'nobody'}, for which this gateway acts"
        return [Problem("issuer", issuer[:40], wanted, code="NOT_OUR_RECORD")]

    def act(self, name: str, arguments: dict[str, object]) -> ActReceipt:
        """Carry out a consortium act; see ``Ledger.act``."""
        if not self._own:
            wanted = "the member that this gateway acts for"
            raise Rejected([Problem("member.code", "", wanted, code="NO_MEMBER")])
        call = calldata(name, self._own, arguments, now=self._parts.clock(), own_signer=self._parts.signer)
        return self._carry_out(
            name,
            self._parts.controller(),
            Act(self._parts.manifest.consortium, call, f"{name} by {self._own}"),
            self._parts.store.journal.governance_entries,
        )

    def settle(self) -> int:
        """Send what waits in this gateway's lanes, if it has any; return how many acts were mined."""
        if not self._own:
            return 0
        waiting = self._parts.store.outgoing.accounts_waiting()
        mined = 0
        for open_lane in (self._parts.operator, self._parts.controller) if waiting else ():
            try:
                lane = open_lane()
            except Rejected:
                continue
            if lane.address in waiting:
                mined += lane.step().mined
        return mined

    def _carry_out(self, name: str, outbox: Outbox, act: Act, entries: _Entries) -> ActReceipt:
        size = self._parts.store.journal.size()
        row = outbox.carry_out(act)
        self._parts.converge()
        found = [one for one in entries(size) if one.transaction == row.digest]
        if not found:  # a reorganisation can put it before what the journal had reached
            found = [one for one in entries(0) if one.transaction == row.digest]
        if row.digest is None or not found:
            raise Unavailable(f"{act.purpose}: it was mined, but the journal does not show it yet")
        return receipt_of(name, found[-1])


def receipt_of(name: str, cached: CachedEntry) -> ActReceipt:
    """Return the receipt of the act that became an entry."""
    entry = read(cached)
    return ActReceipt(
        name, cached.transaction, cached.block_number, entry.index, moment(entry.time), _details_of(entry)
    )


def _details_of(entry: Entry) -> dict[str, object]:
    details = dict(line(entry, 0).details)
    if isinstance(entry.act, StatusChanged):
        details["tag"] = entry.act.tag
    return details
