"""Licences and AEO entries that nobody has issued yet."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from ledger.demo.documents import todays_aeo, todays_licence

Document = dict[str, Any]


def a_licence(tonnes: str = "100", **changes: Any) -> Document:
    return todays_licence(datetime.now(UTC).date(), secrets.token_hex(4).upper(), tonnes, **changes)


def an_aeo(*types: str, home: str = "AU-ABF", **changes: Any) -> Document:
    code = f"AEO{home[:2]}{secrets.randbelow(10**10):010}"
    return todays_aeo(datetime.now(UTC).date(), code, *types, home=home, **changes)
