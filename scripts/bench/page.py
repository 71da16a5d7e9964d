"""Page: put the tables of a run into ``docs/bench.md``, each in its place, with when and where it was measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ledger.errors import TradeSealError
from scripts.bench.report import Section, table


class NoPlace(TradeSealError):
    """The page has no place for a section; the message says for which."""


def update(page: Path, sections: Sequence[Section], facts: Mapping[str, object]) -> None:
    """Replace what stands between ``<!-- bench:NAME -->`` and ``<!-- /bench:NAME -->`` for each section.

    Raises:
        NoPlace: a section has no such place; nothing is written then.
    """
    text = page.read_text()
    for section in sections:
        begin, end = f"<!-- bench:{section.name} -->", f"<!-- /bench:{section.name} -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not place.search(text):
            raise NoPlace(f"{page} has no {begin} and {end}")
        measured = "\n".join([begin, _origin(section, facts), "", table(section), end])
        text = place.sub(lambda _, new=measured: new, text)  # type: ignore[misc]
    page.write_text(text)


def _origin(section: Section, facts: Mapping[str, object]) -> str:
    return (
        f"Measured on {str(facts['time'])[:10]}: {facts['processor']}, {facts['cores']} shared vCPUs, "
        f"{facts['memoryGiB']} GiB, Python {facts['python']}; other processes used {section.others:.0%} of all cores."
    )
