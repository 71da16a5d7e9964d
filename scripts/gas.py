"""Measure what each act of the contracts costs in gas, and keep the figures in ``docs/gas.json``.

One rule: everything is fixed (accounts, times, inputs, chain id), so the same contracts give the same figures
everywhere, and ``--check`` can compare them exactly. It measures on a private anvil that it starts and ends
itself; compiling is not done here: see ``compile_contracts``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import function_abi_to_4byte_selector, get_abi_input_types

from scripts.private_node import ANVIL, START, Node, private_node

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "docs" / "gas.json"
# The generated artifacts: one file for each contract, with "abi" and "bytecode".
CONTRACTS = ROOT / "ledger" / "data" / "contracts"

BATCHES = (1, 10, 100, 500)
# Batches before those that are measured: the lower levels of the tree have been written then, as in use.
WARMING = (511, 504)
# The figure is the mean of so many batches: how many levels one touches depends on the size before it.
REPEATS = 8
# Gas per certificate that must not be exceeded, by batch size.
TARGETS = {100: 27_000, 500: 26_000}

PREFERENCE = 864
IMPORT_LICENCE = 911
AEO = 879
QUANTITY = 0x0300
OFFICE = b"CNSHA01".ljust(17, b"\0")
AUTHORISED = 25_000_000
SINGLE_USE = 0x0100
ISSUER = b"VN-VCCI".ljust(32, b"\0")
ADMINISTRATIONS = [code.ljust(32, b"\0") for code in (b"CN-CUSTOMS", b"AU-ABF", b"NZ-CUSTOMS", b"VN-CUSTOMS")]
KEY = sha256(b"document key").digest()
PUBLIC_KEY = sha256(b"x").digest() + sha256(b"y").digest()
REGISTRIES = ("OriginRegistry", "LicenceRegistry", "AeoRegistry")


def account(label: bytes) -> str:
    """Return the address that stands for ``label``; nobody has its private key."""
    return "0x" + sha256(b"account" + label).hexdigest()[:40]


@dataclass(frozen=True)
class Contract:
    """A compiled contract; ``address`` is empty until it is deployed."""

    abi: Sequence[Any]
    bytecode: bytes
    address: str = ""

    def call(self, name: str, *arguments: object) -> bytes:
        """Return the calldata of function ``name``."""
        entry = next(e for e in self.abi if e["type"] == "function" and e["name"] == name)
        return function_abi_to_4byte_selector(entry) + encode(get_abi_input_types(entry), arguments)

    def creation(self, *arguments: object) -> bytes:
        """Return the data of the transaction that deploys it."""
        entry = next(e for e in self.abi if e["type"] == "constructor")
        return self.bytecode + encode(get_abi_input_types(entry), arguments)

    def at(self, address: str) -> Contract:
        """Return the same contract at ``address``."""
        return Contract(self.abi, self.bytecode, address)


def load(name: str, directory: Path) -> Contract:
    """Read a generated artifact."""
    artifact = json.loads((directory / f"{name}.json").read_text())
    return Contract(artifact["abi"], bytes.fromhex(artifact["bytecode"].removeprefix("0x")))


def load_all(directory: Path) -> dict[str, Contract]:
    """Read the artifacts of the contracts that are measured, by their names."""
    return {name: load(name, directory) for name in ("Consortium", *REGISTRIES)}


class Measurement:
    """Performs the acts in the order of a consortium's life and notes the gas of each."""

    def __init__(self, node: Node, contracts: dict[str, Contract]) -> None:
        self._node = node
        self._consortium = contracts["Consortium"]
        self._registries = {name: contracts[name] for name in REGISTRIES}
        self._registry = contracts["OriginRegistry"]
        self._proposals = 0
        self._anchored = 0
        self.figures: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        """Return the gas of each act by its name; of anchoring, per certificate."""
        self._deploy()
        self._govern()
        self._anchor_batches()
        self._issue()
        self._use()
        self._authorise()
        self._end()
        self._build_on()
        return self.figures

    def _deploy(self) -> None:
        founders = [(code, code[:2], 17, account(code)) for code in ADMINISTRATIONS]
        creation = self._consortium.creation(founders)
        address = self._act("deploy Consortium and Journal, 4 founders", account(b"deployer"), None, creation)
        self._consortium = self._consortium.at(address)
        for name, registry in self._registries.items():
            creation = registry.creation(self._consortium.address)
            address = self._act(f"deploy {name}", account(b"deployer"), None, creation)
            self._registries[name] = registry.at(address)
        self._registry = self._registries["OriginRegistry"]

    def _govern(self) -> None:
        self._decide("admitRegistry", self._registry.address, 1)
        self._decide("admitMember", ISSUER, b"VN", 14, account(ISSUER))
        self._control("addOperator", ISSUER, "addOperator", ISSUER, account(b"operator"))
        self._control("registerKey ES256", ISSUER, "registerKey", ISSUER, KEY, 1, PUBLIC_KEY, 0)

    def _decide(self, name: str, *arguments: object) -> None:
        chair, *others = ADMINISTRATIONS
        self._proposals += 1
        call = self._consortium.call(name, *arguments)
        self._control(f"propose {name}", chair, "propose", chair, call, START + 86_400)
        for other in others[:2]:
            self._control("vote", other, "vote", other, self._proposals, True)
        self._control(f"execute {name}", chair, "execute", chair, self._proposals)

    def _anchor_batches(self) -> None:
        for count in WARMING:
            self._anchor(count)
        for count in BATCHES:
            total = sum(self._anchor(count) for _ in range(REPEATS))
            self.figures[f"anchor {count}, per certificate"] = round(total / REPEATS / count)
        status = self._registry.call("changeStatus", ISSUER, _tag(0), 3, 24, 0)
        self._act("changeStatus", account(b"operator"), self._registry.address, status)
        tags = [_tag(n) for n in range(100)]
        confirm = self._registry.call("confirm", ISSUER, tags[1:])
        self._act("confirm 99", account(b"operator"), self._registry.address, confirm)

    def _issue(self) -> None:
        """Licences with one line and with five, an extract, a replacement."""
        for kind, name in enumerate(REGISTRIES[1:], start=2):
            self._quietly("admitRegistry", self._registries[name].address, kind)
        for member in ADMINISTRATIONS[:2]:
            operator = account(b"operator of " + member)
            self._node.send(
                account(member),
                self._consortium.address,
                self._consortium.call("addOperator", member, operator),
            )
        self._licence("anchorOne, 1 line", "anchorOne", b"licence", 1)
        self._licence("anchorOne, 5 lines", "anchorOne", b"long licence", 5)
        self._licence("anchorOne, extract of 1 line", "anchorOne", b"extract", 1, b"licence")
        self._licence("anchorOne, 1 line, to be replaced", "anchorOne", b"old", 1)
        self._licence("replace, 1 line", "replace", b"new", 1, b"", _tag_of(b"old"), 31)
        cancel = ("changeStatus", ISSUER, _tag_of(b"extract"), 4, 24, 0)
        self._by_issuer("changeStatus, cancel an extract", "LicenceRegistry", *cancel)

    def _licence(
        self, name: str, function: str, label: bytes, lines: int, parent: bytes = b"", *more: object
    ) -> None:
        link = (3, ISSUER, _tag_of(parent)) if parent else (0, bytes(32), bytes(32))
        quantity = AUTHORISED // (10 if parent else 1)
        opened = [(b"KGM", 1 if parent else 0, quantity)] * lines
        terms: tuple[object, ...] = (5, False, [b"CN", b"AU"], [], opened)
        anchor = (_tag_of(label), sha256(b"document of " + label).digest())
        issue = (IMPORT_LICENCE, QUANTITY, KEY, anchor, link, terms)
        self._by_issuer(name, "LicenceRegistry", function, ISSUER, *more, issue)

    def _use(self) -> None:
        """What customs write on a licence with a balance, and on a certificate that is used as a whole."""
        self._customs("reserve, first on a record", "reserve", 1, _kilograms(1_000))
        self._customs("reserve", "reserve", 2, _kilograms(1_000))
        self._customs("consume, reserved", "consume", 1, _kilograms(990))
        self._customs("consume", "consume", 3, _kilograms(1_000))
        self._customs("release", "release", 2)
        self._customs("correct", "correct", 1, 1, True, 90, 7)
        self._customs("enter", "enter", 4, _kilograms(1_000), START)
        whole = (0, bytes(3), 0)
        self._customs("consume, whole record", "consume", 5, whole, record=("OriginRegistry", _tag(1)))

    def _customs(
        self,
        name: str,
        function: str,
        declaration: int,
        *more: object,
        record: tuple[str, bytes] | None = None,
    ) -> None:
        registry, tag = record or ("LicenceRegistry", _tag_of(b"licence"))
        customs = ADMINISTRATIONS[0]
        use = (OFFICE, sha256(b"declaration" + declaration.to_bytes(8)).digest(), 0)
        contract = self._registries[registry]
        call = contract.call(function, customs, ISSUER, tag, use, *more)
        self._act(name, account(b"operator of " + customs), contract.address, call)

    def _authorise(self) -> None:
        """AEO entries with their types, and recognition between two administrations."""
        home, partner = ADMINISTRATIONS[:2]
        key = self._consortium.call("registerKey", home, KEY, 1, PUBLIC_KEY, 0)
        self._node.send(account(home), self._consortium.address, key)
        tag, name = _tag_of(b"trader"), b"AEOS".ljust(8, b"\0")
        entry = [(tag, sha256(b"entry").digest())]
        cover = [(home, name, START, START)]
        acts: list[tuple[str, bytes, str, tuple[object, ...]]] = [
            ("AEO: anchor 1", home, "anchor", (AEO, 0, KEY, entry)),
            ("AEO: grantTypes, 1 type", home, "grantTypes", (tag, [(name, START)])),
            ("AEO: changeType", home, "changeType", (tag, name, 2, 24, 0)),
            ("AEO: addAlias", home, "addAlias", (tag, _tag_of(b"alias"))),
            ("AEO: proposeAgreement, 1 cover", home, "proposeAgreement", (partner, cover)),
            ("AEO: consent, 1 cover", partner, "consent", (1,)),
            ("AEO: changeRecognition", partner, "changeRecognition", (1, home, name, 2, 24, 0)),
        ]
        self._on_aeos(acts)

    def _end(self) -> None:
        """What is left, in an order that leaves the figures above as they are."""
        confirm = self._registry.call("confirm", ISSUER, [_tag(1)])
        self._act("confirm 1", account(b"operator"), self._registry.address, confirm)
        home, partner = ADMINISTRATIONS[:2]
        name, trader = b"CODE".ljust(8, b"\0"), _tag_of(b"trader")
        acts: list[tuple[str, bytes, str, tuple[object, ...]]] = [
            ("AEO: removeAlias", home, "removeAlias", (trader, _tag_of(b"alias"))),
            (
                "AEO: proposeAgreement, 2 covers",
                home,
                "proposeAgreement",
                (partner, [(home, name, START, START), (partner, name, START, START)]),
            ),
            ("AEO: decline", partner, "decline", (2,)),
        ]
        self._on_aeos(acts)

    def _build_on(self) -> None:
        """Terms set later, a true copy, a back-to-back certificate of another economy, an export endorsement."""
        origin, licences = self._registry, self._registries["LicenceRegistry"]
        partner, customs = ADMINISTRATIONS[0], ADMINISTRATIONS[3]
        self._quietly("setRoles", partner, 17 | 4)
        adding = self._consortium.call("addOperator", customs, account(b"operator of " + customs))
        self._node.send(account(customs), self._consortium.address, adding)
        terms: tuple[object, ...] = (5, False, [b"CN", b"AU"], [], [(b"KGM", 0, AUTHORISED)])
        self._by_issuer("setTerms, 1 line", "OriginRegistry", "setTerms", ISSUER, _tag(2), terms)
        copy = _certificate(b"copy", 1, (0, False, [], [], []))
        self._by_issuer("anchorOne, true copy", "OriginRegistry", "anchorOne", ISSUER, copy)
        child = _certificate(b"child", 2, (5, False, [b"AU"], [], [(b"KGM", 1, AUTHORISED // 10)]))
        call = origin.call("anchorOne", partner, child)
        name = "anchorOne, back-to-back, 1 line"
        self._act(name, account(b"operator of " + partner), origin.address, call)
        actual = [AUTHORISED - 1] * 5
        call = licences.call("endorse", customs, ISSUER, _tag_of(b"long licence"), OFFICE, actual)
        self._act("endorse, 5 lines", account(b"operator of " + customs), licences.address, call)

    def _on_aeos(self, acts: Sequence[tuple[str, bytes, str, tuple[object, ...]]]) -> None:
        """Perform (title, member, function, its arguments after the member) one after the other."""
        registry = self._registries["AeoRegistry"]
        for title, member, function, arguments in acts:
            call = registry.call(function, member, *arguments)
            self._act(title, account(b"operator of " + member), registry.address, call)

    def _quietly(self, name: str, *arguments: object) -> None:
        """Decide without noting it again."""
        figures = dict(self.figures)
        self._decide(name, *arguments)
        self.figures = figures

    def _by_issuer(self, name: str, registry: str, function: str, *arguments: object) -> None:
        contract = self._registries[registry]
        self._act(name, account(b"operator"), contract.address, contract.call(function, *arguments))

    def _anchor(self, count: int) -> int:
        numbers = range(self._anchored, self._anchored + count)
        self._anchored += count
        anchors = [(_tag(n), sha256(b"document" + n.to_bytes(8)).digest()) for n in numbers]
        data = self._registry.call("anchor", ISSUER, PREFERENCE, SINGLE_USE, KEY, anchors)
        return int(self._node.send(account(b"operator"), self._registry.address, data)["gasUsed"], 16)

    def _control(self, name: str, member: bytes, function: str, *arguments: object) -> None:
        call = self._consortium.call(function, *arguments)
        self._act(name, account(member), self._consortium.address, call)

    def _act(self, name: str, sender: str, to: str | None, data: bytes) -> str:
        receipt = self._node.send(sender, to, data)
        self.figures[name] = int(receipt["gasUsed"], 16)
        return str(receipt["contractAddress"])


def _tag(number: int) -> bytes:
    return sha256(b"tag" + number.to_bytes(8)).digest()


def _certificate(label: bytes, relation: int, terms: object) -> tuple[object, ...]:
    """A certificate of origin that hangs on the third one of the issuer."""
    anchor = (_tag_of(label), sha256(b"document of " + label).digest())
    return (PREFERENCE, SINGLE_USE, KEY, anchor, (relation, ISSUER, _tag(2)), terms)


def _tag_of(label: bytes) -> bytes:
    return sha256(b"tag of " + label).digest()


def _kilograms(quantity: int) -> tuple[int, bytes, int]:
    return 1, b"KGM", quantity


def problems(figures: dict[str, int], kept: dict[str, int] | None) -> list[str]:
    """Return what is wrong: figures over their target and, if ``kept`` is given, differences from it."""
    found = []
    for count, target in TARGETS.items():
        got = figures[f"anchor {count}, per certificate"]
        if got > target:
            found.append(f"anchor {count} costs {got:,} gas per certificate, expected at most {target:,}")
    if kept is not None:
        for name in sorted(figures.keys() | kept.keys()):
            if figures.get(name) != kept.get(name):
                found.append(f"{name}: {figures.get(name)} gas, the snapshot says {kept.get(name)}")
    return found


def main() -> int:
    """Print the table; write the snapshot, or with ``--check`` compare with it and exit 1 on a difference."""
    parser = argparse.ArgumentParser(description="Measure the gas of every act of the contracts.")
    parser.add_argument("--check", action="store_true", help="compare with docs/gas.json, write nothing")
    parser.add_argument("--contracts", type=Path, default=CONTRACTS, help="directory of the artifacts")
    parser.add_argument("--anvil", type=Path, default=ANVIL, help="the anvil executable")
    options = parser.parse_args()

    with private_node(options.anvil) as node:
        figures = Measurement(node, load_all(options.contracts)).run()
    for name, gas in figures.items():
        sys.stdout.write(f"{name:<44}{gas:>12,}\n")
    kept = json.loads(SNAPSHOT.read_text()) if options.check else None
    found = problems(figures, kept)
    for problem in found:
        sys.stderr.write(problem + "\n")
    if not options.check and not found:
        SNAPSHOT.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
