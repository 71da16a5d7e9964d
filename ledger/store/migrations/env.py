"""Alembic's environment: it runs only inside ``Database.migrate``, which hands it an open connection."""

from __future__ import annotations

from alembic import context

from ledger.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
