"""What the cache adds up to, on a real chain: complete, and never changed under somebody who reads it."""

from __future__ import annotations

from ledger.service.knowledge import Knowledge
from ledger.store import Store
from ledger.sync import converge
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER


def test_what_was_handed_out_does_not_change_when_the_consortium_does(
    consortium: Consortium, store: Store
) -> None:
    knowledge, chain_id = Knowledge(store), consortium.node.chain_id
    converge(consortium.chain(), store, chain_id=chain_id)
    before = knowledge.consortium()
    proposals = len(before.proposals)
    assert knowledge.consortium() is before
    with open_ledger(consortium.settings(CUSTOMS)) as customs:
        customs.act("propose-suspend-member", {"code": "AU-ACCI"})
    converge(consortium.chain(), store, chain_id=chain_id)
    after = knowledge.consortium()
    assert (len(before.proposals), len(after.proposals)) == (proposals, proposals + 1)
    assert after.members[ISSUER] == before.members[ISSUER]


def test_a_store_that_has_read_nothing_knows_nobody(store: Store) -> None:
    assert Knowledge(store).consortium().members == {}
