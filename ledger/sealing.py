"""Sealing: one document of any kind checked and made ready to be signed.

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
from typing import Any

import orjson

from ledger.core import envelope, numbers
from ledger.core.codes import Reference
from ledger.core.documents.kinds import Kind, kind_of
from ledger.core.documents.origin import Certificate
from ledger.core.documents.terms import Parent, grants_of, parent_of, terms_of, use_policy_of
from ledger.core.documents.validation import HIDDEN_BY_DEFAULT, Document, to_claims, validate
from ledger.core.envelope import Unsigned
from ledger.core.forms import FORM_OF_KIND, MalformedEnvelope
from ledger.core.jose import Algorithm
from ledger.core.opening import Grant, Terms
from ledger.core.problems import Problem
from ledger.core.sdjwt import Frame
from ledger.core.strictjson import DEFAULT, Limits

KIND_ORIGIN = int(Kind.ORIGIN)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the documents of one issuing body have in common.

    Args:
        tag_key: 32 secret bytes.
        registry: address of the registry that keeps the records of ``kind``, 20 bytes.
        kid: thumbprint of the document key, 32 bytes.
        kind: kind of document, 1 origin, 2 licence, 3 AEO; another one is refused.
    """

    member: str
    tag_key: bytes = field(repr=False)
    registry: bytes
    chain_id: int
    kid: bytes
    algorithm: Algorithm
    limits: Limits = DEFAULT
    kind: int = KIND_ORIGIN


@dataclass(frozen=True, slots=True)
class Draft:
    """A document after every check that needs no chain; ``unsigned`` is None when it failed one.

    Args:
        content: SHA-256 that is equal exactly for equal documents; sealing is salted, so the document id is not.
        second_keys: what else an officer may read on it: invoice numbers, normalised, and the day of issue.
        terms: what may be drawn on its record, None for no balance.
        parent: what its record is to hang on, None for nothing. grants: types of an AEO entry; aliases: number tags of
        the other forms of its code.
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
    kind: int = KIND_ORIGIN
    terms: Terms | None = None
    parent: Parent | None = None
    grants: tuple[Grant, ...] = ()
    aliases: tuple[bytes, ...] = ()


def kind_of_source(data: bytes) -> int:
    """Return the kind of a document's JSON bytes; 1 where they cannot be read, which sealing then says.

    For choosing a recipe before anything is checked.
    """
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        return KIND_ORIGIN
    return int(kind_of(tree)) if isinstance(tree, dict) else KIND_ORIGIN


class Sealer:
    """Makes drafts after one recipe; ``salts`` are the operating system's unless a test needs others."""

    def __init__(
        self, recipe: Recipe, reference: Reference, salts: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._recipe = recipe
        self._reference = reference
        self._salts = salts
        self._form = FORM_OF_KIND[recipe.kind]
        self._frame = Frame(HIDDEN_BY_DEFAULT[Kind(recipe.kind)])

    def draft(self, source: str, data: bytes, today: date) -> Draft:
        """Check a document's JSON bytes and make its envelope ready to be signed."""
        recipe = self._recipe
        if len(data) > recipe.limits.size:
            expectation = f"at most {recipe.limits.size} bytes"
            return self._refused(
                source, "", [Problem("", f"{len(data)} bytes", expectation, code="TOO_LARGE")]
            )
        # Compact JSON is read three times as fast when nothing surrounds it; lines of a file end in more.
        document, problems = validate(data.strip(b" \t\r\n"), self._reference, today=today)
        if document is None:
            return self._refused(source, "", problems)
        number = document.certificate_number
        if document.issuer.id != recipe.member:
            expectation = f"{recipe.member}, for which this gateway issues"
            wrong = Problem("issuer.id", document.issuer.id, expectation, code="ISSUER_NOT_OURS")
            return self._refused(source, number, [*problems, wrong])
        claims = to_claims(document)
        if kind_of(claims) != recipe.kind:
            expectation = f"a type of the registry of kind {recipe.kind}"
            wrong = Problem("documentTypeCode", document.document_type_code, expectation, code="KIND_DIFFERS")
            return self._refused(source, number, [*problems, wrong])
        try:
            return self._sealed(source, document, claims, problems)
        except MalformedEnvelope as error:
            return self._refused(source, number, [*problems, *error.problems])

    def _refused(self, source: str, number: str, problems: list[Problem]) -> Draft:
        return Draft(source, number, tuple(problems), kind=self._recipe.kind)

    def _sealed(
        self, source: str, document: Document, subject: dict[str, Any], problems: list[Problem]
    ) -> Draft:
        recipe = self._recipe
        claims = envelope.credential(
            self._form,
            subject,
            identifier=f"urn:uuid:{uuid.UUID(bytes=self._salts(16), version=4)}",
            issuer=recipe.member,
            valid_from=f"{document.valid_from or document.issue_date}T00:00:00Z",
            valid_until=None if document.valid_until is None else f"{document.valid_until}T23:59:59Z",
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
        normalised = numbers.normalise(document.certificate_number)
        policy = use_policy_of(subject, self._reference)
        return Draft(
            source=source,
            number=document.certificate_number,
            problems=tuple(problems),
            unsigned=unsigned,
            normalised=normalised,
            tag=numbers.tag(recipe.tag_key, recipe.kind, normalised),
            # Validated and sealed, so within the JSON profile, where this spelling is the canonical one.
            content=hashlib.sha256(orjson.dumps(subject, option=orjson.OPT_SORT_KEYS)).digest(),
            document_type=int(document.document_type_code),
            use_policy=0 if policy is None else policy.on_chain(),
            second_keys=_second_keys(document),
            kind=recipe.kind,
            terms=terms_of(subject, self._reference),
            parent=parent_of(subject),
            grants=grants_of(subject) if recipe.kind == Kind.AEO else (),
            aliases=self._aliases(subject) if recipe.kind == Kind.AEO else (),
        )

    def _aliases(self, subject: dict[str, Any]) -> tuple[bytes, ...]:
        recipe = self._recipe
        found = map(numbers.normalise, subject.get("aliases", ()))
        return tuple(numbers.tag(recipe.tag_key, recipe.kind, one) for one in found)


def _second_keys(document: Document) -> tuple[str, ...]:
    found = [document.issue_date]
    for invoice in document.invoices if isinstance(document, Certificate) else ():
        try:
            found.append(numbers.normalise(invoice.number))
        except numbers.UnusableNumber:
            continue
    return tuple(found)
