// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "./IJournal.sol";

/// @title Who belongs to the consortium, and who may act for whom
/// @notice Administrations decide by more than two thirds of those that are active; a member's controller looks after
/// its own operators and document keys. Every mapping is keyed by the member first: nobody can occupy or change what
/// belongs to another. Codes are ASCII, padded with zeros: `VN-VCCI`. Every act is one entry of the journal.
interface IConsortium {
    /// @notice Where a member stands. `Left` is for ever: the code stays taken and nothing can be done with it again.
    enum Standing {
        None,
        Active,
        Suspended,
        Left
    }

    /// @notice A member. `roles` is a set of bits, listed in `docs/spec/journal.md` section 4.
    struct Member {
        bytes2 economy;
        uint32 roles;
        Standing standing;
        address controller;
        uint8 seat; // place among the administrations, kept for life; meaningful only with the administration role
    }

    /// @notice A member that the consortium is deployed with.
    struct Founder {
        bytes32 code;
        bytes2 economy;
        uint32 roles;
        address controller;
    }

    /// @notice A document key of one member.
    /// @dev All times are seconds; 0 means never.
    struct DocumentKey {
        uint40 notifiedAt;
        uint40 effectiveFrom;
        uint40 retiredAt;
        uint40 compromisedSince;
        uint8 algorithm;
    }

    /// @notice An act that waits for approvals. From the second `expiresAt` on it can be neither voted on nor executed.
    struct Proposal {
        uint64 expiresAt;
        bool executed;
        uint256 approvals; // one bit for each seat
        bytes act;
    }

    /// @notice No founder has the administration role, so nobody could ever vote.
    error ConsortiumNoFounder();
    /// @notice A member has or had `code`; codes are never used again.
    error ConsortiumCodeTaken(bytes32 code);
    /// @notice `code` is not 2 to 32 of the characters A-Z, 0-9 and hyphen, followed by zeros only.
    error ConsortiumCodeInvalid(bytes32 code);
    /// @notice `economy` is not two letters A-Z.
    error ConsortiumEconomyInvalid(bytes2 economy);
    /// @notice `roles` has an unknown bit, or is what the member has already.
    error ConsortiumRolesInvalid(uint32 roles);
    /// @notice The controller of `code` would be the zero address.
    error ConsortiumControllerMissing(bytes32 code);
    /// @notice `controller` controls `member` already.
    error ConsortiumControllerKnown(bytes32 member, address controller);
    /// @notice All 256 seats of administrations have been given out.
    error ConsortiumSeatsTaken();
    /// @notice `account` is not the controller of `member`.
    error ConsortiumNotController(bytes32 member, address account);
    /// @notice `member` has no administration role.
    error ConsortiumNotAdministration(bytes32 member);
    /// @notice `member` is suspended or has left.
    error ConsortiumNotActive(bytes32 member);
    /// @notice No member has the code `member`.
    error ConsortiumUnknownMember(bytes32 member);
    /// @notice The act is impossible while `member` is `standing`.
    error ConsortiumWrongStanding(bytes32 member, Standing standing);
    /// @notice `member` is the only active administration; without it nothing could be decided any more.
    error ConsortiumLastAdministration(bytes32 member);
    /// @notice Only an executed proposal can do this.
    error ConsortiumOnlyByVote();
    /// @notice `selector` is not decided by vote, or its arguments do not have their length.
    error ConsortiumActUnknown(bytes4 selector);
    /// @notice There is no such proposal.
    error ConsortiumProposalUnknown(uint256 proposal);
    /// @notice The proposal could be voted on and executed only before `expiresAt`.
    error ConsortiumProposalExpired(uint256 proposal, uint64 expiresAt);
    /// @notice The proposal was executed before.
    error ConsortiumProposalExecuted(uint256 proposal);
    /// @notice `approvals` is not more than two thirds of the active `administrations`; both are counts.
    error ConsortiumTooFewApprovals(uint256 proposal, uint256 approvals, uint256 administrations);
    /// @notice `expiresAt` is not in the future, or more than 90 days away.
    error ConsortiumExpiryInvalid(uint64 expiresAt);
    /// @notice `operator` acts for `member` already.
    error ConsortiumOperatorKnown(bytes32 member, address operator);
    /// @notice `operator` does not act for `member`, or is the zero address.
    error ConsortiumOperatorUnknown(bytes32 member, address operator);
    /// @notice `member` registered `key` before.
    error ConsortiumKeyKnown(bytes32 member, bytes32 key);
    /// @notice `member` never registered `key`.
    error ConsortiumKeyUnknown(bytes32 member, bytes32 key);
    /// @notice `key` is retired, or will be by that time.
    error ConsortiumKeyRetired(bytes32 member, bytes32 key);
    /// @notice `key` was reported as compromised, since then or before.
    error ConsortiumKeyCompromised(bytes32 member, bytes32 key);
    /// @notice `algorithm` is unknown, or its public keys are not `length` bytes long.
    error ConsortiumKeyInvalid(uint8 algorithm, uint256 length);
    /// @notice `time` is on the wrong side of the block's time.
    error ConsortiumTimeInvalid(uint64 time);
    /// @notice `account` does not act for `member`.
    error ConsortiumNotOperator(bytes32 member, address account);
    /// @notice `member` lacks `role`.
    error ConsortiumRoleMissing(bytes32 member, uint32 role);
    /// @notice `registry` is or was admitted; a retired registry does not come back.
    error ConsortiumRegistryKnown(address registry);
    /// @notice `registry` is not admitted, or is retired.
    error ConsortiumRegistryUnknown(address registry);
    /// @notice `registry` is not a contract that calls itself a registry of this consortium and of this `kind`.
    error ConsortiumRegistryInvalid(address registry, uint8 kind);

