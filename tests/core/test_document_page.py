"""The specification of the sealed document: its examples, read by a reader that knows nothing but the page, and its tables."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from ledger.core import envelope, forms, header, jose, sdjwt, strictjson
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT, PARTICULARS, Certificate, Item
from ledger.core.envelope import DOCUMENT_ID_PREFIX, open_envelope, verify_signature
from ledger.core.forms import ORIGIN, MalformedEnvelope
from ledger.core.jose import Algorithm
from scripts import make_vectors
from scripts.document_examples import record_entry

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "spec" / "document.md").read_text()
VECTORS = json.loads((ROOT / "tests" / "vectors" / "document.json").read_text())
KEYS = {
    bytes.fromhex(key["thumbprint"]): jose.public_key(key["code"], bytes.fromhex(key["raw"]))
    for key in VECTORS["keys"]
}

every_document = pytest.mark.parametrize(
    "vector", VECTORS["documents"], ids=lambda vector: str(vector["what"])
)


# --- a reader made from the page, with the standard library only -----------------------------------------------------


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest_of(disclosure: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).decode().rstrip("=")


def in_place(value: Any, disclosed: dict[str, list[Any]]) -> Any:
    """Section 5: every disclosure where its digest is, and no digests left."""
    if isinstance(value, list):
        elements = []
        for element in value:
            if not (isinstance(element, dict) and "..." in element):
                elements.append(in_place(element, disclosed))
            elif element["..."] in disclosed:
                elements.append(in_place(disclosed[element["..."]][1], disclosed))
        return elements
    if not isinstance(value, dict):
        return value
    members = {
        name: in_place(child, disclosed) for name, child in value.items() if name not in ("_sd", "_sd_alg")
    }
    for digest in value.get("_sd", []):
        if digest in disclosed:
            members[disclosed[digest][1]] = in_place(disclosed[digest][2], disclosed)
    return members


def claims_by_the_page(token: str) -> Any:
    signed, *disclosures = token.split("~")
    disclosed = {digest_of(text): json.loads(from_base64url(text)) for text in disclosures if text}
    return in_place(json.loads(from_base64url(signed.split(".")[1])), disclosed)


@every_document
def test_a_reader_made_from_the_page_finds_the_claims_of_an_example(vector: dict[str, Any]) -> None:
    assert claims_by_the_page(vector["token"]) == vector["claims"]


@every_document
def test_a_reader_made_from_the_page_finds_the_document_id_of_an_example(vector: dict[str, Any]) -> None:
    signing_input = vector["token"].split("~")[0].rpartition(".")[0]
    text = b"TradeSeal-document-v1\x00" + signing_input.encode()
    assert hashlib.sha256(text).hexdigest() == vector["documentId"]


@every_document
def test_the_number_tag_of_an_example_is_that_of_its_number(vector: dict[str, Any]) -> None:
    number = vector["claims"]["credentialSubject"]["certificateNumber"].replace(" ", "")
    tag = hmac.new(bytes.fromhex(VECTORS["tagKey"]), b"\x01" + number.encode(), hashlib.sha256)
    assert tag.hexdigest() == vector["numberTag"]


# --- our reader ------------------------------------------------------------------------------------------------------


@every_document
def test_we_find_in_an_example_what_it_says(vector: dict[str, Any]) -> None:
    opened = open_envelope(vector["token"].encode())
    assert opened.claims == vector["claims"]
    assert list(opened.hidden_paths) == vector["disclosed"]
    assert opened.withheld == vector["withheld"]
    assert opened.document_id.hex() == vector["documentId"]
    assert (opened.header.algorithm.header_name, opened.header.kid.hex()) == (vector["alg"], vector["kid"])
    assert verify_signature(opened, KEYS[opened.header.kid])


@pytest.mark.parametrize("vector", VECTORS["forged"], ids=lambda vector: str(vector["what"]))
def test_a_forged_example_is_well_formed_and_not_verified(vector: dict[str, Any]) -> None:
    opened = open_envelope(vector["token"].encode())
    assert not verify_signature(opened, KEYS[opened.header.kid])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: str(vector["what"]))
def test_an_example_with_a_flaw_is_refused_by_its_code(vector: dict[str, Any]) -> None:
    with pytest.raises(MalformedEnvelope) as refusal:
        open_envelope(vector["token"].encode())
    assert refusal.value.code == vector["code"]


def test_what_is_written_on_the_page_and_in_the_file_is_what_the_script_writes() -> None:
    assert make_vectors.main(["--check"]) == 0


def test_the_entry_on_the_page_names_the_first_document() -> None:
    first = VECTORS["documents"][0]
    tail = first["kid"] + first["numberTag"] + first["documentId"]
    assert record_entry().hex().endswith(tail)
    assert record_entry().hex() in PAGE


# --- the tables of the page ------------------------------------------------------------------------------------------


def table(heading: str) -> list[list[str]]:
    """The rows of the one table in the section with this heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 2, heading
    return rows[2:]


