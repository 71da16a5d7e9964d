"""Wire: the answers as plain JSON values, the same at every face, and how texts from there are read.

Digests, tags and transactions are lower-case hexadecimal with ``0x``; addresses are checksummed (EIP-55);
times are ISO 8601 in UTC with ``Z``. Nothing here acts or judges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from ledger.core.problems import Problem
from ledger.errors import Refused, Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.core.verdict import Verdict
    from ledger.service.aeo_answers import AgreementAnswer, RelianceAnswer
    from ledger.service.answers import (
        ActReceipt,
        HeadAnswer,
        HeldDocument,
        History,
        HistoryLine,
        IssueResult,
        RebuildReport,
    )
    from ledger.service.use_answers import Alert, BalanceAnswer, Reservations, UseAnswer

KINDS: Final = {"origin": 1, "licence": 2, "aeo": 3}
"""Kinds of records as the faces name them, and their numbers."""

_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_REASON: Final = re.compile(r"R[0-9]{2}")
_REASON_CODE: Final = re.compile(r"[RX][0-9]{2}")
_HEX_DIGEST: Final = re.compile(r"(0x)?[0-9a-f]{64}")
_USE_ID: Final = re.compile(r"[0-9a-f]{32}")
_REFUSAL_REASON: Final = re.compile(r"[RX][0-9]{2}(?=:)")
_WORDS: Final = {number: word for word, number in KINDS.items()}
_SHOWN: Final = 80


# --- reading ------------------------------------------------------------------------------------------------


def read_moment(path: str, text: str) -> datetime:
    """Return an ISO 8601 moment with its offset, such as ``2026-11-23T09:30:00+08:00``.

    The offset is kept, because answers tell their moments by the offset of who asks.

    Raises:
        Rejected: it is something else; a ``+`` that a query turned into a space is the usual reason.
    """
    if _MOMENT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
            moment.astimezone(UTC)  # the first and last hours of the calendar have no counterpart in UTC
            return moment
        except (ValueError, OverflowError):
            pass
    wanted = (
        "an ISO 8601 date and time with offset, such as 2026-11-23T09:30:00Z (in a URL, + is written %2B)"
    )
    raise Rejected([Problem(path, text[:_SHOWN], wanted, code="TIME_INVALID")])


def read_reason(path: str, text: str) -> int:
    """Return the number of a reason code: 24 for ``R24``.

    Raises:
        Rejected: it is something else.
    """
    if _REASON.fullmatch(text):
        return int(text[1:])
    raise Rejected([Problem(path, text[:_SHOWN], "a reason code such as R24", code="REASON_INVALID")])


def read_digest(path: str, text: str) -> bytes:
    """Return 32 bytes from 64 lower-case hexadecimal digits, with or without ``0x``.

    Raises:
        Rejected: it is something else.
    """
    if _HEX_DIGEST.fullmatch(text):
        return bytes.fromhex(text.removeprefix("0x"))
    raise Rejected([Problem(path, text[:_SHOWN], "64 hexadecimal digits", code="DIGEST_INVALID")])


def read_use_id(path: str, text: str) -> str:
    """Return the id of a use: 32 lower-case hexadecimal digits.

    Raises:
        Rejected: it is something else.
    """
    if _USE_ID.fullmatch(text):
        return text
    raise Rejected([Problem(path, text[:_SHOWN], "32 hexadecimal digits", code="USE_ID_INVALID")])


def read_kind(path: str, text: str | None) -> int:
    """Return the number of a kind of records, by its name; None is ``origin``.

    Raises:
        Rejected: it is something else.
    """
    if text is None:
        return KINDS["origin"]
    if text in KINDS:
        return KINDS[text]
    raise Rejected([Problem(path, text[:_SHOWN], "one of " + ", ".join(KINDS), code="KIND_UNKNOWN")])


# --- writing ------------------------------------------------------------------------------------------------


def moment_text(moment: datetime) -> str:
    """Return ``moment`` in UTC, to the second unless it is finer."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def hex_text(data: bytes) -> str:
    """Return ``0x`` and lower-case hexadecimal digits."""
    return "0x" + data.hex()


def address_text(address: bytes) -> str:
    """Return an address of 20 bytes with its EIP-55 checksum."""
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(address))


def plain(value: object) -> Any:
    """Return ``value`` as JSON values: bytes as hexadecimal, times as text, names in camel case."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -(2**53) < value < 2**53 else str(value)
    if isinstance(value, (bytes, bytearray)):
        return hex_text(bytes(value))
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if is_dataclass(value) and not isinstance(value, type):
        return {camel(one.name): plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {camel(str(name)): plain(child) for name, child in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(child) for child in value]
    return str(value)


def camel(name: str) -> str:
    """Return ``effectiveFrom`` for ``effective_from``; other names stay as they are."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest) if first else name


def problem_shape(problem: Problem) -> dict[str, str]:
    """Return a problem as JSON values."""
    return {
        "path": problem.path,
        "value": problem.value,
        "expectation": problem.expectation,
        "severity": problem.severity.value,
        "code": problem.code,
    }


