"""Journals: a builder of journals that are possible as a whole; a test spoils one entry.

Every method appends what the contracts would, by whoever may do it; ``say`` appends anything.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.core import acts, jose
from ledger.core.calls import call_of
from ledger.core.entries import Entry, decode, encode

CHAIN_ID = 7040
START = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY = 86_400
CONSORTIUM, REGISTRY, DEPLOYER = b"\xc0" * 20, b"\x52" * 20, b"\xde" * 20
LICENCES, AEO = b"\x4c" * 20, b"\xae" * 20
REGISTRIES = {1: REGISTRY, 2: LICENCES, 3: AEO}
CN, AU, NZ, VCCI, ACCI = "CN-GACC", "AU-ABF", "NZ-CS", "VN-VCCI", "AU-ACCI"
AU_CUSTOMS, VN_CUSTOMS = "AU-DIBP", "VN-GDVC"
CERTIFICATE, PREFERENCE, LICENCE, AUTHORISATION = 861, 864, 911, 879
DOCUMENT_TYPES = {1: PREFERENCE, 2: LICENCE, 3: AUTHORISATION}
SINGLE, ANY_QUANTITY = 0x0100, 0x0300


def controller_of(member: str) -> bytes:
    return sha256(b"controller " + member.encode()).digest()[:20]


def operator_of(member: str) -> bytes:
    return sha256(b"operator " + member.encode()).digest()[:20]


def a_private_key(member: str = VCCI, number: int = 1) -> ec.EllipticCurvePrivateKey:
    """A key that anybody can compute: for tests only."""
    return ec.derive_private_key(
        int.from_bytes(sha256(f"{member} {number}".encode()).digest()[:31], "big"), ec.SECP256R1()
    )


@cache
def a_public_key(member: str = VCCI, number: int = 1) -> jose.PublicKey:
    return jose.public_key_of(a_private_key(member, number).public_key())


@cache
def thumbprint_of(member: str = VCCI, number: int = 1) -> bytes:
    return jose.thumbprint(a_public_key(member, number))


def a_digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def tag_of(number: str) -> bytes:
    return a_digest("tag " + number)


def an_anchoring(number: str, member: str = VCCI, kind: int = 2, policy: int = 0x0300) -> acts.RecordAnchored:
    key, document_id = thumbprint_of(member), a_digest("document " + number)
    return acts.RecordAnchored(DOCUMENT_TYPES[kind], policy, key, tag_of(number), document_id)


def some_terms(
    number: str,
    *lines: int,
    tolerance: int = 0,
    on_remaining: bool = False,
    economies: tuple[str, ...] = ("AU", "CN"),
    offices: tuple[str, ...] = (),
) -> tuple[acts.Act, ...]:
    """The entries by which terms with these quantities, all in kilograms, are set."""
    tag = tag_of(number)
    authorised = [acts.LineAuthorised(tag, place, "KGM", one) for place, one in enumerate(lines, start=1)]
    return acts.TermsSet(tag, tolerance, on_remaining, economies, offices), *authorised


def a_link(number: str, relation: int, parent: str, member: str = VCCI) -> acts.RecordLinked:
    return acts.RecordLinked(tag_of(number), relation, member, tag_of(parent))


def a_child(
    number: str,
    relation: int,
    parent: str,
    *lines: int,
    member: str = VCCI,
    parent_member: str = VCCI,
    **terms: Any,
) -> tuple[acts.Act, ...]:
    """The entries by which a child is opened whose lines take these quantities, and the tolerance on them, from the
    parent's of the same number."""
    own, above = tag_of(number), tag_of(parent)
    set_, *authorised = some_terms(number, *lines, **terms)
    tolerance = terms.get("tolerance", 0)
    granted = [
        acts.LineGranted(parent_member, above, member, own, place, place, one + one * tolerance // 100)
        for place, one in enumerate(lines, start=1)
    ]
    return a_link(number, relation, parent, parent_member), set_, *granted, *authorised


def a_place(
    number: str,
    declaration: str = "first",
    line: int = 1,
    *,
    office: str = "AUSYD",
    item: int = 0,
    owner: str = VCCI,
    presented: str | None = None,
) -> acts.UsePlace:
    shown = tag_of(number if presented is None else presented)
    return acts.UsePlace(owner, tag_of(number), shown, office, a_digest(declaration), item, line)


class AJournal:
    """``entries`` so far; ``time`` is that of the next entry and moves by 60 s with each."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.time = START
        self.proposals = 0

    @classmethod
    def founded(cls, *administrations: str) -> AJournal:
        """The consortium as deployed: by default CN-GACC, AU-ABF and NZ-CS."""
        journal = cls()
        for code in administrations or (CN, AU, NZ):
            admitted = acts.MemberAdmitted(code, code[:2], 17, controller_of(code))
            journal.say(code, admitted, DEPLOYER, step=0)
        journal.time += 60
        return journal

    @classmethod
    def working(cls) -> AJournal:
        """With a registry of origin, and VN-VCCI (preferential) with an operator and a key in effect."""
        journal = cls.founded()
        journal.decide(acts.RegistryAdmitted(REGISTRY, 1))
        journal.admit(VCCI, 4)
        return journal

    @classmethod
    def complete(cls) -> AJournal:
        """With all three registries; VN-VCCI issues all but AEO, AU-ABF too; two customs more, of VN and AU."""
        journal = cls.working()
        journal.decide(acts.RegistryAdmitted(LICENCES, 2))
        journal.decide(acts.RegistryAdmitted(AEO, 3))
        journal.decide(acts.RolesChanged(VCCI, 14))
        journal.decide(acts.RolesChanged(AU, 31))
        for code in (CN, AU, NZ):
            journal.say(code, acts.OperatorAdded(code, operator_of(code)))
            journal.register_key(code)
        journal.admit(VN_CUSTOMS, 16)
        journal.admit(AU_CUSTOMS, 16)
        return journal

    def write(self, member: str, *several: acts.Act, kind: int = 2) -> None:
        """Append what one call of a registry writes, by the member's operator."""
        for act in several[:-1]:
            self.say(member, act, operator_of(member), REGISTRIES[kind], step=0)
        self.say(member, several[-1], operator_of(member), REGISTRIES[kind])

    def issue(
        self, number: str, *opened: acts.Act, member: str = VCCI, kind: int = 2, policy: int = 0x0300
    ) -> None:
        """Anchor a record with whatever is opened with it."""
        self.write(member, an_anchoring(number, member, kind, policy), *opened, kind=kind)

    def say(
        self,
        member: str,
        act: acts.Act,
        operator: bytes | None = None,
        contract: bytes = CONSORTIUM,
        step: int = 60,
        chain_id: int = CHAIN_ID,
    ) -> Entry:
        """Append an act, by the member's controller unless somebody else is named."""
        account = controller_of(member) if operator is None else operator
        raw = encode(chain_id, contract, self.time, member, account, act)
        entry = decode(raw, len(self.entries))
        self.entries.append(entry)
        self.time += step
        return entry

    def propose(self, act: acts.Act | bytes, member: str = CN, lasts: int = DAY) -> int:
        call = act if isinstance(act, bytes) else call_of(act)
        assert call is not None
        self.proposals += 1
        self.say(member, acts.Proposed(self.proposals, self.time + lasts, call))
        return self.proposals

    def approve(self, proposal: int, *members: str) -> None:
        for member in members:
            self.say(member, acts.Voted(proposal, approves=True))

    def execute(self, proposal: int, act: acts.Act, member: str = CN) -> Entry:
        self.say(member, acts.Executed(proposal), step=0)
        return self.say(member, act)

    def decide(self, act: acts.Act) -> Entry:
        """Carry out an act by vote of the three founders."""
        proposal = self.propose(act)
        self.approve(proposal, AU, NZ)
        return self.execute(proposal, act)

    def admit(self, member: str, roles: int) -> None:
        """Admit a member that then names its operator and its first key."""
        self.decide(acts.MemberAdmitted(member, member[:2], roles, controller_of(member)))
        self.say(member, acts.OperatorAdded(member, operator_of(member)))
        self.register_key(member)

    def register_key(self, member: str = VCCI, number: int = 1, effective_in: int = 0) -> bytes:
        public = a_public_key(member, number)
        key = jose.thumbprint(public)
        self.say(member, acts.KeyRegistered(key, 1, self.time + effective_in, public.raw))
        return key

    def anchor(
        self,
        number: str = "VN-CN 24/02/00123",
        member: str = VCCI,
        *,
        document_id: bytes | None = None,
        document_type: int = PREFERENCE,
        use_policy: int = 0x0100,
        key: bytes | None = None,
        operator: bytes | None = None,
        registry: bytes = REGISTRY,
        tag: bytes | None = None,
    ) -> Entry:
        act = acts.RecordAnchored(
            document_type,
            use_policy,
            thumbprint_of(member) if key is None else key,
            a_digest("tag " + number) if tag is None else tag,
            a_digest("document " + number) if document_id is None else document_id,
        )
        return self.say(member, act, operator_of(member) if operator is None else operator, registry)

    def change(
        self,
        status: int,
        number: str = "VN-CN 24/02/00123",
        member: str = VCCI,
        *,
        reason: int = 24,
        effective_from: int | None = None,
        operator: bytes | None = None,
        tag: bytes | None = None,
    ) -> Entry:
        """Change the status of a record, from now on unless another time is given."""
        act = acts.StatusChanged(
            a_digest("tag " + number) if tag is None else tag,
            status,
            reason,
            self.time if effective_from is None else effective_from,
        )
        return self.say(member, act, operator_of(member) if operator is None else operator, REGISTRY)
