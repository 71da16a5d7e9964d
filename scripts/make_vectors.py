"""Writes tests/vectors/journal.json and tests/vectors/document.json, and the worked examples of their specifications.

python -m scripts.make_vectors            write them
python -m scripts.make_vectors --check    exit 1 if they are not what would be written

The journal's vectors are one small journal from its first entry on, possible as a whole, in which every type of entry
occurs. The documents are made in ``scripts.document_examples`` and ``scripts.document_flaws``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from ledger.core import acts, jose
from ledger.core.calls import call_of
from ledger.core.entries import FIXED_LENGTH, encode
from ledger.core.merkle import Frontier, leaf_digest
from scripts import document_examples, document_flaws

ROOT = Path(__file__).parent.parent
VECTORS = ROOT / "tests" / "vectors" / "journal.json"
SPECIFICATION = ROOT / "docs" / "spec" / "journal.md"
DOCUMENT_VECTORS = ROOT / "tests" / "vectors" / "document.json"
DOCUMENT_PAGE = ROOT / "docs" / "spec" / "document.md"
EXAMPLES_HEADING = "## 6. Worked examples\n"

CHAIN_ID: Final = 7_040
START: Final = 1_767_225_600  # 2026-01-01T00:00:00Z
CONSORTIUM: Final = b"\xc0" * 20
REGISTRY: Final = b"\x52" * 20
DEPLOYER: Final = b"\xde" * 20
CONTROLLERS: Final = {code: bytes([0xA0 + place]) * 20 for place, code in enumerate(("CN", "AU", "VN", "TH"))}
OPERATOR: Final = b"\x0b" * 20
PREFERENCE: Final = 864
SINGLE_USE: Final = 0x0100
TYPE_AT: Final = 37
DETAIL_AT: Final = FIXED_LENGTH

# The public key of private key 1 on P-256: the generator of the curve (FIPS 186-4 D.1.2.3), so nobody keeps a secret.
PUBLIC_KEY: Final = bytes.fromhex(
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


@dataclass(frozen=True, slots=True)
class Acted:
    """One entry to be written; entries with the same ``at`` and head are one batch."""

    at: int
    member: str
    operator: bytes
    contract: bytes
    act: acts.Act


def journal() -> list[Acted]:
    """Return the acts of the journal, in order."""
    return list(_acts())


def vectors() -> dict[str, Any]:
    """Return everything that is written into the file of vectors."""
    frontier = Frontier()
    entries = []
    for index, acted in enumerate(journal()):
        raw = encode(CHAIN_ID, acted.contract, acted.at, acted.member, acted.operator, acted.act)
        frontier = frontier.append(leaf_digest(raw))
        tail = 64 if isinstance(acted.act, acts.RecordAnchored) else len(raw) - DETAIL_AT
        entries.append(
            {
                "index": index,
                "type": raw[TYPE_AT],
                "name": type(acted.act).__name__,
                "time": acted.at,
                "contract": acted.contract.hex(),
                "member": acted.member,
                "operator": acted.operator.hex(),
                "act": {field.name: _plain(getattr(acted.act, field.name)) for field in fields(acted.act)},
                "head": raw[TYPE_AT:-tail].hex(),
                "tail": raw[-tail:].hex(),
                "entry": raw.hex(),
                "leaf": leaf_digest(raw).hex(),
                "root": frontier.root().hex(),
            }
        )
    return {
        "about": "A whole journal; docs/spec/journal.md. Written by scripts/make_vectors.py. Bytes are hexadecimal; "
        "root is that of the tree up to this entry; entry is version, chain id, contract, time, head and tail.",
        "chainId": CHAIN_ID,
        "emptyRoot": sha256(b"").hexdigest(),
        "entries": entries,
    }


def worked_examples() -> str:
    """Return section 6 of the specification."""
    entries: list[dict[str, Any]] = vectors()["entries"]
    first = entries[0]
    anchored = next(entry for entry in entries if entry["name"] == "RecordAnchored")
    lines = [
        EXAMPLES_HEADING,
        "`tests/vectors/journal.json` has a whole small journal, byte for byte, with every type of entry; the tests of "
        "every reader recompute it.",
        "Two of its entries, cut at the offsets of sections 3 and 4 (bytes in hexadecimal):",
        "",
        _cut(first, ("subject member", 32), ("economy", 2), ("roles", 4), ("controller", 20)),
        _cut(
            anchored,
            ("document type", 2),
            ("use policy", 2),
            ("key", 32),
            ("number tag", 32),
            ("document id", 32),
        ),
        f"The journal of the first of them alone has the root `{first['leaf']}`, which is its leaf; with all "
        f"{len(entries)} entries the root is `{entries[-1]['root']}`.",
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    refused = [{"what": f.what, "code": f.code, "token": f.token().decode()} for f in document_flaws.flaws()]
    documents = {**document_examples.vectors(), "refused": refused}
    wanted = {
        VECTORS: _json(vectors()),
        SPECIFICATION: _page(SPECIFICATION, EXAMPLES_HEADING, worked_examples()),
        DOCUMENT_VECTORS: _json(documents),
        DOCUMENT_PAGE: _page(
            DOCUMENT_PAGE,
            document_examples.EXAMPLES_HEADING,
            document_examples.worked_examples(len(refused)),
        ),
    }
    wrong = [path for path, content in wanted.items() if not path.exists() or path.read_bytes() != content]
    for path in wrong:
        if check:
            print(f"{path.name} is not what scripts/make_vectors.py writes", file=sys.stderr)
        else:
            path.write_bytes(wanted[path])
    return int(bool(wrong) and check)


def _json(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _page(path: Path, heading: str, examples: str) -> bytes:
    """Return the page at ``path`` with its last section, which ``heading`` opens, replaced."""
    rules, _, _ = path.read_text().partition(heading)
    return (rules + examples).encode()


# --- the journal -----------------------------------------------------------------------------------------------------


def _acts() -> Iterator[Acted]:
    key = jose.thumbprint(jose.public_key(1, PUBLIC_KEY))
    for code, roles in (("CN-GACC", 17), ("AU-ABF", 17)):
        controller = CONTROLLERS[code[:2]]
        admitted = acts.MemberAdmitted(code, code[:2], roles, controller)
        yield Acted(START, code, DEPLOYER, CONSORTIUM, admitted)
    vcci = acts.MemberAdmitted("VN-VCCI", "VN", 4, CONTROLLERS["VN"])
    yield from _decided(1, START + 60, vcci)
    yield from _decided(2, START + 120, acts.RegistryAdmitted(REGISTRY, 1))
    yield _own(START + 180, acts.OperatorAdded("VN-VCCI", OPERATOR))
    yield _own(START + 181, acts.KeyRegistered(key, 1, START + 240, PUBLIC_KEY))
    for number in (1, 2, 3):
        tag, document_id = _digest(f"tag {number}"), _digest(f"document {number}")
        anchored = acts.RecordAnchored(PREFERENCE, SINGLE_USE, key, tag, document_id)
        yield Acted(START + 300, "VN-VCCI", OPERATOR, REGISTRY, anchored)
    for at, status, reason, effective in ((400, 2, 25, 390), (500, 1, 99, 500), (600, 3, 24, 300)):
        changed = acts.StatusChanged(_digest("tag 1"), status, reason, START + effective)
        yield Acted(START + at, "VN-VCCI", OPERATOR, REGISTRY, changed)
    yield from _decided(3, START + 660, acts.MemberSuspended("VN-VCCI", 28))
    yield from _decided(4, START + 720, acts.MemberReinstated("VN-VCCI", 0))
    yield from _decided(5, START + 780, acts.RolesChanged("VN-VCCI", 6))
    yield _own(START + 840, acts.KeyRetired(key, START + 86_400))
    yield _own(START + 841, acts.KeyCompromised(key, START + 299))
    yield _own(START + 842, acts.OperatorRemoved("VN-VCCI", OPERATOR))
    yield _own(START + 843, acts.ControllerChanged("VN-VCCI", CONTROLLERS["TH"]))
    yield from _decided(6, START + 900, acts.RegistryRetired(REGISTRY, 1))
    open_call = call_of(acts.MemberSuspended("VN-VCCI", 0))
    assert open_call is not None
    proposed = acts.Proposed(7, START + 86_400, open_call)
    yield Acted(START + 960, "CN-GACC", CONTROLLERS["CN"], CONSORTIUM, proposed)
    yield Acted(START + 961, "CN-GACC", CONTROLLERS["CN"], CONSORTIUM, acts.Voted(7, approves=False))
    yield Acted(START + 962, "VN-VCCI", CONTROLLERS["TH"], CONSORTIUM, acts.MemberLeft("VN-VCCI", 0))


def _own(at: int, act: acts.Act) -> Acted:
    return Acted(at, "VN-VCCI", CONTROLLERS["VN"], CONSORTIUM, act)


def _decided(number: int, at: int, act: acts.Act) -> Iterator[Acted]:
    """Yield a proposal, a vote and the execution with its act."""
    call = call_of(act)
    assert call is not None
    yield Acted(at, "CN-GACC", CONTROLLERS["CN"], CONSORTIUM, acts.Proposed(number, at + 86_400, call))
    yield Acted(at + 1, "AU-ABF", CONTROLLERS["AU"], CONSORTIUM, acts.Voted(number, approves=True))
    yield Acted(at + 2, "AU-ABF", CONTROLLERS["AU"], CONSORTIUM, acts.Executed(number))
    yield Acted(at + 2, "AU-ABF", CONTROLLERS["AU"], CONSORTIUM, act)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


# --- spelling --------------------------------------------------------------------------------------------------------


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def _cut(entry: dict[str, Any], *detail: tuple[str, int]) -> str:
    """Return a table of the parts of an entry."""
    raw = bytes.fromhex(entry["entry"])
    parts = (
        ("version", 1), ("chain id", 8), ("contract", 20), ("time", 8), ("type", 1), ("member", 32), ("operator", 20),
        *detail,
    )  # fmt: skip
    lines = [f"Index {entry['index']}, {entry['name']} by {entry['member']}, {len(raw)} bytes:", ""]
    lines += ["| offset | part | bytes |", "|---:|---|---|"]
    offset = 0
    for name, length in parts:
        lines.append(f"| {offset} | {name} | `{raw[offset : offset + length].hex()}` |")
        offset += length
    assert offset == len(raw)
    return "\n".join([*lines, f"| | leaf | `{entry['leaf']}` |", ""])


if __name__ == "__main__":
    sys.exit(main())