def issue_shape(result: IssueResult) -> dict[str, object]:
    """Return what became of one certificate."""
    return {
        "source": result.source,
        "number": result.number,
        "outcome": result.outcome.value,
        "documentId": plain(result.document_id),
        "journalIndex": result.journal_index,
        "anchoredAt": plain(result.anchored_at),
        "reason": result.reason,
        "problems": [problem_shape(one) for one in result.problems],
        "refusal": result.refusal or None,
    }


def held_shape(held: HeldDocument) -> dict[str, object]:
    """Return a sealed document that this gateway keeps."""
    return {
        "documentId": hex_text(held.document_id),
        "issuer": held.issuer,
        "number": held.number,
        "state": held.state.value,
        "journalIndex": held.journal_index,
        "sealed": held.sealed.decode("ascii", "replace"),
        "reason": held.reason,
    }


def line_shape(line: HistoryLine) -> dict[str, object]:
    """Return one journal entry; the operator is the account that acted."""
    return {
        "index": line.index,
        "time": moment_text(line.time),
        "blockNumber": line.block_number,
        "act": line.act,
        "member": line.member,
        "operator": address_text(line.operator),
        "contract": address_text(line.contract),
        "details": plain(line.details),
        "leaf": hex_text(line.leaf),
    }


def history_shape(history: History) -> dict[str, object]:
    """Return a record's history; ``found`` says whether there is any record."""
    return {
        "issuer": history.issuer,
        "number": history.number,
        "tag": hex_text(history.tag),
        "found": bool(history.lines),
        "blockNumber": history.block_number,
        "journalSize": history.journal_size,
        "lines": [line_shape(line) for line in history.lines],
    }


def head_shape(head: HeadAnswer) -> dict[str, object]:
    """Return the journal's head."""
    return {
        "size": head.size,
        "root": hex_text(head.root),
        "blockNumber": head.block_number,
        "blockTime": moment_text(head.block_time),
        "cachedSize": head.cached_size,
    }


def receipt_shape(receipt: ActReceipt) -> dict[str, object]:
    """Return what the chain says of an act."""
    return {
        "act": receipt.act,
        "transaction": hex_text(receipt.transaction),
        "blockNumber": receipt.block_number,
        "journalIndex": receipt.journal_index,
        "time": moment_text(receipt.time),
        "details": plain(receipt.details),
    }


def use_shape(use: UseAnswer) -> dict[str, object]:
    """Return a use as it stands after an act; ``receipt`` is null when the act had been done before."""
    receipt = None if use.receipt is None else receipt_shape(use.receipt)
    return {**plain(use), "kind": kind_text(use.kind), "receipt": receipt}


def balance_shape(balance: BalanceAnswer) -> dict[str, object]:
    """Return what is left of a record."""
    return {**plain(balance), "kind": kind_text(balance.kind)}


def reservations_shape(found: Reservations) -> dict[str, object]:
    """Return the open reservations and how many there are in all."""
    told = [{**plain(one), "kind": kind_text(one.kind)} for one in found.reservations]
    return {
        "count": found.count,
        "reservations": told,
        "journalSize": found.journal_size,
        "next": found.next,
    }


def alert_shape(alert: Alert) -> dict[str, object]:
    """Return something that fell after an office had relied on it."""
    return {**plain(alert), "kind": kind_text(alert.kind)}


def reliance_shape(answer: RelianceAnswer) -> dict[str, object]:
    """Return a reliance with the verdict on which it was noted, or not."""
    shape: dict[str, object] = plain(replace(answer, verdict={}))
    return {**shape, "verdict": answer.verdict}


def agreement_shape(agreement: AgreementAnswer) -> dict[str, Any]:
    """Return an agreement with its covers and their changes."""
    shape: dict[str, Any] = plain(agreement)
    return shape


def keys_shape(members: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return all document keys of ``members``, as ``Ledger.members`` gives them, each with its member's code."""
    found = []
    for member in members:
        keys: Any = member.get("keys", ())
        found += [{"member": member.get("code"), **plain(key)} for key in keys]
    return {"keys": found}


def receipts_shape(receipts: Sequence[ActReceipt]) -> dict[str, object]:
    """Return what the chain says of an act that took several transactions."""
    return {"receipts": [receipt_shape(one) for one in receipts]}


def kind_text(kind: int) -> str:
    """Return the name of a kind of records; an unknown number stays a number."""
    return _WORDS.get(kind, str(kind))


def refusal_reason(error: Refused) -> str | None:
    """Return the reason code of a refusal, such as ``R12``: its argument ``reason``, or what its message begins with."""
    told = error.arguments.get("reason")
    if isinstance(told, str) and _REASON_CODE.fullmatch(told):
        return told
    found = _REFUSAL_REASON.match(str(error))
    return None if found is None else found.group()


def rebuild_shape(report: RebuildReport) -> dict[str, object]:
    """Return what ``rebuild`` found."""
    return {
        "entries": report.entries,
        "root": hex_text(report.root),
        "equal": report.equal,
        "differences": list(report.differences),
    }


def verdict_shape(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict with everything that led to it."""
    return verdict.to_dict()
