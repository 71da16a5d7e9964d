"""Builders: each makes a valid thing, and a test spoils one part of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from ledger.store.documents import PreparedDocument


def a_prepared_document(number: str = "VN-CN 24/0001", **spoilt: Any) -> PreparedDocument:
    """A sealed certificate of VN-VCCI, as issuance stores it."""
    document = PreparedDocument(
        document_id=hashlib.sha256(b"id" + number.encode()).digest(),
        kind=1,
        member="VN-VCCI",
        tag=hashlib.sha256(b"tag" + number.encode()).digest(),
        number=number,
        normalised=number.replace(" ", ""),
        content=hashlib.sha256(b"content" + number.encode()).digest(),
        registry=b"\x52" * 20,
        document_type=861,
        use_policy=256,
        key=b"\x09" * 32,
        sealed=b"sealed " + number.encode(),
        second_keys=("INV-1", "2024-03-04"),
    )
    return replace(document, **spoilt)
