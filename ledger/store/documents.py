"""The documents that this gateway sealed, from being prepared to being anchored.

Rule: one number of one member is held at most once; only a refused document makes room for another under its
number. ``ANCHORED`` is written by ``ledger.sync`` alone, when the journal shows the entry. Sealed bytes are
kept as they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from ledger.store.schema import documents, sealed, second_keys

if TYPE_CHECKING:
    from ledger.store.database import Database

_One = TypeVar("_One")
# SQLite takes at most 32,766 values in one statement, PostgreSQL 65,535.
_MANY = 500


class DocumentState(StrEnum):
    """Where a document stands.

    Prepared: sealed and stored. Sent: in a signed transaction. Anchored: seen in the journal. Refused: never will be.
    """

    PREPARED = "prepared"
    SENT = "sent"
    ANCHORED = "anchored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document to be stored: sealed, not yet anchored.

    Args:
        content: SHA-256 that is equal exactly for equal certificates (sealing is salted, so the document id
        is not).
        registry: address of the registry that will anchor it, 20 bytes.
        key: thumbprint of the document key, 32 bytes.
        second_keys: what else an officer may read on it (invoice numbers, issue date), normalised.
    """

    document_id: bytes
    kind: int
    member: str
    tag: bytes
    number: str
    normalised: str
    content: bytes
    registry: bytes
    document_type: int
    use_policy: int
    key: bytes
    sealed: bytes
    second_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What the store knows of a document, without its sealed bytes; times in seconds."""

    id: int
    document_id: bytes
    kind: int
    member: str
    tag: bytes
    number: str
    normalised: str
    content: bytes
    registry: bytes
    document_type: int
    use_policy: int
    key: bytes
    state: DocumentState
    outbox: int | None
    journal_index: int | None
    anchored_at: int | None
    reason_code: str
    reason: str
    created_at: int


_STORED = select(*(documents.c[name] for name in StoredDocument.__slots__))


class Documents:
    """The own documents.

    Raises (every method): ``Unavailable``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, document_id: bytes) -> StoredDocument | None:
        """Return the document with this id, or None."""
        with self._database.reading() as connection:
            row = connection.execute(_STORED.where(documents.c.document_id == document_id)).first()
        return None if row is None else _stored(row)

    def sealed(self, document_id: bytes) -> bytes | None:
        """Return the sealed bytes of the document with this id, or None."""
        asked = select(sealed.c.sealed).join(documents, documents.c.id == sealed.c.document)
        with self._database.reading() as connection:
            found = connection.execute(asked.where(documents.c.document_id == document_id)).scalar()
        return None if found is None else bytes(found)

    def by_tags(self, kind: int, member: str, tags: Sequence[bytes]) -> dict[bytes, StoredDocument]:
        """Return the documents that hold these number tags, by tag."""
        with self._database.reading() as connection:
            return self._by_tags_in(connection, kind, member, tags)

    def by_ids(self, document_ids: Sequence[bytes]) -> dict[bytes, StoredDocument]:
        """Return the documents with these document ids, by id."""
        with self._database.reading() as connection:
            return self.by_ids_in(connection, document_ids)

    @staticmethod
    def by_ids_in(connection: Connection, document_ids: Sequence[bytes]) -> dict[bytes, StoredDocument]:
        """Return the documents with these document ids, by id, as this transaction sees them."""
        found: dict[bytes, StoredDocument] = {}
        for some in _some(document_ids):
            for row in connection.execute(_STORED.where(documents.c.document_id.in_(some))):
                found[row.document_id] = _stored(row)
        return found

    def of_outbox(self, outbox: int) -> list[StoredDocument]:
        """Return the documents that the outbox row ``outbox`` anchors, in the order they were stored."""
        with self._database.reading() as connection:
            return self.of_outbox_in(connection, outbox)

    def numbers_with_second_key(self, kind: int, member: str, value: str, limit: int = 20) -> list[str]:
        """Return the numbers, as printed, of own documents on which ``value`` can be read."""
        asked = (
            select(documents.c.number)
            .join(second_keys, second_keys.c.document == documents.c.id)
            .where(second_keys.c.value == value, documents.c.kind == kind, documents.c.member == member)
            .order_by(documents.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(connection.execute(asked).scalars())

    def second_keys_of(self, document_id: bytes) -> frozenset[str] | None:
        """Return what else can be read on an own document, normalised; None when we hold no such document."""
        asked = (
            select(second_keys.c.value)
            .select_from(documents.outerjoin(second_keys, second_keys.c.document == documents.c.id))
            .where(documents.c.document_id == document_id)
        )
        with self._database.reading() as connection:
            values = connection.execute(asked).scalars().all()
        return frozenset(value for value in values if value is not None) if values else None

    def counts(self) -> dict[DocumentState, int]:
        """Return how many documents are in each state."""
        asked = select(documents.c.state, func.count()).group_by(documents.c.state)
        with self._database.reading() as connection:
            return {DocumentState(state): count for state, count in connection.execute(asked)}

    # --- writing, inside a transaction of the caller --------------------------------------------------------

    def add_in(
        self, connection: Connection, prepared: Sequence[PreparedDocument], now: int
    ) -> dict[bytes, StoredDocument]:
        """Store the documents whose number is free; return, by tag, those that hold the others' numbers.

        Of two documents with the same number in ``prepared`` the first is stored; a refused holder makes
        room.
        """
        if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
            connection.execute(text("LOCK TABLE documents IN SHARE ROW EXCLUSIVE MODE"))
        holders: dict[bytes, StoredDocument] = {}
        for kind, member in {(one.kind, one.member) for one in prepared}:
            tags = [one.tag for one in prepared if (one.kind, one.member) == (kind, member)]
            holders.update(self._by_tags_in(connection, kind, member, tags))
        refused = [one.id for one in holders.values() if one.state is DocumentState.REFUSED]
        self._remove_in(connection, refused)
        holders = {tag: one for tag, one in holders.items() if one.state is not DocumentState.REFUSED}
        free = {one.tag: one for one in reversed(prepared) if one.tag not in holders}
        if free:
            rows = [_values(one, now) for one in reversed(free.values())]
            connection.execute(insert(documents), rows)
            asked = select(documents.c.document_id, documents.c.id)
            ids: dict[bytes, int] = {}
            for some in _some([one.document_id for one in free.values()]):
                found = connection.execute(asked.where(documents.c.document_id.in_(some)))
                ids.update({row.document_id: row.id for row in found})
            connection.execute(
                insert(sealed),
                [{"document": ids[one.document_id], "sealed": one.sealed} for one in free.values()],
            )
            keys = [
                {"document": ids[one.document_id], "value": value}
                for one in free.values()
                for value in sorted(set(one.second_keys))
            ]
            if keys:
                connection.execute(insert(second_keys), keys)
        return holders

    @staticmethod
    def of_outbox_in(connection: Connection, outbox: int) -> list[StoredDocument]:
        """Return the documents that the outbox row ``outbox`` anchors."""
        asked = _STORED.where(documents.c.outbox == outbox).order_by(documents.c.id)
        return [_stored(row) for row in connection.execute(asked)]

    @staticmethod
    def carry_in(connection: Connection, document_ids: Sequence[bytes], outbox: int) -> None:
        """Say that the outbox row ``outbox`` is what anchors these documents from now on."""
        for some in _some(document_ids):
            connection.execute(
                update(documents).where(documents.c.document_id.in_(some)).values(outbox=outbox)
            )

    @staticmethod
    def follow_in(connection: Connection, outbox: int, successor: int) -> None:
        """Say that the outbox row ``successor`` anchors what ``outbox`` was to anchor."""
        carried = (documents.c.outbox == outbox) & (documents.c.state != DocumentState.ANCHORED)
        connection.execute(update(documents).where(carried).values(outbox=successor))

    @staticmethod
    def sent_in(connection: Connection, outbox: int) -> None:
        """Say that the transaction of the outbox row ``outbox`` is signed."""
        waiting = (documents.c.outbox == outbox) & (documents.c.state == DocumentState.PREPARED)
        connection.execute(update(documents).where(waiting).values(state=DocumentState.SENT))

    @staticmethod
    def refuse_in(connection: Connection, document_ids: Sequence[bytes], code: str, reason: str) -> None:
        """Say that these documents will never be anchored, and why; an anchored one stays as it is.

        Which act was refused stays with them: it knows the arguments of the refusal.
        """
        values = {"state": DocumentState.REFUSED, "reason_code": code, "reason": reason}
        for some in _some(document_ids):
            condition = documents.c.document_id.in_(some) & (documents.c.state != DocumentState.ANCHORED)
            connection.execute(update(documents).where(condition).values(**values))

    @staticmethod
    def anchored_in(connection: Connection, places: Mapping[bytes, tuple[int, int]]) -> int:
        """Say where the journal holds documents: id to (index, time). Unknown ids are passed over."""
        if not places:
            return 0
        statement = (
            update(documents)
            .where(documents.c.document_id == bindparam("of"))
            .values(
                state=DocumentState.ANCHORED,
                journal_index=bindparam("at"),
                anchored_at=bindparam("since"),
                reason_code="",
                reason="",
            )
        )
        rows = [{"of": one, "at": index, "since": time} for one, (index, time) in places.items()]
        return connection.execute(statement, rows).rowcount

    @staticmethod
    def members_in(connection: Connection, members: Iterable[str]) -> set[str]:
        """Return those of ``members`` that this gateway holds documents of."""
        found = set()
        for member in members:
            asked = select(documents.c.id).where(
                documents.c.kind.in_((1, 2, 3)), documents.c.member == member
            )
            if connection.execute(asked.limit(1)).first() is not None:
                found.add(member)
        return found

    @staticmethod
    def unanchor_in(connection: Connection, size: int) -> int:
        """Say that entries from index ``size`` on are gone: their documents are on their way again."""
        values = {"state": DocumentState.SENT, "journal_index": None, "anchored_at": None}
        lost = documents.c.journal_index >= size
        return connection.execute(update(documents).where(lost).values(**values)).rowcount

    @staticmethod
    def _by_tags_in(
        connection: Connection, kind: int, member: str, tags: Sequence[bytes]
    ) -> dict[bytes, StoredDocument]:
        found: dict[bytes, StoredDocument] = {}
        for some in _some(tags):
            asked = _STORED.where(
                documents.c.kind == kind, documents.c.member == member, documents.c.tag.in_(some)
            )
            for row in connection.execute(asked):
                found[row.tag] = _stored(row)
        return found

    @staticmethod
    def _remove_in(connection: Connection, ids: Sequence[int]) -> None:
        for some in _some(ids):
            connection.execute(delete(second_keys).where(second_keys.c.document.in_(some)))
            connection.execute(delete(sealed).where(sealed.c.document.in_(some)))
            connection.execute(delete(documents).where(documents.c.id.in_(some)))


def _values(one: PreparedDocument, now: int) -> dict[str, object]:
    return {
        "document_id": one.document_id,
        "kind": one.kind,
        "member": one.member,
        "tag": one.tag,
        "number": one.number,
        "normalised": one.normalised,
        "content": one.content,
        "registry": one.registry,
        "document_type": one.document_type,
        "use_policy": one.use_policy,
        "key": one.key,
        "state": DocumentState.PREPARED,
        "created_at": now,
    }


def _stored(row: object) -> StoredDocument:
    values: dict[str, object] = row._asdict()  # type: ignore[attr-defined]
    values["state"] = DocumentState(str(values["state"]))
    return StoredDocument(**values)  # type: ignore[arg-type]


def _some(values: Sequence[_One]) -> Iterator[Sequence[_One]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]
