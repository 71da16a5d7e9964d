"""Governance models: members, proposals, operators and document keys, as they are sent and told."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.models import Digest, Given, IssuerCode, Kind, Moment, ReasonCode, Taken

Address = Annotated[
    str, Field(pattern="^0x[0-9A-Fa-f]{40}$", description="An account or contract; mixed case is a checksum.")
]
Role = Annotated[
    str,
    Field(pattern="^(administration|non-preferential-origin|preferential-origin|licences|customs)$"),
]
RetirementReason = Annotated[
    str,
    Field(
        pattern="^(affiliation-changed|superseded|cessation-of-operation|privilege-withdrawn)$",
        description="A CRLReason of RFC 5280, in words.",
    ),
]

# --- taken --------------------------------------------------------------------------------------------------


class ProposalBody(Taken):
    """What the administrations are to decide on; which members an action needs is in `docs/api.md`."""

    action: Annotated[
        str,
        Field(
            pattern="^(admit-member|set-roles|suspend-member|reinstate-member|expel-member|replace-controller"
            "|admit-registry|retire-registry)$"
        ),
    ]
    code: IssuerCode | None = None
    economy: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")] | None = None
    roles: Annotated[list[Role], Field(max_length=8)] | None = None
    controller: Address | None = None
    reason: ReasonCode | None = None
    registry: Address | None = None
    kind: Kind | None = None
    expires_at: Moment | None = Field(None, description="Until when it can be voted on; 30 days when absent.")


class ProposalChangeBody(Taken):
    """What an administration does about a proposal."""

    action: Annotated[str, Field(pattern="^(approve|withdraw|execute)$")] = Field(
        description="`withdraw` takes one's own approval back."
    )


class OperatorBody(Taken):
    """An account that acts for this gateway's member, or does not any more."""

    action: Annotated[str, Field(pattern="^(add|remove)$")]
    operator: Address


class KeyBody(Taken):
    """A document key of which the consortium is notified; a private key is never sent."""

    public_key: dict[str, Any] | None = Field(
        None, description="A public JSON Web Key (RFC 7517); this gateway's own key when absent."
    )
    effective_from: Moment | None = Field(None, description="From when; now when absent.")


class KeyChangeBody(Taken):
    """What became of a document key of this gateway's member."""

    action: Annotated[str, Field(pattern="^(retire|compromise)$")]
    retired_at: Moment | None = Field(None, description="To retire: when; now when absent.")
    reason: RetirementReason | None = Field(None, description="To retire: why.")
    compromised_since: Moment | None = Field(
        None, description="To report a compromise: since when the key may have been in other hands."
    )


# --- given --------------------------------------------------------------------------------------------------


class KeyReport(Given):
    """A document key of a member, without its private part, which is nowhere but with the member."""

    member: str
    key: Digest
    algorithm: str
    notified_at: Moment
    effective_from: Moment
    retired_at: Moment | None
    retirement_reason: str | None = Field(
        description="As given, a number that has no word as its digits; null where none was."
    )
    compromised_since: Moment | None
    trusted: bool = Field(
        description="Its name is that of the public key, which signatures can be checked with."
    )


class KeysAnswer(Given):
    """All document keys of all members, as the journal tells it."""

    keys: list[KeyReport]


class MemberReport(Given):
    """A member, as the journal tells it."""

    code: str
    economy: str
    roles: list[str]
    standing: str
    controller: str
    operators: list[str]
    keys: list[dict[str, Any]]


class MembersAnswer(Given):
    """All members, as the journal tells it."""

    members: list[MemberReport]


class ProposalReport(Given):
    """A proposal; `counting` are the approvals of active administrations of how many there are."""

    proposal: int
    act: str
    proposer: str
    proposed_at: Moment
    expires_at: Moment
    approvals: list[str]
    counting: str
    executed: bool


class ProposalsAnswer(Given):
    """All proposals, as the journal tells it."""

    proposals: list[ProposalReport]
