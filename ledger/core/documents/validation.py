"""Validation: everything that is wrong with a certificate of origin, in one pass.

``validate`` is what an issuing body runs before sealing and what customs may run on what it received: the
same rules at both ends. It derives the members that the profile determines. Whether the issuer is entitled,
or the number taken, is on the chain and not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from pydantic import ValidationError

from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import check_agreement, check_dates, complete
from ledger.core.documents.origin import Certificate
from ledger.core.documents.rules import (
    Findings,
    check_items,
    check_numbers,
    check_parties,
    check_texts,
    check_transport,
    texts_are_plain,
)
from ledger.core.documents.shape import read_tree, shape_problems, without_doubles
from ledger.core.problems import Problem, Severity


def validate(
    source: bytes | Mapping[str, Any], reference: Reference, *, today: date | None = None
) -> tuple[Certificate | None, list[Problem]]:
    """Return the certificate, completed, and all its problems; the certificate is None when one is an error.

    ``validUntil`` and ``destinationCountry`` are derived where they are missing and can be.

    Args:
        source: JSON bytes of the restricted profile, or an object as read from them.
        today: the day of the asking, for dates in the future and validity that has ended; None leaves those
            out.
    """
    tree, raw, problems = read_tree(source)
    if tree is None:
        return None, problems
    document = complete(tree, reference)
    certificate: Certificate | None = None
    shape: list[Problem] = []
    try:
        certificate = Certificate.model_validate_json(orjson.dumps(document))
    except ValidationError as error:
        shape = shape_problems(error)
    findings = Findings()
    if not texts_are_plain(raw):
        check_texts(document, findings)
    check_numbers(document, findings)
    check_parties(document, reference, findings)
    check_transport(document, reference, findings)
    check_items(document, reference, findings)
    check_agreement(document, reference, findings)
    check_dates(document, reference, today, findings)
    if not findings.problems and not shape:
        return certificate, []
    problems = without_doubles(findings.problems, shape)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, problems
    return certificate, problems
