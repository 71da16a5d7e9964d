"""Route: does the declaration send the goods where the document says, from where it says and to whom?

The one rule: what one side leaves out is told as not compared, and of dual-use goods the country that they go to is referred
then, because the licence is for that country. Direct consignment is judged by the country of export alone; whether goods
that came through another country stayed as they were is for the transport documents to show.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from ledger.core.checks.case import LICENCE, Case
from ledger.core.documents.declaration import Declaration
from ledger.core.documents.origin import Party
from ledger.core.documents.terms import balance_of
from ledger.core.reasons import Reason
from ledger.core.verdict import Finding, Word

_CHECK_PARTY = "Check the importing party."
_COMPARE = "Compare the declaration with the document."


def about_route(case: Case, declaration: Declaration) -> Iterator[Finding]:
    """Yield what is wrong with where the declaration is made, where the goods come from and go, and their end user."""
    countries = _countries(case)
    if declaration.country not in countries:
        named = ", ".join(str(country)[:8] for country in countries)
        message = f"It is for {named}, the declaration is made in {declaration.country}."
        yield Finding.of(Reason.DESTINATION_DIFFERS, Word.REFER, message, next_step=_CHECK_PARTY)
    if case.question.kind == LICENCE:
        yield from _about_destination(case, declaration)
        yield from _about_export_country(case, declaration)
        yield from _about_end_user(case, declaration)
    else:
        yield from _about_consignment(case, declaration)


def endorsed_at_export(case: Case) -> bool:
    """Return whether it is a permit on which customs endorses at export what really leaves."""
    return case.profile is not None and case.profile.values.get("exportEndorsement") is True


def _countries(case: Case) -> tuple[object, ...]:
    """Return where a declaration may be made: in the destination, under a licence where its balance may be drawn on."""
    if case.question.kind != LICENCE:
        return (case.subject.get("destinationCountry"),)
    terms, own = balance_of(case.subject, case.reference), _own(case)
    drawing = () if terms is None else terms.economies
    return tuple(dict.fromkeys([*(drawing or (own,)), *([own] if endorsed_at_export(case) else [])]))


def _own(case: Case) -> object:
    issuer = case.subject.get("issuer")
    return issuer.get("country") if isinstance(issuer, Mapping) else None


def _dual_use(case: Case) -> Mapping[str, Any] | None:
    found = case.subject.get("dualUse")
    return found if isinstance(found, Mapping) else None


def _destinations(case: Case) -> tuple[str, ...]:
    """Return the countries that a licence lets goods go to: those of a dual-use licence, else its destination."""
    several = (_dual_use(case) or {}).get("destinations")
    named = (
        several if isinstance(several, list | tuple) and several else [case.subject.get("destinationCountry")]
    )
    return tuple(country for country in named if isinstance(country, str))


def _leaves(case: Case, declaration: Declaration) -> bool:
    """Return whether the goods leave the issuer's own country with this declaration."""
    named = _destinations(case)
    return declaration.country == _own(case) and bool(named) and declaration.country not in named


def _about_destination(case: Case, declaration: Declaration) -> Iterator[Finding]:
    named, goes_to = _destinations(case), declaration.destination_country
    told = ", ".join(country[:8] for country in named)
    if goes_to is not None and named and goes_to not in named:
        message = f"It is for {told}, the goods go to {goes_to}."
        yield Finding.of(Reason.DESTINATION_DIFFERS, Word.REFER, message, next_step=_COMPARE)
    elif goes_to is None and _leaves(case, declaration):
        word = Word.ACCEPT_WITH_REMARKS if _dual_use(case) is None else Word.REFER
        message = f"No country that the goods go to is declared, so it was not compared with {told}."
        yield Finding.of(Reason.NOT_COMPARED, word, message, next_step=_COMPARE)


def _about_export_country(case: Case, declaration: Declaration) -> Iterator[Finding]:
    named = case.subject.get("exportCountry")
    given = declaration.export_country
    if given is None and _leaves(case, declaration):
        given = declaration.country
    if not isinstance(named, str) or given == named:
        return
    if given is None:
        message = f"No country of export is declared, so it was not compared with {named[:8]}."
        yield Finding.of(Reason.NOT_COMPARED, Word.ACCEPT_WITH_REMARKS, message, next_step=_COMPARE)
    else:
        message = f"It names {named[:8]} as the country of export, the declaration {given}."
        yield Finding.of(Reason.PARTICULARS_DIFFER, Word.REFER, message, next_step=_COMPARE)


def _about_end_user(case: Case, declaration: Declaration) -> Iterator[Finding]:
    """Yield whether dual-use goods go to another end user; a licence hides its own unless it is disclosed."""
    if _dual_use(case) is None:
        return
    certified, declared = case.subject.get("endUser"), declaration.end_user
    disclosed = certified if isinstance(certified, Mapping) else None
    if disclosed is not None and declared is not None:
        if not _same(disclosed, declared):
            message = "The declared end user is not the one that the licence names."
            yield Finding.of(Reason.PARTICULARS_DIFFER, Word.REFER, message, next_step=_COMPARE)
    elif disclosed is not None or declared is not None:
        side = "declared" if declared is None else "disclosed"
        message = f"The end user is not {side}, so it was not compared."
        yield Finding.of(Reason.NOT_COMPARED, Word.ACCEPT_WITH_REMARKS, message, next_step=_COMPARE)


def _same(certified: Mapping[str, Any], declared: Party) -> bool:
    """Return whether two parties may be one: by their numbers where both have one, else by country and letters of the name."""
    number, country = certified.get("id"), certified.get("country")
    if isinstance(number, str) and declared.id is not None:
        return number == declared.id
    if isinstance(country, str) and declared.country is not None and country != declared.country:
        return False
    name = certified.get("name")
    return not isinstance(name, str) or letters(name) == letters(declared.name)


def letters(name: str) -> str:
    """Return a name without case, spaces and signs: ``Co., Ltd.`` is ``CO LTD``."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


def _about_consignment(case: Case, declaration: Declaration) -> Iterator[Finding]:
    """Yield that the goods come from a country that is no party to the agreement."""
    given, profile = declaration.export_country, case.profile
    if given is None or profile is None or not profile.parties or given in profile.parties:
        return
    message = (
        f"The goods come from {given}, which is no party to {profile.id}; direct consignment has to be shown."
    )
    step = "Ask for the through transport document, or a certificate of non-manipulation."
    yield Finding.of(Reason.CONSIGNMENT_RULE, Word.REFER, message, next_step=step)
