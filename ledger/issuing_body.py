"""IssuingBody: who issues, with which keys into which registries, and what its records are opened with.

Tag keys of others are asked for only where a document hangs on another body's; nothing is read at any other time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ledger.anchoring_refusals import Told, told
from ledger.core import numbers
from ledger.core.opening import Link, Opening
from ledger.core.problems import Problem
from ledger.sealing import Draft, Recipe

if TYPE_CHECKING:
    from ledger.core.state import MemberState
    from ledger.core.strictjson import Limits
    from ledger.keys.signer import Signer


def _nobody(_member: str) -> bytes | None:
    return None


def _nothing(_member: str) -> MemberState | None:
    return None


@dataclass(frozen=True, slots=True)
class IssuingBody:
    """Who issues: its code, its tag key, the signer of its documents.

    Args:
        registries: addresses of the registries that keep the records, by kind.
        tag_key_of: the tag key of another member, whose documents ours may hang on; None when it is not here.
        member_of: a member as the journal has it; None when it is not there.
    """

    member: str
    tag_key: bytes = field(repr=False)
    signer: Signer
    registries: Mapping[int, bytes]
    chain_id: int
    tag_key_of: Callable[[str], bytes | None] = field(default=_nobody, repr=False)
    member_of: Callable[[str], MemberState | None] = field(default=_nothing, repr=False)

    def recipes(self, limits: Limits) -> list[Recipe]:
        """Return how documents are sealed, one recipe for each kind that there is a registry for."""
        return [
            Recipe(
                member=self.member,
                tag_key=self.tag_key,
                registry=registry,
                chain_id=self.chain_id,
                kid=self.signer.thumbprint,
                algorithm=self.signer.public_key.algorithm,
                limits=limits,
                kind=kind,
            )
            for kind, registry in self.registries.items()
        ]

    def opening(self, draft: Draft) -> Opening | Problem:
        """Return what the record of a draft is anchored with, or why that cannot be told here."""
        link, parent = None, draft.parent
        if parent is not None:
            tag_key = self.tag_key if parent.issuer == self.member else self.tag_key_of(parent.issuer)
            if tag_key is None:
                wanted = "a member whose tag key is here (tradeseal key tag import)"
                return Problem("references", parent.issuer, wanted, code="TAG_KEY_MISSING")
            try:
                tag = numbers.tag(tag_key, draft.kind, numbers.normalise(parent.number))
            except numbers.UnusableNumber as error:
                return replace(error.problem, path="references")
            link = Link(parent.relation, parent.issuer, tag)
        return Opening(link, draft.terms, draft.grants, draft.aliases)

    def told(self, draft: Draft, key: bytes, code: str, arguments: Mapping[str, object] | None) -> Told:
        """Return what the refusal ``code`` of a contract means for a draft that was sealed with ``key`` (thumbprint)."""
        member = self.member_of(self.member)
        return told(
            code,
            arguments or {},
            member=self.member,
            economy="" if member is None else member.economy,
            document_type=draft.document_type,
            key=None if member is None else member.keys.get(key),
        )
