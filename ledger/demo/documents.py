"""Documents: the licence, the AEO entry and the back-to-back certificate that the demo and its tests issue today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

Document = dict[str, Any]


def todays_licence(today: date, serial: str, tonnes: str = "100", **changes: Any) -> Document:
    """Return an import licence of China's licensing authority for several shipments of wheat."""
    return {
        "documentTypeCode": "911",
        "profileCode": "CN-IMPORT-MULTI",
        "hsEdition": "HS2022",
        "certificateNumber": f"26-AA-{serial}",
        "issuer": {"id": "CN-MOFCOM", "country": "CN"},
        "issueDate": today.isoformat(),
        "usageMode": "MULTI_SHIPMENT",
        "maxUses": 12,
        "holder": {"name": "EXAMPLE GRAIN CO., LTD.", "country": "CN"},
        "items": [
            {
                "sequence": 1,
                "hsCode": "100199",
                "quantities": [{"kind": "NET_MASS", "value": tonnes, "unit": "TNE"}],
                "description": "WHEAT, OTHER THAN DURUM",
            }
        ],
        **changes,
    }


def todays_aeo(today: date, code: str, *types: str, home: str = "AU-ABF", **changes: Any) -> Document:
    """Return an AEO entry of an administration whose types were granted a year ago."""
    granted = today - timedelta(days=365)
    return {
        "documentTypeCode": "879",
        "certificateNumber": code,
        "issuer": {"id": home, "country": home[:2]},
        "issueDate": today.isoformat(),
        "programme": f"{home[:2]}-AEO",
        "country": home[:2],
        "types": [{"type": name, "authorisationDate": granted.isoformat()} for name in types or ("AEOS",)],
        "consentToShare": {"given": True, "date": granted.isoformat()},
        "holder": {"name": "EXAMPLE EXPORTS PTY LTD", "country": home[:2]},
        **changes,
    }


def built_on(parent: Document, number: str, today: date, body: str = "SG-CUSTOMS") -> Document:
    """Return a back-to-back certificate of ``body`` for all that ``parent`` covers."""
    reference = {
        "relation": "BACK_TO_BACK_OF",
        "issuerId": parent["issuer"]["id"],
        "number": parent["certificateNumber"],
        "date": parent["issueDate"],
    }
    return {
        **{name: value for name, value in parent.items() if name not in ("validUntil", "producer")},
        "certificateNumber": number,
        "issuer": {"id": body, "country": body[:2]},
        "issueDate": today.isoformat(),
        "flags": [*parent.get("flags", ()), "BACK_TO_BACK"],
        "destinationCountry": "CN",
        "references": [reference],
        "exporter": {"name": "EXAMPLE TRADING PTE LTD", "country": body[:2]},
    }
