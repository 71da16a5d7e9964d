"""Enquiry: what an agreement says about asking the issuing body, told where a finding is to ask it.

The one rule: silence refuses nothing. Where an agreement lets customs deny after it, that is an officer's decision. The
clock starts when the request is received, which is not known here, so the days are told for a request of the day asked
about.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.core.checks.case import ASK_ISSUER, Case
from ledger.core.reasons import Reason
from ledger.core.verdict import Finding, Word


def about_enquiry(case: Case, findings: Iterable[Finding]) -> Finding | None:
    """Return what to expect of an enquiry; None where no finding is to ask the issuer, or nothing is known of it."""
    profile = case.profile
    if profile is None or not any(finding.next == ASK_ISSUER for finding in findings):
        return None
    told = []
    if (reply := profile.period("verifyReplyDays")) is not None:
        told.append(
            f"Under {profile.id} the issuing body has {reply.words} to reply: "
            f"a request that it receives on {case.day} is due on {reply.after(case.day)}."
        )
        if profile.values.get("denyIfSilent") is True:
            told.append("Without a reply preference may be denied, which is for an officer to decide.")
    if (complete := profile.period("verifyCompleteDays")) is not None:
        since = profile.values["verifyCompleteDays"]["from"]
        told.append(f"The result is to be determined within {complete.words} of the {since.lower()}.")
    if (years := profile.values.get("retentionYears")) is not None:
        told.append(f"Records are kept for {years} years.")
    return Finding.of(Reason.ENQUIRY_PERIODS, Word.ACCEPT, " ".join(told)) if told else None
