"""The reliances that this gateway noted: declarations that were given the treatment of an AEO.

Rule: what was noted is never changed. Whether it still stands is not known here: the journal says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.store.schema import reliances

if TYPE_CHECKING:
    from ledger.store.database import Database

# Three values each; SQLite takes at most 32,766 in one statement, and an expression of 1,000 terms.
_MANY = 200


@dataclass(frozen=True, slots=True)
class KnownReliance:
    """One declaration that relied on one type of one AEO entry.

    Args:
        reliance_id: 32 hexadecimal digits.
        declaration: its number as lodged. office: code of the customs office.
        code: the AEO code as declared. home, tag: the entry that it found: its keeper and number tag.
        partner: who recognises the entry. type: such as ``AEOS``.
        accepted_at, noted_at: seconds: when customs accepted the declaration, and when this was noted.
        journal_size: entries that were known then.
        verdict: the answer on which it was noted, as JSON.
    """

    reliance_id: str
    declaration: str
    office: str
    code: str
    home: str
    tag: bytes
    partner: str
    type: str
    accepted_at: int
    noted_at: int
    journal_size: int
    verdict: str


_KNOWN = select(*(reliances.c[name] for name in KnownReliance.__slots__))


class Reliances:
    """The own reliances.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, reliance_id: str) -> KnownReliance | None:
        """Return the reliance with this id, or None when this gateway did not note it."""
        with self._database.reading() as connection:
            row = connection.execute(_KNOWN.where(reliances.c.reliance_id == reliance_id)).first()
        return None if row is None else KnownReliance(*row)

    def exist(self) -> bool:
        """Return whether this gateway noted any."""
        with self._database.reading() as connection:
            return connection.execute(select(reliances.c.reliance_id).limit(1)).first() is not None

    def on_entries(self, entries: Iterable[tuple[str, bytes]]) -> list[KnownReliance]:
        """Return the reliances on AEO entries, each given by its home and number tag, in no order."""
        places = sorted(set(entries))
        found: list[KnownReliance] = []
        with self._database.reading() as connection:
            for start in range(0, len(places), _MANY):
                terms = [
                    and_(reliances.c.home == home, reliances.c.tag == tag)
                    for home, tag in places[start : start + _MANY]
                ]
                found += [KnownReliance(*row) for row in connection.execute(_KNOWN.where(or_(*terms)))]
        return found

    def on_recognition(self, home: str, partner: str, name: str, since: int) -> list[KnownReliance]:
        """Return the reliances on ``partner``'s recognition of a type, accepted at ``since`` or later, in no order."""
        asked = _KNOWN.where(
            reliances.c.home == home,
            reliances.c.partner == partner,
            reliances.c.type == name,
            reliances.c.accepted_at >= since,
        )
        with self._database.reading() as connection:
            return [KnownReliance(*row) for row in connection.execute(asked)]

    # --- writing, inside a transaction of the caller --------------------------------------------------------

    @staticmethod
    def note_in(connection: Connection, reliance: KnownReliance) -> None:
        """Store a reliance; one with an id that is known already stays as it is."""
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        values = {name: getattr(reliance, name) for name in KnownReliance.__slots__}
        connection.execute(insert(reliances).values(**values).on_conflict_do_nothing())
