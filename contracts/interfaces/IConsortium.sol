// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "./IJournal.sol";

/// @title Who belongs to the consortium, and who may act for whom
/// @notice Administrations decide by more than two thirds of those that are active; a member's controller looks after
/// its own operators and document keys. Every mapping is keyed by the member first: nobody can occupy or change what
/// belongs to another. Codes are ASCII, padded with zeros: `VN-VCCI`.
interface IConsortium {
    enum Standing {
        None,
        Active,
        Suspended,
        Left
    }

    struct Member {
        bytes2 economy;
        uint32 roles;
        Standing standing;
        address controller;
        uint8 seat; // place among the administrations, kept for life; meaningful only with the administration role
    }

    struct Founder {
        bytes32 code;
        bytes2 economy;
        uint32 roles;
        address controller;
    }

    /// @dev All times are seconds; 0 means never.
    struct DocumentKey {
        uint40 notifiedAt;
        uint40 effectiveFrom;
        uint40 retiredAt;
        uint40 compromisedSince;
        uint8 algorithm;
    }

    struct Proposal {
        uint64 expiresAt;
        bool executed;
        uint256 approvals; // one bit for each seat
        bytes act;
    }

    error ConsortiumNoFounder();
    error ConsortiumCodeTaken(bytes32 code);
    error ConsortiumCodeInvalid(bytes32 code);
    error ConsortiumEconomyInvalid(bytes2 economy);
    error ConsortiumRolesInvalid(uint32 roles);
    error ConsortiumControllerMissing(bytes32 code);
    error ConsortiumSeatsTaken();
    error ConsortiumNotController(bytes32 member, address account);
    error ConsortiumNotAdministration(bytes32 member);
    error ConsortiumNotActive(bytes32 member);
    error ConsortiumUnknownMember(bytes32 member);
    error ConsortiumWrongStanding(bytes32 member, Standing standing);
    error ConsortiumLastAdministration(bytes32 member);
    error ConsortiumOnlyByVote();
    error ConsortiumActUnknown(bytes4 selector);
    error ConsortiumProposalUnknown(uint256 proposal);
    error ConsortiumProposalExpired(uint256 proposal, uint64 expiresAt);
    error ConsortiumProposalExecuted(uint256 proposal);
    error ConsortiumTooFewApprovals(uint256 proposal, uint256 approvals, uint256 administrations);
    error ConsortiumExpiryInvalid(uint64 expiresAt);
    error ConsortiumOperatorKnown(bytes32 member, address operator);
    error ConsortiumOperatorUnknown(bytes32 member, address operator);
    error ConsortiumKeyKnown(bytes32 member, bytes32 key);
    error ConsortiumKeyUnknown(bytes32 member, bytes32 key);
    error ConsortiumKeyRetired(bytes32 member, bytes32 key);
    error ConsortiumKeyCompromised(bytes32 member, bytes32 key);
    error ConsortiumKeyInvalid(uint8 algorithm, uint256 length);
    error ConsortiumTimeInvalid(uint64 time);
    error ConsortiumNotOperator(bytes32 member, address account);
    error ConsortiumRoleMissing(bytes32 member, uint32 role);
    error ConsortiumRegistryKnown(address registry);
    error ConsortiumRegistryUnknown(address registry);

    // --- by vote: called by the consortium itself when a proposal is executed ---
    function admitMember(bytes32 code, bytes2 economy, uint32 roles, address controller) external;
    function setRoles(bytes32 code, uint32 roles) external;
    function suspendMember(bytes32 code, uint16 reason) external;
    function reinstateMember(bytes32 code, uint16 reason) external;
    function expelMember(bytes32 code, uint16 reason) external;
    function replaceController(bytes32 code, address controller) external;
    function admitRegistry(address registry, uint8 kind) external;
    function retireRegistry(address registry) external;

    // --- by an active administration's controller ---
    /// @param act ABI call of one of the functions above.
    /// @param expiresAt seconds; in the future, at most 90 days away.
    function propose(bytes32 member, bytes calldata act, uint64 expiresAt) external returns (uint256 proposal);
    /// @notice Gives or withdraws approval; the proposer approves by proposing.
    function vote(bytes32 member, uint256 proposal, bool approves) external;
    function execute(bytes32 member, uint256 proposal) external;

    // --- by a member's controller ---
    function setController(bytes32 member, address controller) external;
    function addOperator(bytes32 member, address operator) external;
    function removeOperator(bytes32 member, address operator) external;
    /// @param effectiveFrom seconds, not in the past; 0 means now.
    function registerKey(bytes32 member, bytes32 key, uint8 algorithm, bytes calldata publicKey, uint64 effectiveFrom) external;
    /// @param retiredAt seconds, not in the past; 0 means now.
    function retireKey(bytes32 member, bytes32 key, uint64 retiredAt) external;
    /// @param since seconds, not in the future. Also retires the key now. A suspended member may still report.
    function reportCompromise(bytes32 member, bytes32 key, uint64 since) external;
    function leave(bytes32 member) external;

    // --- asked by registries ---
    /// @notice Reverts unless `operator` acts for `member`, `member` is active and has all of `roles`, and `key` is one of
    /// its document keys that is neither retired nor reported as compromised. A key that is not yet effective passes:
    /// the verdict says so.
    function requireIssuer(bytes32 member, address operator, uint32 roles, bytes32 key) external view;
    /// @notice Reverts unless `operator` acts for `member`, whatever its standing as long as it has not left: a suspended
    /// member may still recall.
    function requireOperator(bytes32 member, address operator) external view;

    function journal() external view returns (IJournal);
    function memberOf(bytes32 code) external view returns (Member memory);
    function isOperator(bytes32 member, address account) external view returns (bool);
    function documentKey(bytes32 member, bytes32 key) external view returns (DocumentKey memory);
    function proposalOf(uint256 proposal) external view returns (Proposal memory);
    function registryKind(address registry) external view returns (uint8);
    function activeAdministrations() external view returns (uint256);
}
