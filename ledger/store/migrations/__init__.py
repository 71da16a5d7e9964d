"""Migrations: every shape the store ever had, applied in order by ``ledger.store.database``."""
