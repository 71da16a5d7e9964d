"""Calls about authorised economic operators against the types that the contract's interface file names."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode, encode

from ledger.chain import aeo_calls
from ledger.chain.abi import selector
from ledger.chain.aeo_calls import Cover
from ledger.chain.rules import has_artifact
from ledger.core.opening import Grant

pytestmark = pytest.mark.skipif(
    not has_artifact("AeoRegistry"), reason="NOT TESTED: there is no AeoRegistry yet"
)

TAG, ALIAS = b"\x01" * 32, b"\x02" * 32
HOME, PARTNER = "CN-GACC", "AU-ABF"


def said(call: bytes, function: str, *types: str) -> list[Any]:
    assert call[:4] == selector(f"{function}({','.join(types)})")
    return list(decode(types, call[4:]))


def code(text: str, size: int = 32) -> bytes:
    return text.encode().ljust(size, b"\0")


def test_an_entrys_types_and_aliases() -> None:
    call = aeo_calls.grant_types(HOME, TAG, [Grant("AEOC", 5), Grant("AEOS", 6)])
    grants = ((code("AEOC", 8), 5), (code("AEOS", 8), 6))
    assert said(call, "grantTypes", "bytes32", "bytes32", "(bytes8,uint64)[]") == [code(HOME), TAG, grants]
    call = aeo_calls.change_type(HOME, TAG, "AEOS", 2, 40, 0)
    told = said(call, "changeType", "bytes32", "bytes32", "bytes8", "uint8", "uint16", "uint64")
    assert told == [code(HOME), TAG, code("AEOS", 8), 2, 40, 0]
    for name, spell in (("addAlias", aeo_calls.add_alias), ("removeAlias", aeo_calls.remove_alias)):
        told = said(spell(HOME, TAG, ALIAS), name, "bytes32", "bytes32", "bytes32")
        assert told == [code(HOME), TAG, ALIAS]


def test_an_agreement_from_its_proposal_to_its_end() -> None:
    call = aeo_calls.propose_agreement(HOME, PARTNER, [Cover(PARTNER, "ATT", 7, 8)])
    told = said(call, "proposeAgreement", "bytes32", "bytes32", "(bytes32,bytes8,uint64,uint64)[]")
    assert told == [code(HOME), code(PARTNER), ((code(PARTNER), code("ATT", 8), 7, 8),)]
    assert said(aeo_calls.consent(PARTNER, 3), "consent", "bytes32", "uint256") == [code(PARTNER), 3]
    assert said(aeo_calls.decline(PARTNER, 3), "decline", "bytes32", "uint256") == [code(PARTNER), 3]
    call = aeo_calls.change_recognition(HOME, 3, PARTNER, "ATT", 2, 41, 9)
    types = ("bytes32", "uint256", "bytes32", "bytes8", "uint8", "uint16", "uint64")
    told = said(call, "changeRecognition", *types)
    assert told == [code(HOME), 3, code(PARTNER), code("ATT", 8), 2, 41, 9]


def test_views_and_their_answers() -> None:
    call = aeo_calls.recognised_at(HOME, PARTNER, "ATT", 9)
    assert said(call, "recognisedAt", "bytes32", "bytes32", "bytes8", "uint64")[3] == 9
    assert said(aeo_calls.type_at(HOME, TAG, "ATT", 9), "typeAt", "bytes32", "bytes32", "bytes8", "uint64")
    assert aeo_calls.read_recognised(encode(["bool"], [True])) is True
    assert aeo_calls.read_status(encode(["uint8"], [2])) == 2
    with pytest.raises(ValueError, match="do not fit"):
        aeo_calls.read_recognised(b"")
