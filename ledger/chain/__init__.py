"""The chain: its port, the real node behind it, calldata and deployment."""
