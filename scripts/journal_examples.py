"""The journal of the vectors: small, possible as a whole, with every type of entry.

Three members in three registries: certificates of origin of VN-VCCI, a permit with balances and an AEO entry of AU-ABF, both
of which CN-GACC relies on. Keys are those of the private keys 1 and 2, so nobody keeps a secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.core import acts, jose
from ledger.core.acts import UsePlace
from ledger.core.calls import call_of

CHAIN_ID: Final = 7_040
START: Final = 1_767_225_600  # 2026-01-01T00:00:00Z
CONSORTIUM: Final = b"\xc0" * 20
ORIGIN: Final = b"\x52" * 20
LICENCES: Final = b"\x4c" * 20
AEO: Final = b"\xae" * 20
DEPLOYER: Final = b"\xde" * 20
CN: Final = "CN-GACC"
AU: Final = "AU-ABF"
VN: Final = "VN-VCCI"
CONTROLLERS: Final = {code: bytes([0xA0 + place]) * 20 for place, code in enumerate(("CN", "AU", "VN", "TH"))}
OPERATORS: Final = {VN: b"\x0b" * 20, AU: b"\x0c" * 20, CN: b"\x0d" * 20}
PREFERENCE, CITES, OPERATOR_STATUS = 864, 626, 879
SINGLE_USE, QUANTITY_OF_TWO, QUANTITY = 0x0100, 0x0302, 0x0300
MILLION: Final = 10**6


@dataclass(frozen=True, slots=True)
class Acted:
    """One entry to be written; entries with the same ``at`` and head are one batch."""

    at: int
    member: str
    operator: bytes
    contract: bytes
    act: acts.Act


def journal() -> list[Acted]:
    """Return the acts of the journal, in order."""
    return [*_founding(), *_certificates(), *_balances(), *_authorised(), *_governance()]


def _founding() -> Iterator[Acted]:
    for code in (CN, AU):
        admitted = acts.MemberAdmitted(code, code[:2], 17, CONTROLLERS[code[:2]])
        yield Acted(START, code, DEPLOYER, CONSORTIUM, admitted)
    yield from _decided(1, 60, acts.MemberAdmitted(VN, "VN", 4, CONTROLLERS["VN"]))
    yield from _decided(2, 120, acts.RegistryAdmitted(ORIGIN, 1))
    yield _own(180, VN, acts.OperatorAdded(VN, OPERATORS[VN]))
    yield _own(181, VN, acts.KeyRegistered(_key(1), 1, START + 240, _public(1).raw))


def _certificates() -> Iterator[Acted]:
    for number in (1, 2, 3):
        yield _said(300, VN, ORIGIN, _anchored(PREFERENCE, SINGLE_USE, _key(1), number))
    for at, status, reason, effective in ((400, 2, 25, 390), (500, 1, 99, 500), (600, 3, 24, 300)):
        yield _said(at, VN, ORIGIN, acts.StatusChanged(_tag(1), status, reason, START + effective))
    for number in (2, 3):
        yield _said(620, VN, ORIGIN, acts.RecordConfirmed(_tag(number)))
    yield _said(640, VN, ORIGIN, _anchored(PREFERENCE, SINGLE_USE, _key(1), 4))
    yield _said(640, VN, ORIGIN, acts.RecordReplaced(_tag(3), _tag(4), 24))
    yield _said(660, VN, ORIGIN, _anchored(PREFERENCE, SINGLE_USE, _key(1), 5))
    yield _said(660, VN, ORIGIN, acts.RecordLinked(_tag(5), 1, VN, _tag(2)))


def _balances() -> Iterator[Acted]:
    """Yield a permit, an extract of it, and what customs write of them."""
    yield from _decided(3, 1_000, acts.RegistryAdmitted(LICENCES, 2))
    yield from _decided(4, 1_010, acts.RolesChanged(AU, 25))
    for code in (AU, CN):
        yield _own(1_020, code, acts.OperatorAdded(code, OPERATORS[code]))
    yield _own(1_030, AU, acts.KeyRegistered(_key(2), 1, START + 1_030, _public(2).raw))
    permit, extract, heavy, many = _tag(21), _tag(22), 100 * MILLION, 40 * MILLION
    issued: tuple[acts.Act, ...] = (
        _anchored(CITES, QUANTITY, _key(2), 21),
        acts.TermsSet(permit, 10, False, ("AU", "CN"), ("AUSYD", "CNSHA")),
        acts.LineAuthorised(permit, 1, "KGM", heavy),
        acts.LineAuthorised(permit, 2, "C62", many),
    )
    part, with_tolerance = 30 * MILLION, 33 * MILLION
    extracted: tuple[acts.Act, ...] = (
        _anchored(CITES, QUANTITY_OF_TWO, _key(2), 22),
        acts.RecordLinked(extract, 3, AU, permit),
        acts.TermsSet(extract, 10, True, ("CN",), ("CNSHA",)),
        acts.LineGranted(AU, permit, AU, extract, 1, 1, with_tolerance),
        acts.LineAuthorised(extract, 1, "KGM", part),
    )
    endorsed: tuple[acts.Act, ...] = (
        acts.ExportEndorsed(AU, permit, "AUSYD", 1, 90 * MILLION),
        acts.ExportEndorsed(AU, permit, "AUSYD", 2, many),
    )
    for at, several in ((1_100, issued), (1_110, extracted), (1_120, endorsed)):
        yield from (_said(at, AU, LICENCES, act) for act in several)
    first, second, third = (_place(permit, number, line) for number, line in ((1, 1), (2, 2), (3, 1)))
    written: tuple[acts.Act, ...] = (
        acts.UseReserved(first, 40 * MILLION),
        acts.UseConsumed(first, 39 * MILLION),
        acts.UseCorrected(first, 1, True, 2 * MILLION, 24),
        acts.UseReserved(second, 5 * MILLION),
        acts.UseReleased(second, 5 * MILLION),
        acts.UseEntered(third, 45 * MILLION, START + 1_175, True),
    )
    for place, act in enumerate(written):
        yield _said(1_130 + 10 * place, CN, LICENCES, act)
    yield _said(1_190, AU, LICENCES, acts.StatusChanged(extract, 4, 24, START + 1_190))
    yield _said(1_190, AU, LICENCES, acts.LineReturned(AU, permit, AU, extract, 1, 1, with_tolerance))


def _authorised() -> Iterator[Acted]:
    """Yield an AEO entry, and who recognises it."""
    yield from _decided(5, 1_200, acts.RegistryAdmitted(AEO, 3))
    trader, alias = _tag(31), _tag(32)
    yield _said(1_210, AU, AEO, _anchored(OPERATOR_STATUS, 0, _key(2), 31))
    yield _said(1_220, AU, AEO, acts.TypeGranted(trader, "AEOS", START - 86_400))
    yield _said(1_220, AU, AEO, acts.TypeGranted(trader, "AEOC", START + 86_400))
    yield _said(1_230, AU, AEO, acts.TypeChanged(trader, "AEOS", 2, 24, START + 1_230))
    yield _said(1_240, AU, AEO, acts.AliasAdded(alias, trader))
    yield _said(1_250, AU, AEO, acts.AliasRemoved(alias, trader))
    for home in (AU, CN):
        yield _said(1_260, AU, AEO, acts.AgreementProposed(1, CN, home, "AEOS", START, START + 1_000))
    yield _said(1_270, CN, AEO, acts.AgreementConsented(1))
    yield _said(1_280, CN, AEO, acts.RecognitionChanged(1, AU, "AEOS", 2, 24, START + 1_280))
    yield _said(1_290, AU, AEO, acts.AgreementProposed(2, CN, AU, "AEOC", START, START + 86_400))
    yield _said(1_300, CN, AEO, acts.AgreementDeclined(2))


def _governance() -> Iterator[Acted]:
    yield from _decided(6, 2_000, acts.MemberSuspended(VN, 28))
    yield from _decided(7, 2_060, acts.MemberReinstated(VN, 0))
    yield from _decided(8, 2_120, acts.RolesChanged(VN, 6))
    yield _own(2_180, VN, acts.KeyRetired(_key(1), START + 86_400, 4))
    yield _own(2_181, VN, acts.KeyCompromised(_key(1), START + 299))
    yield _own(2_182, VN, acts.OperatorRemoved(VN, OPERATORS[VN]))
    yield _own(2_183, VN, acts.ControllerChanged(VN, CONTROLLERS["TH"]))
    yield from _decided(9, 2_240, acts.RegistryRetired(ORIGIN, 1))
    open_call = call_of(acts.MemberSuspended(VN, 0))
    assert open_call is not None
    yield _own(2_300, CN, acts.Proposed(10, START + 86_400, open_call))
    yield _own(2_301, CN, acts.Voted(10, approves=False))
    yield Acted(START + 2_302, VN, CONTROLLERS["TH"], CONSORTIUM, acts.MemberLeft(VN, 0))


def _said(at: int, member: str, registry: bytes, act: acts.Act) -> Acted:
    return Acted(START + at, member, OPERATORS[member], registry, act)


def _own(at: int, member: str, act: acts.Act) -> Acted:
    return Acted(START + at, member, CONTROLLERS[member[:2]], CONSORTIUM, act)


def _decided(number: int, at: int, act: acts.Act) -> Iterator[Acted]:
    """Yield a proposal, a vote and the execution with its act."""
    call = call_of(act)
    assert call is not None
    yield _own(at, CN, acts.Proposed(number, START + at + 86_400, call))
    yield _own(at + 1, AU, acts.Voted(number, approves=True))
    yield _own(at + 2, AU, acts.Executed(number))
    yield _own(at + 2, AU, act)


def _anchored(document_type: int, policy: int, key: bytes, number: int) -> acts.RecordAnchored:
    return acts.RecordAnchored(document_type, policy, key, _tag(number), _digest(f"document {number}"))


def _place(tag: bytes, declaration: int, line: int) -> UsePlace:
    return UsePlace(AU, tag, tag, "CNSHA", _digest(f"declaration {declaration}"), 1, line)


def _public(number: int) -> jose.PublicKey:
    return jose.public_key_of(ec.derive_private_key(number, ec.SECP256R1()).public_key())


def _key(number: int) -> bytes:
    return jose.thumbprint(_public(number))


def _tag(number: int) -> bytes:
    return _digest(f"tag {number}")


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
