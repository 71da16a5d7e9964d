"""The transaction account against an independent implementation."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Rejected
from ledger.keys.account import TransactionAccount, create_account, open_account

SECRET = bytes.fromhex("4646464646464646464646464646464646464646464646464646464646464646")


@given(
    nonce=st.integers(0, 2**40),
    chain_id=st.integers(1, 2**53),
    to=st.none() | st.binary(min_size=20, max_size=20),
    calldata=st.binary(max_size=300),
    gas=st.integers(21_000, 16_777_216),
)
def test_a_transaction_is_byte_for_byte_what_eth_account_signs(
    nonce: int, chain_id: int, to: bytes | None, calldata: bytes, gas: int
) -> None:
    ours = TransactionAccount(SECRET).sign(chain_id=chain_id, nonce=nonce, to=to, calldata=calldata, gas=gas)
    fields = {"nonce": nonce, "gasPrice": 0, "gas": gas, "value": 0, "data": calldata, "chainId": chain_id}
    theirs = Account.sign_transaction({**fields, **({"to": to} if to else {})}, SECRET)
    assert ours.raw == bytes(theirs.raw_transaction)
    assert ours.digest == bytes(theirs.hash)


def test_the_address_is_that_of_eip_155s_example() -> None:
    assert TransactionAccount(SECRET).address.hex() == "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"


def test_an_account_file_opens_again_and_elsewhere(tmp_path: Path) -> None:
    made = create_account(tmp_path / "a.json", "open", scrypt_n=2**10)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600
    assert open_account(tmp_path / "a.json", "open").address == made.address
    secret = Account.decrypt((tmp_path / "a.json").read_text(), "open")
    assert TransactionAccount(bytes(secret)).address == made.address


def test_a_wrong_passphrase_is_named_and_not_repeated(tmp_path: Path) -> None:
    create_account(tmp_path / "a.json", "open", scrypt_n=2**10)
    with pytest.raises(Rejected, match="PASSPHRASE_WRONG") as caught:
        open_account(tmp_path / "a.json", "sesame")
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"version":3}', '{"version":9,"crypto":{}}'])
def test_another_file_is_not_taken_for_an_account(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Rejected, match="KEYSTORE_INVALID"):
        open_account(path, "open")


@pytest.mark.parametrize("secret", [b"", bytes(32), b"\xff" * 32, b"\x01" * 31])
def test_what_is_no_key_of_the_curve_is_rejected(secret: bytes) -> None:
    with pytest.raises(Rejected, match="ACCOUNT_KEY_INVALID"):
        TransactionAccount(secret)


def test_an_account_shows_its_address_only() -> None:
    account = TransactionAccount(SECRET)
    assert repr(account) == f"TransactionAccount(0x{account.address.hex()})"
