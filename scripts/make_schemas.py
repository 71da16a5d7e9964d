"""Writes the published JSON Schemas from the models into ledger/data/schemas.

python scripts/make_schemas.py            write them
python scripts/make_schemas.py --check    exit 1 if they are not what would be written
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel

from api.aeo_models import AgreementBody, AgreementReport
from ledger.core.documents.aeo import AeoEntry
from ledger.core.documents.declaration import Declaration
from ledger.core.documents.licence import Licence
from ledger.core.documents.origin import Certificate

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
    return {
        "origin-1.json": _write(origin),
        "licence-1.json": _write(licence),
        "aeo-1.json": _write(_schema(AeoEntry, "aeo")),
        "declaration-1.json": _write(_schema(Declaration, "declaration")),
        "agreement-1.json": _write(_schema(AgreementReport, "agreement", "serialization")),
        "agreement-proposal-1.json": _write(_schema(AgreementBody, "agreement-proposal")),
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
