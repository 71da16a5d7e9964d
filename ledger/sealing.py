"""Sealing: one certificate checked and made ready to be signed.

Everything here is done without the chain, the store and the private key, so it may run in another process (see
``ledger.workers``). Whether the number is free is not known here; the document of a taken one is thrown away.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import orjson

from ledger.core import envelope, numbers
from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import NON_PREFERENTIAL
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT, Certificate, to_claims
from ledger.core.documents.validation import validate
from ledger.core.envelope import Unsigned
from ledger.core.forms import ORIGIN, MalformedEnvelope
from ledger.core.jose import Algorithm
from ledger.core.problems import Problem
from ledger.core.sdjwt import Frame
from ledger.core.strictjson import DEFAULT, Limits

KIND_ORIGIN = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the documents of one issuing body have in common.

    Args:
        tag_key: 32 secret bytes.
        registry: address of the registry that keeps the records, 20 bytes.
        kid: thumbprint of the document key, 32 bytes.
    """

    member: str
    tag_key: bytes = field(repr=False)
    registry: bytes
    chain_id: int
    kid: bytes
    algorithm: Algorithm
    limits: Limits = DEFAULT


@dataclass(frozen=True, slots=True)
class Draft:
    """A certificate after every check that needs no chain; ``unsigned`` is None when it failed one.

    Args:
        content: SHA-256 that is equal exactly for equal certificates; sealing is salted, so the document id is not.
        second_keys: what else an officer may read on it: invoice numbers, normalised, and the day of issue.
    """

    source: str
    number: str
    problems: tuple[Problem, ...]
    unsigned: Unsigned | None = None
    normalised: str = ""
    tag: bytes = b""
    content: bytes = b""
    document_type: int = 0
    use_policy: int = 0
    second_keys: tuple[str, ...] = ()


class Sealer:
    """Makes drafts after one recipe; ``salts`` are the operating system's unless a test needs others."""

    def __init__(
        self, recipe: Recipe, reference: Reference, salts: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._recipe = recipe
        self._reference = reference
        self._salts = salts
        self._frame = Frame(HIDDEN_BY_DEFAULT)

    def draft(self, source: str, data: bytes, today: date) -> Draft:
        """Check a certificate's JSON bytes and make its document ready to be signed."""
        recipe = self._recipe
        if len(data) > recipe.limits.size:
            expectation = f"at most {recipe.limits.size} bytes"
            return Draft(source, "", (Problem("", f"{len(data)} bytes", expectation, code="TOO_LARGE"),))
        # Compact JSON is read three times as fast when nothing surrounds it; lines of a file end in more.
        certificate, found = validate(data.strip(b" \t\r\n"), self._reference, today=today)
        problems = tuple(found)
        if certificate is None:
            return Draft(source, "", problems)
        number = certificate.certificate_number
        if certificate.issuer.id != recipe.member:
            expectation = f"{recipe.member}, for which this gateway issues"
            wrong = Problem("issuer.id", certificate.issuer.id, expectation, code="ISSUER_NOT_OURS")
            return Draft(source, number, (*problems, wrong))
        try:
            return self._sealed(source, certificate, problems)
        except MalformedEnvelope as error:
            return Draft(source, number, (*problems, *error.problems))

    def _sealed(self, source: str, certificate: Certificate, problems: tuple[Problem, ...]) -> Draft:
        recipe = self._recipe
        subject = to_claims(certificate)
        claims = envelope.credential(
            ORIGIN,
            subject,
            identifier=f"urn:uuid:{uuid.UUID(bytes=self._salts(16), version=4)}",
            issuer=recipe.member,
            valid_from=f"{certificate.valid_from or certificate.issue_date}T00:00:00Z",
            valid_until=f"{certificate.valid_until}T23:59:59Z",
            chain_id=recipe.chain_id,
            registry=recipe.registry,
        )
        unsigned = envelope.seal(
            claims,
            hidden=self._frame,
            salts=self._salts,
            kid=recipe.kid,
            algorithm=recipe.algorithm,
            limits=recipe.limits,
        )
        normalised = numbers.normalise(certificate.certificate_number)
        profile = self._reference.profile(
            certificate.agreement_code or NON_PREFERENTIAL, certificate.issue_date
        )
        return Draft(
            source=source,
            number=certificate.certificate_number,
            problems=problems,
            unsigned=unsigned,
            normalised=normalised,
            tag=numbers.tag(recipe.tag_key, KIND_ORIGIN, normalised),
            # Validated and sealed, so within the JSON profile, where this spelling is the canonical one.
            content=hashlib.sha256(orjson.dumps(subject, option=orjson.OPT_SORT_KEYS)).digest(),
            document_type=int(certificate.document_type_code),
            use_policy=0 if profile is None else profile.use.on_chain(),
            second_keys=_second_keys(certificate),
        )


def _second_keys(certificate: Certificate) -> tuple[str, ...]:
    found = [certificate.issue_date]
    for invoice in certificate.invoices:
        try:
            found.append(numbers.normalise(invoice.number))
        except numbers.UnusableNumber:
            continue
    return tuple(found)
