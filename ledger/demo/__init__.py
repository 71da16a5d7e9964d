"""The demo: an embedded chain, a sample consortium, six gateways and an auditor, and the journey between them.

``run_demo`` sets the stage in a folder of its own, walks the journey and, unless told otherwise, leaves everything
running in the background; the next run, or ``stop_demo``, takes it down.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from ledger.demo.sample import Gateway
    from ledger.demo.steps import Step
    from ledger.service.ledger import Ledger

_CERTIFICATES, _MORE = 6, 42
_READY_SECONDS = 60.0
_RUNNING = "running.json"


def demo_folder() -> Path:
    """Return where the demo that stays keeps its files: ``var/demo`` below the current folder."""
    return Path.cwd() / "var" / "demo"


def run_demo(*, once: bool, as_json: bool) -> bool:
    """Run the demo and return whether every step came out as expected.

    Args:
        once: stop and remove everything afterwards.
        as_json: print one JSON object a step on standard output, and nothing else there.
    """
    if not once:
        stop_demo()
        shutil.rmtree(demo_folder(), ignore_errors=True)
        demo_folder().mkdir(parents=True, mode=0o700)
        return _Demo(demo_folder(), as_json).run(leave=True)
    with tempfile.TemporaryDirectory(prefix="tradeseal-demo-") as folder:
        return _Demo(Path(folder), as_json).run(leave=False)


def stop_demo() -> bool:
    """Stop what an earlier demo left running; return whether there was anything."""
    from ledger.node.control import down

    file = demo_folder() / _RUNNING
    try:
        running = json.loads(file.read_text())
    except (OSError, ValueError):
        return False
    for pid in running["gateways"]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if _is_ours(pid):
                os.killpg(pid, signal.SIGTERM)
    down(demo_folder() / "node")
    file.unlink(missing_ok=True)
    return True


class _Demo:
    def __init__(self, folder: Path, as_json: bool) -> None:
        self._folder = folder
        self._as_json = as_json
        self._gateways: list[Gateway] = []
        self._number = ""

    def run(self, *, leave: bool) -> bool:
        """Set the stage, walk the journey, and take everything down unless it came out well and is to be left."""
        from ledger.node.control import down

        passed = False
        try:
            passed = self._walk()
        finally:
            if leave and passed:
                self._leave()
            else:
                for gateway in self._gateways:
                    gateway.process.terminate()
                for gateway in self._gateways:
                    gateway.process.wait(timeout=30)
                down(self._folder / "node")
        return passed

    def _walk(self) -> bool:
        from ledger.demo.documents import built_on, todays_aeo, todays_licence
        from ledger.demo.journey import Stage, travel
        from ledger.demo.offices import Offices, visit
        from ledger.demo.sample import GATEWAYS, make_consortium, start_gateway, todays_certificates
        from ledger.demo.steps import JourneyStopped, Recorder
        from ledger.node.control import down, up
        from ledger.reference import data_folder

        recorder = Recorder(self._show, self._announce)
        node_home = self._folder / "node"

        def start_gateways() -> None:
            for member in GATEWAYS:
                self._gateways.append(start_gateway(self._folder, member))

        def set_stage() -> str:
            node = up(node_home, 0)
            self._node_port = int(node.url.rpartition(":")[2])
            make_consortium(self._folder, node, self._announce, start_gateways)
            for gateway in self._gateways:
                gateway.client.wait_until_ready(_READY_SECONDS)
            return "ready"

        try:
            recorder.run("an embedded chain, a consortium and six gateways", "ready", set_stage)
            today = datetime.now(UTC).date()
            certificates = todays_certificates(_CERTIFICATES + _MORE, today)
            self._number = str(certificates[0]["certificateNumber"])
            clients = {gateway.member: gateway.client for gateway in self._gateways}
            with self._auditor() as audit:
                stage = Stage(
                    viet_nam=clients["VN-VCCI"],
                    australia=clients["AU-ACCI"],
                    china=clients["CN-GACC"],
                    audit=audit,
                    certificates=certificates[:_CERTIFICATES],
                    foreign=(data_folder() / "samples" / "chafta-coo.edi3.json").read_bytes(),
                    stop_chain=lambda: _ignore(down(node_home)),
                    start_chain=lambda: _ignore(up(node_home, self._node_port)),
                )
                travel(stage, recorder)
            used, for_singapore, *others = certificates[_CERTIFICATES:]
            parent = {**for_singapore, "destinationCountry": "SG"}
            offices = Offices(
                viet_nam=clients["VN-VCCI"],
                china=clients["CN-GACC"],
                singapore=clients["SG-CUSTOMS"],
                licensing=clients["CN-MOFCOM"],
                australia=clients["AU-ABF"],
                certificates=[used, parent, *others],
                licence=todays_licence(today, "DEMO1"),
                aeo=todays_aeo(today, "AEOAU0000000001", "AEOS"),
                child=built_on(parent, "SG-DEMO-1", today),
                report_key=self._report_key,
                replay=self._replay,
            )
            visit(offices, recorder)
        except JourneyStopped:
            return False
        return recorder.passed

    def _auditor(self) -> Ledger:
        from ledger.demo.sample import AUDITOR
        from ledger.settings import read_settings
        from ledger.wiring import open_ledger

        return open_ledger(read_settings(self._folder / AUDITOR, {}))

    def _replay(self) -> bool:
        with self._auditor() as audit:
            return audit.rebuild().equal

    def _report_key(self, since: str) -> None:
        from ledger.settings import read_settings
        from ledger.wiring import open_ledger, open_signer

        settings = read_settings(self._folder / "VN-VCCI", {})
        with open_ledger(settings) as ledger:
            key = open_signer(settings).thumbprint
            moment = datetime.fromisoformat(since)
            ledger.act("report-compromise", {"key": key, "compromised_since": moment})

    def _leave(self) -> None:
        running = {"gateways": [gateway.process.pid for gateway in self._gateways]}
        (self._folder / _RUNNING).write_text(json.dumps(running))
        out = sys.stderr if self._as_json else sys.stdout
        print("\nThe gateways keep running:", file=out)
        for gateway in self._gateways:
            print(f"  {gateway.member:<10} {gateway.client.url}  API key {gateway.client.api_key}", file=out)
        customs = next(gateway for gateway in self._gateways if gateway.member == "CN-GACC")
        asked = f"issuer=VN-VCCI&number={quote(self._number)}"
        command = shlex.quote(os.path.relpath(Path(sys.executable).with_name("tradeseal")))
        print(
            f"Homes of all members: {self._folder} (the next demo starts anew and removes them)\n"
            "Ask for the first certificate, over HTTP or with the command; README.md goes on from here:\n"
            f"  curl -H 'Authorization: Bearer {customs.client.api_key}' '{customs.client.url}/v1/verify?{asked}'\n"
            f"  {command} verify --issuer VN-VCCI --number '{self._number}' --home {self._folder / 'CN-GACC'}\n"
            f"Stop them with: {command} demo --stop",
            file=out,
            flush=True,
        )

    def _announce(self, what: str) -> None:
        print(f"… {what}", file=sys.stderr, flush=True)

    def _show(self, step: Step) -> None:
        if self._as_json:
            print(json.dumps(step.to_dict(), ensure_ascii=False), flush=True)
            return
        mark = "✓" if step.passed else "✗"
        expected = "" if step.passed else f"   (expected {step.expected})"
        print(f"{mark} {step.step:<70} {step.got}{expected}   {step.seconds:.2f} s", flush=True)


def _ignore(_: object) -> None:
    """Drop a result."""


def _is_ours(pid: int) -> bool:
    """Return whether the process is one of ours, so that a reused number harms nobody (Linux; elsewhere trusted)."""
    try:
        return b"ledger.cli" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc").is_dir()
