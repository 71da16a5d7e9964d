"""TradeSeal: a certificate ledger that customs offices run together."""
