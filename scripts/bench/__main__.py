"""``python -m scripts.bench [SECTION...] [--quick] [--json FILE] [--page FILE]``: measure and print the tables.

Ends with 0 when everything that was asked for was measured, whether or not the targets were met, and with 1 when a section
could not be measured.
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import json
import os
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ledger.errors import TradeSealError
from scripts.bench import machine
from scripts.bench.page import update
from scripts.bench.report import Section, table, unmet
from scripts.bench.scale import FULL, QUICK, Scale

SECTIONS = ("gas", "documents", "footprint", "lookups", "anchor", "uses", "aeo", "overdraw")
_BUSY = 0.05
_SOURCES = tuple(Path(__file__).resolve().parents[2] / name for name in ("ledger", "api", "scripts"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sections that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description="Measure, beside the peers.")
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all"
    )
    parser.add_argument("--quick", action="store_true", help="fewer certificates, records and requests")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")
    parser.add_argument("--page", type=Path, metavar="FILE", help="also put the tables into docs/bench.md")
    options = parser.parse_args(arguments)
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no section is called {', '.join(sorted(unknown))}: there are {', '.join(SECTIONS)}")

    _compile()
    facts = machine.facts()
    print(_introduction(facts, quick=options.quick), flush=True)
    sections, failed = [], []
    for name in options.sections or SECTIONS:
        try:
            section = run(name, QUICK if options.quick else FULL)
        except (TradeSealError, OSError, RuntimeError) as error:
            failed.append(f"{name} could not be measured: {error}")
            print(f"{failed[-1]}\n", file=sys.stderr, flush=True)
            continue
        sections.append(section)
        print(f"### {name}\n\n{table(section)}\n", flush=True)
    short = [*unmet(sections), *failed]
    print(
        "\n".join(["Not reached:", *(f"- {line}" for line in short)]) if short else "Every target is reached."
    )
    if options.json is not None:
        shape = {
            "machine": facts,
            "quick": options.quick,
            "sections": [section.shape() for section in sections],
            "failed": failed,
        }
        options.json.write_text(json.dumps(shape, indent=2, ensure_ascii=False) + "\n")
    if options.page is not None:
        update(options.page, sections, facts)
    return 1 if failed else 0


def _compile() -> None:
    """Write the bytecode of everything that is started here, as installers do, and as Python itself does at the first start."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in (*map(Path, {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}), *_SOURCES):
        compileall.compile_dir(folder, quiet=2, workers=len(os.sched_getaffinity(0)))


def run(name: str, scale: Scale) -> Section:
    """Measure one section.

    Raises:
        TradeSealError, OSError, RuntimeError: it could not be measured.
    """
    load, began, others = round(os.getloadavg()[0], 2), time.monotonic(), machine.Others()
    print(f"{name} ...", file=sys.stderr, flush=True)
    found: Section = importlib.import_module(f"scripts.bench.{name}").measure(scale)
    share = others.share()
    remarks = list(found.remarks)
    if share > _BUSY:
        remarks.append(
            f"Other processes used {share:.0%} of all cores while this section ran: it was slowed by them."
        )
    return replace(found, remarks=remarks, seconds=time.monotonic() - began, load=load, others=share)


def _introduction(facts: dict[str, object], *, quick: bool) -> str:
    scale = " (quick: fewer certificates, records and requests)" if quick else ""
    return (
        f"{facts['time']}: {facts['processor']}, {facts['cores']} cores, {facts['memoryGiB']} GiB, "
        f"Python {facts['python']}, load average {facts['loadAverage']}{scale}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
