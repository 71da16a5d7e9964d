"""Writes the published JSON Schemas from the models into ledger/data/schemas, with the rules that a schema can say.

A schema is never stricter than the rules of ``ledger.core.documents``; ``tests/test_schemas.py`` holds both to it.

python scripts/make_schemas.py            write them
python scripts/make_schemas.py --check    exit 1 if they are not what would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel

from api.aeo_models import AgreementBody, AgreementReport
from ledger.core.documents.aeo import TYPE_NAME, AeoEntry
from ledger.core.documents.declaration import Declaration
from ledger.core.documents.licence import Licence
from ledger.core.documents.origin import Certificate
from ledger.core.profiles import Profile
from ledger.reference import read_reference

FOLDER = Path(__file__).parent.parent / "ledger" / "data" / "schemas"
DERIVED = ("validUntil", "destinationCountry")
"""Members of an origin certificate that validation derives where they are missing."""

DERIVED_OF_LICENCE = ("validUntil", "usageMode", "maxUses", "tolerancePct", "destinationCountry")
"""Members of a licence that validation derives where they are missing and its profile says."""


def schemas() -> dict[str, bytes]:
    """Return file name and content of every published schema."""
    origin = _schema(Certificate, "origin")
    origin["required"] = [name for name in origin["required"] if name not in DERIVED]
    for name in DERIVED:
        origin["properties"][name]["description"] = "derived from the agreement and the consignee when absent"
    licence = _schema(Licence, "licence")
    licence["required"] = [name for name in licence["required"] if name not in DERIVED_OF_LICENCE]
    for name in DERIVED_OF_LICENCE:
        licence["properties"][name]["description"] = "derived from the profile when absent"
    licence["$defs"]["Line"]["properties"]["balanceKind"]["description"] = (
        "derived from what the line states when absent"
    )
    licence["properties"]["profileCode"]["enum"] = list(read_reference().licence_profiles)
    licence["allOf"] = [_of_part(name) for name in ("CITES", "DUAL_USE", "NONE")]
    licence["$defs"]["CitesPermit"] |= _if(
        "permitType", ["OTHER"], {"required": ["otherType"]}, _without("otherType")
    )
    licence["$defs"]["DualUse"] |= _if("licenceType", ["GLOBAL"], _COUNTRIES)
    aeo = _schema(AeoEntry, "aeo")
    proposal = _schema(AgreementBody, "agreement-proposal")
    proposal["$defs"]["CoverBody"]["properties"]["type"]["pattern"] = TYPE_NAME
    aeo["$defs"]["Consent"]["properties"]["given"]["const"] = True
    return {
        "origin-1.json": _write(origin),
        "licence-1.json": _write(licence),
        "aeo-1.json": _write(aeo),
        "declaration-1.json": _write(_schema(Declaration, "declaration")),
        "agreement-1.json": _write(_schema(AgreementReport, "agreement", "serialization")),
        "agreement-proposal-1.json": _write(proposal),
    }


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    wrong = 0
    for name, content in schemas().items():
        path = FOLDER / name
        if not check:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            print(f"{path.name} is not what scripts/make_schemas.py writes", file=sys.stderr)
            wrong = 1
    return wrong


_COUNTRIES = {"required": ["destinations"], "properties": {"destinations": {"minItems": 1}}}
_IN_LINES = {"CITES": "specimen", "DUAL_USE": "itemCategory", "NONE": "hsCode"}
_MEMBERS = {"CITES": "cites", "DUAL_USE": "dualUse"}
_KINDS = {"CITES": "permitType", "DUAL_USE": "licenceType"}


def _of_part(part: str) -> dict[str, Any]:
    """Return what the profiles ask of a licence whose part is ``CITES``, ``DUAL_USE`` or ``NONE``."""
    profiles = [one for one in read_reference().profiles if one.values.get("part") == part]
    member = _MEMBERS.get(part)
    lines = {"items": {"required": [_IN_LINES[part]], "properties": {_IN_LINES[part]: _NOT_NULL}}}
    properties: dict[str, Any] = {
        "items": lines,
        "documentTypeCode": {"enum": _named(profiles, "documentTypes")},
    }
    properties |= {name: {"type": "null"} for name in _MEMBERS.values() if name != member}
    if member is not None:
        kinds = {"properties": {_KINDS[part]: {"enum": _named(profiles, "partTypes")}}}
        properties[member] = {**_NOT_NULL, **kinds}
    required = {} if member is None else {"required": [member]}
    return _if("profileCode", [one.id for one in profiles], {**required, "properties": properties})


_NOT_NULL: dict[str, Any] = {"not": {"type": "null"}}


def _without(member: str) -> dict[str, Any]:
    return {"properties": {member: {"type": "null"}}}


def _named(profiles: Sequence[Profile], value: str) -> list[str]:
    return sorted({one for profile in profiles for one in profile.values[value]})


def _if(
    member: str, values: list[str], then: dict[str, Any], otherwise: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the condition that where ``member`` is one of ``values``, ``then`` holds."""
    condition = {"required": [member], "properties": {member: {"enum": values}}}
    return {"if": condition, "then": then, **({} if otherwise is None else {"else": otherwise})}


def _schema(
    model: type[BaseModel], name: str, mode: Literal["validation", "serialization"] = "validation"
) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode=mode)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tradeseal:schema:{name}:1",
    }
    return {**head, **schema}


def _write(schema: dict[str, Any]) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    sys.exit(main())
