"""Paper: certificates in every state from JSON to a judged document, made with the product's own parts and no chain.

Facts are those of a journal in which the consortium, the issuer's key and the record stand as they would; what is timed is
decided in ``documents``.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson

from ledger.core import envelope
from ledger.core.acts import RecordAnchored
from ledger.core.consortium import Consortium
from ledger.core.documents.origin import Certificate, to_claims
from ledger.core.documents.validation import validate
from ledger.core.entries import decode
from ledger.core.envelope import Opened, open_envelope, verify_signature
from ledger.core.facts import Facts, Question, Sight
from ledger.core.forms import ORIGIN
from ledger.core.jose import Algorithm, PublicKey
from ledger.core.sdjwt import Frame
from ledger.core.state import record_of
from ledger.core.verdict import Word
from ledger.core.verify import verify
from ledger.keys.signer import SoftwareSigner, generate
from ledger.reference import read_reference
from ledger.sealing import Recipe, Sealer
from scripts.bench.journal import CHAIN_ID, REGISTRY, anchored, governance
from scripts.bench.world import ISSUER

_TAG_KEY = b"\x07" * 32
ES256 = Algorithm.ES256


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate: its JSON, the claims in it, the sealed document, and what the ledger knows the day after its issue."""

    data: bytes
    claims: dict[str, Any]
    certificate: Certificate
    token: bytes
    facts: Facts


class Desk:
    """One issuing body with a key of its own."""

    def __init__(self) -> None:
        self._reference = read_reference()
        self._signer = SoftwareSigner(generate(ES256))
        self._today = datetime.now(UTC).date()
        self._sealer = Sealer(
            Recipe(ISSUER, _TAG_KEY, REGISTRY, CHAIN_ID, self._signer.thumbprint, ES256), self._reference
        )
        self._frames: dict[tuple[str, ...], Frame] = {}
        self._consortium = Consortium()
        for index, raw in enumerate(governance(self.public_key)):
            self._consortium.fold(decode(raw, index))

    @property
    def public_key(self) -> PublicKey:
        """The key that the documents are checked with."""
        return self._signer.public_key

    def paper(self, source: dict[str, Any]) -> Paper:
        """Return a certificate that was issued, sealed with the default frame, and anchored at noon of that day."""
        data = orjson.dumps(source)
        certificate, problems = validate(data, self._reference, today=self._today)
        if not isinstance(certificate, Certificate):
            raise RuntimeError(f"a sample is not valid: {problems}")
        draft = self._sealer.draft("sample", data, self._today)
        if draft.unsigned is None:
            raise RuntimeError(f"a sample cannot be sealed: {draft.problems}")
        sealed = envelope.attach(draft.unsigned, self._signer.sign(draft.unsigned.signing_input))
        noon = datetime.combine(date.fromisoformat(certificate.issue_date), time(12), UTC)
        record = RecordAnchored(
            draft.document_type, draft.use_policy, self._signer.thumbprint, draft.tag, sealed.document_id
        )
        entry = decode(anchored(int(noon.timestamp()), record), 9)
        sight = Sight(90, noon + timedelta(days=1), 10, b"\1" * 32)
        facts = Facts(
            chain_id=CHAIN_ID,
            registry=REGISTRY,
            observed_at=noon + timedelta(days=1, seconds=3),
            chain=None,
            cache=sight,
            member=self._consortium.members[ISSUER],
            record=record_of([entry]),
            tag=draft.tag,
            key_owners=frozenset({ISSUER}),
            recent=True,
        )
        return Paper(data, to_claims(certificate), certificate, sealed.token, facts)

    def seal(self, paper: Paper, hidden: Sequence[str]) -> bytes:
        """Return the document that is made of the claims, signed; ``hidden`` are the members behind digests."""
        names = tuple(hidden)
        frame = self._frames.get(names)
        if frame is None:
            frame = self._frames[names] = Frame(names)
        certificate = paper.certificate
        credential = envelope.credential(
            ORIGIN,
            paper.claims,
            identifier=f"urn:uuid:{uuid.UUID(bytes=os.urandom(16), version=4)}",
            issuer=ISSUER,
            valid_from=f"{certificate.valid_from or certificate.issue_date}T00:00:00Z",
            valid_until=f"{certificate.valid_until}T23:59:59Z",
            chain_id=CHAIN_ID,
            registry=REGISTRY,
        )
        unsigned = envelope.seal(
            credential, hidden=frame, salts=os.urandom, kid=self._signer.thumbprint, algorithm=ES256
        )
        return envelope.attach(unsigned, self._signer.sign(unsigned.signing_input)).token

    def issue(self, data: bytes) -> bytes:
        """Return the document of a certificate's JSON: checked against all rules, sealed and signed, as issuance does it."""
        draft = self._sealer.draft("sample", data, self._today)
        assert draft.unsigned is not None
        return envelope.attach(draft.unsigned, self._signer.sign(draft.unsigned.signing_input)).token

    def sign(self, text: bytes) -> bytes:
        """Return a signature over some text."""
        return self._signer.sign(text)

    def check(self, token: bytes) -> Opened:
        """Open a document and check its signature."""
        opened = open_envelope(token)
        if not verify_signature(opened, self.public_key):
            raise RuntimeError("a document that was just sealed has a wrong signature")
        return opened

    def judge(self, paper: Paper) -> None:
        """Open a document and come to the verdict on it, which must be to accept it."""
        opened = open_envelope(paper.token)
        question = Question(as_of=paper.facts.observed_at, trace_id="bench", document=opened)
        verdict = verify(question, paper.facts, self._reference)
        if verdict.word not in (Word.ACCEPT, Word.ACCEPT_WITH_REMARKS):
            raise RuntimeError(f"a sample is judged {verdict.word}: {verdict.checks}")
