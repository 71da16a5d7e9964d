"""Issue: was the document issued within the agreement's periods, and marked where it was issued late?

The one rule: this never rejects. Working days are counted without holidays, which are not known here, so a person decides.
Only what the document discloses is judged; the day of shipment is hidden by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ledger.core.checks.case import ASK_ISSUER, Case
from ledger.core.profiles import Period, Profile, day_of
from ledger.core.reasons import Reason
from ledger.core.verdict import Finding, Word

_RETROACTIVE = "ISSUED_RETROACTIVELY"


def about_issue(case: Case) -> Iterator[Finding]:
    """Yield what the profile says of the time between shipment and issue."""
    profile, issued, shipped = case.profile, day_of(case.subject.get("issueDate")), _shipped(case)
    if profile is None or issued is None or shipped is None:
        return
    window = profile.retro_window
    if window is not None and issued > window.after(shipped):
        message = (
            f"It was issued {issued}; {profile.id} allows {_words(window)} after the shipment of {shipped}."
        )
        yield Finding.of(Reason.ISSUED_TOO_LATE, Word.REFER, message, next_step=ASK_ISSUER)
    elif _mark_missing(case, profile, issued, shipped):
        mark = profile.values.get("retroMarkText") or _RETROACTIVE
        grace = "" if profile.retro_grace is None else f" {_words(profile.retro_grace)}"
        message = (
            f'It was issued {issued}, more than{grace} after the shipment of {shipped}, without "{mark}".'
        )
        step = "Ask the issuing body for a corrected copy."
        yield Finding.of(Reason.RETRO_MARK_MISSING, Word.REFER, message, next_step=step)


def _mark_missing(case: Case, profile: Profile, issued: date, shipped: date) -> bool:
    """Return whether the form has a mark that is missing; where no days of grace are known, none is asked for."""
    if profile.retro_grace is None or profile.values.get("retroMarkText") == "":
        return False
    flags = case.subject.get("flags")
    marked = isinstance(flags, list | tuple) and _RETROACTIVE in flags
    return not marked and issued > profile.retro_grace.after(shipped)


def _shipped(case: Case) -> date | None:
    transport = case.subject.get("transport")
    return day_of(transport.get("departureDate")) if isinstance(transport, Mapping) else None


def _words(period: Period) -> str:
    unit = period.unit.removesuffix("s") if period.count == 1 else period.unit
    return f"{period.count} {unit}"
