"""Acts of governance as calldata: rare, so they go through the contracts' own interface files.

Every function's name and argument types come from the ABI; nothing is spelt twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.chain.abi import selector
from ledger.chain.rules import artifact
from ledger.core.members import role_names


def call(contract: str, function: str, *arguments: Any) -> bytes:
    """Return the calldata of ``function`` of ``contract``; member codes may be given as text.

    Raises:
        ValueError: no such function, or arguments that do not fit its types.
    """
    item = _item(contract, "function", function)
    return selector(f"{function}({_types(item)})") + _encoded(item, arguments)


def creation(contract: str, *arguments: Any) -> bytes:
    """Return the data of the transaction that deploys ``contract``."""
    bytecode = bytes.fromhex(artifact(contract)["bytecode"][2:])
    item = next((item for item in artifact(contract)["abi"] if item["type"] == "constructor"), None)
    return bytecode + (_encoded(item, arguments) if item is not None else b"")


def read(contract: str, function: str, answer: bytes) -> Sequence[Any]:
    """Return the values that ``function`` answered.

    Raises:
        ValueError: the bytes do not fit the function's outputs.
    """
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    outputs = _item(contract, "function", function)["outputs"]
    try:
        return decode([_type(value) for value in outputs], answer)
    except DecodingError as error:
        raise ValueError(f"{function} answered {len(answer)} bytes that do not fit its interface") from error


def words(calldata: bytes) -> str:
    """Return a governance call in words, such as ``admitMember(code VN-VCCI, economy VN, …)``, for people."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    for item in artifact("Consortium")["abi"]:
        if item["type"] == "function" and selector(f"{item['name']}({_types(item)})") == calldata[:4]:
            try:
                values = decode([_type(value) for value in item["inputs"]], calldata[4:])
            except DecodingError:
                break
            shown = ", ".join(
                f"{given['name']} {_shown(given['name'], value)}"
                for given, value in zip(item["inputs"], values, strict=True)
            )
            return f"{item['name']}({shown})"
    return f"unknown call 0x{calldata[:4].hex()}…"


def _item(contract: str, kind: str, name: str) -> dict[str, Any]:
    for item in artifact(contract)["abi"]:
        if item["type"] == kind and item.get("name") == name:
            found: dict[str, Any] = item
            return found
    raise ValueError(f"{contract} has no {kind} {name}")


def _encoded(item: dict[str, Any], arguments: Sequence[Any]) -> bytes:
    from eth_abi.abi import encode
    from eth_abi.exceptions import EncodingError

    types = [_type(value) for value in item["inputs"]]
    if len(types) != len(arguments):
        raise ValueError(
            f"{item.get('name', 'constructor')} takes {len(types)} arguments, {len(arguments)} were given"
        )
    try:
        return encode(types, [_padded(value) for value in arguments])
    except EncodingError as error:
        raise ValueError(str(error)) from error


def _padded(value: Any) -> Any:
    if isinstance(value, str) and not value.startswith("0x"):
        return value.encode("ascii")
    if isinstance(value, (list, tuple)):
        return [_padded(part) for part in value]
    return value


def _types(item: dict[str, Any]) -> str:
    return ",".join(_type(value) for value in item["inputs"])


def _type(value: dict[str, Any]) -> str:
    if not value["type"].startswith("tuple"):
        return str(value["type"])
    inner = ",".join(_type(part) for part in value["components"])
    return f"({inner}){value['type'].removeprefix('tuple')}"


def _shown(name: str, value: Any) -> str:
    if name == "roles":
        return " + ".join(role_names(value)) or "none"
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return text.decode() if text.isascii() and text.decode().isprintable() else "0x" + value.hex()
    return str(value)
