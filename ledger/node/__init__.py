"""The embedded chain: an EVM endpoint for pilots that needs no server and keeps what it accepted across kill -9.

anvil executes, but is not trusted to keep anything: every signed transaction and its block's time are in SQLite (full
sync) before they are executed. A start replays them and compares every block's hash. One process is not a consortium:
whoever owns the machine owns this chain.
"""
