"""Writes tests/vectors/journal.json and tests/vectors/document.json, and the worked examples of their specifications.

python -m scripts.make_vectors            write them
python -m scripts.make_vectors --check    exit 1 if they are not what would be written

The journal's vectors are one small journal from its first entry on, possible as a whole, in which every type of entry
occurs: ``scripts.journal_examples``. The documents are made in ``scripts.document_examples`` and ``scripts.document_flaws``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from ledger.core import acts
from ledger.core.entries import FIXED_LENGTH, encode
from ledger.core.merkle import Frontier, leaf_digest
from scripts import document_examples, document_flaws
from scripts.journal_examples import CHAIN_ID, journal

ROOT = Path(__file__).parent.parent
VECTORS = ROOT / "tests" / "vectors" / "journal.json"
SPECIFICATION = ROOT / "docs" / "spec" / "journal.md"
DOCUMENT_VECTORS = ROOT / "tests" / "vectors" / "document.json"
DOCUMENT_PAGE = ROOT / "docs" / "spec" / "document.md"
EXAMPLES_HEADING = "## 6. Worked examples\n"

TYPE_AT: Final = 37
DETAIL_AT: Final = FIXED_LENGTH
HEADS: Final[dict[type, int]] = {
    acts.RecordAnchored: 36,
    acts.LineAuthorised: 32,
    acts.LineGranted: 128,
    acts.LineReturned: 128,
    acts.ExportEndorsed: 81,
    acts.TypeGranted: 32,
    acts.AgreementProposed: 64,
}
"""How many bytes of the detail are in the head, where any are."""


def vectors() -> dict[str, Any]:
    """Return everything that is written into the file of vectors."""
    frontier = Frontier()
    entries = []
    for index, acted in enumerate(journal()):
        raw = encode(CHAIN_ID, acted.contract, acted.at, acted.member, acted.operator, acted.act)
        frontier = frontier.append(leaf_digest(raw))
        tail = len(raw) - DETAIL_AT - HEADS.get(type(acted.act), 0)
        entries.append(
            {
                "index": index,
                "type": raw[TYPE_AT],
                "name": type(acted.act).__name__,
                "time": acted.at,
                "contract": acted.contract.hex(),
                "member": acted.member,
                "operator": acted.operator.hex(),
                "act": _plain_act(acted.act),
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


# --- spelling --------------------------------------------------------------------------------------------------------


def _plain_act(act: Any) -> dict[str, object]:
    return {field.name: _plain(getattr(act, field.name)) for field in fields(act)}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return _plain_act(value)
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
