"""Reservations: which of them are open, kept beside the entries that made and settled them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.core.acts import UsePlace
from ledger.core.entries import MalformedEntry, decode
from ledger.core.uses import use_id

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_RESERVED = 0x34
_CHUNK = 5_000


def upgrade() -> None:
    """Make the table, and fill it from the entries that are cached already."""
    op.create_table(
        "reservations",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("use_id", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("reservations_by_use", "reservations", ["use_id"])
    where = sa.text("settled IS NULL")
    op.create_index(
        "reservations_open",
        "reservations",
        ["member", "position", "time"],
        sqlite_where=where,
        postgresql_where=where,
    )
    lines = sa.text("type = 49")
    op.create_index(
        "entries_of_lines", "entries", ["subject", "owner"], sqlite_where=lines, postgresql_where=lines
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    uses = "SELECT position, type, member, time, entry FROM entries WHERE type >= 52 AND type <= 56 "
    some = sa.text(uses + "AND position > :last ORDER BY position LIMIT :many")
    made = sa.text(
        "INSERT INTO reservations (position, member, use_id, time) VALUES (:position, :member, :use, :time)"
    )
    settled = sa.text("UPDATE reservations SET settled = :position WHERE use_id = :use AND settled IS NULL")
    last = -1
    while rows := connection.execute(some, {"last": last, "many": _CHUNK}).all():
        last = rows[-1].position
        for row in rows:
            use = _use_of(row)
            if use is not None:
                values = {"position": row.position, "member": row.member, "use": use, "time": row.time}
                wanted = values if row.type == _RESERVED else {"position": row.position, "use": use}
                connection.execute(made if row.type == _RESERVED else settled, wanted)


def _use_of(row: sa.Row[tuple[int, int, str, int, bytes]]) -> str | None:
    try:
        place = getattr(decode(bytes(row.entry), row.position).act, "place", None)
    except MalformedEntry:
        return None
    return use_id(row.member, place) if isinstance(place, UsePlace) else None
