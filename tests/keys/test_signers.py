"""Signers: the same tests for keystore files, PKCS#12 files and a PKCS#11 token."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from ledger.core import jose
from ledger.core.jose import Algorithm
from ledger.errors import Rejected
from ledger.keys import open_signer
from ledger.keys.keystore import create_keystore, open_keystore
from ledger.keys.pkcs11 import Pkcs11Signer, TokenKey, parse_uri
from ledger.keys.pkcs12 import open_pkcs12
from ledger.keys.signer import Signer, SoftwareSigner, generate

PASSPHRASE = "lots of salt and pepper"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
Opener = Callable[[Algorithm, str], Signer]
_OPENED: list[Signer] = []


@pytest.fixture(scope="session")
def token_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SoftHSM token with a key of every algorithm. The library reads its settings once in a process."""
    if shutil.which("softhsm2-util") is None:
        pytest.skip("NOT TESTED ON PKCS#11: no softhsm2-util (Debian: apt-get install softhsm2)")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    start = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "vcci",
        "--so-pin",
        "12345678",
        "--pin",
        PASSPHRASE,
    ]
    subprocess.run(start, check=True, capture_output=True)
    for place, algorithm in enumerate(Algorithm):
        key = folder / f"{algorithm.name}.pem"
        private = generate(algorithm)
        key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        where = ["--token", "vcci", "--pin", PASSPHRASE, "--label", algorithm.name, "--id", f"{place:02x}"]
        subprocess.run(["softhsm2-util", "--import", str(key), *where], check=True, capture_output=True)
    return folder


def _keystore(folder: Path) -> Opener:
    def open_it(algorithm: Algorithm, passphrase: str) -> Signer:
        path = folder / f"{algorithm.name}.key"
        if not path.exists():
            create_keystore(path, PASSPHRASE, algorithm, scrypt_n=2**10)
        return open_keystore(path, passphrase)

    return open_it


def _pkcs12(folder: Path) -> Opener:
    def open_it(algorithm: Algorithm, passphrase: str) -> Signer:
        path = folder / f"{algorithm.name}.p12"
        if not path.exists():
            secret = BestAvailableEncryption(PASSPHRASE.encode())
            path.write_bytes(
                pkcs12.serialize_key_and_certificates(b"doc", generate(algorithm), None, None, secret)
            )
            path.chmod(0o600)
        return open_pkcs12(path, passphrase)

    return open_it


def _pkcs11(algorithm: Algorithm, passphrase: str) -> Signer:
    module = next(Path(name) for name in MODULES if Path(name).exists())
    signer = Pkcs11Signer(TokenKey(module, "vcci", algorithm.name, None), passphrase)
    _OPENED.append(signer)
    return signer


@pytest.fixture(autouse=True)
def log_out() -> Iterator[None]:
    """Close every token signer, because a PIN is only checked while nobody in the process is logged in."""
    yield
    while _OPENED:
        _OPENED.pop().close()


