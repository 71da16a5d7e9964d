from __future__ import annotations

import json
from importlib.resources import files

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from ledger.core import acts
from ledger.core.calls import SIGNATURES, call_of, is_decided_by_vote

CODE, ACCOUNT = b"VN-VCCI".ljust(32, b"\0"), b"\xa1" * 20
CALLS: list[tuple[acts.Act, str, list[object]]] = [
    (
        acts.MemberAdmitted("VN-VCCI", "VN", 6, ACCOUNT),
        "admitMember(bytes32,bytes2,uint32,address)",
        [CODE, b"VN", 6, ACCOUNT],
    ),
    (acts.RolesChanged("VN-VCCI", 31), "setRoles(bytes32,uint32)", [CODE, 31]),
    (acts.MemberSuspended("VN-VCCI", 258), "suspendMember(bytes32,uint16)", [CODE, 258]),
    (acts.MemberReinstated("VN-VCCI", 0), "reinstateMember(bytes32,uint16)", [CODE, 0]),
    (acts.MemberLeft("VN-VCCI", 65_535), "expelMember(bytes32,uint16)", [CODE, 65_535]),
    (acts.ControllerChanged("VN-VCCI", ACCOUNT), "replaceController(bytes32,address)", [CODE, ACCOUNT]),
    (acts.RegistryAdmitted(ACCOUNT, 1), "admitRegistry(address,uint8)", [ACCOUNT, 1]),
    (acts.RegistryRetired(ACCOUNT, 1), "retireRegistry(address)", [ACCOUNT]),
]


@pytest.mark.parametrize(("act", "signature", "arguments"), CALLS, ids=[call[1] for call in CALLS])
def test_a_call_is_spelt_as_the_contract_takes_it(
    act: acts.Act, signature: str, arguments: list[object]
) -> None:
    types = signature.partition("(")[2].rstrip(")").split(",")
    assert call_of(act) == keccak(text=signature)[:4] + abi_encode(types, arguments)


def test_every_function_that_is_decided_by_vote_is_one_of_the_contract() -> None:
    artifact = json.loads(files("ledger").joinpath("data/contracts/Consortium.json").read_text())
    functions = {
        f"{one['name']}({','.join(argument['type'] for argument in one['inputs'])})"
        for one in artifact["abi"]
        if one["type"] == "function"
    }
    assert set(SIGNATURES) <= functions
    assert {signature for _, signature, _ in CALLS} == set(SIGNATURES)
    assert all(SIGNATURES[signature] == keccak(text=signature)[:4] for signature in SIGNATURES)


@pytest.mark.parametrize("act", [acts.Executed(1), acts.OperatorAdded("VN-VCCI", ACCOUNT)])
def test_other_acts_are_not_decided_by_vote(act: acts.Act) -> None:
    assert call_of(act) is None


def test_a_call_with_more_or_fewer_bytes_is_not_taken() -> None:
    call = call_of(acts.RolesChanged("VN-VCCI", 1)) or b""
    assert is_decided_by_vote(call)
    assert not any(is_decided_by_vote(spoilt) for spoilt in (call + b"\0", call[:-1], call[:4], b""))
