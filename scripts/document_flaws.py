"""Flaws: sealed documents of which exactly one thing is wrong, for the vectors that every reader must refuse.

They are signed after they were spoilt, so that a reader cannot refuse them for their signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger.core import jose
from ledger.core.jose import Algorithm, encode_base64url
from ledger.core.sdjwt import digest_of
from scripts.document_examples import decoded, public_key, sealed, signature

_EXTRA_SALT: Final = encode_base64url(sha256(b"salt of a flaw").digest()[:16]).decode()


@dataclass
class Flaw:
    """One flaw in an otherwise good token; parts are replaced, and the result is signed again."""

    what: str
    code: str
    header: bytes
    payload: bytes
    disclosures: list[bytes]
    spell: Callable[[bytes], bytes] = bytes

    def token(self) -> bytes:
        """Return the flawed token; its signature is right, unless the flaw is in the signature."""
        signing_input = encode_base64url(self.header) + b"." + encode_base64url(self.payload)
        signed = signing_input + b"." + encode_base64url(signature(Algorithm.ES256, signing_input))
        return self.spell(b"~".join([signed, *self.disclosures, b""]))


def flaws() -> Iterator[Flaw]:
    """Yield the first example with one flaw after the other."""
    full = sealed(Algorithm.ES256)
    signed, *disclosures, _ = full.split(b"~")
    header, payload = (decoded(part) for part in signed.split(b".")[:2])

    def flaw(what: str, code: str, **changes: Any) -> Flaw:
        parts = {"header": header, "payload": payload, "disclosures": list(disclosures), **changes}
        return Flaw(what, code, **parts)

    yield from _flaws_of_framing(flaw)
    yield from _flaws_of_header(flaw, orjson.loads(header))
    yield from _flaws_of_json(flaw, payload)
    yield from _flaws_of_disclosures(flaw, orjson.loads(payload), disclosures)
    yield from _flaws_of_claims(flaw, orjson.loads(payload), disclosures)
    yield from _flaws_of_plain(flaw, header)


MakeFlaw = Callable[..., Flaw]


def _flaws_of_framing(flaw: MakeFlaw) -> Iterator[Flaw]:
    yield flaw("no ~ at the end", "FRAMING", spell=lambda token: token.removesuffix(b"~"))
    yield flaw("a key binding", "FRAMING", spell=lambda token: token + b"e30.e30.AAAA")
    yield flaw("a fourth part", "FRAMING", spell=lambda token: token.replace(b"~", b".AAAA~", 1))
    yield flaw("a line break within", "BASE64URL", spell=lambda token: token.replace(b"~", b"\n~", 1))
    yield flaw("a padded signature", "BASE64URL", spell=lambda token: token.replace(b"~", b"==~", 1))
    yield flaw("unused bits of the signature set", "BASE64URL", spell=_unused_bits)
    yield flaw(
        "a signature one byte too long", "SIGNATURE", spell=lambda token: token.replace(b"~", b"AA~", 1)
    )
    yield flaw("an empty disclosure", "DISCLOSURE_ENCODING", spell=lambda token: token + b"~")
    yield flaw("a padded disclosure", "DISCLOSURE_ENCODING", spell=lambda token: token[:-1] + b"=~")


def _unused_bits(token: bytes) -> bytes:
    signed, tilde, rest = token.partition(b"~")
    return signed[:-1] + bytes([signed[-1] + 1]) + tilde + rest  # A, Q, g or w, the signs with four zero bits


def _flaws_of_header(flaw: MakeFlaw, header: dict[str, Any]) -> Iterator[Flaw]:
    def with_header(what: str, code: str, **changes: Any) -> Flaw:
        changed = {name: value for name, value in {**header, **changes}.items() if value is not None}
        return flaw(what, code, header=orjson.dumps(changed))

    jwk = jose.jwk(public_key(Algorithm.ES256))
    yield with_header("a key in the header", "HEADER", jwk=jwk)
    yield with_header("a place to fetch keys from", "HEADER", jku="https://example.org/keys")
    yield with_header("critical extensions, none of them", "HEADER", crit=[])
    yield with_header("no cty", "HEADER", cty=None)
    doubled = orjson.dumps(header).replace(b'{"alg":', b'{"alg":"none","alg":', 1)
    yield flaw("alg twice", "HEADER", header=doubled)
    yield with_header("alg none", "ALGORITHM", alg="none")
    yield with_header("alg HS256", "ALGORITHM", alg="HS256")
    yield with_header("alg in small letters", "ALGORITHM", alg="es256")
    yield with_header("another kind of token", "TYPE", typ="JWT")
    yield with_header("another content type", "TYPE", cty="JWT")
    yield with_header("kid is a URL", "KEY_ID", kid="did:web:example.org#key-1")
    yield with_header("kid is cut short", "KEY_ID", kid=header["kid"][:-3])
    yield with_header("vc+jwt with a ~", "FRAMING", typ="vc+jwt")


def _flaws_of_json(flaw: MakeFlaw, payload: bytes) -> Iterator[Flaw]:
    def replaced(what: str, old: str, new: str) -> Flaw:
        assert payload.count(old.encode()) == 1, old
        return flaw(what, "JSON", payload=payload.replace(old.encode(), new.encode()))

    yield flaw("a byte order mark", "JSON", payload=b"\xef\xbb\xbf" + payload)
    yield flaw("not UTF-8", "JSON", payload=payload.replace(b"VNSGN", b"VNSG\xff"))
    yield flaw("not JSON", "JSON", payload=payload[:-1])
    yield replaced("a member twice", '"hsCode":"030462"', '"hsCode":"030461","hsCode":"030462"')
    yield replaced("a fraction", '"sequence":1', '"sequence":1.0')
    yield replaced("an exponent", '"sequence":1', '"sequence":1e0')
    yield replaced("minus zero", '"sequence":1', '"sequence":-0')
    yield replaced("an integer of 2^53", '"sequence":1', f'"sequence":{2**53}')
    yield replaced("a lone surrogate", '"VNSGN","', '"\\ud800","')
    yield replaced("text that is not in NFC", '"office":"VNSGN"', '"office":"Ho\u0302"')
    yield replaced("a member name beyond ASCII", '"office":"VNSGN"', '"büro":"VNSGN"')
    yield replaced("seventeen levels", '"office":"VNSGN"', '"office":' + "[" * 14 + "]" * 14)
    yield flaw("an array as payload", "CREDENTIAL", payload=b"[" + payload + b"]")


def _flaws_of_disclosures(
    flaw: MakeFlaw, payload: dict[str, Any], disclosures: list[bytes]
) -> Iterator[Flaw]:
    def added(what: str, code: str, content: Any, place: Callable[[dict[str, Any]], Any]) -> Flaw:
        """A disclosure of ``content`` whose digest stands in the object or array that ``place`` returns."""
        text = content if isinstance(content, bytes) else orjson.dumps(content)
        part = encode_base64url(text)
        changed = deepcopy(payload)
        found = place(changed["credentialSubject"])
        if isinstance(found, list):
            found.append({"...": digest_of(part)})
        else:
            found["_sd"] = sorted([*found.get("_sd", []), digest_of(part)])
        return flaw(what, code, payload=orjson.dumps(changed), disclosures=[*disclosures, part])

    def subject(found: dict[str, Any]) -> Any:
        return found

    def edited(what: str, code: str, edit: Callable[[dict[str, Any]], Any], **changes: Any) -> Flaw:
        changed = deepcopy(payload)
        edit(changed)
        return flaw(what, code, payload=orjson.dumps(changed), **changes)

    salt, first = _EXTRA_SALT, disclosures[0]
    used = orjson.loads(decoded(first))[0]
    yield edited("digests of another algorithm", "DIGEST_ALGORITHM", lambda p: p.update(_sd_alg="sha-512"))
    yield edited("digests of no named algorithm", "DIGEST_ALGORITHM", lambda p: p.pop("_sd_alg"))
    yield added(
        "a disclosure with a member twice",
        "DISCLOSURE_JSON",
        f'["{salt}","remarks",{{"a":1,"a":2}}]'.encode(),
        subject,
    )
    yield added("a disclosure of four elements", "DISCLOSURE_SHAPE", [salt, "remarks", "A", "B"], subject)
    yield added("an element where a member belongs", "DISCLOSURE_SHAPE", [salt, "A"], subject)
    yield added(
        "a member where an element belongs", "DISCLOSURE_SHAPE", [salt, "x", {}], lambda s: s["producer"]
    )
    yield added("a salt of 120 bits", "SALT_SHORT", [salt[:20], "remarks", "A"], subject)
    yield added("a salt that is no base64url", "SALT_SHORT", [salt[:21] + "!", "remarks", "A"], subject)
    yield added("a salt used twice", "SALT_TWICE", [used, "remarks", "A"], subject)
    yield added("a disclosure named _sd", "DISCLOSURE_NAME", [salt, "_sd", []], subject)
    yield added("a disclosure named ...", "DISCLOSURE_NAME", [salt, "...", "A"], subject)
    yield added(
        "a member that is there already", "DISCLOSURE_OVERWRITES", [salt, "hsEdition", "HS2017"], subject
    )
    yield added(
        "too many levels once it is in its place", "TOO_DEEP", [salt, "remarks", _nested(15)], subject
    )
    yield flaw("the same disclosure twice", "DISCLOSURE_TWICE", disclosures=[*disclosures, first])
    foreign = encode_base64url(orjson.dumps([salt, "remarks", "A"]))
    yield flaw(
        "a disclosure without a digest", "DISCLOSURE_UNREFERENCED", disclosures=[*disclosures, foreign]
    )
    altered = encode_base64url(decoded(first).replace(b"SAIGON", b"HANOI "))
    yield flaw("an altered disclosure", "DISCLOSURE_UNREFERENCED", disclosures=[altered, *disclosures[1:]])
    outer = [d for d in disclosures if b'"exporter"' not in decoded(d)]
    yield flaw("an inner disclosure without its outer", "DISCLOSURE_UNREFERENCED", disclosures=outer)
    yield edited(
        "a digest twice",
        "DIGEST_TWICE",
        lambda p: p["credentialSubject"]["_sd"].append(p["credentialSubject"]["_sd"][0]),
    )
    yield edited(
        "no digest in _sd", "DIGEST_SHAPE", lambda p: p["credentialSubject"]["transport"].update(_sd=[])
    )
    yield edited(
        "a digest of 42 signs", "DIGEST_SHAPE", lambda p: p["credentialSubject"]["_sd"].append("A" * 42)
    )
    yield edited(
        "members beside ...", "DIGEST_PLACE", lambda p: p["credentialSubject"]["invoices"][0].update(a=1)
    )
    yield edited(
        "... as a member", "DIGEST_PLACE", lambda p: p["credentialSubject"].update({"...": "A" * 43})
    )


def _nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def _flaws_of_claims(flaw: MakeFlaw, payload: dict[str, Any], disclosures: list[bytes]) -> Iterator[Flaw]:
    def edited(what: str, code: str, *path: str | int, to: Any = None) -> Flaw:
        """The member at ``path`` replaced; taken away when ``to`` is None."""
        changed = deepcopy(payload)
        parent: Any = changed
        for step in path[:-1]:
            parent = parent[step]
        if to is None:
            del parent[path[-1]]
        else:
            parent[path[-1]] = to
        return flaw(what, code, payload=orjson.dumps(changed))

    subject = "credentialSubject"
    yield edited("contexts in another order", "CONTEXT", "@context", to=payload["@context"][::-1])
    yield edited("a further context", "CONTEXT", "@context", to=[*payload["@context"], "https://example.org"])
    yield edited("a further member", "CREDENTIAL", "evidence", to=[])
    yield edited("no credentialStatus", "CREDENTIAL", "credentialStatus")
    yield edited(
        "an id that can be guessed", "CREDENTIAL", "id", to="urn:uuid:00000000-0000-1000-8000-000000000001"
    )
    yield edited("another issuer's name", "CREDENTIAL", "issuer", to="did:web:example.org")
    yield edited("a day that is none", "CREDENTIAL", "validFrom", to="2024-02-30T00:00:00Z")
    yield edited(
        "a status elsewhere", "CREDENTIAL", "credentialStatus", "type", to="BitstringStatusListEntry"
    )
    yield edited("no number", "MANDATORY_MISSING", subject, "certificateNumber")
    yield edited("no HS code", "MANDATORY_MISSING", subject, "items", 0, "hsCode")
    yield edited(
        "items that are no array",
        "MANDATORY_MISSING",
        subject,
        "items",
        to={"0": payload[subject]["items"][0]},
    )
    yield edited("a digest beside the subject", "MUST_STAY_VISIBLE", "_sd", to=["A" * 43])
    yield edited("a digest in the issuer", "MUST_STAY_VISIBLE", subject, "issuer", "_sd", to=["A" * 43])
    yield edited(
        "an item withheld",
        "MUST_STAY_VISIBLE",
        subject,
        "items",
        to=[*payload[subject]["items"], {"...": "A" * 43}],
    )
    yield _hidden_number(flaw, payload, disclosures)


def _flaws_of_plain(flaw: MakeFlaw, header: bytes) -> Iterator[Flaw]:
    """Yield tokens without ``~`` in which something is left of SD-JWT."""
    plain = header.replace(b"vc+sd-jwt", b"vc+jwt")
    payload = decoded(sealed(Algorithm.ES256, ()).split(b".")[1])

    def changed(what: str, code: str, **changes: Any) -> Flaw:
        claims = orjson.loads(payload)
        claims["credentialSubject"]["transport"].update(changes.pop("transport", {}))
        return flaw(
            what,
            code,
            header=plain,
            payload=orjson.dumps({**claims, **changes}),
            disclosures=[],
            spell=lambda token: token.removesuffix(b"~"),
        )

    yield changed("a digest algorithm in a vc+jwt", "DIGEST_ALGORITHM", _sd_alg="sha-256")
    yield changed("an empty digest algorithm in a vc+jwt", "DIGEST_ALGORITHM", _sd_alg=None)
    yield changed("a digest in a vc+jwt", "DIGEST_PLACE", transport={"_sd": ["A" * 43]})


def _hidden_number(flaw: MakeFlaw, payload: Mapping[str, Any], disclosures: list[bytes]) -> Flaw:
    changed = deepcopy(dict(payload))
    subject = changed["credentialSubject"]
    part = encode_base64url(
        orjson.dumps([_EXTRA_SALT, "certificateNumber", subject.pop("certificateNumber")])
    )
    subject["_sd"].append(digest_of(part))
    return flaw(
        "the number behind a digest, and disclosed",
        "MUST_STAY_VISIBLE",
        payload=orjson.dumps(changed),
        disclosures=[*disclosures, part],
    )
