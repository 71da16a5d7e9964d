"""The use cases: what the command, the API and integrators call."""
