"""Makes sample certificates: the shipped ones (default), or any number of others as JSON lines.

python scripts/generate_samples.py                        write docs/samples
python scripts/generate_samples.py --check                exit 1 if docs/samples is not what would be
written python scripts/generate_samples.py --count 100000 --out samples.jsonl [--seed 7] [--issuer VN-VCCI
...]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import orjson

from ledger.reference import read_reference
from ledger.samples import DEFAULT_ISSUERS, certificates, issuers, shipped, write

FOLDER = Path(__file__).parent.parent / "docs" / "samples"


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare docs/samples, write nothing")
    parser.add_argument("--count", type=int, help="number of certificates to write to --out")
    parser.add_argument("--out", type=Path, help="file of JSON lines")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--issuer", action="append", choices=issuers(), help="may be repeated")
    options = parser.parse_args(arguments)
    if (options.count is None) != (options.out is None):
        parser.error("--count and --out go together")
    reference = read_reference()
    if options.count is not None:
        chosen = tuple(options.issuer or DEFAULT_ISSUERS)
        with options.out.open("wb") as file:
            for document in certificates(reference, options.seed, options.count, chosen):
                file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
        return 0
    wanted = {name: write(document) for name, document in shipped(reference)}
    if options.check:
        return _compare(wanted)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        (FOLDER / name).write_bytes(content)
    return 0


def _compare(wanted: dict[str, bytes]) -> int:
    found = {path.name: path.read_bytes() for path in FOLDER.glob("*.json")}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    for name in wrong:
        print(f"docs/samples/{name} is not what scripts/generate_samples.py writes", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
