"""Certificates: the made-up ones that the sections measure with, the same ones in every run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from ledger.core.documents.origin import HIDDEN_BY_DEFAULT, PARTICULARS
from ledger.core.documents.terms import parent_of
from ledger.reference import read_reference
from ledger.samples import certificates
from scripts.bench.world import ISSUER

# Every particular of an item by itself: some 30 hidden members for 5 items, where the default hides the particulars together.
FINE = tuple(name for name in HIDDEN_BY_DEFAULT if name != "items[*].particulars") + tuple(
    f"items[*].particulars.{name}" for name in PARTICULARS
)
_SEED = 8
_ITEMS = 5


def stream(count: int) -> Iterator[bytes]:
    """Yield the JSON of ``count`` certificates of 1 to 120 items, of one issuing body, that hang on no other document."""
    found = certificates(read_reference(), _SEED, 2 * count, (ISSUER,))
    for certificate in islice((one for one in found if parent_of(one) is None), count):
        yield orjson.dumps(certificate)


def of_five_items(count: int) -> list[dict[str, Any]]:
    """Return ``count`` certificates of 5 items, of one issuing body."""
    found = certificates(read_reference(), _SEED, 1_000 * count, (ISSUER,))
    return list(islice((one for one in found if len(one["items"]) == _ITEMS), count))
