"""Schema: the tables, in two parts that never refer to each other.

The *cache* (``entries``, ``events``, ``reservations``, ``steps``) says what the chain says; ``rebuild`` recreates it byte for
byte. The *own* part (everything else) exists nowhere else and is never dropped. Times are seconds since 1970
UTC, digests raw bytes. A change here needs a migration in ``migrations/versions``; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# SQLite gives out row numbers by itself only to a column that is exactly INTEGER PRIMARY KEY.
_Serial = BigInteger().with_variant(Integer, "sqlite")

# --- the cache ----------------------------------------------------------------------------------------------

events = Table(
    "events",
    metadata,
    Column("first", _Serial, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("block_digest", LargeBinary, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("transaction", LargeBinary, nullable=False),
    Index("events_by_transaction", "transaction"),
)

entries = Table(
    "entries",
    metadata,
    Column("position", _Serial, primary_key=True, autoincrement=False),
    Column("event", BigInteger, nullable=False),  # events.first
    Column("type", SmallInteger, nullable=False),
    Column("member", Text, nullable=False),  # who acted
    Column("owner", Text, nullable=False),  # whose record or membership it is about
    Column("subject", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Index("entries_by_subject", "subject", "owner"),
)
# A few hundred or thousand entries among millions: ``docs/spec/journal.md`` section 4 has the types. A partial index is
# used only by a statement that repeats its condition word for word, with the numbers in it.
GOVERNANCE = "type < 32"
AGREEMENTS = "type >= 68 AND type <= 71"
USES = "type >= 52 AND type <= 56"
LINES = "type = 49"
Index(
    "entries_of_governance",
    entries.c.position,
    sqlite_where=text(GOVERNANCE),
    postgresql_where=text(GOVERNANCE),
)
Index(
    "entries_of_agreements",
    entries.c.position,
    sqlite_where=text(AGREEMENTS),
    postgresql_where=text(AGREEMENTS),
)
Index(
    "entries_of_uses",
    entries.c.member,
    entries.c.position,
    sqlite_where=text(USES),
    postgresql_where=text(USES),
)
Index(
    "entries_of_lines",
    entries.c.subject,
    entries.c.owner,
    sqlite_where=text(LINES),
    postgresql_where=text(LINES),
)
# The document id of an anchored record is the last 32 of its entry's 190 bytes: section 4 there.
ANCHORED_DOCUMENT = "substr(entry, 159, 32)"
Index(
    "entries_by_document",
    text(ANCHORED_DOCUMENT),
    sqlite_where=entries.c.type == 0x20,
    postgresql_where=entries.c.type == 0x20,
    _table=entries,
)

# What follows from the entries alone; kept because a member's open reservations are few among all its uses.
reservations = Table(
    "reservations",
    metadata,
    Column("position", _Serial, primary_key=True, autoincrement=False),  # of the entry that reserved
    Column("member", Text, nullable=False),
    Column("use_id", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("settled", BigInteger),  # position of the entry that consumed or released it
    Index("reservations_by_use", "use_id"),
)
OPEN = "settled IS NULL"
Index(
    "reservations_open",
    reservations.c.member,
    reservations.c.position,
    reservations.c.time,
    sqlite_where=text(OPEN),
    postgresql_where=text(OPEN),
)

steps = Table(
    "steps",
    metadata,
    Column("step", _Serial, primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("block_digest", LargeBinary, nullable=False),
    Column("block_time", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False, unique=True),
    Column("root", LargeBinary, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)

CACHE = (events, entries, reservations, steps)

# --- what only this gateway knows ---------------------------------------------------------------------------

documents = Table(
    "documents",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("document_id", LargeBinary, nullable=False, unique=True),
    Column("kind", SmallInteger, nullable=False),
    Column("member", Text, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    Column("number", Text, nullable=False),
    Column("normalised", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("registry", LargeBinary, nullable=False),
    Column("document_type", Integer, nullable=False),
    Column("use_policy", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("outbox", BigInteger),
    Column("journal_index", BigInteger),
    Column("anchored_at", BigInteger),
    Column("reason_code", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "member", "tag", name="documents_number_once"),
    Index("documents_by_outbox", "outbox"),
    Index("documents_by_journal_index", "journal_index"),
)

# Apart from ``documents``, so that a change of state does not rewrite the sealed bytes.
sealed = Table(
    "sealed",
    metadata,
    Column("document", _Serial, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

second_keys = Table(
    "second_keys",
    metadata,
    Column("document", BigInteger, primary_key=True),
    Column("value", Text, primary_key=True),
    Index("second_keys_by_value", "value"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("account", LargeBinary, nullable=False),
    Column("target", LargeBinary, nullable=False),
    Column("calldata", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("successor", BigInteger),  # the row that took over the act
    Column("after", BigInteger),  # the row that must be mined before
    Column("nonce", BigInteger),
    Column("raw", LargeBinary),
    Column("digest", LargeBinary, unique=True),
    Column("block_number", BigInteger),
    Column("block_digest", LargeBinary),
    Column("reason_code", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("arguments", Text),  # of the refusal, JSON
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("account", "nonce", name="outbox_nonce_once"),
    Index("outbox_by_state", "account", "state"),
    Index("outbox_by_predecessor", "after"),
)

# Here and in ``reliances`` alone a declaration's number stands in clear.
uses = Table(
    "uses",
    metadata,
    Column("use_id", Text, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    Column("office", Text, nullable=False),
    Column("declaration", Text, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("item", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("uses_by_commitment", "commitment"),
)

reliances = Table(
    "reliances",
    metadata,
    Column("reliance_id", Text, primary_key=True),
    Column("declaration", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    Column("partner", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("journal_size", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON, as it was answered
    Index("reliances_by_entry", "home", "tag"),
    Index("reliances_by_recognition", "home", "partner", "type", "accepted_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("label", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", BigInteger, nullable=False),
)

lookups = Table(
    "lookups",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("asker", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Index("lookups_by_time", "time"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("response", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
)
