"""The store: the cache of the journal, and what this gateway alone knows. All SQL of the project is here."""

from ledger.store.store import Store, open_store

__all__ = ["Store", "open_store"]
