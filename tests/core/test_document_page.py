"""The specification of the sealed document: its examples and tables, and a reader that knows nothing but the page."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from ledger.core import envelope, forms, header, jose, sdjwt, strictjson
from ledger.core.documents import licence
from ledger.core.documents.aeo import AeoEntry
from ledger.core.documents.kinds import Kind
from ledger.core.documents.origin import PARTICULARS, Certificate, Item
from ledger.core.documents.validation import HIDDEN_BY_DEFAULT
from ledger.core.envelope import DOCUMENT_ID_PREFIX, open_envelope, verify_signature
from ledger.core.forms import AEO, LICENCE, ORIGIN, Form, MalformedEnvelope
from ledger.core.jose import Algorithm
from scripts import make_vectors
from scripts.document_examples import record_entry
from tests.peers import reader

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


# --- the reader made from the page -----------------------------------------------------------------------------------


@every_document
def test_a_reader_made_from_the_page_finds_what_an_example_says(vector: dict[str, Any]) -> None:
    token = vector["token"].encode()
    assert reader.read(token) == vector["claims"]
    assert reader.document_id(token).hex() == vector["documentId"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: str(vector["what"]))
def test_a_reader_made_from_the_page_refuses_what_must_be_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(reader.RefusedError, match=f"^{vector['code']}$"):
        reader.read(vector["token"].encode())


@pytest.mark.parametrize("seed", range(4))
def test_the_page_and_the_code_agree_on_tokens_that_chance_spoilt(seed: int) -> None:
    for token in spoilt(random.Random(seed), 500):
        assert ours(token) == theirs(token), token


Outcome = tuple[str, Any]


def ours(token: bytes) -> Outcome:
    try:
        return "", open_envelope(token).claims
    except MalformedEnvelope as error:
        return error.code, None


def theirs(token: bytes) -> Outcome:
    try:
        return "", reader.read(token)
    except reader.RefusedError as error:
        return str(error), None


FRAGMENTS = (
    b'"_sd"', b'"..."', b'"_sd_alg"', b"null", b"true", b"[]", b"{}", b"1.0", b"-0", b"1e3", b"NaN", b"9007199254740992",
    b"\\u0061", b"\\ud800", b"e\xcc\x81", "é".encode(), b"\xef\xbb\xbf", b"\xff", b"\x00", b" ", b",", b":", b"~", b".",
    b'"items"', b'"hsCode"', b'{"...":"' + b"A" * 43 + b'"}', b'"_sd":["' + b"B" * 43 + b'"],', b"[" * 9, b"]" * 9,
)  # fmt: skip
JSON_PART = re.compile(rb'"[^"]*":(?:"[^"]*"|-?\d+|null),?|"[^"]*"|-?\d+|null')


def spoilt(chance: random.Random, count: int) -> Iterator[bytes]:
    """Yield good and flawed tokens with one to three parts changed, at any layer."""
    tokens = [vector["token"].encode() for vector in [*VECTORS["documents"] * 12, *VECTORS["refused"]]]
    for _ in range(count):
        token = chance.choice(tokens)
        signed, *disclosures = token.split(b"~")
        parts = signed.split(b".")
        layer = chance.randrange(5)
        if layer == 0:
            yield mutated(token, chance)
            continue
        if layer in (1, 2):
            parts[layer - 1] = recoded(parts[layer - 1], chance)
        elif layer == 3 and len(disclosures) > 1:
            place = chance.randrange(len(disclosures) - 1)
            old, new = disclosures[place], recoded(disclosures[place], chance)
            disclosures[place] = new
            digests = sdjwt.digest_of(old).encode(), sdjwt.digest_of(new).encode()
            payload = jose.from_base64url(parts[1])
            if payload is not None:  # so that the digest is right again, if it stands in the payload
                parts[1] = jose.encode_base64url(payload.replace(*digests))
        elif disclosures:
            chosen = chance.sample(disclosures[:-1], chance.randrange(len(disclosures)))
            disclosures = [*chosen, *chosen[: chance.randrange(2)], b""]
        yield b"~".join([b".".join(parts), *disclosures])


def recoded(part: bytes, chance: random.Random) -> bytes:
    return jose.encode_base64url(mutated(jose.from_base64url(part) or b"{}", chance))


def mutated(text: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        found = [match.span() for match in JSON_PART.finditer(text)]
        start, stop = chance.choice(found) if found and chance.random() < 0.5 else (0, 0)
        if start == stop:
            start = chance.randrange(len(text) + 1)
            stop = start + chance.randrange(4)
        old = text[start:stop]
        text = text[:start] + chance.choice((b"", old + old, chance.choice(FRAGMENTS))) + text[stop:]
    return text


@every_document
def test_the_number_tag_of_an_example_is_that_of_its_number(vector: dict[str, Any]) -> None:
    number = vector["claims"]["credentialSubject"]["certificateNumber"].replace(" ", "")
    kind = bytes([vector["kind"]])
    tag = hmac.new(bytes.fromhex(VECTORS["tagKey"]), kind + number.encode(), hashlib.sha256)
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
    """The rows of the one table in the section, or subsection, with this heading."""
    after = PAGE.partition(f"# {heading}\n")[2]
    section = re.split(r"\n##+ ", after)[0]
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


EACH_KIND = pytest.mark.parametrize(
    ("heading", "form"),
    [("4. The certificate of origin", ORIGIN), ("4.1 The licence", LICENCE), ("4.2 The AEO entry", AEO)],
    ids=["origin", "licence", "aeo"],
)


@EACH_KIND
def test_the_page_says_of_every_member_how_visible_it_is(heading: str, form: Form) -> None:
    listed = {member: visibility for member, _, visibility in table(heading)}
    mandatory = {*form.always, *(f"items[*].{name}" for name in form.always_in_items)}
    assert {name for name, how in listed.items() if how == "mandatory"} == mandatory
    assert {name for name, how in listed.items() if how == "hidden"} == set(
        HIDDEN_BY_DEFAULT[Kind(form.kind)]
    )


@EACH_KIND
def test_the_page_says_which_members_may_have_no_value(heading: str, form: Form) -> None:
    for member, kind, visibility in table(heading):
        name = member.removeprefix("items[*].")
        always = form.always_in_items if name != member else form.always
        if visibility == "mandatory":
            assert ("null" in kind) is (always[name] is None), member
            assert ("may be empty" in kind or "empty for" in kind) is (always[name] == ()), member


def members_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_the_page_has_every_member_of_a_certificate() -> None:
    listed = {member: kind for member, kind, _ in table("4. The certificate of origin")}
    assert {name for name in listed if "." not in name} == members_of(Certificate)
    assert {name.removeprefix("items[*].") for name in listed if "." in name} == {
        *(members_of(Item) - set(PARTICULARS)),
        "particulars",
    }
    assert listed["items[*].particulars"] == "object: " + ", ".join(PARTICULARS)


def test_the_page_has_every_member_of_a_licence_and_of_an_entry() -> None:
    listed = {member: kind for member, kind, _ in table("4.1 The licence")}
    assert {name for name in listed if "." not in name} == members_of(licence.Licence)
    assert {name.removeprefix("items[*].") for name in listed if "." in name} == {
        *(members_of(licence.Line) - set(licence.PARTICULARS)),
        "particulars",
    }
    assert listed["items[*].particulars"] == "object: " + ", ".join([*licence.PARTICULARS, "value"])
    assert {member for member, _, _ in table("4.2 The AEO entry")} == members_of(AeoEntry)


def test_the_page_has_the_members_around_the_subject() -> None:
    listed = {member for member, _, _ in table("3. Payload")}
    claims = VECTORS["documents"][0]["claims"]
    assert listed == {*claims, sdjwt.DIGEST_ALGORITHM}
    for text in (forms.W3C_CONTEXT, forms.MEMBER_PREFIX, forms.STATUS_TYPE):
        assert f"`{text}`" in PAGE
    for form in forms.FORMS.values():
        assert f"* kind {form.kind}, `{form.context}`, `{form.type}`, `{form.schema}`" in PAGE


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
