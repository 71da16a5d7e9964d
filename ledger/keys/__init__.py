"""Keys: document signers, tag keys and the transaction account. Secrets are read from files and never shown."""
