"""Validation: everything that is wrong with a document of any kind, in one pass.

``validate`` is what an issuing body runs before sealing and what customs may run on what it received: the
same rules at both ends. The document type decides which kind it is. Members that the profile determines are derived.
Whether the issuer is entitled, or the number taken, is on the chain and not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import orjson
from pydantic import ValidationError

from ledger.core.codes import Reference
from ledger.core.documents import aeo, licence, origin
from ledger.core.documents.aeo import AeoEntry
from ledger.core.documents.aeo_rules import check_entry
from ledger.core.documents.agreement_rules import check_agreement, check_dates, complete
from ledger.core.documents.kinds import Kind, kind_of
from ledger.core.documents.licence import Licence
from ledger.core.documents.licence_rules import check_licence, complete_licence
from ledger.core.documents.lineage_rules import check_balances, check_lineage
from ledger.core.documents.origin import Certificate
from ledger.core.documents.rules import (
    Findings,
    Tree,
    check_items,
    check_numbers,
    check_parties,
    check_texts,
    check_transport,
    texts_are_plain,
)
from ledger.core.documents.shape import read_tree, shape_problems, without_doubles, without_nulls
from ledger.core.problems import Problem, Severity

Document = Certificate | Licence | AeoEntry

HIDDEN_BY_DEFAULT: Final = {
    Kind.ORIGIN: origin.HIDDEN_BY_DEFAULT,
    Kind.LICENCE: licence.HIDDEN_BY_DEFAULT,
    Kind.AEO: aeo.HIDDEN_BY_DEFAULT,
}
"""For each kind, the paths of the claims that are hidden unless a recipient is to see them."""

_MODELS: Final[Mapping[Kind, type[Certificate] | type[Licence] | type[AeoEntry]]] = {
    Kind.ORIGIN: Certificate,
    Kind.LICENCE: Licence,
    Kind.AEO: AeoEntry,
}
_FROM_CLAIMS: Final = {
    Kind.ORIGIN: origin.from_claims,
    Kind.LICENCE: licence.from_claims,
    Kind.AEO: aeo.from_claims,
}


def validate(
    source: bytes | Mapping[str, Any], reference: Reference, *, today: date | None = None
) -> tuple[Document | None, list[Problem]]:
    """Return the document, completed, and all its problems; the document is None when one is an error.

    What follows from the profile (the last day, the destination, how often a licence may be used) is derived where it
    is missing and can be. A member that is null is missing.

    Args:
        source: JSON bytes of the restricted profile, or an object as read from them.
        today: the day of the asking, for dates in the future and validity that has ended; None leaves those
            out.
    """
    tree, raw, problems = read_tree(source)
    if tree is None:
        return None, problems
    if b"null" in raw:
        tree = without_nulls(tree)
    kind = kind_of(tree)
    completed = _completed(tree, kind, reference)
    document: Document | None = None
    shape: list[Problem] = []
    try:
        document = _MODELS[kind].model_validate_json(orjson.dumps(completed))
    except ValidationError as error:
        shape = shape_problems(error)
    findings = Findings()
    if not texts_are_plain(raw):
        check_texts(completed, findings)
    _check(completed, kind, reference, today, findings)
    if not findings.problems and not shape:
        return document, []
    problems = without_doubles(findings.problems, shape)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, problems
    return document, problems


def to_claims(document: Document) -> dict[str, Any]:
    """Return the members of ``credentialSubject`` for a document of any kind."""
    if isinstance(document, Certificate):
        return origin.to_claims(document)
    return licence.to_claims(document) if isinstance(document, Licence) else aeo.to_claims(document)


def from_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON shape of claims of any kind; what is hidden from the reader is absent, nothing is validated."""
    return _FROM_CLAIMS[kind_of(claims)](claims)


def _completed(tree: Tree, kind: Kind, reference: Reference) -> dict[str, Any]:
    if kind is Kind.ORIGIN:
        return complete(tree, reference)
    return complete_licence(tree, reference) if kind is Kind.LICENCE else dict(tree)


def _check(document: Tree, kind: Kind, reference: Reference, today: date | None, findings: Findings) -> None:
    if kind is Kind.AEO:
        check_entry(document, reference, today, findings)
        return
    check_numbers(document, findings)
    if kind is Kind.LICENCE:
        check_licence(document, reference, today, findings)
    else:
        check_parties(document, reference, findings)
        check_transport(document, reference, findings)
        check_items(document, reference, findings)
        check_agreement(document, reference, findings)
        check_dates(document, reference, today, findings)
    check_lineage(document, reference, findings)
    check_balances(document, reference, findings)
