"""Keys: document signers, tag keys and the transaction account. Secrets come from files, never shown."""
