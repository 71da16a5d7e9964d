"""Issue: was the document issued within the agreement's periods, and marked where it was issued late or invoiced elsewhere?

The one rule: this never rejects. An invoice of a third party is no ground for refusal, only its mark may be missing; and
working days are counted without holidays, which are not known here, so a person decides. Only what the document
discloses is judged; the day of shipment and the invoices are hidden by default. A retroactive issue whose day of shipment
cannot be seen is referred: what cannot be seen is no agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.core.checks.case import ASK_ISSUER, Case
from ledger.core.profiles import Period, Profile, day_of
from ledger.core.reasons import Reason
from ledger.core.verdict import Finding, Word

_RETROACTIVE: Final = "ISSUED_RETROACTIVELY"
_LONGEST_GRACE: Final = timedelta(days=15)
"""No agreement known here lets a certificate be issued more than fifteen days after the shipment without its mark."""


def about_issue(case: Case) -> Iterator[Finding]:
    """Yield what the profile says of the time between shipment, original and issue, and of invoices of third parties."""
    yield from _about_invoices(case)
    yield from _about_true_copy(case)
    yield from _about_endorsement(case)
    profile, issued, shipped = case.profile, day_of(case.subject.get("issueDate")), _shipped(case)
    if profile is None or issued is None:
        return
    if shipped is None:
        yield from _about_hidden_shipment(case, profile)
        return
    window = profile.retro_window
    if window is not None and issued > window.after(shipped):
        message = (
            f"It was issued {issued}; {profile.id} allows {window.words} after the shipment of {shipped}."
        )
        yield Finding.of(Reason.ISSUED_TOO_LATE, Word.REFER, message, next_step=ASK_ISSUER)
    else:
        yield from _about_mark(case, profile, issued, shipped)


def _about_hidden_shipment(case: Case, profile: Profile) -> Iterator[Finding]:
    """Yield that a period which runs from the shipment could not be judged."""
    window = profile.retro_window
    if not _marked(case):
        if not profile.validity_from_shipment:
            return
        message = f"The day of shipment is not disclosed; under {profile.id} the validity runs from it."
    elif window is not None:
        message = (
            f"It was issued retroactively and does not disclose the day of shipment; {profile.id} allows "
            f"{window.words} after it."
        )
    elif profile.retro_from_shipment:
        message = (
            "It was issued retroactively and does not disclose the day of shipment; "
            f"under {profile.id} the validity runs from it."
        )
    else:
        return
    step = "Ask the importer for a copy that discloses the transport."
    yield Finding.of(Reason.SHIPMENT_NOT_DISCLOSED, Word.REFER, message, next_step=step)


def _about_mark(case: Case, profile: Profile, issued: date, shipped: date) -> Iterator[Finding]:
    """Yield that the form has a mark for retroactive issue and it is missing.

    Where the days of grace are not known, it is a remark from the day after the shipment on, and referred after more than
    any agreement is known to give.
    """
    grace, mark, box = (
        profile.retro_grace,
        profile.values.get("retroMarkText"),
        profile.values.get("retroMarkBox"),
    )
    if _marked(case) or mark == "" or issued <= (shipped if grace is None else grace.after(shipped)):
        return
    if grace is None and mark is None:
        return  # whether the form has a mark is not known
    where = f'"{mark or _RETROACTIVE}"{f" in box {box}" if box else ""}'
    word, length = Word.REFER, f"more than {grace.words} " if grace is not None else ""
    message = f"It was issued {issued}, {length}after the shipment of {shipped}, without {where}"
    if grace is None:
        message += f"; how many days {profile.id} allows without it is not known"
        if issued - shipped <= _LONGEST_GRACE:
            word = Word.ACCEPT_WITH_REMARKS
    step = f"Ask the issuing body for a corrected copy.{_corrected(profile)}"
    yield Finding.of(Reason.RETRO_MARK_MISSING, word, f"{message}.", next_step=step)


def _corrected(profile: Profile | None) -> str:
    """Return how long a corrected copy may take, where the agreement says so."""
    value = None if profile is None else profile.values.get("correctedCopyDays")
    if profile is None or value is None:
        return ""
    least = f"{value['atLeast']} to " if "atLeast" in value else ""
    return f" {profile.id} gives {least}{Period(value['count'], value['unit']).words} for it."


def _about_invoices(case: Case) -> Iterator[Finding]:
    """Yield that an invoice was issued in another country than the exporter's without the mark for it."""
    flags, invoices = case.subject.get("flags"), case.subject.get("invoices")
    marked = isinstance(flags, list | tuple) and "THIRD_PARTY_INVOICING" in flags
    homes = {_country(case.subject.get("issuer")), _country(case.subject.get("exporter"))}
    for invoice in invoices if isinstance(invoices, list | tuple) and not marked else ():
        country = invoice.get("issuerCountry") if isinstance(invoice, Mapping) else None
        if isinstance(country, str) and country not in homes:
            message = f"An invoice was issued in {country[:8]}, and third-party invoicing is not marked."
            step = "A corrected copy may be asked for; this alone is no ground for refusal." + _corrected(
                case.profile
            )
            yield Finding.of(
                Reason.THIRD_PARTY_INVOICE_NOT_DECLARED, Word.ACCEPT_WITH_REMARKS, message, next_step=step
            )
            return


def _country(party: object) -> object:
    return party.get("country") if isinstance(party, Mapping) else None


def _about_true_copy(case: Case) -> Iterator[Finding]:
    """Yield that a certified true copy was made later after its original than the agreement allows."""
    profile, issued = case.profile, day_of(case.subject.get("issueDate"))
    window = None if profile is None else profile.values.get("ctcWindow")
    references = case.subject.get("references")
    if profile is None or window is None or issued is None or not isinstance(references, list | tuple):
        return
    period = Period(window["count"], window["unit"])
    for reference in references:
        copied = isinstance(reference, Mapping) and reference.get("relation") == "TRUE_COPY_OF"
        original = day_of(reference.get("date")) if copied else None
        if original is not None and issued > period.after(original):
            message = (
                f"The true copy was issued {issued}; {profile.id} allows {period.words} after the "
                f"original of {original}."
            )
            yield Finding.of(Reason.ISSUED_TOO_LATE, Word.REFER, message, next_step=ASK_ISSUER)


def _about_endorsement(case: Case) -> Iterator[Finding]:
    """Yield that a permit was endorsed at export, on the ledger or on paper, before the day of its issue.

    That day is local, and the ledger's time is UTC: a day between the two is none.
    """
    issued, permit = day_of(case.subject.get("issueDate")), case.subject.get("cites")
    stated = permit.get("exportEndorsement") if isinstance(permit, Mapping) else None
    on_paper = day_of(stated.get("date")) if isinstance(stated, Mapping) else None
    at = None if case.facts.usage is None else case.facts.usage.endorsed_at
    on_ledger = None if at is None else datetime.fromtimestamp(at, UTC).date() + timedelta(days=1)
    first = min((day for day in (on_paper, on_ledger) if day is not None), default=None)
    if issued is not None and first is not None and first < issued:
        message = f"It was issued {issued}, after it had been endorsed at export."
        yield Finding.of(Reason.ISSUED_TOO_LATE, Word.REFER, message, next_step=ASK_ISSUER)


def _marked(case: Case) -> bool:
    flags = case.subject.get("flags")
    return isinstance(flags, list | tuple) and _RETROACTIVE in flags


def _shipped(case: Case) -> date | None:
    transport = case.subject.get("transport")
    return day_of(transport.get("departureDate")) if isinstance(transport, Mapping) else None
