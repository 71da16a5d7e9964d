"""The six checks, one module each; ``ledger.core.verify`` puts them together."""
