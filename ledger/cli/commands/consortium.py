"""Commands on members and proposals."""

from __future__ import annotations

from typing import Any

from ledger.cli.commands.parts import REASON, act, command, group, json_option


def add(commands: Any) -> None:
    """Add ``member`` and ``proposal``."""
    _members(commands)
    _proposals(commands)


def _members(commands: Any) -> None:
    member = group(commands, "member", "members of the consortium")
    json_option(command(member, "list", "consortium:members", "all members with roles, standing and keys"))
    one = act(member, "admit", "propose-admit-member", "propose to admit a member", proposal=True)
    _code(one)
    one.add_argument("--economy", required=True, metavar="XX", help="ISO 3166-1 alpha-2 code")
    _roles(one)
    one.add_argument("--controller", required=True, metavar="ADDRESS")
    one = act(member, "set-roles", "propose-set-roles", "propose other roles for a member", proposal=True)
    _code(one)
    _roles(one)
    for name in ("suspend", "reinstate", "expel"):
        one = act(member, name, f"propose-{name}-member", f"propose to {name} a member", proposal=True)
        _code(one)
        one.add_argument("--reason", metavar="Rnn", help=REASON)
    one = act(
        member,
        "replace-controller",
        "propose-replace-controller",
        "propose another controller",
        proposal=True,
    )
    _code(one)
    one.add_argument("--controller", required=True, metavar="ADDRESS")
    one = act(
        member, "set-controller", "set-controller", "hand this member over to another controller account"
    )
    one.add_argument("--controller", required=True, metavar="ADDRESS")
    one = act(member, "leave", "leave", "leave the consortium for good")
    one.add_argument("--yes", action="store_true", required=True, help="yes, for good")
    operator = group(member, "operator", "gateway accounts that act for this member")
    for name in ("add", "remove"):
        one = act(operator, name, f"{name}-operator", f"{name} a gateway account")
        one.add_argument("operator", metavar="ADDRESS")


def _proposals(commands: Any) -> None:
    proposal = group(commands, "proposal", "what the administrations decide on")
    json_option(command(proposal, "list", "consortium:proposals", "all proposals with their approvals"))
    one = act(proposal, "vote", "vote", "approve a proposal, or take the approval back")
    one.add_argument("proposal", type=int, metavar="NUMBER")
    one.add_argument("--against", dest="approves", action="store_false", help="take the approval back")
    one = act(proposal, "execute", "execute", "carry out a proposal that has enough approvals")
    one.add_argument("proposal", type=int, metavar="NUMBER")
    for name in ("admit", "retire"):
        one = act(
            proposal, f"{name}-registry", f"propose-{name}-registry", f"propose to {name} a registry", True
        )
        one.add_argument("registry", metavar="ADDRESS")
        if name == "admit":
            one.add_argument(
                "--kind", type=int, default=1, choices=[1, 2, 3], help="1 origin, 2 licences, 3 AEO"
            )


def _code(one: Any) -> None:
    one.add_argument("code", metavar="CODE", help="member code, such as VN-VCCI")


def _roles(one: Any) -> None:
    one.add_argument(
        "--roles", nargs="+", required=True, metavar="ROLE",
        choices=["administration", "non-preferential-origin", "preferential-origin", "licences", "customs"],
        help="administration, non-preferential-origin, preferential-origin, licences, customs",
    )  # fmt: skip
