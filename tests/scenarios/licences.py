"""Licences and AEO entries that nobody has issued yet."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger.demo.documents import todays_aeo, todays_licence

Document = dict[str, Any]

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


def a_licence(tonnes: str = "100", **changes: Any) -> Document:
    return todays_licence(datetime.now(UTC).date(), secrets.token_hex(4).upper(), tonnes, **changes)


def an_aeo(*types: str, home: str = "AU-ABF", **changes: Any) -> Document:
    code = f"AEO{home[:2]}{secrets.randbelow(10**10):010}"
    return todays_aeo(datetime.now(UTC).date(), code, *types, home=home, **changes)


def a_sample(name: str, **changes: Any) -> Document:
    """Return a sample document as of today, under a number of its own."""
    [file] = SAMPLES.glob(f"{name}-*.json")
    document: Document = json.loads(file.read_text())
    today = datetime.now(UTC).date()
    document.pop("transport", None)
    document.update(
        certificateNumber=f"{document['certificateNumber'][:4]}-{secrets.token_hex(4).upper()}",
        issueDate=today.isoformat(),
    )
    if "validUntil" in document:
        document["validUntil"] = (today + timedelta(days=120)).isoformat()
    return {**document, **changes}


def a_french_licence(kilograms: str, **changes: Any) -> Document:
    """Return a licence of FR-FAM for one kind of goods, with nothing above it."""
    licence = a_sample("24", references=[], issueKind="ORIGINAL", **changes)
    [item] = licence["items"]
    plain = {name: value for name, value in item.items() if name != "parentItem"}
    return {**licence, "items": [_of(plain, kilograms)]}


def an_extract_of(licence: Document, kilograms: str) -> Document:
    """Return an extract of a licence of FR-FAM for a part of its goods."""
    reference = {
        "relation": "EXTRACT_OF",
        "issuerId": "FR-FAM",
        "number": licence["certificateNumber"],
        "date": licence["issueDate"],
    }
    extract = a_sample("24", references=[reference])
    [item] = extract["items"]
    return {**extract, "items": [_of(item, kilograms)]}


def _of(item: Document, kilograms: str) -> Document:
    [quantity] = item["quantities"]
    return {**item, "quantities": [{**quantity, "value": kilograms}]}
