"""Documents: the models of what is sealed, and what is checked before it is sealed."""
