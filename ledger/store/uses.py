"""The uses that this gateway wrote: what lies behind the commitments on the chain.

Rule: a declaration's number stands in clear here and in ``reliances``, nowhere else. Where a use stands is not known here:
the journal says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.store.schema import uses

if TYPE_CHECKING:
    from ledger.store.database import Database

# SQLite takes at most 32,766 values in one statement, PostgreSQL 65,535.
_MANY = 500


@dataclass(frozen=True, slots=True)
class KnownUse:
    """One use of one record.

    Args:
        use_id: 32 hexadecimal digits.
        kind: 1 origin, 2 licence. number: of the certificate that was shown, as printed; tag: its number tag.
        office: code of the customs office. declaration: its number as lodged; commitment: what the chain has, 32 bytes.
        item: the declaration's item, 0 for all of it.
        created_at: seconds.
    """

    use_id: str
    kind: int
    issuer: str
    number: str
    tag: bytes
    office: str
    declaration: str
    commitment: bytes
    item: int
    created_at: int


_KNOWN = select(*(uses.c[name] for name in KnownUse.__slots__))


class Uses:
    """The own uses.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, use_id: str) -> KnownUse | None:
        """Return the use with this id, or None when this gateway did not write it."""
        with self._database.reading() as connection:
            row = connection.execute(_KNOWN.where(uses.c.use_id == use_id)).first()
        return None if row is None else KnownUse(*row)

    def by_commitments(self, commitments: Sequence[bytes]) -> dict[bytes, list[KnownUse]]:
        """Return the uses of declarations with these commitments, by commitment, oldest first."""
        found: dict[bytes, list[KnownUse]] = {}
        with self._database.reading() as connection:
            for start in range(0, len(commitments), _MANY):
                asked = _KNOWN.where(uses.c.commitment.in_(commitments[start : start + _MANY]))
                for row in connection.execute(asked.order_by(uses.c.created_at, uses.c.use_id)):
                    found.setdefault(row.commitment, []).append(KnownUse(*row))
        return found

    # --- writing, inside a transaction of the caller --------------------------------------------------------

    @staticmethod
    def remember_in(connection: Connection, use: KnownUse) -> None:
        """Store a use; one with an id that is known already stays as it is."""
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        values = {name: getattr(use, name) for name in KnownUse.__slots__}
        connection.execute(insert(uses).values(**values).on_conflict_do_nothing())
