"""Batches: which documents one transaction anchors, and what to do when the chain refuses one of them.

A refused batch must not sink its other documents: a taken number is named by the contract, so only that
document is refused and the rest go again; any other refusal concerns all of them alike (the member, the key,
the registry). A document with terms or a link goes by itself, because its refusal is its own; so does one that further
acts follow, because they may follow only that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from ledger.chain import aeo_calls, use_calls
from ledger.core.opening import Opening
from ledger.errors import Refused
from ledger.outbox import Act
from ledger.store.documents import StoredDocument
from ledger.store.outgoing import OutboxRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.chain.port import Chain
    from ledger.outbox import Outbox
    from ledger.store import Store

NUMBER_TAKEN = "RegistryNumberTaken"
PURPOSE = "anchor"
COMMITMENT_BYTES = 22  # what a record's slot keeps of the document id
_MOST = 500


class AnchorCall(Protocol):
    """Spells the call that anchors (tag, document id) pairs: the registry's ``anchor``."""

    def __call__(
        self,
        member: str,
        document_type: int,
        use_policy: int,
        key: bytes,
        anchors: Sequence[tuple[bytes, bytes]],
    ) -> bytes:
        """Return the calldata; at most 512 anchors."""


class Anchorable(Protocol):
    """What is needed of a document to anchor it."""

    @property
    def document_id(self) -> bytes:
        """The commitment, 32 bytes."""

    @property
    def tag(self) -> bytes:
        """The number tag, 32 bytes."""

    @property
    def member(self) -> str:
        """Code of the issuing body."""

    @property
    def registry(self) -> bytes:
        """Address of the registry, 20 bytes."""

    @property
    def document_type(self) -> int:
        """UNTDID 1001 code."""

    @property
    def use_policy(self) -> int:
        """Use policy as the contracts hold it."""

    @property
    def key(self) -> bytes:
        """Thumbprint of the document key, 32 bytes."""


class Batches:
    """Turns stored documents into acts of one outbox, and is the outbox's ``Consequences``."""

    def __init__(self, chain: Chain, store: Store, anchor_call: AnchorCall, most: int = _MOST) -> None:
        self._chain = chain
        self._store = store
        self._anchor_call = anchor_call
        self._most = most

    def intend_in(
        self,
        connection: Connection,
        outbox: Outbox,
        documents: Sequence[Anchorable],
        openings: Mapping[bytes, Opening] | None = None,
    ) -> int:
        """Intend acts that anchor all ``documents``, which are stored, and note which carries which; return how many acts.

        Args:
            openings: by document id, of those documents that have more than a number and an id.
        """
        known = openings or {}
        together = [one for one in documents if one.document_id not in known]
        acts = 0
        for _, alike in groupby(sorted(together, key=_kind_of_batch), key=_kind_of_batch):
            group = list(alike)
            for start in range(0, len(group), self._most):
                part = group[start : start + self._most]
                row = outbox.intend_in(connection, self._act(part))
                self._store.documents.carry_in(connection, [one.document_id for one in part], row)
                acts += 1
        # In the order of the documents: one may hang on another that stands before it.
        for one in documents:
            if one.document_id in known:
                opening = known[one.document_id]
                row = outbox.intend_in(connection, self._act_for(one, opening))
                self._store.documents.carry_in(connection, [one.document_id], row)
                acts += 1 + self.follow_in(connection, outbox, one, opening, row)
        return acts

    def replace_in(
        self,
        connection: Connection,
        outbox: Outbox,
        document: Anchorable,
        opening: Opening,
        old: bytes,
        reason: int,
    ) -> None:
        """Intend the act that anchors ``document``, which is stored, in the place of the record with the tag ``old``."""
        calldata = use_calls.replace(document.member, old, reason, _issue(document, opening))
        row = outbox.intend_in(
            connection, Act(document.registry, calldata, f"replace a record of {document.member}")
        )
        self._store.documents.carry_in(connection, [document.document_id], row)
        self.follow_in(connection, outbox, document, opening, row)

    @staticmethod
    def follow_in(
        connection: Connection, outbox: Outbox, document: Anchorable, opening: Opening, row: int | None
    ) -> int:
        """Intend what follows the act ``row`` that anchors ``document``; return how many acts."""
        member, tag = document.member, document.tag
        acts = [
            Act(document.registry, aeo_calls.add_alias(member, tag, alias), f"adding an alias by {member}")
            for alias in opening.aliases
        ]
        if opening.grants:
            calldata = aeo_calls.grant_types(member, tag, opening.grants)
            acts.insert(0, Act(document.registry, calldata, f"granting types by {member}"))
        for act in acts:
            outbox.intend_in(connection, act, after=row)
        return len(acts)

    def refused(self, row: OutboxRow, refusal: Refused) -> Callable[[Connection], None]:
        """Refuse what the chain holds under other documents and send the rest again; else refuse all."""
        documents = self._store.documents.of_outbox(row.id)
        taken = self._taken(documents, refusal) if documents and refusal.code == NUMBER_TAKEN else []
        refused = {one.document_id for one in taken or documents}
        others = [one for one in documents if one.document_id not in refused]

        def write(connection: Connection) -> None:
            self._store.documents.refuse_in(connection, sorted(refused), refusal.code, str(refusal))
            if others:
                act = self._act(others)
                again = self._store.outgoing.intend_in(
                    connection, row.account, act.target, act.calldata, act.purpose, row.created_at
                )
                self._store.documents.carry_in(connection, [one.document_id for one in others], again)

        return write

    def _taken(self, documents: Sequence[StoredDocument], refusal: Refused) -> list[StoredDocument]:
        """Return the documents whose number the registry holds for another, the one it named among them."""
        tags = [one.tag for one in documents]
        slots = self._chain.look(documents[0].registry, documents[0].member, tags).records
        named = refusal.arguments.get("tag")
        return [
            one
            for one, slot in zip(documents, slots, strict=True)
            if one.tag == named
            or (slot.status != 0 and slot.commitment != one.document_id[:COMMITMENT_BYTES])
        ]

    def _act_for(self, document: Anchorable, opening: Opening) -> Act:
        if opening.is_plain:
            return self._act([document])
        calldata = use_calls.anchor_one(document.member, _issue(document, opening))
        return Act(document.registry, calldata, f"{PURPOSE} 1 of {document.member}")

    def _act(self, documents: Sequence[Anchorable]) -> Act:
        first = documents[0]
        calldata = self._anchor_call(
            first.member,
            first.document_type,
            first.use_policy,
            first.key,
            [(one.tag, one.document_id) for one in documents],
        )
        return Act(first.registry, calldata, f"{PURPOSE} {len(documents)} of {first.member}")


def _issue(document: Anchorable, opening: Opening) -> use_calls.Issue:
    return use_calls.Issue(
        document.document_type,
        document.use_policy,
        document.key,
        document.tag,
        document.document_id,
        opening.link,
        opening.terms,
    )


def _kind_of_batch(document: Anchorable) -> tuple[bytes, str, int, int, bytes]:
    return (document.registry, document.member, document.document_type, document.use_policy, document.key)
