"""Told: what a gateway that knows nothing but the chain answers about a walk, beside what the contracts store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ledger.core.aeo import Agreement, Agreements, TypeState
from ledger.core.records import RecordState, Status
from ledger.core.uses import UseBook
from ledger.home import make_home
from tests import acts_of_aeo
from tests.acts import AU_CUSTOMS, AWorld
from tests.acts_over_http import KIND_NAMES, iso, share_tag_keys
from tests.scenarios.world import Body, Office, an_office, outcome

POLICIES = {0: "none", 1: "single", 2: "up to n", 3: "quantity"}
GOOD = ("PASS", "WARN")


def assert_the_interface_tells_what_is_stored(world: AWorld, url: str, folder: Path) -> None:
    home = folder / "reader"
    make_home(
        home,
        member=AU_CUSTOMS,
        roles=("customs",),
        url=url,
        chain_id=world.manifest.chain_id,
        manifest=world.manifest.to_json(),
        controller=False,
        scrypt_n=2,
    )
    share_tag_keys(home)
    with an_office(home) as office:
        told = Told(world, office)
        for record in world.replay.records.values():
            told.assert_record(record)
            told.assert_history(record)
            told.assert_balance(record)
        told.assert_aeo()
        told.assert_agreements()


class Told:
    """A walk, and a gateway over it."""

    def __init__(self, world: AWorld, office: Office) -> None:
        self.world = world
        self.office = office
        self.kinds = {one.address: one.kind for one in world.manifest.registries}

    def query(self, record: RecordState) -> Body:
        kind = KIND_NAMES[self.kinds[record.registry]]
        return {"issuer": record.member, "number": self.world.spelled[record.tag], "kind": kind}

    def assert_record(self, record: RecordState) -> None:
        verdict = self.office.post("/v1/verify", **self.query(record))
        (slot,) = self.world.chain.look(record.registry, record.member, [record.tag]).records
        told = verdict["record"]
        assert told["status"] == Status(slot.status).name
        assert bytes.fromhex(told["documentId"][2:])[:22] == slot.commitment
        assert (told["documentType"], told["usePolicy"]) == (slot.document_type, slot.use_policy)
        assert seconds(told["anchoredAt"]) == slot.anchored_at
        ((relation, member, tag),) = self.world.ask(record.registry, "linkOf", record.member, record.tag)
        link = told["link"]
        assert (link is not None) == bool(relation)
        if link is not None:
            assert (link["issuer"], bytes.fromhex(link["numberTag"][2:])) == (text(member), tag)

    def assert_history(self, record: RecordState) -> None:
        history = self.office.get("/v1/history", **self.query(record))
        written = [
            entry
            for entry in self.world.entries
            if (entry.contract, entry.owner, entry.subject) == (record.registry, record.member, record.tag)
        ]
        assert [(line["index"], line["act"]) for line in history["lines"]] == [
            (entry.index, type(entry.act).__name__) for entry in written
        ]

    def assert_balance(self, record: RecordState) -> None:
        world, place = self.world, (record.member, record.tag)
        told = self.office.get("/v1/balance", **self.query(record))
        root = world.replay.records[record.registry, record.member, record.root_tag]
        book = (
            world.replay.registers.books.get((record.registry, record.member, record.root_tag)) or UseBook()
        )
        assert told["policy"] == POLICIES[root.use_policy >> 8]
        (count,) = world.ask(record.registry, "usesOf", *place)
        standing = [use for use in told["uses"] if use["state"] != "released"]
        children = [one for one in book.children.values() if one.returned_at is None]
        assert len(standing) + len(children) == count
        for number, line in enumerate(told["lines"], start=1):
            ((unit, _, *amounts),) = world.ask(record.registry, "lineOf", *place, number)
            assert (line["line"], line["unit"]) == (number, text(unit))
            assert [millionths(line[name]) for name in ("authorised", "reserved", "consumed")] == amounts
        (beyond,) = world.ask(record.registry, "lineOf", *place, len(told["lines"]) + 1)
        assert text(beyond[0]) == ""
        assert_terms(told, world.ask(record.registry, "termsOf", *place)[0])
        known = {use.use_id: use for use in book.uses.values()}
        assert set(known) == {use["useId"] for use in told["uses"]}
        for use in told["uses"]:
            where = known[use["useId"]].place
            use_id = (where.office, where.declaration, where.item)
            (found,) = world.ask(record.registry, "useOf", use["customs"], *place, use_id)
            assert ("reserved", "consumed", "released")[found[0] - 1] == use["state"]
            if use["unit"] is not None:
                assert (millionths(use["reserved"]), millionths(use["consumed"])) == tuple(found[2:4])

    def assert_aeo(self) -> None:
        registers, registry = self.world.replay.registers, self.world.registry(3)
        for (_, member, tag), types in registers.types.items():
            record = registers.records[registry, member, tag]
            codes = [self.world.spelled[tag]]
            for (_, keeper, alias), target in registers.aliases.items():
                if (keeper, target) == (member, tag):
                    assert self.world.ask(registry, "aliasOf", member, alias) == (tag,)
                    codes.append(self.world.spelled[alias])
            for name, state in types.items():
                for partner in acts_of_aeo.ADMINISTRATIONS:
                    changes = Agreements(registers.agreements.get(registry, {})).changes(
                        member, partner, name
                    )
                    for at in self.moments(state.changes, changes):
                        self.assert_recognition(record, codes, partner, state, at)

    def assert_recognition(
        self, record: RecordState, codes: list[str], partner: str, state: TypeState, at: int
    ) -> None:
        name, registry = state.name, record.registry
        place = (record.member, record.tag, name, at)
        active = state.status_at(at) is Status.VALID
        if record.status is Status.VALID:
            assert self.world.ask(registry, "typeAt", *place) == (state.status_at(at) or 0,)
        covered = self.world.ask(registry, "recognisedAt", record.member, partner, name, at) == (True,)
        whole = record.status_at(at) is Status.VALID
        expected = active and whole and (covered or partner == record.member)
        code = self.world.random.choice(codes)
        query = {"code": code, "partner": partner, "type": name, "at": iso(at)}
        if len(self.keepers(code)) > 1:
            response = self.office.client.get("/v1/aeo", params=query)
            assert (response.status_code, "CODE_AMBIGUOUS" in response.text) == (422, True)
            query["home"] = record.member
        verdict = self.office.get("/v1/aeo", **query)
        assert (outcome(verdict, "RECOGNITION") in GOOD) == expected, (place, partner, verdict)

    def keepers(self, code: str) -> set[str]:
        """Return the administrations that keep an entry with a code; in a walk all members share one tag key."""
        registers, registry = self.world.replay.registers, self.world.registry(3)
        tag = self.world.tag(3, code)
        return {
            member
            for contract, member, known in (*registers.records, *registers.aliases)
            if (contract, known) == (registry, tag)
        }

    def moments(self, *changes: Iterable[object]) -> list[int]:
        """Return the seconds around some of the changes that lie in the past."""
        times = sorted({one.effective_from for several in changes for one in several})  # type: ignore[attr-defined]
        chosen = self.world.random.sample(times, min(3, len(times)))
        return [time + by for time in sorted(chosen) for by in (-1, 0, 1) if 0 < time + by < self.world.now]

    def assert_agreements(self) -> None:
        told = self.office.get("/v1/agreements")["agreements"]
        for number, one in enumerate(told, start=1):
            ((proposer, partner, consented, closed),) = self.world.ask(
                self.world.registry(3), "agreementOf", number
            )
            assert one["agreement"] == number
            assert (one["proposer"], one["partner"]) == (text(proposer), text(partner))
            state = "consented" if consented else "declined" if closed else "proposed"
            assert one["state"] == state
        assert len(told) == len(self.known_agreements())
        for one, known in zip(told, self.known_agreements(), strict=True):
            assert [(cover["home"], cover["type"], len(cover["changes"])) for cover in one["covers"]] == [
                (cover.home, cover.name, len(cover.changes)) for cover in known.covers
            ]

    def known_agreements(self) -> list[Agreement]:
        known = self.world.replay.registers.agreements.get(self.world.registry(3), {})
        return [agreement for _, agreement in sorted(known.items())]


def assert_terms(told: Body, stored: tuple[object, ...]) -> None:
    is_set, tolerance, on_remaining, endorsed, lines, offices, economies = stored
    assert (told["tolerance"], told["toleranceOnRemaining"]) == (tolerance, on_remaining)
    assert (told["endorsed"], len(told["lines"])) == (endorsed, lines)
    assert (len(told["offices"]), len(told["economies"])) == (offices, economies)
    assert is_set == bool(told["lines"])


def millionths(decimal: str) -> int:
    return int(Decimal(decimal) * 1_000_000)


def text(data: bytes) -> str:
    return data.rstrip(b"\0").decode()


def seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
