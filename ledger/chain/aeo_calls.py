"""Calls about authorised economic operators: calldata of the AEO registry's own functions.

Codes and types are text here and padded with zeros on the chain; times are seconds. Entries are anchored as every record
is, see ``abi``; that an office relied on one is a use, see ``use_calls``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.chain.acts import call, read
from ledger.core.opening import Grant

_CONTRACT: Final = "AeoRegistry"


@dataclass(frozen=True, slots=True)
class Cover:
    """That the other party recognises ``home``'s AEOs of type ``name``; times in seconds."""

    home: str
    name: str
    data_exchange_from: int
    benefits_from: int


# --- entries ------------------------------------------------------------------------------------------------------


def grant_types(member: str, tag: bytes, grants: Sequence[Grant]) -> bytes:
    """Return the call of ``grantTypes``; 1 to 16 grants."""
    return _call("grantTypes", _text(member), tag, [(_text(one.name), one.effective_from) for one in grants])


def change_type(member: str, tag: bytes, name: str, status: int, reason: int, effective_from: int) -> bytes:
    """Return the call of ``changeType``; ``effective_from`` 0 for as soon as possible."""
    return _call("changeType", _text(member), tag, _text(name), status, reason, effective_from)


def add_alias(member: str, tag: bytes, alias: bytes) -> bytes:
    """Return the call of ``addAlias``; ``alias`` is a number tag."""
    return _call("addAlias", _text(member), tag, alias)


def remove_alias(member: str, tag: bytes, alias: bytes) -> bytes:
    """Return the call of ``removeAlias``; ``alias`` is a number tag."""
    return _call("removeAlias", _text(member), tag, alias)


# --- agreements ---------------------------------------------------------------------------------------------------


def propose_agreement(member: str, partner: str, covers: Sequence[Cover]) -> bytes:
    """Return the call of ``proposeAgreement``; 1 to 16 covers."""
    spelt = [(_text(one.home), _text(one.name), one.data_exchange_from, one.benefits_from) for one in covers]
    return _call("proposeAgreement", _text(member), _text(partner), spelt)


def consent(member: str, agreement: int) -> bytes:
    """Return the call of ``consent``."""
    return _call("consent", _text(member), agreement)


def decline(member: str, agreement: int) -> bytes:
    """Return the call of ``decline``."""
    return _call("decline", _text(member), agreement)


def change_recognition(
    member: str, agreement: int, home: str, name: str, recognition: int, reason: int, effective_from: int
) -> bytes:
    """Return the call of ``changeRecognition``; ``effective_from`` 0 for as soon as possible."""
    return _call(
        "changeRecognition",
        _text(member),
        agreement,
        _text(home),
        _text(name),
        recognition,
        reason,
        effective_from,
    )


# --- views --------------------------------------------------------------------------------------------------------


def recognised_at(home: str, partner: str, name: str, time: int) -> bytes:
    """Return the call of ``recognisedAt``."""
    return _call("recognisedAt", _text(home), _text(partner), _text(name), time)


def read_recognised(answer: bytes) -> bool:
    """Return what ``recognisedAt`` answered.

    Raises:
        ValueError: the bytes do not fit.
    """
    [found] = read(_CONTRACT, "recognisedAt", answer)
    return bool(found)


def type_at(member: str, tag: bytes, name: str, time: int) -> bytes:
    """Return the call of ``typeAt``."""
    return _call("typeAt", _text(member), tag, _text(name), time)


def read_status(answer: bytes) -> int:
    """Return what ``typeAt`` answered: 0 none, else a status as of a record.

    Raises:
        ValueError: the bytes do not fit.
    """
    [found] = read(_CONTRACT, "typeAt", answer)
    return int(found)


def _call(function: str, *arguments: Any) -> bytes:
    return call(_CONTRACT, function, *arguments)


def _text(code: str) -> bytes:
    return code.encode("ascii")
