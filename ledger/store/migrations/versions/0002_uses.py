"""Use of records: whose record an entry is about, own uses, and what an act waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEPT = "position, event, type, member, subject, time, entry"


def upgrade() -> None:
    """Say of every entry whose record it is about; until now that was the acting member's own."""
    for index in ("entries_by_subject", "entries_of_governance", "entries_by_document"):
        op.drop_index(index, "entries")
    if op.get_context().dialect.name == "sqlite":  # which can only add columns that may be missing
        _make_entries("entries_with_owner")
        op.execute(f"INSERT INTO entries_with_owner ({_KEPT}, owner) SELECT {_KEPT}, member FROM entries")  # noqa: S608
        op.drop_table("entries")
        op.rename_table("entries_with_owner", "entries")
    else:
        op.add_column("entries", sa.Column("owner", sa.Text(), nullable=True))
        op.execute("UPDATE entries SET owner = member")
        op.alter_column("entries", "owner", nullable=False)
    op.create_index("entries_by_subject", "entries", ["subject", "owner"])
    _make_part("entries_of_governance", ["position"], "type < 32")
    _make_part("entries_of_agreements", ["position"], "type >= 68 AND type <= 71")
    _make_part("entries_of_uses", ["member", "position"], "type >= 52 AND type <= 56")
    _make_part("entries_by_document", [sa.text("substr(entry, 159, 32)")], "type = 32")
    op.add_column("outbox", sa.Column("after", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("arguments", sa.Text(), nullable=True))
    op.create_index("outbox_by_predecessor", "outbox", ["after"])
    op.create_table(
        "uses",
        sa.Column("use_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("use_id"),
    )
    op.create_index("uses_by_commitment", "uses", ["commitment"])


def _make_entries(name: str) -> None:
    op.create_table(
        name,
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )


def _make_part(name: str, columns: list[str | sa.TextClause], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "entries", columns, sqlite_where=where, postgresql_where=where)
