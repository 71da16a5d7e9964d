"""Journal: entries that the contracts could have written, in any number, for measuring what reads them.

Records are made up; the consortium, the issuer and its key are as in life, so that everything is checked as in life.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from ledger.core import acts
from ledger.core.calls import call_of
from ledger.core.entries import code_bytes, encode
from ledger.core.jose import PublicKey, thumbprint
from scripts.bench.world import ISSUER, VERIFIER

CHAIN_ID = 648_001
CONSORTIUM, REGISTRY = b"\xc0" * 20, b"\x52" * 20
FOUNDED = 1_735_689_600  # 2025-01-01T00:00:00Z
PREFERENCE, SINGLE_USE = 864, 0x0100
_DAY = 86_400
_ISSUING_ROLES = 2 | 4


def governance(key: PublicKey) -> Iterator[bytes]:
    """Yield the entries by which one administration founds, admits the registry and ``ISSUER``, which names its ``key``."""
    speaker = _Speaker(CONSORTIUM, FOUNDED)
    say = speaker.say
    yield say(VERIFIER, acts.MemberAdmitted(VERIFIER, VERIFIER[:2], 1 | 16, account(VERIFIER)))
    yield from _decided(speaker, 1, acts.RegistryAdmitted(REGISTRY, 1))
    yield from _decided(speaker, 2, acts.MemberAdmitted(ISSUER, ISSUER[:2], _ISSUING_ROLES, account(ISSUER)))
    yield say(ISSUER, acts.OperatorAdded(ISSUER, account("operator")))
    yield say(ISSUER, acts.KeyRegistered(thumbprint(key), int(key.algorithm), FOUNDED + _DAY, key.raw))


def anchored(time: int, record: acts.RecordAnchored) -> bytes:
    """Return the entry by which ``ISSUER`` anchors a record at ``time``."""
    return encode(CHAIN_ID, REGISTRY, time, ISSUER, account("operator"), record)


def records(key: bytes, count: int, time: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield time, head and tails of the events that anchor ``count`` made-up records, 500 in each.

    Head and tails are those of docs/spec/journal.md section 2.
    """
    front = b"\x20" + code_bytes(ISSUER) + account("operator")
    front += PREFERENCE.to_bytes(2, "big") + SINGLE_USE.to_bytes(2, "big") + key
    for first in range(0, count, 500):
        numbers = range(first, min(first + 500, count))
        tails = b"".join([_digest(b"tag", one) + _digest(b"document", one) for one in numbers])
        yield time + first // 500, front, tails


def account(label: str) -> bytes:
    """Return the address that stands for ``label``, 20 bytes."""
    return sha256(b"account " + label.encode()).digest()[:20]


class _Speaker:
    """Spells entries of one contract, each by the account that stands for the member."""

    def __init__(self, contract: bytes, time: int) -> None:
        self._contract, self._time = contract, time

    def say(self, member: str, act: acts.Act, seconds: int = 60) -> bytes:
        self._time += seconds
        return encode(CHAIN_ID, self._contract, self._time, member, account(member), act)


def _decided(speaker: _Speaker, number: int, act: acts.Act) -> Iterator[bytes]:
    call = call_of(act)
    if call is None:
        raise ValueError(f"{act} is not decided by vote")
    yield speaker.say(VERIFIER, acts.Proposed(number, FOUNDED + _DAY, call))
    yield speaker.say(VERIFIER, acts.Executed(number))
    yield speaker.say(VERIFIER, act, seconds=0)


def _digest(label: bytes, number: int) -> bytes:
    return sha256(label + number.to_bytes(8, "big")).digest()
