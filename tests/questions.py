"""Questions: a builder of a fresh certificate, its journal and the facts about it; a test spoils one part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from ledger.core import envelope, jose, numbers
from ledger.core.acts import RolesChanged, UsePlace
from ledger.core.balances import UNIT_SCALE, LineState
from ledger.core.codes import Reference
from ledger.core.documents.declaration import Declaration, validate_declaration
from ledger.core.documents.origin import Certificate, to_claims
from ledger.core.documents.validation import validate
from ledger.core.envelope import Opened, open_envelope
from ledger.core.facts import Facts, Question, Sight
from ledger.core.forms import AEO, LICENCE, ORIGIN, Form
from ledger.core.sdjwt import Frame
from ledger.core.state import Replay
from ledger.core.uses import TermsState, Usage, UseRecord, UseState
from ledger.core.verdict import CheckName, Outcome, Verdict
from ledger.core.verify import verify
from tests.certificates import a_certificate, the_reference
from tests.journals import (
    CHAIN_ID,
    CN,
    DAY,
    REGISTRY,
    START,
    VCCI,
    AJournal,
    a_digest,
    a_private_key,
    thumbprint_of,
)

TAG_KEY = b"\x07" * 32
NUMBER = "VN-CN 26/01/00123"
FRESH = {"certificateNumber": NUMBER, "issueDate": "2026-01-01", "validUntil": "2026-12-31",
         "transport": None, "invoices": [{"number": "EX-2026-0107"}]}  # fmt: skip


def tag_of(number: str) -> bytes:
    return numbers.tag(TAG_KEY, 1, numbers.normalise(number))


def a_token(
    certificate: dict[str, Any] | None = None,
    *,
    signer: ec.EllipticCurvePrivateKey | None = None,
    kid: bytes | None = None,
    registry: bytes = REGISTRY,
    claims: dict[str, Any] | None = None,
) -> bytes:
    """The sealed document, with nothing hidden; ``claims`` replaces members of the subject after validation."""
    source = a_certificate(**FRESH) if certificate is None else certificate
    valid, problems = validate(source, the_reference())
    assert isinstance(valid, Certificate), problems
    subject = {**to_claims(valid), **(claims or {})}
    issuer = str(source["issuer"]["id"])
    return _sealed(ORIGIN, subject, issuer=issuer, signer=signer, kid=kid, registry=registry)


def a_licence_token(**changes: Any) -> bytes:
    """A sealed import licence of VN-VCCI for 100 t, with nothing hidden; ``changes`` replaces members of it."""
    line = {
        "sequence": 1,
        "hsCode": "0304",
        "originCountry": {"country": "NO"},
        "balanceKind": "QUANTITY",
        "quantities": [{"kind": "NET_MASS", "value": "100", "unit": "TNE"}],
        "value": None,
        "itemCategory": None,
        "specimen": None,
        "parentItem": None,
    }
    subject = {
        "documentTypeCode": "911",
        "profileCode": "LICENCE",
        "certificateNumber": NUMBER,
        "issuer": {"id": VCCI, "country": "VN"},
        "issueDate": "2026-01-01",
        "issueKind": "ORIGINAL",
        "validFrom": None,
        "validUntil": "2026-12-31",
        "usageMode": "MULTI_SHIPMENT",
        "maxUses": None,
        "allowedOffices": [],
        "tolerancePct": 0,
        "bulk": False,
        "destinationCountry": "VN",
        "procedure": None,
        "cites": None,
        "dualUse": None,
        "items": [{**line, **changes.pop("line", {})}],
        "references": [],
        **changes,
    }
    return _sealed(LICENCE, subject)


def an_aeo_token(**changes: Any) -> bytes:
    """A sealed AEO entry of VN-VCCI with the type AEOS, with nothing hidden; ``changes`` replaces members of it."""
    subject = {
        "documentTypeCode": "879",
        "certificateNumber": NUMBER,
        "aliases": [],
        "issuer": {"id": VCCI, "country": "VN"},
        "issueDate": "2026-01-01",
        "programme": "VN-AEO",
        "country": "VN",
        "types": [{"type": "AEOS", "authorisationDate": "2026-01-01"}],
        "validFrom": None,
        "validUntil": None,
        "consentToShare": {"given": True, "date": "2026-01-01"},
        **changes,
    }
    return _sealed(AEO, subject)


def _sealed(
    form: Form,
    subject: dict[str, Any],
    *,
    issuer: str = VCCI,
    signer: ec.EllipticCurvePrivateKey | None = None,
    kid: bytes | None = None,
    registry: bytes = REGISTRY,
) -> bytes:
    credential = envelope.credential(
        form,
        subject,
        identifier="urn:uuid:5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a",
        issuer=issuer,
        valid_from="2026-01-01T00:00:00Z",
        valid_until=None,
        chain_id=CHAIN_ID,
        registry=registry,
    )
    unsigned = envelope.seal(
        credential,
        hidden=Frame([]),
        salts=lambda count: bytes(count),
        kid=thumbprint_of() if kid is None else kid,
        algorithm=jose.Algorithm.ES256,
    )
    key = a_private_key() if signer is None else signer
    der = key.sign(unsigned.signing_input, ec.ECDSA(SHA256()))
    return envelope.attach(unsigned, jose.signature_from_der(jose.Algorithm.ES256, der)).token


@dataclass
class Presented:
    """A document, the journal and what the asker says; ``verdict`` folds, gathers facts and judges."""

    token: bytes = field(default_factory=a_token)
    journal: AJournal = field(default_factory=AJournal.working)
    source: str = "CHAIN"
    asked_number: str | None = None
    second_key: str | None = None
    declaration: Declaration | None = None
    as_of: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    slot: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    reference: Reference = field(default_factory=the_reference)

    @property
    def opened(self) -> Opened:
        return open_envelope(self.token)

    def anchor(self, **spoilt: Any) -> Presented:
        """Anchor the document as its issuer would."""
        made = {"document_id": self.opened.document_id, "tag": tag_of(NUMBER), **spoilt}
        self.journal.anchor(NUMBER, **made)
        return self

    def change(self, status: int, reason: int = 24, **details: Any) -> Presented:
        self.journal.change(status, reason=reason, tag=tag_of(NUMBER), **details)
        return self

    def declared(self, **changes: Any) -> Presented:
        declaration = {"importDate": "2026-02-01", "country": "CN", "items": [], **changes}
        self.declaration, problems = validate_declaration(declaration, the_reference())
        assert self.declaration is not None, problems
        return self

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.journal.time, UTC)

    def verdict(self, *, by_number: bool = False) -> Verdict:
        document = None if by_number else self.opened
        question = Question(
            as_of=self.as_of or self.now,
            trace_id="trace-1",
            issuer=VCCI if by_number else None,
            number=(self.asked_number or NUMBER) if by_number else None,
            second_key=self.second_key,
            document=document,
            declaration=self.declaration,
            **self.asked,
        )
        return verify(question, self.gathered(document), self.reference)

    def used(self, *uses: UseRecord, **terms: Any) -> Presented:
        """Use of the record, as ``a_usage`` makes it, two days after the journal began."""
        self.journal.time = START + 2 * DAY
        self.facts |= {"usage": a_usage(*uses, **terms), "economies": {CN: "CN", "KR-KCS": "KR"}}
        return self

    def profiled(self, agreement: str, **values: Any) -> Presented:
        """Change values of an agreement's profile."""
        profiles = [
            replace(profile, values={**profile.values, **values}) if profile.id == agreement else profile
            for profile in self.reference.profiles
        ]
        self.reference = replace(self.reference, profiles=profiles)
        return self

    def gathered(self, document: Opened | None) -> Facts:
        replay = Replay().fold_all(self.journal.entries)
        issuer = VCCI if document is None else document.issuer
        tag = tag_of(self.asked_number or NUMBER)
        record = replay.records.get((REGISTRY, issuer, tag))
        if record is not None:
            record = replace(record, **self.record)
        sight = Sight(90, self.now - timedelta(seconds=3), replay.size, b"\x01" * 32)
        slot = None
        if record is not None:
            slot = _Slot(
                record.document_id[:22],
                record.anchored_at,
                record.status,
                record.document_type,
                record.use_policy,
            )
            slot = replace(slot, **self.slot)
        kid = None if document is None else document.header.kid
        facts = Facts(
            chain_id=CHAIN_ID,
            registry=REGISTRY,
            observed_at=self.now,
            chain=sight if self.source == "CHAIN" else None,
            cache=None if self.source == "NONE" else sight,
            member=replay.consortium.members.get(issuer),
            record=record,
            slot=slot if self.source == "CHAIN" else None,
            tag=tag,
            key_owners=frozenset(c for c, m in replay.consortium.members.items() if kid in m.keys),
            recent=self.source == "RECENT",
        )
        return replace(facts, **self.facts)


