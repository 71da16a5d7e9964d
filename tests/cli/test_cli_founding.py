"""From nothing to an anchored certificate by commands alone, as a new consortium would do it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.cli import main
from ledger.demo.sample import todays_certificates
from ledger.node.control import NodeAddress, down, up

pytestmark = pytest.mark.slow


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeAddress]:
    yield up(tmp_path / "node", 0)
    down(tmp_path / "node")


def test_administrations_found_a_consortium_admit_a_body_and_it_anchors(
    node: NodeAddress, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(home: str, *arguments: str) -> str:
        code = main(["--home", str(tmp_path / home), *arguments])
        said = capsys.readouterr()
        assert code == 0, said.err
        return said.out

    def make(home: str, role: str, *more: str) -> dict[str, str]:
        said = run(home, "init", "--member", home, "--roles", role, "--node", node.url, *more)
        return dict(re.findall(r"(operator|controller) account\s+(0x[0-9a-fA-F]{40})", said))

    manifest = tmp_path / "deployment.json"
    china, vietnam = make("CN-GACC", "administration"), make("VN-CUSTOMS", "administration")
    run(
        "CN-GACC", "found", "--node", node.url, "--out", str(manifest),
        "--founder", f"CN-GACC:CN:{china['controller']}", "--founder", f"VN-CUSTOMS:VN:{vietnam['controller']}",
    )  # fmt: skip
    body = make("VN-VCCI", "issuer", "--deployment", str(manifest))
    for home in ("CN-GACC", "VN-CUSTOMS"):
        (tmp_path / home / "deployment.json").write_text(manifest.read_text())

    registry = json.loads(manifest.read_text())["registries"][0]["address"]
    run("CN-GACC", "proposal", "admit-registry", registry)
    run("CN-GACC", "member", "admit", "VN-VCCI", "--economy", "VN", "--roles", "preferential-origin",
        "non-preferential-origin", "--controller", body["controller"])  # fmt: skip
    for proposal in ("1", "2"):
        run("VN-CUSTOMS", "proposal", "vote", proposal)
        run("VN-CUSTOMS", "proposal", "execute", proposal)
    run("VN-VCCI", "member", "operator", "add", body["operator"])
    run("VN-VCCI", "key", "register")

    file = tmp_path / "certificate.json"
    (certificate,) = todays_certificates(1, datetime.now(UTC).date())
    file.write_text(json.dumps(certificate))
    assert json.loads(run("VN-VCCI", "issue", str(file), "--json").splitlines()[0])["outcome"] == "anchored"
    said = run(
        "VN-VCCI", "verify", "--issuer", "VN-VCCI", "--number", certificate["certificateNumber"], "--json"
    )
    assert json.loads(said)["verdict"] == "ACCEPT"


def test_founders_that_cannot_be_read_are_named_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--founder", "CN-GACC:CN:0x12", "--founder", "VN-CUSTOMS", "--out", str(tmp_path / "x.json")]
    assert main(["--home", str(tmp_path), "found", *arguments]) == 4
    assert capsys.readouterr().err.count("expected an address") == 2
    assert not (tmp_path / "x.json").exists()