    // --- by vote: called by the consortium itself when a proposal is executed ---

    /// @notice Admits a member. The administration role gives it a seat.
    function admitMember(bytes32 code, bytes2 economy, uint32 roles, address controller) external;

    /// @notice Replaces all roles of a member that has not left.
    function setRoles(bytes32 code, uint32 roles) external;

    /// @notice Suspends an active member: it can no longer anchor or vote, but still recall.
    /// @param reason Number of the reason code; 0 for none.
    function suspendMember(bytes32 code, uint16 reason) external;

    /// @notice Makes a suspended member active again.
    /// @param reason Number of the reason code; 0 for none.
    function reinstateMember(bytes32 code, uint16 reason) external;

    /// @notice Ends a membership for ever.
    /// @param reason Number of the reason code; 0 for none.
    function expelMember(bytes32 code, uint16 reason) external;

    /// @notice Gives a member another controller, for one that lost its key.
    function replaceController(bytes32 code, address controller) external;

    /// @notice Lets a registry append to the journal.
    /// @param kind 1 origin, 2 licences, 3 AEO; must be what the registry says of itself.
    function admitRegistry(address registry, uint8 kind) external;

    /// @notice Stops a registry from appending, for ever; what it recorded can still be read.
    function retireRegistry(address registry) external;

    // --- by an active administration's controller ---

    /// @notice Proposes an act; the proposer approves by proposing.
    /// @param act ABI call of one of the functions above.
    /// @param expiresAt seconds; in the future, at most 90 days away.
    /// @return proposal Its number, counted from 1.
    function propose(bytes32 member, bytes calldata act, uint64 expiresAt) external returns (uint256 proposal);

    /// @notice Gives or withdraws approval.
    /// @dev Repeating oneself is not an act: nothing is appended, so a retry is safe.
    function vote(bytes32 member, uint256 proposal, bool approves) external;

    /// @notice Carries out a proposal that more than two thirds of the administrations active now approve.
    /// @dev Appends `Executed` and directly after it the entry of the act. An act that fails reverts everything with
    /// its own error, and the proposal stays open.
    function execute(bytes32 member, uint256 proposal) external;

    // --- by a member's controller; what only an active member may do says so ---

    /// @notice Hands the member over to another controller.
    function setController(bytes32 member, address controller) external;

    /// @notice Lets an account act for the member; a suspended member needs one to recall.
    function addOperator(bytes32 member, address operator) external;

    /// @notice Stops an account from acting for the member.
    function removeOperator(bytes32 member, address operator) external;

    /// @notice Registers a document key. Only an active member.
    /// @dev Warning: that `key` is the thumbprint of `publicKey` is for the reader to check.
    /// @param key JWK thumbprint, RFC 7638.
    /// @param effectiveFrom seconds, not in the past; 0 means now.
    function registerKey(
        bytes32 member,
        bytes32 key,
        uint8 algorithm,
        bytes calldata publicKey,
        uint64 effectiveFrom
    ) external;

    /// @notice Fixes when a document key ends; it can be moved earlier and not later.
    /// @param retiredAt seconds, not in the past; 0 means now.
    /// @param reason CRLReason of RFC 5280 such as 4, superseded; 0 for none. A later call replaces it with the time.
    function retireKey(bytes32 member, bytes32 key, uint64 retiredAt, uint16 reason) external;

    /// @notice Reports that others may have used a document key. Also retires the key now.
    /// @dev A suspended member may still report. A further report can only name an earlier time; it makes doubtful
    /// again what was confirmed since the one before.
    /// @param since seconds, not in the future and not 0.
    function reportCompromise(bytes32 member, bytes32 key, uint64 since) external;

    /// @notice Ends the caller's own membership for ever.
    function resign(bytes32 member) external;

    // --- asked by registries ---

    /// @notice Reverts unless `operator` acts for `member`, `member` is active and has all of `roles`, and `key` is one
    /// of its document keys that is neither retired nor reported as compromised.
    /// @dev A key that is not yet effective passes: the verdict says so.
    function requireIssuer(bytes32 member, address operator, uint32 roles, bytes32 key) external view;

    /// @notice Reverts unless `operator` acts for `member`, whatever its standing as long as it has not left: a
    /// suspended member may still recall.
    function requireOperator(bytes32 member, address operator) external view;

    /// @notice Reverts unless `operator` acts for `member`, which is active and has all of `roles`.
    /// @return economy Of the member.
    function requireActive(bytes32 member, address operator, uint32 roles) external view returns (bytes2 economy);

    /// @notice The log of this consortium.
    function journal() external view returns (IJournal);

    /// @notice The member with this code; all zero if there is none.
    function memberOf(bytes32 code) external view returns (Member memory);

    /// @notice Whether the member's controller lets `account` act for it, whatever the member's standing.
    function isOperator(bytes32 member, address account) external view returns (bool);

    /// @notice A document key; all zero if the member never registered it.
    function documentKey(bytes32 member, bytes32 key) external view returns (DocumentKey memory);

    /// @notice A proposal; all zero if there is none.
    function proposalOf(uint256 proposal) external view returns (Proposal memory);

    /// @notice Kind of an admitted registry; 0 for any other address and for a retired one.
    function registryKind(address registry) external view returns (uint8);

    /// @notice How many administrations are active.
    function activeAdministrations() external view returns (uint256);
}
