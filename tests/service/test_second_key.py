"""The second key of a number that is known: the gateway that holds the certificate compares the two."""

from __future__ import annotations

import pytest

from ledger.core.verdict import Word
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import ISSUER, a_fresh_certificate, ask, issued, names


@pytest.mark.parametrize(("spoilt", "word"), [("", Word.ACCEPT), ("9", Word.REFER)])
def test_a_second_key_that_is_not_on_the_certificate_refers_the_number(
    consortium: Consortium, spoilt: str, word: Word
) -> None:
    certificate = a_fresh_certificate(consortium)
    with open_ledger(consortium.settings(ISSUER)) as issuer:
        [result] = issued(issuer, certificate)
        second = certificate["invoices"][0]["number"] + spoilt
        verdict = ask(issuer, issuer=ISSUER, number=result.number, second_key=second)
    assert (verdict.word, "SECOND_KEY_DIFFERS" in names(verdict)) == (word, bool(spoilt))
