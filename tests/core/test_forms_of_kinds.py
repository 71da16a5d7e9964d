"""Forms of each kind of document: found by its context, complete, and nobody's place to hide members of another."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ledger.core.documents.kinds import Kind, kind_of
from ledger.core.documents.validation import HIDDEN_BY_DEFAULT as DEFAULT_OF_KIND
from ledger.core.documents.validation import to_claims, validate
from ledger.core.forms import (
    AEO,
    FORM_OF_KIND,
    FORMS,
    LICENCE,
    ORIGIN,
    SUBJECT,
    W3C_CONTEXT,
    Form,
    MalformedEnvelope,
    check_frame,
    check_subject,
    completed,
    form_of,
)
from tests.certificates import the_reference
from tests.licences import a_licence, an_entry

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
CERTIFICATE: dict[str, Any] = json.loads((VECTORS / "document.json").read_text())["documents"][0]["claims"][
    SUBJECT
]


def of_kind(form: Form) -> dict[str, Any]:
    document, _ = validate(a_licence() if form is LICENCE else an_entry(), the_reference())
    assert document is not None
    full = completed(to_claims(document), form)
    assert isinstance(full, dict)
    return full


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.type)
def test_every_form_is_found_by_its_context_and_its_kind(form: Form) -> None:
    assert form_of({"@context": [W3C_CONTEXT, form.context]}) is form
    assert FORM_OF_KIND[form.kind] is form


def test_forms_share_no_name() -> None:
    for names in (
        {form.kind for form in FORMS.values()},
        {form.type for form in FORMS.values()},
        {form.schema for form in FORMS.values()},
    ):
        assert len(names) == len(FORMS) == 3


@pytest.mark.parametrize("form", [LICENCE, AEO], ids=lambda form: form.type)
def test_a_subject_of_each_kind_is_complete_and_without_any_mandatory_member_it_is_not(form: Form) -> None:
    full = of_kind(form)
    check_subject(full, form)
    for name in form.always:
        with pytest.raises(MalformedEnvelope) as malformed:
            check_subject({key: value for key, value in full.items() if key != name}, form)
        assert [problem.path for problem in malformed.value.problems] == [name]


def test_every_line_of_a_licence_has_its_mandatory_members() -> None:
    full = of_kind(LICENCE)
    for name in LICENCE.always_in_items:
        spoilt = deepcopy(full)
        del spoilt["items"][1][name]
        with pytest.raises(MalformedEnvelope) as malformed:
            check_subject(spoilt, LICENCE)
        assert [problem.path for problem in malformed.value.problems] == [f"items[1].{name}"]


@pytest.mark.parametrize(("form", "kind"), [(LICENCE, Kind.LICENCE), (AEO, Kind.AEO)])
def test_each_kind_hides_by_default_only_what_may_be_hidden(form: Form, kind: Kind) -> None:
    check_frame(DEFAULT_OF_KIND[kind], form)
    for name in form.always:
        with pytest.raises(MalformedEnvelope):
            check_frame([name], form)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.type)
@pytest.mark.parametrize("code", ["864", "911", "879", 911, ["911"], {"911": "879"}])
def test_a_document_cannot_hide_members_under_the_form_of_another_kind(form: Form, code: Any) -> None:
    full = {**(CERTIFICATE if form is ORIGIN else of_kind(form)), "documentTypeCode": code}
    if kind_of(full) == form.kind:
        check_subject(full, form)
    else:
        with pytest.raises(MalformedEnvelope) as malformed:
            check_subject(full, form)
        assert malformed.value.code == "CONTEXT"


@pytest.mark.parametrize("items", [..., [], None, "none"])
def test_a_kind_without_items_asks_for_none(items: Any) -> None:
    full = {**of_kind(AEO), "items": items}
    check_subject({name: value for name, value in full.items() if value is not ...}, AEO)
