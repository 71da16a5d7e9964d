"""Another reader of sealed documents, written from ``docs/spec/document.md`` with the standard library and nothing of ours.

It is what the page asks for, in the page's order, and as plain as that: no fast ways, no explanations. Where it and
``ledger.core.envelope`` differ, the page is wrong, or the code is.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from typing import Any

KEY_ID = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
W3C = "https://www.w3.org/ns/credentials/v2"
SIGNATURE_LENGTHS: dict[str, Container[int]] = {
    "ES256": (64,),
    "ES384": (96,),
    "EdDSA": (64,),
    "PS256": range(256, 513),
}
REQUIRED = {
    "@context",
    "type",
    "id",
    "issuer",
    "validFrom",
    "credentialStatus",
    "credentialSchema",
    "credentialSubject",
}
# The kinds of section 3, and the mandatory members of section 4; False where the value may be null.
KINDS = {
    "urn:tradeseal:context:origin:1": ("CertificateOfOrigin", "urn:tradeseal:schema:origin:1"),
    "urn:tradeseal:context:licence:1": ("Licence", "urn:tradeseal:schema:licence:1"),
    "urn:tradeseal:context:aeo:1": ("AeoEntry", "urn:tradeseal:schema:aeo:1"),
}
Members = dict[str, bool]
OF_CERTIFICATE = {
    "documentTypeCode": True, "agreementCode": False, "certificateNumber": True, "issuer": True, "issueDate": True,
    "issueKind": True, "flags": False, "validUntil": False, "destinationCountry": True, "references": False, "items": True,
}  # fmt: skip
OF_ITEM = {
    "sequence": True, "hsCode": True, "originCriterion": False, "originCountry": True, "quantities": True,
}  # fmt: skip
OF_LICENCE = {
    "documentTypeCode": True, "profileCode": True, "certificateNumber": True, "issuer": True, "issueDate": True,
    "issueKind": True, "validFrom": False, "validUntil": False, "usageMode": True, "maxUses": False,
    "allowedOffices": False, "tolerancePct": False, "bulk": False, "destinationCountry": False, "procedure": False,
    "cites": False, "dualUse": False, "items": True, "references": False,
}  # fmt: skip
OF_LINE = {
    "sequence": True, "hsCode": False, "originCountry": False, "balanceKind": False, "quantities": False, "value": False,
    "itemCategory": False, "specimen": False, "parentItem": False,
}  # fmt: skip
OF_ENTRY = {
    "documentTypeCode": True, "certificateNumber": True, "aliases": False, "issuer": True, "issueDate": True, "programme": True,
    "country": True, "types": True, "validFrom": False, "validUntil": False, "consentToShare": True,
}  # fmt: skip
MANDATORY: dict[str, tuple[Members, Members]] = {
    "CertificateOfOrigin": (OF_CERTIFICATE, OF_ITEM),
    "Licence": (OF_LICENCE, OF_LINE),
    "AeoEntry": (OF_ENTRY, {}),
}

Path = tuple[str | int, ...]


class RefusedError(Exception):
    """The code of section 10."""


def need(right: object, code: str) -> None:
    if not right:
        raise RefusedError(code)


def document_id(token: bytes) -> bytes:
    """Section 8."""
    signing_input, _, _ = token.partition(b"~")[0].rpartition(b".")
    return hashlib.sha256(b"TradeSeal-document-v1\x00" + signing_input).digest()


def read(token: bytes) -> dict[str, Any]:
    """Return the claims; section 9, steps 1 to 9."""
    need(len(token) <= 1_048_576, "TOO_LARGE")
    signed, *rest = token.split(b"~")
    need(not rest or rest[-1] == b"", "FRAMING")
    parts = signed.split(b".")
    need(len(parts) == 3, "FRAMING")
    header = read_header(parts[0])
    disclosable = bool(rest)
    need(disclosable == (header["typ"] == "vc+sd-jwt"), "FRAMING")
    text, signature = from_base64url(parts[1]), from_base64url(parts[2])
    need(text and signature is not None, "BASE64URL")
    assert text is not None
    assert signature is not None
    need(len(signature) in SIGNATURE_LENGTHS[header["alg"]], "SIGNATURE")
    claims = read_json(text, "JSON")
    need(isinstance(claims, dict), "CREDENTIAL")
    need(("_sd_alg" in claims) == disclosable, "DIGEST_ALGORITHM")
    need(claims.pop("_sd_alg", "sha-256") == "sha-256", "DIGEST_ALGORITHM")
    placing = Placing(read_disclosures(rest[:-1]))
    placing.into(claims, (), 1)
    need(not placing.unused, "DISCLOSURE_UNREFERENCED")
    need(disclosable or not placing.withheld, "DIGEST_PLACE")
    check_credential(claims)
    check_mandatory(claims["credentialSubject"], placing, *MANDATORY[claims["type"][1]])
    need(kind_of(claims["credentialSubject"]["documentTypeCode"]) == claims["type"][1], "CONTEXT")
    found: dict[str, Any] = claims
    return found


# --- sections 1, 2 and 6 ---------------------------------------------------------------------------------------------


def from_base64url(text: bytes) -> bytes | None:
    if not re.fullmatch(rb"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    data = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    return data if to_base64url(data).encode() == text else None


def to_base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def read_header(part: bytes) -> dict[str, Any]:
    need(len(part) <= 512, "HEADER")
    text = from_base64url(part)
    need(text, "BASE64URL")
    assert text is not None
    header = read_json(text, "HEADER")
    need(isinstance(header, dict) and header.keys() == {"alg", "cty", "kid", "typ"}, "HEADER")
    need(isinstance(header["alg"], str) and header["alg"] in SIGNATURE_LENGTHS, "ALGORITHM")
    need(header["typ"] in ("vc+sd-jwt", "vc+jwt") and header["cty"] == "vc", "TYPE")
    kid = header["kid"]
    need(isinstance(kid, str) and kid.isascii() and kid.startswith(KEY_ID), "KEY_ID")
    need(len(from_base64url(kid[len(KEY_ID) :].encode()) or b"") == 32, "KEY_ID")
    found: dict[str, Any] = header
    return found


def read_json(text: bytes, code: str) -> Any:
    def members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        need(len({name for name, _ in pairs}) == len(pairs), code)
        need(all(name.isascii() for name, _ in pairs), code)
        return dict(pairs)

    def integer(digits: str) -> int:
        need(digits != "-0" and len(digits) < 20 and abs(int(digits)) < 2**53, code)
        return int(digits)

    def nothing(_: str) -> Any:
        raise RefusedError(code)

    try:
        need(not text.startswith(b"\xef\xbb\xbf"), code)
        value = json.loads(
            text.decode(),
            object_pairs_hook=members,
            parse_int=integer,
            parse_float=nothing,
            parse_constant=nothing,
        )
    except (ValueError, RecursionError):
        raise RefusedError(code) from None
    check_values(value, 1, code)
    return value


def check_values(value: Any, level: int, code: str) -> None:
    if isinstance(value, str):
        need(not any("\ud800" <= sign <= "\udfff" for sign in value), code)
        need(unicodedata.is_normalized("NFC", value), code)
    elif isinstance(value, dict | list):
        need(level <= 16, code)
        for child in value.values() if isinstance(value, dict) else value:
            check_values(child, level + 1, code)


# --- section 5 -------------------------------------------------------------------------------------------------------


def read_disclosures(parts: Sequence[bytes]) -> dict[str, list[Any]]:
    need(len(parts) <= 4_096, "TOO_MANY_DISCLOSURES")
    texts = [from_base64url(part) or b"" for part in parts]
    need(all(texts), "DISCLOSURE_ENCODING")
    contents = [read_json(text, "DISCLOSURE_JSON") for text in texts]
    for content in contents:
        need(isinstance(content, list) and len(content) in (2, 3), "DISCLOSURE_SHAPE")
        salt = content[0]
        need(isinstance(salt, str) and salt.isascii() and len(salt) >= 22, "SALT_SHORT")
        need(from_base64url(salt.encode()) is not None, "SALT_SHORT")
        if len(content) == 3:
            need(isinstance(content[1], str) and content[1].isascii(), "DISCLOSURE_SHAPE")
            need(content[1] not in ("_sd", "...", "_sd_alg"), "DISCLOSURE_NAME")
    need(len(set(parts)) == len(parts), "DISCLOSURE_TWICE")
    need(len({content[0] for content in contents}) == len(parts), "SALT_TWICE")
    digests = [to_base64url(hashlib.sha256(part).digest()) for part in parts]
    return dict(zip(digests, contents, strict=True))


class Placing:
    """Disclosures on their way to their places; the paths of what was placed, and of what holds other digests."""

    def __init__(self, disclosures: dict[str, list[Any]]) -> None:
        self.unused = disclosures
        self.seen: set[str] = set()
        self.placed: list[Path] = []
        self.withheld: list[Path] = []

    def into(self, value: Any, path: Path, level: int) -> None:
        need(level <= 16 or not isinstance(value, dict | list), "TOO_DEEP")
        if isinstance(value, dict):
            self.into_object(value, path, level)
        elif isinstance(value, list):
            self.into_array(value, path, level)

    def into_object(self, members: dict[str, Any], path: Path, level: int) -> None:
        need("..." not in members, "DIGEST_PLACE")
        has_digests, digests = "_sd" in members, members.pop("_sd", None)
        for name, value in members.items():
            self.into(value, (*path, name), level + 1)
        need(not has_digests or (isinstance(digests, list) and digests), "DIGEST_SHAPE")
        for digest in digests or ():
            content = self.take(digest, path)
            if content is not None:
                need(len(content) == 3, "DISCLOSURE_SHAPE")
                need(content[1] not in members, "DISCLOSURE_OVERWRITES")
                members[content[1]] = content[2]
                self.place(content[2], (*path, content[1]), level)

    def into_array(self, elements: list[Any], path: Path, level: int) -> None:
        kept: list[Any] = []
        for element in elements:
            if isinstance(element, dict) and "..." in element:
                need(len(element) == 1, "DIGEST_PLACE")
                content = self.take(element["..."], path)
                if content is not None:
                    need(len(content) == 2, "DISCLOSURE_SHAPE")
                    self.place(content[1], (*path, len(kept)), level)
                    kept.append(content[1])
            else:
                self.into(element, (*path, len(kept)), level + 1)
                kept.append(element)
        elements[:] = kept

    def take(self, digest: Any, path: Path) -> list[Any] | None:
        need(isinstance(digest, str) and len(digest) == 43, "DIGEST_SHAPE")
        need(digest not in self.seen, "DIGEST_TWICE")
        self.seen.add(digest)
        if digest not in self.unused:
            self.withheld.append(path)
        return self.unused.pop(digest, None)

    def place(self, value: Any, path: Path, level: int) -> None:
        self.placed.append(path)
        self.into(value, path, level + 1)


# --- sections 3 and 4 ------------------------------------------------------------------------------------------------


def check_credential(claims: dict[str, Any]) -> None:
    context: Any = claims.get("@context")
    need(isinstance(context, list) and len(context) == 2 and context[0] == W3C, "CONTEXT")
    need(isinstance(context[1], str) and context[1] in KINDS, "CONTEXT")
    kind, schema = KINDS[context[1]]
    need(claims.keys() >= REQUIRED and claims.keys() <= REQUIRED | {"validUntil"}, "CREDENTIAL")
    status = claims["credentialStatus"]
    right: list[Callable[[], object]] = [
        lambda: claims["type"] == ["VerifiableCredential", kind],
        lambda: is_spelt(
            claims["id"], "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        ),
        lambda: is_spelt(claims["issuer"], "urn:tradeseal:member:[A-Za-z0-9._-]{1,32}"),
        lambda: is_time(claims["validFrom"]),
        lambda: "validUntil" not in claims or is_time(claims["validUntil"]),
        lambda: isinstance(status, dict) and status.keys() == {"id", "type"},
        lambda: status["type"] == "TradeSealJournal",
        lambda: is_spelt(status["id"], "eip155:[1-9][0-9]{0,19}:0x[0-9a-fA-F]{40}"),
        lambda: claims["credentialSchema"] == {"id": schema, "type": "JsonSchema"},
        lambda: isinstance(claims["credentialSubject"], dict),
    ]
    need(all(holds() for holds in right), "CREDENTIAL")


def is_spelt(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def is_time(value: Any) -> bool:
    if not is_spelt(value, r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"):
        return False
    try:
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return False
    return True


def is_mandatory(path: Path, of_subject: Members, of_item: Members) -> bool:
    if len(path) < 2 or path[0] != "credentialSubject":
        return True
    if path[1] == "items" and "items" in of_subject:
        return len(path) < 4 or path[3] in of_item
    return path[1] in of_subject


def check_mandatory(subject: dict[str, Any], placing: Placing, of_subject: Members, of_item: Members) -> None:
    def mandatory(path: Path) -> bool:
        return is_mandatory(path, of_subject, of_item)

    need(not any(map(mandatory, placing.placed)), "MUST_STAY_VISIBLE")
    for path in placing.withheld:
        item = len(path) == 3 and path[1] == "items" and isinstance(path[2], int)
        need(path == ("credentialSubject",) or item or not mandatory(path), "MUST_STAY_VISIBLE")
    need(has_all(subject, of_subject), "MANDATORY_MISSING")
    if "items" in of_subject:
        items = subject["items"]
        need(isinstance(items, list) and items, "MANDATORY_MISSING")
        need(all(isinstance(item, dict) and has_all(item, of_item) for item in items), "MANDATORY_MISSING")


def kind_of(code: Any) -> str:
    if code == "879":
        return "AeoEntry"
    return "Licence" if code in ("626", "628", "811", "911", "966") else "CertificateOfOrigin"


def has_all(members: dict[str, Any], mandatory: dict[str, bool]) -> bool:
    return all(
        name in members and not (valued and members[name] is None) for name, valued in mandatory.items()
    )
