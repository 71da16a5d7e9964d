"""Certificates for tests: builders of valid ones, of which a test spoils one part."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from ledger.core.codes import Reference
from ledger.reference import read_reference

FIXTURES = Path(__file__).parent / "fixtures"

_CERTIFICATE: dict[str, Any] = {
    "documentTypeCode": "864",
    "agreementCode": "RCEP",
    "hsEdition": "HS2022",
    "certificateNumber": "VN-CN 24/02/00123",
    "issuer": {"id": "VN-VCCI", "country": "VN", "office": "VNSGN"},
    "issueDate": "2024-03-04",
    "issueKind": "ORIGINAL",
    "validUntil": "2025-03-03",
    "destinationCountry": "CN",
    "exporter": {"id": "0301234567", "name": "SAIGON EXAMPLE SEAFOOD JSC", "country": "VN"},
    "consignee": {"id": "91310000MA1FL0000X", "name": "上海示例贸易有限公司", "country": "CN"},
    "producer": [{"disclosure": "CONFIDENTIAL"}],
    "transport": {"departureDate": "2024-03-05", "modeCode": "1", "loading": "VNSGN", "unloading": "CNSHA"},
    "items": [
        {
            "sequence": 1,
            "marksAndNumbers": "N/M",
            "packages": [{"count": 1200, "typeCode": "CT"}],
            "description": "FROZEN PANGASIUS FILLET",
            "hsCode": "030462",
            "originCriterion": {"code": "WO"},
            "originCountry": {"country": "VN"},
            "quantities": [
                {"kind": "NET_MASS", "value": "24000.000", "unit": "KGM"},
                {"kind": "GROSS_MASS", "value": "26400.000", "unit": "KGM"},
            ],
            "invoiceRefs": [0],
        }
    ],
    "invoices": [{"number": "EX-2024-0107", "date": "2024-03-01"}],
    "totalPackages": 1200,
    "certification": {"place": "Hồ Chí Minh", "date": "2024-03-04"},
}


@cache
def the_reference() -> Reference:
    """Return the shipped code lists and profiles, read once for all tests."""
    return read_reference()


def a_certificate(**changes: Any) -> dict[str, Any]:
    """Return a valid RCEP certificate with top-level members replaced; None takes a member away."""
    document = {**deepcopy(_CERTIFICATE), **changes}
    return {name: value for name, value in document.items() if value is not None}


def an_item(**changes: Any) -> dict[str, Any]:
    """Return the valid certificate's item with members replaced; None takes a member away."""
    item = {**deepcopy(_CERTIFICATE["items"][0]), **changes}
    return {name: value for name, value in item.items() if value is not None}


def with_item(**changes: Any) -> dict[str, Any]:
    """Return the valid certificate with its one item changed."""
    return a_certificate(items=[an_item(**changes)])


def a_foreign_certificate() -> dict[str, Any]:
    """Return the edi3 certificate that we did not write."""
    found: dict[str, Any] = orjson.loads((FIXTURES / "chafta-coo.edi3.json").read_bytes())
    return found
