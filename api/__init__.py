"""The HTTP face of a gateway: routes by journey, one table of errors, nothing decided here."""
