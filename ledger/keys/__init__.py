"""Keys: document signers, tag keys and the transaction account. Secrets come from files, never shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.keys.files import refused

if TYPE_CHECKING:
    from ledger.keys.signer import Signer


def open_signer(place: str, passphrase: str) -> Signer:
    """Open the document signer that a setting names.

    Args:
        place: ``keystore:FILE``, ``pkcs12:FILE`` or ``pkcs11:URI`` (RFC 7512).
        passphrase: of the file, or the token's PIN.

    Raises:
        Rejected: another kind of place, or the file or token cannot be opened with that passphrase.
        Unavailable: the token does not answer.
    """
    kind, _, rest = place.partition(":")
    if kind == "keystore":
        from ledger.keys.keystore import open_keystore

        return open_keystore(Path(rest), passphrase)
    if kind == "pkcs12":
        from ledger.keys.pkcs12 import open_pkcs12

        return open_pkcs12(Path(rest), passphrase)
    if kind == "pkcs11":
        from ledger.keys.pkcs11 import Pkcs11Signer, parse_uri

        return Pkcs11Signer(parse_uri(place), passphrase)
    expectation = "keystore:FILE, pkcs12:FILE or pkcs11:URI"
    raise refused("keys.document_signer", place[:60], expectation, "SIGNER_UNKNOWN")
