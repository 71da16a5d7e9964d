"""web3.py on the same node and contracts: an independent client reads, writes and encodes what we do."""

from __future__ import annotations

from typing import Any

import pytest
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError

from ledger.chain import abi
from ledger.chain.acts import call
from ledger.chain.node_chain import NodeChain
from ledger.chain.rules import artifact
from ledger.home import CONTROLLER, PASSPHRASE
from ledger.keys.account import open_account
from ledger.keys.files import read_passphrase
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import ISSUER, a_fresh_certificate, issued


def word(text: str) -> bytes:
    return text.encode().ljust(32, b"\0")


@pytest.fixture(scope="module")
def client(consortium: Consortium) -> Web3:
    return Web3(HTTPProvider(consortium.node.url))


@pytest.fixture(scope="module")
def chain(consortium: Consortium) -> NodeChain:
    return consortium.chain()


def contract(client: Web3, name: str, address: bytes) -> Any:
    return client.eth.contract(address=Web3.to_checksum_address(address), abi=artifact(name)["abi"])


@pytest.fixture(scope="module")
def record(consortium: Consortium) -> tuple[bytes, bytes]:
    """Tag and document id of a certificate that was just anchored."""
    with open_ledger(consortium.settings(ISSUER)) as issuer:
        [result] = issued(issuer, a_fresh_certificate(consortium))
        assert result.document_id is not None
        return issuer._parts.tag_keys.tag(ISSUER, 1, result.number), result.document_id


def test_it_reads_the_record_and_the_journals_head_that_we_read(
    consortium: Consortium, client: Web3, chain: NodeChain, record: tuple[bytes, bytes]
) -> None:
    tag, document_id = record
    registry = contract(client, "OriginRegistry", consortium.manifest.registry(1))
    number, time, size, root, records = registry.functions.look(word(ISSUER), [tag, bytes(32)]).call()
    ours = chain.look(consortium.manifest.registry(1), ISSUER, [tag, bytes(32)])
    assert (number, time, size, root) == (ours.block_number, ours.time, ours.head.size, ours.head.root)
    assert records[0][0][:22] == ours.records[0].commitment == document_id[:22]
    assert ours.records[1].status == 0
    journal = contract(client, "Journal", consortium.manifest.journal)
    head = chain.journal_head()
    assert tuple(journal.functions.head().call()) == (head.size, head.root)


def test_it_reads_the_events_that_we_read(
    consortium: Consortium, client: Web3, chain: NodeChain, record: tuple[bytes, bytes]
) -> None:
    journal = contract(client, "Journal", consortium.manifest.journal)
    last = chain.head().number
    theirs = journal.events.Appended().get_logs(from_block=0, to_block=last)
    ours = chain.appended(0, last)
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs, strict=True):
        said = other["args"]
        assert (one.first, one.time, one.count) == (said["first"], said["time"], said["count"])
        assert (one.head, one.tails) == (said["head"], said["tails"])
        assert "0x" + one.author.hex() == said["author"].lower()
        assert (one.transaction, one.block_digest) == (other["transactionHash"], other["blockHash"])


def test_it_encodes_the_calls_of_the_hot_path_to_the_same_bytes(consortium: Consortium, client: Web3) -> None:
    registry = contract(client, "OriginRegistry", consortium.manifest.registry(1))
    key, pairs = b"\x01" * 32, [(bytes([place]) * 32, bytes([place + 100]) * 32) for place in range(3)]
    theirs = registry.encode_abi("anchor", [word(ISSUER), 864, 0x0100, key, pairs])
    assert theirs == "0x" + abi.anchor(ISSUER, 864, 0x0100, key, pairs).hex()
    theirs = registry.encode_abi("changeStatus", [word(ISSUER), b"\x07" * 32, 3, 24, 1_800_000_000])
    assert theirs == "0x" + abi.change_status(ISSUER, b"\x07" * 32, 3, 24, 1_800_000_000).hex()
    theirs = registry.encode_abi("look", [word(ISSUER), [b"\x07" * 32, b"\x08" * 32]])
    assert theirs == "0x" + abi.look(ISSUER, [b"\x07" * 32, b"\x08" * 32]).hex()


def test_it_encodes_acts_of_governance_to_the_same_bytes(consortium: Consortium, client: Web3) -> None:
    office = contract(client, "Consortium", consortium.manifest.consortium)
    account = "0x" + "11" * 20
    theirs = office.encode_abi("addOperator", [word(ISSUER), Web3.to_checksum_address(account)])
    assert theirs == "0x" + call("Consortium", "addOperator", ISSUER, account).hex()


def test_it_acts_on_the_embedded_chain_as_on_any_other(
    consortium: Consortium, client: Web3, chain: NodeChain
) -> None:
    home = consortium.folder / "AU-ACCI"
    boss = open_account(home / CONTROLLER, read_passphrase(home / PASSPHRASE))
    office = contract(client, "Consortium", consortium.manifest.consortium)
    operator = Web3.to_checksum_address("0x" + "12" * 20)
    known = office.functions.isOperator(word("AU-ACCI"), operator)
    assert not known.call()
    for function in ("addOperator", "removeOperator"):
        calldata = office.encode_abi(function, [word("AU-ACCI"), operator])
        signed = boss.sign(
            chain_id=client.eth.chain_id,
            nonce=client.eth.get_transaction_count(Web3.to_checksum_address(boss.address)),
            to=consortium.manifest.consortium,
            calldata=bytes.fromhex(calldata[2:]),
            gas=500_000,
        )
        receipt = client.eth.wait_for_transaction_receipt(client.eth.send_raw_transaction(signed.raw))
        assert receipt["status"] == 1
        assert known.call() == (function == "addOperator")
    assert chain.receipt(bytes(receipt["transactionHash"])) is not None


def test_it_is_told_which_rule_a_call_breaks(consortium: Consortium, client: Web3) -> None:
    office = contract(client, "Consortium", consortium.manifest.consortium)
    stranger = Web3.to_checksum_address("0x" + "13" * 20)
    with pytest.raises(ContractCustomError):
        office.functions.addOperator(word("AU-ACCI"), stranger).call({"from": stranger})
