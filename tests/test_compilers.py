"""Two compilers' drivers, one bytecode."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.compile_contracts import CONTRACTS as NAMES

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "ledger" / "data" / "contracts"


@pytest.fixture(scope="module")
def hardhat() -> dict[str, dict[str, str]]:
    (ROOT / ".setup").mkdir(exist_ok=True)
    with (ROOT / ".setup" / "hardhat.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the Makefile takes it too: Hardhat writes into the folder
        subprocess.run(
            ["scripts/with_node", "node", "node_modules/hardhat/dist/src/cli.js", "build", "--no-tests"],
            cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip
        return {
            name: json.loads((ROOT / "artifacts" / "contracts" / f"{name}.sol" / f"{name}.json").read_text())
            for name in NAMES
        }


@pytest.mark.parametrize("name", NAMES)
def test_hardhat_and_py_solc_x_make_the_same_bytecode(name: str, hardhat: dict[str, dict[str, str]]) -> None:
    ours = json.loads((CONTRACTS / f"{name}.json").read_text())
    assert len(ours["bytecode"]) > 1_000
    assert ours["bytecode"] == hardhat[name]["bytecode"]
    assert ours["deployedBytecode"] == hardhat[name]["deployedBytecode"]
    assert ours["abi"] == hardhat[name]["abi"]


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_is_small_enough_for_any_chain(name: str) -> None:
    code = json.loads((CONTRACTS / f"{name}.json").read_text())["deployedBytecode"]
    assert 1_000 < len(bytes.fromhex(code.removeprefix("0x"))) < 24_576  # EIP-170


def test_the_shipped_artifacts_are_those_of_the_sources() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/compile_contracts.py", "--check"], cwd=ROOT, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


COUNTER = """// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
import "./Step.sol";
contract Counter is Step { uint256 public total; function add() external { total += STEP; } }
"""
STEP = """// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
abstract contract Step { uint256 internal constant STEP = 3; }
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "Counter.sol").write_text(COUNTER)
    (tmp_path / "Step.sol").write_text(STEP)
    return tmp_path


def solc(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = ["scripts/with_node", "scripts/solc.cjs", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, timeout=60)


def standard(source: dict[str, Any]) -> str:
    settings = {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}}
    return json.dumps({"language": "Solidity", "sources": {"Counter.sol": source}, "settings": settings})


def test_sources_by_place_and_by_content_make_the_same_bytecode(sources: Path) -> None:
    by_place = solc("--standard-json", "--base-path", str(sources), text=standard({"urls": ["Counter.sol"]}))
    by_content = solc("--standard-json", "--base-path", str(sources), text=standard({"content": COUNTER}))
    assert json.loads(by_place.stdout)["contracts"]["Counter.sol"]["Counter"]["evm"]["bytecode"]["object"]
    assert by_place.stdout == by_content.stdout


def test_combined_json_is_what_analysers_expect(sources: Path) -> None:
    done = solc("Counter.sol", "--combined-json", "abi,bin,srcmap,hashes", "--base-path", str(sources))
    made = json.loads(done.stdout)["contracts"]["Counter.sol:Counter"]
    assert made["hashes"] == {"add()": "4f2be91f", "total()": "2ddbd13a"}
    assert made["bin"]


def test_a_source_outside_the_base_path_is_not_read(sources: Path) -> None:
    (sources / "inside").mkdir()
    given = standard({"content": f'import "{sources}/Step.sol"; contract C is Step {{}}'})
    inside = json.loads(solc("--standard-json", "--base-path", str(sources / "inside"), text=given).stdout)
    around = json.loads(solc("--standard-json", "--base-path", str(sources), text=given).stdout)
    assert any("File not found below" in error["message"] for error in inside["errors"])
    assert not any(error["severity"] == "error" for error in around["errors"])


def test_an_option_that_is_not_known_is_refused() -> None:
    done = solc("--standard-json", "--via-ir", text=standard({"content": COUNTER}))
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown option --via-ir" in done.stderr
