"""Fakes: stand-ins for what is outside, which keep the contract of the port they stand in for."""
