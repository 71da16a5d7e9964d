"""Makes sample documents: the shipped ones (default), or any number of others as JSON lines.

python scripts/generate_samples.py            write docs/samples
python scripts/generate_samples.py --check    exit 1 if docs/samples is not what would be written
python scripts/generate_samples.py --count 100000 --out samples.jsonl [--seed 7] [--issuer VN-VCCI ...]
python scripts/generate_samples.py --kind licence --count 1000 --out licences.jsonl [--issuer CN-MOFCOM]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from ledger.reference import read_reference
from ledger.samples import (
    AEO_ADMINISTRATION,
    DEFAULT_ISSUERS,
    LICENSING_BODY,
    certificates,
    entries,
    issuers,
    licences,
    shipped,
    shipped_others,
    write,
    write_table,
)

FOLDER = Path(__file__).parent.parent / "docs" / "samples"
TABLE = "au-acci.csv"
IN_TABLE = ("02-au-acci-chafta.json", "06-au-acci-rcep.json")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare docs/samples, write nothing")
    parser.add_argument("--kind", choices=("origin", "licence", "aeo"), default="origin")
    parser.add_argument("--count", type=int, help="number of documents to write to --out")
    parser.add_argument("--out", type=Path, help="file of JSON lines")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--issuer", action="append", help="may be repeated for certificates of origin")
    options = parser.parse_args(arguments)
    if (options.count is None) != (options.out is None):
        parser.error("--count and --out go together")
    if options.count is not None:
        if unknown := sorted(set(options.issuer or ()) - known_issuers(options.kind)):
            parser.error(f"no samples of kind {options.kind} by {', '.join(unknown)}")
        with options.out.open("wb") as file:
            for document in _others(options):
                file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
        return 0
    wanted = {name: write(document) for name, document in shipped(read_reference())}
    wanted |= {name: write(document) for name, document in shipped_others()}
    wanted[TABLE] = write_table([orjson.loads(wanted[name]) for name in IN_TABLE])
    if options.check:
        return _compare(wanted)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        (FOLDER / name).write_bytes(content)
    return 0


def known_issuers(kind: str) -> set[str]:
    """Return the member codes that samples of a kind can be made for."""
    if kind == "origin":
        return set(issuers())
    documents = [document for _, document in shipped_others()]
    is_entry = kind == "aeo"
    return {one["issuer"]["id"] for one in documents if (one["documentTypeCode"] == "879") is is_entry}


def _others(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if options.kind == "origin":
        chosen = tuple(options.issuer or DEFAULT_ISSUERS)
        yield from certificates(read_reference(), options.seed, options.count, chosen)
        return
    make, default = (licences, LICENSING_BODY) if options.kind == "licence" else (entries, AEO_ADMINISTRATION)
    yield from make(options.seed, options.count, (options.issuer or [default])[0])


def _compare(wanted: dict[str, bytes]) -> int:
    found = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in (".json", ".csv")}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    for name in wrong:
        print(f"docs/samples/{name} is not what scripts/generate_samples.py writes", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
