"""Acts over HTTP: what some members ask their own gateways for, in the place of a transaction that they send themselves.

A gateway has to do what the contracts allow and to refuse what they refuse, so a walk follows its acts as it follows any other.
What cannot be said over HTTP in the same way (several changes in one call, a change without a reason) is left to transactions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.core import units
from ledger.core.jose import to_base64url
from ledger.core.numbers import declaration_commitment, normalise
from ledger.errors import Refused
from ledger.home import TAG_KEYS, make_home
from ledger.keys.declarations import declaration_key
from ledger.keys.files import write_secret_file
from ledger.settings import read_settings
from tests.acts import AU_CUSTOMS, MEMBERS, TAG_KEY, VN_CUSTOMS, Attempt, AWorld
from tests.journals import AU, CN, VCCI
from tests.scenarios.world import Body, Office, an_office

KIND_NAMES = {1: "origin", 2: "licence", 3: "aeo"}
MEMBERS_WITH_GATEWAYS = {
    VCCI: "issuer",
    AU_CUSTOMS: "customs",
    VN_CUSTOMS: "customs",
    CN: "customs",
    AU: "customs",
}
LATEST = 253_402_300_799
_STATUS = {1: "reinstate", 2: "suspend", 3: "revoke", 4: "cancel"}
_RECOGNITION = {1: "lift", 2: "suspend", 3: "terminate"}


@dataclass(frozen=True)
class Request:
    """What is sent to a gateway."""

    path: str
    body: Body
    method: str = "POST"


@dataclass
class Gateways:
    """The gateways of some members of a walk, each with an account of its own.

    ``declarations`` has the number of every commitment; ``use_ids`` are those of the uses that they wrote.
    """

    world: AWorld
    offices: dict[str, Office]
    declaration_keys: dict[str, bytes]
    declarations: dict[bytes, str] = field(default_factory=dict)
    use_ids: dict[tuple[str, object], str] = field(default_factory=dict)

    def commitment(self, customs: str, office: str, number: int) -> bytes | None:
        """Return what stands for a declaration of a member with a gateway, None for other members."""
        key = self.declaration_keys.get(customs)
        if key is None:
            return None
        found = declaration_commitment(key, office, normalise(f"D{number}"))
        self.declarations[found] = f"D{number}"
        return found

    def carry_out(self, attempt: Attempt) -> bool:
        """Ask the member's gateway for what a transaction would do; return False where that cannot be asked for.

        Raises:
            Refused: the gateway refuses it, whether by itself or because the contracts do.
        """
        office, request = self.offices.get(attempt.member), self.request(attempt)
        if office is None or request is None:
            return False
        response = office.client.request(request.method, request.path, json=request.body)
        report: Body = response.json()
        if response.status_code in (409, 422):
            raise Refused(str(report.get("refusal") or report["code"]), f"over HTTP: {response.text}")
        assert response.status_code == 200, (request, response.text)
        if request.path == "/v1/uses":
            self.use_ids[attempt.member, attempt.arguments[1:4]] = str(report["useId"])
        return True

    def request(self, attempt: Attempt) -> Request | None:
        """Return the request that says what an attempt says, None where there is none."""
        spell = _SPELLERS.get(attempt.function)
        return None if spell is None else spell(self, attempt, *attempt.arguments)

    # --- records ------------------------------------------------------------------------------------------------------

    def record(self, kind: int, member: str, tag: bytes) -> Body | None:
        number = self.world.spelled.get(tag)
        return None if number is None else {"issuer": member, "number": number, "kind": KIND_NAMES[kind]}

    def change_status(
        self, attempt: Attempt, member: str, tag: bytes, status: int, reason: int, at: int
    ) -> Request | None:
        record, action = self.record(attempt.kind, member, tag), _STATUS.get(status)
        if record is None or action is None or not reason or not at:
            return None
        return Request(
            "/v1/status", {**record, "action": action, "reason": code(reason), "effectiveFrom": iso(at)}
        )

    def confirm(self, attempt: Attempt, member: str, tags: list[bytes]) -> Request | None:
        numbers = [self.world.spelled.get(tag) for tag in tags]
        if None in numbers or len(set(numbers)) < len(numbers):
            return None
        return Request("/v1/confirmations", {"numbers": numbers, "kind": KIND_NAMES[attempt.kind]})

    # --- use ----------------------------------------------------------------------------------------------------------

    def use(
        self,
        attempt: Attempt,
        customs: str,
        owner: str,
        tag: bytes,
        use: tuple[str, bytes, int],
        amount: tuple[int, str, int],
        at: int | None = None,
    ) -> Request | None:
        record, declaration = self.record(attempt.kind, owner, tag), self.declarations.get(use[1])
        known = self.world.replay.records.get((self.world.registry(attempt.kind), owner, tag))
        if record is None or declaration is None or known is None or at == 0:
            return None
        line, unit, quantity = amount
        book = self.world.replay.registers.books.get((known.registry, owner, known.root_tag))
        if line and not quantity:
            return None  # a gateway writes nothing off for nothing
        if not line and book is not None and book.lines:
            return None  # over HTTP the only line need not be named
        place = {"office": use[0], "declaration": declaration, "item": use[2]}
        what = {"line": line, "quantity": units.from_millionths(quantity), "unit": unit} if line else {}
        late = {} if at is None else {"happenedAt": iso(at)}
        return Request("/v1/uses", {"action": attempt.function, **record, **place, **what, **late})

    def use_of(self, attempt: Attempt, *key: object) -> str | None:
        found = self.use_ids.get((attempt.member, key))
        return None if found is None else f"/v1/uses/{found}"

    def release(
        self, attempt: Attempt, customs: str, owner: str, tag: bytes, use: tuple[str, bytes, int]
    ) -> Request | None:
        path = self.use_of(attempt, owner, tag, use)
        return None if path is None else Request(path, {"action": "release"}, "PATCH")

    # --- AEO ----------------------------------------------------------------------------------------------------------

    def entry(self, member: str, tag: bytes) -> Body | None:
        """Return how an entry is named; a code that finds another entry would be understood as that one."""
        code = self.world.spelled.get(tag)
        is_alias = (self.world.registry(3), member, tag) in self.world.replay.registers.aliases
        return None if code is None or is_alias else {"code": code}

    def grant_types(
        self, attempt: Attempt, member: str, tag: bytes, grants: list[tuple[str, int]]
    ) -> Request | None:
        entry = self.entry(member, tag)
        if entry is None or len(grants) > 1 or not 0 < grants[0][1] <= LATEST:
            return None
        [(name, at)] = grants
        return Request("/v1/aeo", {"action": "grant", **entry, "type": name, "effectiveFrom": iso(at)})

    def change_type(
        self, attempt: Attempt, member: str, tag: bytes, name: str, status: int, reason: int, at: int
    ) -> Request | None:
        entry = self.entry(member, tag)
        if entry is None or not reason or not 0 < at <= LATEST:
            return None
        change = {"type": name, "reason": code(reason), "effectiveFrom": iso(at)}
        return Request("/v1/aeo", {"action": _STATUS[status], **entry, **change})

    def alias(self, attempt: Attempt, member: str, tag: bytes, alias: bytes) -> Request | None:
        entry, other = self.entry(member, tag), self.world.spelled.get(alias)
        if entry is None or other is None:
            return None
        action = {"addAlias": "add-alias", "removeAlias": "remove-alias"}[attempt.function]
        return Request("/v1/aeo", {"action": action, **entry, "alias": other})

    def propose(
        self, attempt: Attempt, member: str, partner: str, covers: list[tuple[str, str, int, int]]
    ) -> Request | None:
        if any(not 0 < time <= LATEST for _, _, *times in covers for time in times):
            return None
        said = [
            {"home": home, "type": name, "dataExchangeFrom": iso(exchange), "benefitsFrom": iso(benefits)}
            for home, name, exchange, benefits in covers
        ]
        return Request("/v1/agreements", {"partner": partner, "covers": said})

    def answer(self, attempt: Attempt, member: str, number: int) -> Request:
        return Request(f"/v1/agreements/{number}", {"action": attempt.function}, "PATCH")

    def change_recognition(
        self, attempt: Attempt, member: str, number: int, home: str, name: str, to: int, reason: int, at: int
    ) -> Request | None:
        if not reason or not 0 < at <= LATEST:
            return None
        cover = {"home": home, "type": name, "reason": code(reason), "effectiveFrom": iso(at)}
        return Request(f"/v1/agreements/{number}", {"action": _RECOGNITION[to], **cover}, "PATCH")


_SPELLERS: dict[str, Any] = {
    "changeStatus": Gateways.change_status,
    "confirm": Gateways.confirm,
    "reserve": Gateways.use,
    "consume": Gateways.use,
    "enter": Gateways.use,
    "release": Gateways.release,
    "grantTypes": Gateways.grant_types,
    "changeType": Gateways.change_type,
    "addAlias": Gateways.alias,
    "removeAlias": Gateways.alias,
    "proposeAgreement": Gateways.propose,
    "consent": Gateways.answer,
    "decline": Gateways.answer,
    "changeRecognition": Gateways.change_recognition,
}


def code(reason: int) -> str:
    return f"R{reason:02}"


def iso(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def gateways(world: AWorld, url: str, folder: Path) -> Iterator[Gateways]:
    """Open gateways in ``folder`` and have their members accept their accounts as operators."""
    with ExitStack() as stack:
        offices, keys = {}, {}
        for member, role in MEMBERS_WITH_GATEWAYS.items():
            home = folder / member
            made = make_home(
                home, member=member, roles=(role,), url=url, chain_id=world.manifest.chain_id,
                manifest=world.manifest.to_json(), controller=False, scrypt_n=2,
            )  # fmt: skip
            assert made.operator is not None
            world.control(member, "addOperator", made.operator)
            share_tag_keys(home)
            offices[member] = stack.enter_context(an_office(home))
            keys[member] = declaration_key(read_settings(home, {}).keys.declaration_key)
        yield Gateways(world, offices, keys)


def share_tag_keys(home: Path) -> None:
    """Give a gateway the tag keys of all members of a walk: they share one."""
    (home / TAG_KEYS).mkdir(mode=0o700, exist_ok=True)
    for member in MEMBERS:
        key = {"k": to_base64url(TAG_KEY), "kid": member, "kty": "oct", "use": "tag"}
        file = home / TAG_KEYS / f"{member}.tagkey.jwk"
        file.unlink(missing_ok=True)
        write_secret_file(file, json.dumps(key).encode())