@pytest.fixture(params=["keystore", "pkcs12", "pkcs11"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    if request.param == "keystore":
        return _keystore(tmp_path)
    if request.param == "pkcs12":
        return _pkcs12(tmp_path)
    request.getfixturevalue("token_folder")
    return _pkcs11


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_signature_verifies_under_the_signers_own_public_key(opener: Opener, algorithm: Algorithm) -> None:
    signer = opener(algorithm, PASSPHRASE)
    signature = signer.sign(b"header.payload")
    assert signer.public_key.algorithm is algorithm
    assert len(signature) in jose.signature_lengths(algorithm)
    assert jose.verify_signature(signer.public_key, b"header.payload", signature)
    assert not jose.verify_signature(signer.public_key, b"header.payloae", signature)
    signer.close()


def test_opening_again_gives_the_same_key(opener: Opener) -> None:
    first, second = opener(Algorithm.ES256, PASSPHRASE), opener(Algorithm.ES256, PASSPHRASE)
    assert first.thumbprint == second.thumbprint == jose.thumbprint(first.public_key)
    first.close()
    assert jose.verify_signature(first.public_key, b"text", second.sign(b"text"))


def test_a_wrong_passphrase_is_named_and_not_repeated(opener: Opener) -> None:
    with pytest.raises(Rejected, match="PASSPHRASE_WRONG") as caught:
        opener(Algorithm.ES256, "sesame-1234")
    assert "sesame" not in str(caught.value)
    assert PASSPHRASE not in str(caught.value)


def test_threads_may_share_a_signer(opener: Opener) -> None:
    signer, wrong = opener(Algorithm.ES256, PASSPHRASE), []

    def sign(number: int) -> None:
        for turn in range(50):
            text = f"{number}.{turn}".encode()
            if not jose.verify_signature(signer.public_key, text, signer.sign(text)):
                wrong.append(text)

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_signer_shows_its_public_name_only(opener: Opener) -> None:
    signer = opener(Algorithm.ES256, PASSPHRASE)
    assert signer.thumbprint.hex() in repr(signer)
    assert PASSPHRASE not in repr(signer)


# --- keystore files ----------------------------------------------------------------------------------------------


def test_ecdsa_in_software_uses_no_random_number(tmp_path: Path) -> None:
    signer = SoftwareSigner(generate(Algorithm.ES256))
    assert signer.sign(b"same") == signer.sign(b"same")


def test_a_keystore_file_is_for_its_owner_only_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "doc.key"
    create_keystore(path, PASSPHRASE, scrypt_n=2**10)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Rejected, match="FILE_EXISTS"):
        create_keystore(path, PASSPHRASE, scrypt_n=2**10)


def test_a_keystore_file_that_others_can_read_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "doc.key"
    create_keystore(path, PASSPHRASE, scrypt_n=2**10)
    path.chmod(0o640)
    with pytest.raises(Rejected, match="SECRET_FILE_OPEN"):
        open_keystore(path, PASSPHRASE)


@pytest.mark.parametrize("name", ["algorithm", "thumbprint", "publicKey", "ciphertext", "nonce"])
def test_a_keystore_with_one_part_of_another_does_not_open(tmp_path: Path, name: str) -> None:
    one, other = tmp_path / "one.key", tmp_path / "other.key"
    create_keystore(one, PASSPHRASE, scrypt_n=2**10)
    create_keystore(other, PASSPHRASE, Algorithm.ES384, scrypt_n=2**10)
    mixed = orjson.loads(one.read_bytes()) | {name: orjson.loads(other.read_bytes())[name]}
    one.write_bytes(orjson.dumps(mixed))
    with pytest.raises(Rejected, match="PASSPHRASE_WRONG"):
        open_keystore(one, PASSPHRASE)


@pytest.mark.parametrize("cost", [{"n": 2**30}, {"n": "many"}, {"p": 10_000}, {"r": 4_096}])
def test_a_keystore_cannot_ask_for_endless_work(tmp_path: Path, cost: dict[str, object]) -> None:
    path = tmp_path / "doc.key"
    create_keystore(path, PASSPHRASE, scrypt_n=2**10)
    file = orjson.loads(path.read_bytes())
    file["scrypt"].update(cost)
    path.write_bytes(orjson.dumps(file))
    with pytest.raises(Rejected, match="KEYSTORE_INVALID"):
        open_keystore(path, PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"format":"x","version":1}', b"\xff\xfe"])
@pytest.mark.parametrize("open_file", [open_keystore, open_pkcs12])
def test_another_file_is_not_taken_for_a_key(
    tmp_path: Path, content: bytes, open_file: Callable[[Path, str], Signer]
) -> None:
    path = tmp_path / "doc.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Rejected):
        open_file(path, PASSPHRASE)


# --- tokens ------------------------------------------------------------------------------------------------------


def test_a_token_uri_names_module_token_and_key() -> None:
    found = parse_uri("pkcs11:token=My%20Token;object=doc;id=%01%ff?module-path=/usr/lib/m.so")
    assert found == TokenKey(Path("/usr/lib/m.so"), "My Token", "doc", b"\x01\xff")


@pytest.mark.parametrize(
    "uri", ["pkcs11:", "pkcs11:token=T?module-path=/m", "pkcs11:token=T;object=o", "nonsense"]
)
def test_a_token_uri_that_leaves_something_out_is_rejected(uri: str) -> None:
    with pytest.raises(Rejected, match="PKCS11_URI"):
        parse_uri(uri)


def test_a_pin_in_a_token_uri_is_refused_and_not_repeated() -> None:
    with pytest.raises(Rejected, match="PIN_IN_URI") as caught:
        parse_uri("pkcs11:token=T;object=o?module-path=/m.so&pin-value=4711")
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    ("token", "label", "code"),
    [("nobody", "ES256", "TOKEN_UNKNOWN"), ("vcci", "nothing", "TOKEN_KEY_UNKNOWN")],
)
def test_a_missing_token_or_key_is_named(token_folder: Path, token: str, label: str, code: str) -> None:
    module = next(Path(name) for name in MODULES if Path(name).exists())
    with pytest.raises(Rejected, match=code):
        Pkcs11Signer(TokenKey(module, token, label, None), PASSPHRASE)


def test_a_file_that_is_no_module_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.so").write_text("not a library")
    with pytest.raises(Rejected, match="PKCS11_MODULE"):
        Pkcs11Signer(TokenKey(tmp_path / "m.so", "T", "o", None), PASSPHRASE)


def test_a_session_that_was_lost_is_opened_again(token_folder: Path) -> None:
    signer = _pkcs11(Algorithm.ES256, PASSPHRASE)
    assert isinstance(signer, Pkcs11Signer)
    signer.close()
    assert jose.verify_signature(signer.public_key, b"text", signer.sign(b"text"))


def test_a_setting_opens_the_signer_that_it_names(token_folder: Path, tmp_path: Path) -> None:
    made = create_keystore(tmp_path / "doc.key", PASSPHRASE, scrypt_n=2**10)
    assert open_signer(f"keystore:{tmp_path}/doc.key", PASSPHRASE).thumbprint == made.thumbprint
    _pkcs12(tmp_path)(Algorithm.EDDSA, PASSPHRASE)
    assert open_signer(f"pkcs12:{tmp_path}/EDDSA.p12", PASSPHRASE).public_key.algorithm is Algorithm.EDDSA
    module = next(name for name in MODULES if Path(name).exists())
    signer = open_signer(f"pkcs11:token=vcci;object=ES384?module-path={module}", PASSPHRASE)
    assert signer.public_key.algorithm is Algorithm.ES384
    signer.close()
    with pytest.raises(Rejected, match="SIGNER_UNKNOWN"):
        open_signer("paper:desk", PASSPHRASE)
