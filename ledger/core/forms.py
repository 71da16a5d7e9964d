"""Forms: what a kind of document must say in the open, and the checks that hold every document to it.

The one rule: what a verdict rests on can never be hidden. A mandatory member is there, visible, in every sealed document
and in every copy of it. Signatures, digests and bytes are not known here: see ``envelope`` and ``sdjwt``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from ledger.core.documents.kinds import kind_of
from ledger.core.problems import Problem
from ledger.core.sdjwt import RESERVED, MalformedDisclosure, Path, Restored, spell, split_pattern

MEMBER_PREFIX: Final = "urn:tradeseal:member:"
W3C_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
STATUS_TYPE: Final = "TradeSealJournal"
SUBJECT: Final = "credentialSubject"
_ITEMS: Final = "items"

_REQUIRED: Final = frozenset(
    {"@context", "type", "id", "issuer", "validFrom", "credentialStatus", "credentialSchema", SUBJECT}
)
_ALLOWED: Final = _REQUIRED | {"validUntil"}


class MalformedEnvelope(ValueError):
    """The bytes are not a sealed document, or a document cannot be sealed or redacted that way.

    ``code`` is stable (listed in ``docs/spec/document.md``); ``problems`` has every finding where there are several.
    """

    def __init__(self, code: str, what: str, expected: str, problems: Sequence[Problem] = ()) -> None:
        self.code, self.what, self.expected = code, what, expected
        self.problems = tuple(problems) or (Problem("", what, expected, code=code),)
        super().__init__(f"{what}, expected {expected}")


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """The fixed parts of one kind of document; equal to nothing but itself.

    Args:
        kind: 1 origin, 2 licence, 3 AEO.
        always: members of the subject that are never hidden and always there; with the value that stands for "none",
            or ``...`` where there must be a value.
        always_in_items: the same for each element of ``items``, of a form that has them.
    """

    kind: int
    context: str
    type: str
    schema: str
    always: Mapping[str, Any]
    always_in_items: Mapping[str, Any]


ORIGIN: Final = Form(
    kind=1,
    context="urn:tradeseal:context:origin:1",
    type="CertificateOfOrigin",
    schema="urn:tradeseal:schema:origin:1",
    always={
        "documentTypeCode": ...,
        "agreementCode": None,
        "certificateNumber": ...,
        "issuer": ...,
        "issueDate": ...,
        "issueKind": ...,
        "flags": (),
        "validUntil": None,
        "destinationCountry": ...,
        "items": ...,
        "references": (),
    },
    always_in_items={
        "sequence": ...,
        "hsCode": ...,
        "originCriterion": None,
        "originCountry": ...,
        "quantities": ...,
    },
)
LICENCE: Final = Form(
    kind=2,
    context="urn:tradeseal:context:licence:1",
    type="Licence",
    schema="urn:tradeseal:schema:licence:1",
    always={
        "documentTypeCode": ...,
        "profileCode": ...,
        "certificateNumber": ...,
        "issuer": ...,
        "issueDate": ...,
        "issueKind": ...,
        "validFrom": None,
        "validUntil": None,
        "usageMode": ...,
        "maxUses": None,
        "allowedOffices": (),
        "tolerancePct": None,
        "bulk": None,
        "destinationCountry": None,
        "procedure": None,
        "cites": None,
        "dualUse": None,
        "items": ...,
        "references": (),
    },
    always_in_items={
        "sequence": ...,
        "hsCode": None,
        "originCountry": None,
        "balanceKind": None,
        "quantities": (),
        "value": None,
        "itemCategory": None,
        "specimen": None,
        "parentItem": None,
    },
)
AEO: Final = Form(
    kind=3,
    context="urn:tradeseal:context:aeo:1",
    type="AeoEntry",
    schema="urn:tradeseal:schema:aeo:1",
    always={
        "documentTypeCode": ...,
        "certificateNumber": ...,
        "aliases": (),
        "issuer": ...,
        "issueDate": ...,
        "programme": ...,
        "country": ...,
        "types": ...,
        "validFrom": None,
        "validUntil": None,
        "consentToShare": ...,
    },
    always_in_items={},
)
FORMS: Final = {form.context: form for form in (ORIGIN, LICENCE, AEO)}
FORM_OF_KIND: Final = {form.kind: form for form in FORMS.values()}


_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MEMBER: Final = re.compile(re.escape(MEMBER_PREFIX) + r"[A-Za-z0-9._-]{1,32}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_STATUS: Final = re.compile(r"eip155:(?:[1-9][0-9]{0,19}):0x[0-9a-fA-F]{40}")


def form_of(claims: Mapping[str, Any]) -> Form:
    """Return the form that the claims' ``@context`` names.

    Raises:
        MalformedEnvelope: no context that is known here; contexts are never fetched.
    """
    context = claims.get("@context")
    form = FORMS.get(context[1]) if type(context) is list and _is_pair(context) else None
    if form is None or context != [W3C_CONTEXT, form.context]:
        raise MalformedEnvelope(
            "CONTEXT", f"@context {context!r}"[:200], f"{W3C_CONTEXT} and one of {list(FORMS)}"
        )
    return form


def _is_pair(value: list[Any]) -> bool:
    return len(value) == 2 and type(value[0]) is str and type(value[1]) is str


def check_credential(claims: Mapping[str, Any], form: Form) -> None:
    """Check the members around the subject (VCDM 2.0, as ``docs/spec/document.md`` narrows it).

    Raises:
        MalformedEnvelope: names every member that is wrong.
    """
    names = claims.keys()
    if not _REQUIRED <= names <= _ALLOWED:
        what = f"without {sorted(_REQUIRED - names)}, with {sorted(names - _ALLOWED)}"
        raise MalformedEnvelope("CREDENTIAL", what, "the members of docs/spec/document.md and no others")
    problems = []

    def expect(right: bool, path: str, expected: str) -> None:
        if not right:
            problems.append(Problem(path, str(claims[path])[:80], expected, code="CREDENTIAL"))

    expect(
        claims["type"] == ["VerifiableCredential", form.type], "type", f"VerifiableCredential and {form.type}"
    )
    expect(_fits(_UUID, claims["id"]), "id", "urn:uuid: and a random UUID in lower case")
    expect(_fits(_MEMBER, claims["issuer"]), "issuer", f"{MEMBER_PREFIX} and a member code")
    expect(_is_time(claims["validFrom"]), "validFrom", "UTC to the second: 2026-03-04T00:00:00Z")
    if "validUntil" in claims:
        expect(_is_time(claims["validUntil"]), "validUntil", "UTC to the second: 2026-03-04T00:00:00Z")
    status = claims["credentialStatus"]
    right = type(status) is dict and status.keys() == {"id", "type"} and status["type"] == STATUS_TYPE
    expect(
        right and _fits(_STATUS, status["id"]), "credentialStatus", f"eip155:chain:0xaddress, {STATUS_TYPE}"
    )
    schema = {"id": form.schema, "type": "JsonSchema"}
    expect(claims["credentialSchema"] == schema, "credentialSchema", str(schema))
    expect(type(claims[SUBJECT]) is dict, SUBJECT, "an object")
    if problems:
        raise MalformedEnvelope("CREDENTIAL", "; ".join(map(str, problems)), "a credential", problems)


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return type(value) is str and pattern.fullmatch(value) is not None


def _is_time(value: Any) -> bool:
    if not _fits(_TIME, value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def stays_visible(path: Sequence[str | int], form: Form) -> bool:
    """Return whether the member at ``path`` (from the root on) may never be hidden."""
    if len(path) < 2 or path[0] != SUBJECT:
        return True
    if path[1] not in form.always:
        return False
    return path[1] != _ITEMS or len(path) < 4 or path[3] in form.always_in_items


def check_frame(patterns: Iterable[str], form: Form) -> None:
    """Refuse to hide what must stay visible.

    Raises:
        MalformedEnvelope: names every such pattern.
    """
    _check_frame(tuple(patterns), form)


@lru_cache(maxsize=64)  # a gateway seals everything with a frame or two
def _check_frame(patterns: tuple[str, ...], form: Form) -> None:
    problems = []
    for pattern in patterns:
        try:
            steps = split_pattern(pattern)
        except MalformedDisclosure as error:
            raise MalformedEnvelope(error.code, error.what, error.expected) from None
        if stays_visible((SUBJECT, *steps), form):
            problems.append(
                Problem(pattern, "hidden", "a member that may be hidden", code="MUST_STAY_VISIBLE")
            )
    if problems:
        what = ", ".join(problem.path for problem in problems)
        raise MalformedEnvelope(
            "MUST_STAY_VISIBLE", f"{what} hidden", "mandatory members in the open", problems
        )


def completed(subject: Any, form: Form) -> Any:
    """Return a copy of the subject in which members without a value say so, instead of being absent."""
    if type(subject) is not dict:
        return subject
    full = _with_defaults(subject, form.always)
    if type(full.get(_ITEMS)) is list:
        full[_ITEMS] = [
            _with_defaults(item, form.always_in_items) if type(item) is dict else item
            for item in full[_ITEMS]
        ]
    return full


def check_subject(subject: Mapping[str, Any], form: Form) -> None:
    """Check that every mandatory member is there and has a value where it must have one, and that its type is of this form.

    Without the latter a certificate could leave out, as an AEO entry, what a certificate must show.

    Raises:
        MalformedEnvelope: names every member that is missing.
    """
    problems = [*_missing(subject, form.always, "")]
    items = subject.get(_ITEMS)
    if _ITEMS not in form.always:
        pass  # such a kind has none, or none that a verdict rests on
    elif type(items) is list and items:
        for place, item in enumerate(items):
            if type(item) is dict:
                problems += _missing(item, form.always_in_items, f"{_ITEMS}[{place}].")
            else:
                problems.append(
                    Problem(f"{_ITEMS}[{place}]", type(item).__name__, "an object", code="MANDATORY_MISSING")
                )
    elif not problems:
        problems.append(
            Problem(_ITEMS, str(items)[:40], "an array with at least one item", code="MANDATORY_MISSING")
        )
    if problems:
        what = ", ".join(problem.path for problem in problems)
        raise MalformedEnvelope(
            "MANDATORY_MISSING", f"no {what}", "every mandatory member in the open", problems
        )
    if kind_of(subject) != form.kind:
        stated = str(subject["documentTypeCode"])[:20]
        raise MalformedEnvelope("CONTEXT", f"type {stated} in {form.context}", "the context of its kind")


def check_visible(restored: Restored, form: Form) -> None:
    """Check that nothing mandatory was behind a digest, and that no digest stands where only such members may be.

    Raises:
        MalformedEnvelope: names the first place.
    """
    for disclosed in restored.disclosed:
        if stays_visible(disclosed.path, form):
            raise _hidden(disclosed.path)
    for container in restored.withheld:
        if stays_visible(container, form) and not _may_hold_digests(container):
            raise _hidden(container)


def check_reserved(value: Any) -> None:
    """Refuse claims whose members bear the names that SD-JWT keeps for itself.

    Raises:
        MalformedEnvelope: such a member, at any depth.
    """
    if type(value) is dict:
        if found := RESERVED & value.keys():
            raise MalformedEnvelope("RESERVED_NAME", f"a member named {min(found)}", "other names")
        for child in value.values():
            check_reserved(child)
    elif type(value) is list:
        for child in value:
            check_reserved(child)


def _with_defaults(members: Mapping[str, Any], always: Mapping[str, Any]) -> dict[str, Any]:
    full = dict(members)
    for name, default in always.items():
        if default is not ... and name not in full:
            full[name] = list(default) if type(default) is tuple else default
    return full


def _missing(members: Mapping[str, Any], always: Mapping[str, Any], prefix: str) -> list[Problem]:
    return [
        Problem(prefix + name, "", "a mandatory member in the open", code="MANDATORY_MISSING")
        for name, default in always.items()
        if name not in members or (default is ... and members[name] is None)
    ]


def _may_hold_digests(container: Path) -> bool:
    """The subject and an item hold hidden members beside their mandatory ones."""
    is_item = len(container) == 3 and container[1] == _ITEMS and type(container[2]) is int
    return container == (SUBJECT,) or is_item


def _hidden(path: Path) -> MalformedEnvelope:
    return MalformedEnvelope(
        "MUST_STAY_VISIBLE", f"{spell(path) or 'the root'} behind a digest", "mandatory members in the open"
    )
