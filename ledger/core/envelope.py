"""The envelope: a document as a signed credential whose private members can be withheld.

A sealed document is a W3C credential (VCDM 2.0) secured with SD-JWT (RFC 9901) as ``docs/spec/document.md`` lays down.
The one rule: the document id is a digest of the signing input as received, so neither redaction nor another valid
signature changes it; nothing is re-serialised to check it. Opening reads strictly and completely, or refuses by name.

Opening does not verify the signature: only the registry knows the key. What must stay visible is said in ``forms``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from ledger.core import jose, sdjwt
from ledger.core.forms import (
    MEMBER_PREFIX,
    STATUS_TYPE,
    SUBJECT,
    W3C_CONTEXT,
    Form,
    MalformedEnvelope,
    check_credential,
    check_frame,
    check_reserved,
    check_subject,
    check_visible,
    completed,
    form_of,
    stays_visible,
)
from ledger.core.header import Header, read_header, write_header
from ledger.core.jose import Algorithm, PublicKey, encode_base64url, from_base64url
from ledger.core.problems import Problem
from ledger.core.sdjwt import Disclosed, Frame, MalformedDisclosure, spell, split_pattern
from ledger.core.strictjson import DEFAULT, Limits, MalformedJson, canonical, check_texts, may_deceive, parse

DOCUMENT_ID_PREFIX: Final = b"TradeSeal-document-v1\x00"


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A document ready to be signed: sign ``signing_input``, then ``attach``.

    ``disclosures`` are encoded, in the order in which they will follow the signature.
    """

    signing_input: bytes
    disclosures: tuple[bytes, ...]
    algorithm: Algorithm
    document_id: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed document: ``token`` is what is handed out, ``document_id`` (32 bytes) what is anchored."""

    token: bytes
    document_id: bytes


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A member that can be withheld and is disclosed here; ``path`` starts in the subject: ``items[0].fob``."""

    path: str
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed document that is well formed; whether the signature is right is not known yet.

    Args:
        claims: the credential with disclosed members in place and without digests.
        disclosed: where the disclosures went, and ``encoded`` the disclosures by their digests.
        withheld: how many digests have no disclosure here.
    """

    header: Header
    form: Form
    claims: dict[str, Any]
    disclosed: tuple[Disclosed, ...] = field(repr=False)
    encoded: Mapping[str, bytes] = field(repr=False)
    withheld: int
    document_id: bytes
    signing_input: bytes
    signature: bytes

    @property
    def issuer(self) -> str:
        """Code of the member that the document names as its issuer, such as ``VN-VCCI``."""
        return str(self.claims["issuer"]).removeprefix(MEMBER_PREFIX)

    @property
    def subject(self) -> dict[str, Any]:
        """The members of the certificate itself."""
        subject: dict[str, Any] = self.claims[SUBJECT]
        return subject

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """The members that can be withheld and are disclosed here, outer before inner."""
        # Made when asked for: redaction needs them, verification does not.
        return tuple(Disclosure(spell(at.path[1:]), self.encoded[at.digest]) for at in self.disclosed)

    @property
    def hidden_paths(self) -> tuple[str, ...]:
        """Paths of the members that can be withheld and are disclosed here."""
        return tuple(spell(at.path[1:]) for at in self.disclosed)


def document_id(signing_input: bytes) -> bytes:
    """Return the 32 bytes that name a document on the chain."""
    return hashlib.sha256(DOCUMENT_ID_PREFIX + signing_input).digest()


def credential(
    form: Form,
    subject: Mapping[str, Any],
    *,
    identifier: str,
    issuer: str,
    valid_from: str,
    valid_until: str | None,
    chain_id: int,
    registry: bytes,
) -> dict[str, Any]:
    """Return the claims of a credential around ``subject``.

    Args:
        identifier: ``urn:uuid:`` and a random UUID.
        issuer: member code.
        valid_from, valid_until: UTC, such as ``2026-03-04T00:00:00Z``.
        registry: address of the registry that keeps the record, 20 bytes.
    """
    claims: dict[str, Any] = {
        "@context": [W3C_CONTEXT, form.context],
        "type": ["VerifiableCredential", form.type],
        "id": identifier,
        "issuer": MEMBER_PREFIX + issuer,
        "validFrom": valid_from,
        "credentialStatus": {"id": f"eip155:{chain_id}:0x{registry.hex()}", "type": STATUS_TYPE},
        "credentialSchema": {"id": form.schema, "type": "JsonSchema"},
        SUBJECT: dict(subject),
    }
    if valid_until is not None:
        claims["validUntil"] = valid_until
    return claims


def seal(
    claims: Mapping[str, Any],
    *,
    hidden: Frame,
    salts: Callable[[int], bytes],
    kid: bytes,
    algorithm: Algorithm,
    limits: Limits = DEFAULT,
) -> Unsigned:
    """Return the document to be signed; members of the subject that ``hidden`` names go behind digests.

    Members that are always there but have no value are written as null, or as an empty array.

    Args:
        claims: a credential, see ``credential``; not changed.
        hidden: paths from the subject on.
        salts: returns at least as many fresh random bytes as it is asked for; called once per hidden member.
        kid: 32-byte thumbprint of the signing key.

    Raises:
        MalformedEnvelope: claims outside the profile or without a mandatory member, a frame that hides one, bad salts.
    """
    form = form_of(claims)
    check_frame(hidden.patterns, form)
    payload = dict(claims)
    payload[SUBJECT] = completed(claims[SUBJECT], form)
    try:
        text = canonical(payload, limits)
    except MalformedJson as error:
        raise MalformedEnvelope("JSON", str(error), "JSON of the profile", error.problems) from None
    if may_deceive(text) and (unseen := check_texts(payload)):
        raise MalformedEnvelope("TEXT", "; ".join(map(str, unseen)), "texts that read as stored", unseen)
    if b'"_sd' in text or b'"..."' in text:
        check_reserved(payload)
    check_credential(payload, form)
    check_subject(payload[SUBJECT], form)
    try:
        payload[SUBJECT], disclosures = hidden.apply(payload[SUBJECT], salts)
    except MalformedDisclosure as error:
        raise MalformedEnvelope(error.code, error.what, error.expected) from None
    if disclosures:
        payload[sdjwt.DIGEST_ALGORITHM] = "sha-256"
        text = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    header = write_header(algorithm, kid, "vc+sd-jwt" if disclosures else "vc+jwt")
    signing_input = header + b"." + encode_base64url(text)
    size = len(signing_input) + sum(map(len, disclosures)) + len(disclosures)
    if size + 700 > limits.size or len(disclosures) > limits.disclosures:  # 700: the longest signature
        what = f"{size} bytes with {len(disclosures)} disclosures"
        raise MalformedEnvelope("TOO_LARGE", what, f"{limits.size} bytes with {limits.disclosures} at most")
    return Unsigned(signing_input, tuple(disclosures), algorithm, document_id(signing_input))


def attach(unsigned: Unsigned, signature: bytes) -> Sealed:
    """Return the sealed document; ``signature`` is over ``unsigned.signing_input``, in the spelling of JOSE.

    Raises:
        MalformedEnvelope: the signature's length is not that of the algorithm.
    """
    if len(signature) not in jose.signature_lengths(unsigned.algorithm):
        raise _bad_signature(len(signature), unsigned.algorithm)
    token = unsigned.signing_input + b"." + encode_base64url(signature)
    if unsigned.disclosures:
        token += b"~" + b"~".join(unsigned.disclosures) + b"~"
    return Sealed(token, unsigned.document_id)


def open_envelope(data: bytes, limits: Limits = DEFAULT) -> Opened:
    """Read a sealed document, full or redacted, strictly and completely; its signature is not verified.

    Raises:
        MalformedEnvelope: anything that is not exactly a sealed document; nothing else, whatever the bytes.
    """
    if len(data) > limits.size:
        raise MalformedEnvelope("TOO_LARGE", f"{len(data)} bytes", f"at most {limits.size}")
    signed, *encoded = data.split(b"~")
    if encoded and encoded.pop():
        raise MalformedEnvelope(
            "FRAMING", "text after the last ~", "a token that ends with ~, without key binding"
        )
    parts = signed.split(b".")
    if len(parts) != 3:
        raise MalformedEnvelope("FRAMING", f"{len(parts)} parts", "header.payload.signature")
    header = read_header(parts[0])
    disclosable = data.endswith(b"~")
    if disclosable != (header.typ == "vc+sd-jwt"):
        raise MalformedEnvelope(
            "FRAMING", f"typ {header.typ}", "vc+sd-jwt with a final ~, or vc+jwt without ~"
        )
    payload_text, signature = from_base64url(parts[1]), from_base64url(parts[2])
    if not payload_text or signature is None:
        raise MalformedEnvelope("BASE64URL", "payload or signature", "canonical base64url without padding")
    if len(signature) not in jose.signature_lengths(header.algorithm):
        raise _bad_signature(len(signature), header.algorithm)
    try:
        payload = parse(payload_text, limits)
    except MalformedJson as error:
        raise MalformedEnvelope("JSON", f"payload: {error}", "JSON of the profile", error.problems) from None
    if type(payload) is not dict:
        raise MalformedEnvelope("CREDENTIAL", f"a payload of type {type(payload).__name__}", "an object")
    if payload.pop(sdjwt.DIGEST_ALGORITHM, ...) != ("sha-256" if disclosable else ...):
        raise MalformedEnvelope("DIGEST_ALGORITHM", "_sd_alg", "sha-256, and only where members are hidden")
    try:
        contents = sdjwt.read_disclosures(encoded, limits)
        restored = sdjwt.restore(payload, contents, limits)
    except MalformedDisclosure as error:
        raise MalformedEnvelope(error.code, error.what, error.expected) from None
    if not disclosable and restored.withheld:
        raise MalformedEnvelope("DIGEST_PLACE", "digests in a vc+jwt", "none")
    form = form_of(payload)
    check_credential(payload, form)
    check_visible(restored, form)
    check_subject(payload[SUBJECT], form)
    signing_input = parts[0] + b"." + parts[1]
    return Opened(
        header=header,
        form=form,
        claims=payload,
        disclosed=restored.disclosed,
        encoded=dict(zip(contents, encoded, strict=True)),
        withheld=len(restored.withheld),
        document_id=document_id(signing_input),
        signing_input=signing_input,
        signature=signature,
    )


def verify_signature(opened: Opened, public: PublicKey) -> bool:
    """Tell whether the document was signed with this key of the registry, and says so in its header."""
    return (
        opened.header.algorithm is public.algorithm
        and opened.header.kid == jose.thumbprint(public)
        and jose.verify_signature(public, opened.signing_input, opened.signature)
    )


def redact(data: bytes, hide: Iterable[str], limits: Limits = DEFAULT) -> bytes:
    """Return a copy without the disclosures at the paths ``hide``; same document id, same signature.

    Args:
        hide: paths or patterns from the subject on: ``exporter``, ``items[2].fob``, ``items[*].fob``.

    Raises:
        MalformedEnvelope: not a sealed document, or paths that cannot be hidden in it (all of them are named).
    """
    opened = open_envelope(data, limits)
    offered = [(_steps(disclosure.path), disclosure.encoded) for disclosure in opened.disclosures]
    wanted, problems = [], []
    for pattern in hide:
        steps = _steps(pattern)
        if steps and any(_matches(steps, path) for path, _ in offered):
            wanted.append(steps)
            continue
        mandatory = stays_visible((SUBJECT, *steps), opened.form)
        code, why = (
            ("MUST_STAY_VISIBLE", "never hidden") if mandatory else ("NOT_HIDDEN", "not disclosed apart")
        )
        problems.append(Problem(pattern, why, _choices(opened), code=code))
    if problems:
        what = ", ".join(f"{problem.path} is {problem.value}" for problem in problems)
        raise MalformedEnvelope(problems[0].code, what, _choices(opened), problems)
    kept = [
        encoded
        for path, encoded in offered
        if not any(_matches(steps, path[: len(steps)]) for steps in wanted)
    ]
    return b"~".join([data.split(b"~", 1)[0], *kept, b""]) if opened.header.typ == "vc+sd-jwt" else data


# --- paths of members that can be hidden -----------------------------------------------------------------------------


def _steps(pattern: str) -> tuple[str, ...]:
    """Return the steps of a path or pattern; none for a text that is not one."""
    try:
        return split_pattern(pattern)
    except MalformedDisclosure:
        return ()


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(pattern) == len(path) and all(
        wanted == found or (wanted == "[*]" and found.isdigit())
        for wanted, found in zip(pattern, path, strict=True)
    )


def _choices(opened: Opened) -> str:
    paths = ", ".join(opened.hidden_paths)
    return f"one of {paths}" if paths else "a document in which something can still be hidden"


def _bad_signature(length: int, algorithm: Algorithm) -> MalformedEnvelope:
    allowed = jose.signature_lengths(algorithm)
    wanted = f"{allowed.start}" if len(allowed) == 1 else f"{allowed.start} to {allowed.stop - 1}"
    return MalformedEnvelope(
        "SIGNATURE", f"a signature of {length} bytes", f"{wanted} for {algorithm.header_name}"
    )
