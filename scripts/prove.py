"""Prove the rules of balances with halmos: every ``check_`` function of ``tests/solidity/proofs``, for all arguments.

What is proved is bytecode: contracts and proofs are compiled by the same compiler with the same settings as what is
deployed. halmos expects to build with forge; it finds what it needs already built, and a ``forge`` that does nothing.
A proof that the solver does not finish counts as failed. Proofs on one act at a time: what a whole sequence of acts
keeps follows from them by induction, and is fuzzed in ``tests/solidity/UseInvariants.t.sol``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.compile_contracts import ROOT, compile_with_solcx, standard_input

PROOFS = ROOT / "tests" / "solidity" / "proofs"
HALMOS = ROOT / ".setup" / "halmos" / "bin"
SECONDS = 300
"""How long the solver may take for one question, on a slow machine; the longest took 14 s on two cores."""
WANTED = ("abi", "metadata", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers")


def build(out: Path) -> list[str]:
    """Write what forge would write below ``out``; return the names of the proofs, as ``Contract.function``.

    Raises:
        SystemExit: the compiler complained; the message says of what.
    """
    given = standard_input()
    for path in sorted(PROOFS.glob("*.sol")):
        given["sources"][path.relative_to(ROOT).as_posix()] = {"content": path.read_text()}
    given["settings"] = {**given["settings"], "outputSelection": {"*": {"*": list(WANTED), "": ["ast"]}}}
    made = compile_with_solcx(given)
    if complaints := [error["formattedMessage"] for error in made.get("errors", ())]:
        sys.exit("\n".join(complaints))
    proofs = []
    for number, (source, contracts) in enumerate(sorted(made["contracts"].items())):
        for name, contract in contracts.items():
            path = out / Path(source).name / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(artifact(contract, made["sources"][source]["ast"], number)))
            if source.startswith(PROOFS.relative_to(ROOT).as_posix()):
                identifiers = contract["evm"]["methodIdentifiers"]
                proofs += [f"{name}.{found}" for found in identifiers if found.startswith("check_")]
    return proofs


def artifact(contract: dict[str, Any], ast: dict[str, Any], number: int) -> dict[str, Any]:
    """Return one contract as forge would have written it."""
    evm = contract["evm"]
    return {
        "abi": contract["abi"],
        "bytecode": {**evm["bytecode"], "object": "0x" + evm["bytecode"]["object"]},
        "deployedBytecode": {**evm["deployedBytecode"], "object": "0x" + evm["deployedBytecode"]["object"]},
        "methodIdentifiers": evm["methodIdentifiers"],
        "metadata": json.loads(contract["metadata"] or "{}") or {"compiler": {"version": ""}},
        "ast": ast,
        "id": number,
    }


def prove(folder: Path) -> int:
    """Run halmos over what was built in ``folder``; return its exit code. Prints its answers."""
    (folder / "bin").mkdir()
    forge = folder / "bin" / "forge"
    forge.write_text("#!/bin/sh\nexit 0\n")
    forge.chmod(0o755)
    path = os.pathsep.join([str(folder / "bin"), str(HALMOS), os.environ["PATH"]])
    limit = f"--solver-timeout-assertion {SECONDS * 1000}"
    command = [str(HALMOS / "halmos"), *f"--root {folder} --match-contract Proof$ {limit}".split()]
    command += ["--json-output", str(folder / "answers.json")]
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=False).returncode


def proved(answers: dict[str, Any]) -> set[str]:
    """Return the names of the proofs that succeeded, from halmos's answers."""
    return {
        f"{re.split('[.:]', contract)[-1]}.{one['name']}"
        for contract, all_of_it in answers["test_results"].items()
        for one in all_of_it
        if one["exitcode"] == 0
    }


def main() -> int:
    """Return 0 when everything was proved; print what was not."""
    with tempfile.TemporaryDirectory(prefix="tradeseal-prove-") as name:
        folder = Path(name)
        proofs = build(folder / "out")
        code = prove(folder)
        missing = sorted(set(proofs) - proved(json.loads((folder / "answers.json").read_text())))
    for one in missing:
        print(f"not proved: {one}", file=sys.stderr)
    print(f"{len(proofs) - len(missing)} of {len(proofs)} proved")
    return 1 if missing or code or not proofs else 0


if __name__ == "__main__":
    sys.exit(main())
