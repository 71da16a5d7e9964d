"""Issuing: what an issuing body does with its own records besides anchoring and status: open a balance, replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.anchoring_refusals import told
from ledger.chain import use_calls
from ledger.core.documents.kinds import kind_of
from ledger.core.documents.shape import read_tree
from ledger.core.documents.terms import balance_of
from ledger.core.envelope import open_envelope
from ledger.core.problems import Problem
from ledger.errors import Refused, Rejected
from ledger.service.refusals import in_words

if TYPE_CHECKING:
    from ledger.issued import Issued
    from ledger.service.accounts import Account, Accounts
    from ledger.service.acting import Acting
    from ledger.service.answers import ActReceipt
    from ledger.service.parts import Parts

_ORIGIN = 1


class Issuing:
    """Acts of this gateway's member on its own records."""

    def __init__(self, parts: Parts, acting: Acting, accounts: Accounts) -> None:
        self._parts = parts
        self._acting = acting
        self._accounts = accounts
        self._own = parts.settings.member.code

    def replace(self, number: str, reason: int, source: tuple[str, bytes]) -> Issued:
        """Anchor a document in the place of another; see ``Ledger.replace``."""
        if not 0 < reason < 100:
            wanted = "a reason code, R01 to R99"
            raise Rejected([Problem("reason", str(reason), wanted, code="REASON_INVALID")])
        tree, _, problems = read_tree(source[1])
        if tree is None:
            raise Rejected(problems)
        old = self._parts.tag_keys.tag(self._own, int(kind_of(tree)), number)
        return self._parts.issuer().replace(old, reason, source)

    def open_balance(self, issuer: str, number: str) -> ActReceipt:
        """Open the balance of a record that was anchored without one; see ``Ledger.open_balance``."""
        if issuer != self._own or not self._own:
            wanted = f"{self._own or 'nobody'}, for which this gateway acts"
            raise Rejected([Problem("issuer", issuer[:40], wanted, code="NOT_OUR_RECORD")])
        account = self._accounts.of(_ORIGIN, issuer, number)
        tag = account.record.tag
        sealed = self._parts.store.documents.sealed(account.record.document_id)
        if sealed is None:
            wanted = "a certificate that this gateway holds, to read the quantities from"
            raise Rejected([Problem("number", number[:40], wanted, code="DOCUMENT_NOT_HELD")])
        terms = balance_of(open_envelope(sealed, self._parts.limits).subject, self._parts.reference)
        if terms is None:
            wanted = "a certificate with at most 255 items that all have a quantity"
            raise Rejected([Problem("number", number[:40], wanted, code="NO_BALANCE")])
        call = use_calls.set_terms(self._own, tag, terms)
        try:
            return self._acting.carry_out("open the balance of a record", _ORIGIN, call, self._own, tag)
        except Refused as refused:
            raise self._in_words(refused, account) from refused

    def _in_words(self, refused: Refused, account: Account) -> Refused:
        if not refused.code.startswith("Consortium"):
            return in_words(refused, account, None, self._parts.settings.member.utc_offset)
        document_type = account.record.document_type
        words = told(refused.code, refused.arguments, member=self._own, document_type=document_type)
        return Refused(refused.code, words.sentence, refused.arguments)