def a_use(
    quantity: int = 0,
    *,
    office: str = "CN2202",
    customs: str = CN,
    declaration: str = "D-1",
    at: int = START + DAY,
    item: int = 0,
    presented: bytes | None = None,
    state: UseState = UseState.CONSUMED,
    **more: Any,
) -> UseRecord:
    """A use of the certificate by Chinese customs; ``quantity`` in whole units of the line, 0 for one without lines."""
    tag = tag_of(NUMBER)
    line = 1 if quantity else 0
    place = UsePlace(VCCI, tag, presented or tag, office, a_digest("declaration " + declaration), item, line)
    reserved = state is UseState.RESERVED
    amount = quantity * UNIT_SCALE
    use = UseRecord(customs, place, state, amount if reserved else 0, 0 if reserved else amount, 90, 90)
    times: dict[str, Any] = {"reserved_at" if reserved else "consumed_at": at, **more}
    return replace(use, **times)


def a_usage(
    *uses: UseRecord, authorised: int = 0, unit: str = "TNE", granted: int = 0, **terms: Any
) -> Usage:
    """Use of a record; with ``authorised`` whole units on its one line, else without terms."""
    if not authorised:
        return Usage(uses=uses)
    standing = [use for use in uses if use.stands]
    line = LineState(
        1,
        unit,
        authorised * UNIT_SCALE,
        sum(use.reserved for use in standing),
        sum(use.consumed for use in standing) + granted * UNIT_SCALE,
        granted * UNIT_SCALE,
    )
    state = TermsState(0, on_remaining=False, economies=("CN",), offices=())
    return Usage(replace(state, **terms), {1: line}, uses)


@dataclass(frozen=True)
class _Slot:
    commitment: bytes
    anchored_at: int
    status: int
    document_type: int
    use_policy: int


def a_licence(
    policy: int = 0x0300, document_type: int = 911, economy: str = "VN", **changes: Any
) -> Presented:
    """An import licence of VN-VCCI for 100 t, drawn on by Vietnamese customs; ``changes`` replaces members of it."""
    presented = Presented(token=a_licence_token(**changes), asked={"kind": 2, "economy": economy})
    presented.journal.decide(RolesChanged(VCCI, 12))
    chained = {"document_type": document_type, "use_policy": policy}
    presented.record, presented.slot = chained, chained
    return presented.anchor().used(authorised=100, economies=("VN",))


def outcome(verdict: Verdict, check: str) -> Outcome:
    return verdict.check(CheckName(check)).outcome


def message_of(verdict: Verdict, code: str) -> str:
    """The message of the first finding with this code, empty when there is none."""
    findings = [finding for check in verdict.checks for finding in check.findings]
    return next((finding.message for finding in findings if finding.code == code), "")


def code_is_found(verdict: Verdict, code: str, check: str) -> bool:
    return code in [finding.code for finding in verdict.check(CheckName(check)).findings]