CODE = r"([A-Z][A-Z_]{3,}|BASE64URL)"


def codes_in_the_core() -> set[str]:
    """Every code in the modules that read and write sealed documents, which have no other words in capitals."""
    sources = [Path(str(module.__file__)).read_text() for module in (envelope, forms, header, sdjwt)]
    return {code for source in sources for code in re.findall(f'"{CODE}"', source)}


def test_the_page_has_every_code_and_no_other() -> None:
    section = PAGE.partition("\n## 10. Codes\n")[2].partition("\n## 11.")[0]
    listed = [code for code, _ in table("10. Codes")]
    others = set(re.findall(f"`{CODE}`", section.partition("When a document is sealed")[2]))
    assert len(listed) == len(set(listed))
    assert set(listed) | others == codes_in_the_core()


def test_every_code_that_opening_gives_is_in_the_order_of_the_checks() -> None:
    order = PAGE.partition("\n## 9. ")[2].partition("\n## 10.")[0]
    assert set(re.findall(f"`{CODE}`", order)) == {code for code, _ in table("10. Codes")}


def test_almost_every_code_has_an_example() -> None:
    listed = {code for code, _ in table("10. Codes")}
    too_large_for_a_file = {"TOO_LARGE", "TOO_MANY_DISCLOSURES"}
    assert {vector["code"] for vector in VECTORS["refused"]} == listed - too_large_for_a_file


def test_the_page_says_of_every_member_how_visible_it_is() -> None:
    listed = {member: visibility for member, _, visibility in table("4. The certificate of origin")}
    mandatory = {*ORIGIN.always, *(f"items[*].{name}" for name in ORIGIN.always_in_items)}
    assert {name for name, how in listed.items() if how == "mandatory"} == mandatory
    assert {name for name, how in listed.items() if how == "hidden"} == set(HIDDEN_BY_DEFAULT)


def test_the_page_has_every_member_of_a_certificate() -> None:
    listed = {member: kind for member, kind, _ in table("4. The certificate of origin")}
    members = {field.alias or name for name, field in Certificate.model_fields.items()}
    of_items = {field.alias or name for name, field in Item.model_fields.items()}
    assert {name for name in listed if "." not in name} == members
    assert {name.removeprefix("items[*].") for name in listed if "." in name} == {
        *(of_items - set(PARTICULARS)),
        "particulars",
    }
    assert listed["items[*].particulars"] == "object: " + ", ".join(PARTICULARS)


def test_the_page_has_the_members_around_the_subject() -> None:
    listed = {member for member, _, _ in table("3. Payload")}
    claims = VECTORS["documents"][0]["claims"]
    assert listed == {*claims, sdjwt.DIGEST_ALGORITHM}
    for text in (
        forms.W3C_CONTEXT,
        ORIGIN.context,
        ORIGIN.type,
        ORIGIN.schema,
        forms.MEMBER_PREFIX,
        forms.STATUS_TYPE,
    ):
        assert f"`{text}`" in PAGE


def test_no_text_is_sealed_with_a_sign_that_cannot_be_seen() -> None:
    unseen = {sign for sign in map(chr, range(0x80, 0x10000)) if strictjson.check_text(sign) and is_nfc(sign)}
    assert {"\u200b", "\u202e", "\u2066", "\ufeff"} < unseen
    for sign in unseen:
        claims = {**VECTORS["documents"][3]["claims"], "id": f"a{sign}b"}
        with pytest.raises(MalformedEnvelope, match=f"U\\+{ord(sign):04X}"):
            envelope.seal(
                claims, hidden=sdjwt.Frame([]), salts=bytes, kid=bytes(32), algorithm=Algorithm.ES256
            )


def test_the_quick_look_at_a_whole_text_sees_what_the_look_at_each_sign_sees() -> None:
    for sign in filter(is_nfc, map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x10000)])):
        text = strictjson.canonical([sign])
        assert strictjson.may_deceive(text) == (strictjson.check_text(sign) is not None), ascii(sign)


def is_nfc(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def test_the_page_has_the_algorithms_the_limits_and_the_prefix() -> None:
    assert all(f"`{algorithm.header_name}`" in PAGE for algorithm in Algorithm)
    limits = strictjson.DEFAULT
    assert f"{limits.size:,} bytes, {limits.disclosures:,} disclosures, {header.LONGEST} signs" in PAGE
    assert f"{limits.depth} levels of arrays and objects" in PAGE
    assert f"the {len(DOCUMENT_ID_PREFIX)} bytes `{DOCUMENT_ID_PREFIX.hex()}`" in PAGE
    assert f"`{header.KEY_ID_PREFIX}`" in PAGE
