"""Questions: what somebody asks, read into a value that can be judged; all that is wrong with it at once."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ledger.core import numbers
from ledger.core.documents.declaration import Declaration, validate_declaration
from ledger.core.documents.kinds import kind_of
from ledger.core.envelope import open_envelope
from ledger.core.facts import Question
from ledger.core.forms import MalformedEnvelope
from ledger.core.problems import Problem, Severity
from ledger.errors import Rejected

if TYPE_CHECKING:
    from ledger.core.codes import Reference
    from ledger.core.strictjson import Limits
    from ledger.service.answers import VerifyRequest

KINDS = {1: "origin", 2: "licence", 3: "aeo"}
"""Kinds of records, and what they are called at the faces."""

_MEMBER = re.compile(r"[!-~]{1,32}")
_OFFICE = re.compile(r"[!-~]{1,17}")
_TYPE = re.compile(r"[!-~]{1,8}")


def read_question(request: VerifyRequest, now: datetime, reference: Reference, limits: Limits) -> Question:
    """Return the question that ``request`` asks.

    Raises:
        Rejected: it cannot be understood; everything that is wrong with it. A file that is not a sealed document is a
            question all the same.
    """
    problems: list[Problem] = []
    if request.document is None and not (request.issuer and request.number):
        missing = " and ".join(name for name in ("issuer", "number") if not getattr(request, name))
        problems.append(
            Problem(missing, "", "issuer and number, or a sealed document", code="QUESTION_INCOMPLETE")
        )
    _check_text(problems, "issuer", request.issuer, _MEMBER, "a member code such as VN-VCCI: 1 to 32")
    _check_text(problems, "partner", request.partner, _MEMBER, "a member code such as CN-GACC: 1 to 32")
    _check_text(problems, "office", request.office, _OFFICE, "a customs office's code: 1 to 17")
    _check_text(problems, "type", request.aeo_type, _TYPE, "a type of authorisation such as AEOS: 1 to 8")
    if request.as_of is not None and request.as_of.tzinfo is None:
        problems.append(Problem("as_of", str(request.as_of), "a time with its offset", code="TIME_INVALID"))
    if request.kind is not None and request.kind not in KINDS:
        wanted = ", ".join(f"{number} ({name})" for number, name in KINDS.items())
        problems.append(Problem("kind", str(request.kind), wanted, code="KIND_UNKNOWN"))
    if request.number is not None:
        try:
            numbers.normalise(request.number)
        except numbers.UnusableNumber as error:
            problems.append(replace(error.problem, path="number"))
    declaration = _declaration(request.declaration, reference, problems)
    if problems:
        raise Rejected(problems)
    document, unreadable = None, ""
    if request.document is not None:
        try:
            document = open_envelope(request.document.strip(), limits)
        except MalformedEnvelope as error:
            unreadable = f"{error.code}: {error}"
    kind = 1 if request.kind is None else request.kind
    if document is not None:
        kind = int(kind_of(document.subject))
        if request.kind not in (None, kind):
            wanted = f"{kind} ({KINDS[kind]}), as the document says, or none"
            raise Rejected([Problem("kind", str(request.kind), wanted, code="KIND_DIFFERS")])
    return Question(
        as_of=request.as_of or now,
        trace_id=str(uuid.uuid4()),
        kind=kind,
        issuer=request.issuer,
        number=request.number,
        second_key=request.second_key,
        document=document,
        declaration=declaration,
        unreadable=unreadable,
        partner=request.partner,
        aeo_type=request.aeo_type,
        office=request.office,
    )


def _check_text(
    problems: list[Problem], path: str, text: str | None, pattern: re.Pattern[str], wanted: str
) -> None:
    if text and not pattern.fullmatch(text):
        shown = text[:40].encode("ascii", "backslashreplace").decode()
        wanted = f"{wanted} printable ASCII characters without spaces"
        problems.append(Problem(path, shown, wanted, code=f"{path.upper()}_INVALID"))


def _declaration(data: bytes | None, reference: Reference, problems: list[Problem]) -> Declaration | None:
    if data is None:
        return None
    declaration, found = validate_declaration(data, reference)
    problems += [
        replace(one, path=f"declaration.{one.path}" if one.path else "declaration")
        for one in found
        if one.severity is Severity.ERROR
    ]
    return declaration


def issuer_of(question: Question) -> str:
    """Return the member code that the question is about; empty when none was given."""
    return (question.issuer or "") if question.document is None else question.document.issuer


def number_of(question: Question) -> str:
    """Return the number that the question is about, as printed."""
    if question.document is None:
        return question.number or ""
    return str(question.document.subject["certificateNumber"])
