"""Shape: what is wrong with an input before anybody asks what it means, as problems.

Turns bytes or a mapping into a plain JSON tree, and the model's refusals into problems with our paths and
codes. The
meaning of the members is not looked at: see ``rules`` and ``validation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from pydantic import ValidationError

from ledger.core import strictjson
from ledger.core.problems import Problem, Severity

MAX_SHOWN: Final = 80

_CODES: Final = {
    "missing": "MISSING",
    "extra_forbidden": "UNKNOWN_MEMBER",
    "string_too_long": "TOO_LONG",
    "string_too_short": "EMPTY",
    "too_short": "EMPTY",
    "too_long": "TOO_MANY",
    "string_pattern_mismatch": "MALFORMED",
    "literal_error": "CODE_UNKNOWN",
    "greater_than_equal": "OUT_OF_RANGE",
    "less_than_equal": "OUT_OF_RANGE",
}
_PATTERNS: Final = {
    "hsCode": "six to ten digits",
    "country": "an ISO 3166-1 alpha-2 code",
    "destinationCountry": "an ISO 3166-1 alpha-2 code",
    "issuerCountry": "an ISO 3166-1 alpha-2 code",
    "currency": "an ISO 4217 code",
    "value": 'a decimal as text such as "450" or "12.500", at most 16 digits before and 6 after the point',
    "amount": 'a decimal as text such as "450" or "12.50", at most 16 digits before and 6 after the point',
    "unit": "a code of UN/ECE Recommendation 20",
    "typeCode": "a code of UN/ECE Recommendation 21",
    "type": "1 to 8 ASCII characters without spaces, such as AEOS",
    "hsEdition": "an edition such as HS2022",
    "digest": "0x and 64 lower-case hexadecimal digits",
}


def read_tree(source: bytes | Mapping[str, Any]) -> tuple[dict[str, Any] | None, bytes, list[Problem]]:
    """Return an input as a JSON object and as JSON bytes; None and the reasons when it is not one.

    Bytes must be in the restricted JSON profile; a mapping must be what such bytes would read as.
    """
    try:
        if isinstance(source, bytes):
            tree = strictjson.parse(source)
        else:
            source = strictjson.canonical(dict(source) if isinstance(source, Mapping) else source)
            tree = orjson.loads(source)
    except strictjson.MalformedJson as error:
        return None, b"", list(error.problems)
    if not isinstance(tree, dict):
        return None, b"", [Problem("", shown(tree), "a JSON object", code="WRONG_TYPE")]
    return tree, source, []


def without_nulls(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without its members that are null, at any depth: null says the same as absence.

    A rule that asks whether a member is there could otherwise be met by null.
    """
    return {name: _without_nulls(value) for name, value in tree.items() if value is not None}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return without_nulls(value)
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def shape_problems(error: ValidationError) -> list[Problem]:
    """Return the model's refusals as problems, in the order of the model."""
    problems = [_problem(detail) for detail in error.errors(include_url=False, include_context=True)]
    places = tuple(problem.path for problem in problems)
    # pydantic also calls an array empty when none of its elements is well formed.
    return [
        problem
        for problem in problems
        if problem.code != "EMPTY" or not any(place.startswith(f"{problem.path}[") for place in places)
    ]


def without_doubles(first: Sequence[Problem], second: Iterable[Problem]) -> list[Problem]:
    """Return all of ``first``, and of ``second`` what is about places where ``first`` has no error.

    A warning hides nothing: it would let an error go unsaid.
    """
    seen = {problem.path for problem in first if problem.severity is Severity.ERROR}
    return [*first, *(problem for problem in second if problem.path not in seen)]


def spell(location: Iterable[str | int]) -> str:
    """Return a path such as ``items[2].hsCode``."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def shown(value: object) -> str:
    """Return a value as the short text of a problem; what cannot be printed safely is escaped."""
    text = value if isinstance(value, str) else _KINDS.get(type(value), type(value).__name__)
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    text = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return text if text.isprintable() else ascii(text)[1:-1]


_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "an array",
    bool: "a boolean",
    type(None): "null",
}


def walk_texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a JSON tree with its path; the tree's depth was bounded when it was read."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for name, child in node.items():
            yield from walk_texts(child, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from walk_texts(child, f"{path}[{index}]")


def _problem(detail: Mapping[str, Any]) -> Problem:
    kind, location = str(detail["type"]), detail["loc"]
    code = _CODES.get(kind, "WRONG_TYPE")
    missing = code == "MISSING"
    value = "" if missing else shown(detail.get("input"))
    last = location[-1] if location else ""
    return Problem(spell(location), value, _expectation(code, last, detail), code=code)


def _expectation(code: str, last: str | int, detail: Mapping[str, Any]) -> str:
    context = detail.get("ctx", {})
    if code == "MISSING":
        return "a value; the member is mandatory"
    if code == "UNKNOWN_MEMBER":
        return "only members of the published schema"
    if code == "TOO_LONG":
        return f"at most {context['max_length']} characters"
    if code == "TOO_MANY":
        return f"at most {context['max_length']}"
    if code == "EMPTY":
        return "at least one"
    if code == "CODE_UNKNOWN":
        return f"one of {context['expected']}"
    if code == "MALFORMED":
        if isinstance(last, str) and (last.endswith("Date") or last in ("date", "validFrom", "validUntil")):
            return "a day such as 2024-03-04"
        return _PATTERNS.get(str(last), f"text of the form {context['pattern']}")
    return str(detail["msg"]).removeprefix("Input should be ")
