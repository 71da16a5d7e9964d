"""Act arguments: what a face was given for a consortium act, as ``Ledger.act`` takes it; all that is wrong at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.wire import read_digest, read_moment, read_reason

_TIMES: Final = ("effective_from", "retired_at", "compromised_since", "expires_at")
_ADDRESSES: Final = ("controller", "operator", "registry")
_PLAIN: Final = (
    "code",
    "economy",
    "roles",
    "kind",
    "proposal",
    "approves",
    "public_key",
    "retirement_reason",
)


def read_arguments(
    given: Mapping[str, object], spell: Callable[[str], str] = lambda name: name
) -> dict[str, object]:
    """Return those of ``given`` that are arguments of an act; None counts as not given.

    Args:
        given: texts for times, addresses, thumbprints and reason codes, values for the rest.
        spell: how the face spells a name, for the problems.

    Raises:
        Rejected: some cannot be understood; all of them.
    """
    found = {name: value for name, value in given.items() if value is not None}
    arguments: dict[str, object] = {name: found[name] for name in _PLAIN if name in found}
    problems: list[Problem] = []
    for name in (*_TIMES, *_ADDRESSES, "reason", "key"):
        if name in found:
            try:
                arguments[name] = _read(name, spell(name), str(found[name]))
            except Rejected as error:
                problems.extend(error.problems)
    if problems:
        raise Rejected(problems)
    return arguments


def _read(name: str, path: str, text: str) -> object:
    if name in _TIMES:
        return read_moment(path, text)
    if name == "reason":
        return read_reason(path, text)
    return read_digest(path, text) if name == "key" else read_address(path, text)


def read_address(path: str, text: str) -> bytes:
    """Return the 20 bytes of an address.

    Raises:
        Rejected: not an address, or a wrong checksum.
    """
    from eth_utils.address import is_checksum_address, to_canonical_address

    digits = text.removeprefix("0x")
    mixed = digits not in (digits.lower(), digits.upper())
    try:
        if len(text) == 42 and text.startswith("0x") and (not mixed or is_checksum_address(text)):
            return bytes(to_canonical_address(text))
    except ValueError:
        pass
    wanted = "an address of 0x and 40 hexadecimal digits with a right checksum"
    raise Rejected([Problem(path, text[:80], wanted, code="ADDRESS_INVALID")])
