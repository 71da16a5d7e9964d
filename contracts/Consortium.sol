// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DocumentKeys} from "./DocumentKeys.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Members} from "./Members.sol";

/// @title Consortium
/// @dev What administrations decide by vote, on top of `Members` and `DocumentKeys`. Approvals of a proposal and the
/// active administrations are one bit for each seat, so who counts is settled when a proposal is executed, without a
/// loop: whoever left or is suspended by then counts neither for it nor against it.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days.
// slither-disable-start timestamp
contract Consortium is DocumentKeys {
    struct Registration {
        uint8 kind;
        bool retired;
    }

    uint256 private constant _LONGEST_WAIT = 90 days;
    uint256 private constant _EVERY_SECOND_BIT = type(uint256).max / 3;
    uint256 private constant _EVERY_SECOND_PAIR = type(uint256).max / 5;
    uint256 private constant _EVERY_SECOND_FOUR = type(uint256).max / 17;
    uint256 private constant _EVERY_EIGHTH_BIT = type(uint256).max / 255;

    uint8 private constant _PROPOSED = 0x0c;
    uint8 private constant _VOTED = 0x0d;
    uint8 private constant _EXECUTED = 0x0e;
    uint8 private constant _REGISTRY_ADMITTED = 0x0f;
    uint8 private constant _REGISTRY_RETIRED = 0x10;

    mapping(uint256 proposal => Proposal) private _proposals;
    mapping(address registry => Registration) private _registrations;
    uint256 private _proposalCount;

    constructor(Founder[] memory founders) Members(founders) {}

    modifier byAdministration(bytes32 member) {
        _requireController(member);
        _requireActive(member);
        if (_members[member].roles & _ADMINISTRATION == 0) revert ConsortiumNotAdministration(member);
        _;
    }

    /// @inheritdoc IConsortium
    function admitRegistry(address registry, uint8 kind) external byVote {
        if (_registrations[registry].kind != 0) revert ConsortiumRegistryKnown(registry);
        if (!_isRegistry(registry, kind)) revert ConsortiumRegistryInvalid(registry, kind);

        _registrations[registry].kind = kind;

        _appendDecided(_REGISTRY_ADMITTED, abi.encodePacked(registry, kind));
    }

    /// @inheritdoc IConsortium
    function retireRegistry(address registry) external byVote {
        uint8 kind = registryKind(registry);
        if (kind == 0) revert ConsortiumRegistryUnknown(registry);

        _registrations[registry].retired = true;

        _appendDecided(_REGISTRY_RETIRED, abi.encodePacked(registry, kind));
    }

    /// @inheritdoc IConsortium
    function propose(
        bytes32 member,
        bytes calldata act,
        uint64 expiresAt
    ) external byAdministration(member) returns (uint256 proposal) {
        bytes4 selector = bytes4(act);
        if (act.length < 4 || act.length != _lengthOf(selector)) revert ConsortiumActUnknown(selector);
        if (expiresAt <= block.timestamp || expiresAt > block.timestamp + _LONGEST_WAIT) {
            revert ConsortiumExpiryInvalid(expiresAt);
        }

        proposal = ++_proposalCount;
        _proposals[proposal] = Proposal(expiresAt, false, _bit(member), act);

        _append(_PROPOSED, member, msg.sender, abi.encodePacked(proposal, expiresAt, act));
    }

    /// @inheritdoc IConsortium
    function vote(bytes32 member, uint256 proposal, bool approves) external byAdministration(member) {
        Proposal storage open = _requireOpen(proposal);
        uint256 bit = _bit(member);
        if ((open.approvals & bit != 0) == approves) return;

        open.approvals ^= bit;

        _append(_VOTED, member, msg.sender, abi.encodePacked(proposal, approves));
    }

    /// @inheritdoc IConsortium
    // It calls itself and its own journal, which calls nobody; `executed` is set before that.
    // slither-disable-next-line reentrancy-benign
    function execute(bytes32 member, uint256 proposal) external byAdministration(member) {
        Proposal storage open = _requireOpen(proposal);
        uint256 approvals = _count(open.approvals & _activeSeats);
        uint256 administrations = activeAdministrations();
        if (approvals * 3 <= administrations * 2)
            revert ConsortiumTooFewApprovals(proposal, approvals, administrations);

        open.executed = true;
        _executingMember = member;
        _executingAccount = msg.sender;

        _append(_EXECUTED, member, msg.sender, abi.encodePacked(proposal));
        _carryOut(open.act);

        delete _executingMember;
        delete _executingAccount;
    }

    /// @inheritdoc IConsortium
    function proposalOf(uint256 proposal) external view returns (Proposal memory) {
        return _proposals[proposal];
    }

    /// @inheritdoc IConsortium
    function registryKind(address registry) public view returns (uint8) {
        Registration memory registration = _registrations[registry];
        return registration.retired ? 0 : registration.kind;
    }

    /// @inheritdoc IConsortium
    function activeAdministrations() public view returns (uint256) {
        return _count(_activeSeats);
    }

    // slither-disable-next-line assembly,low-level-calls
    function _carryOut(bytes memory act) private {
        // Typed calls cannot be stored; which functions may be called was checked when the act was proposed.
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = address(this).call(act);
        if (done) return;
        // The language cannot revert with the bytes of another revert.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    function _requireOpen(uint256 proposal) private view returns (Proposal storage open) {
        open = _proposals[proposal];
        if (open.expiresAt == 0) revert ConsortiumProposalUnknown(proposal);
        if (open.executed) revert ConsortiumProposalExecuted(proposal);
        if (block.timestamp >= open.expiresAt) revert ConsortiumProposalExpired(proposal, open.expiresAt);
    }

    function _isRegistry(address registry, uint8 kind) private view returns (bool) {
        return
            kind != 0 &&
            kind <= 3 &&
            registry.code.length != 0 &&
            IRegistry(registry).kind() == kind &&
            address(IRegistry(registry).consortium()) == address(this);
    }

    /// @return Length of the call of a function that is decided by vote, 0 for any other.
    function _lengthOf(bytes4 selector) private pure returns (uint256) {
        if (selector == IConsortium.admitMember.selector) return 4 + 4 * 32;
        if (selector == IConsortium.retireRegistry.selector) return 4 + 32;
        bool decided =
            selector == IConsortium.setRoles.selector ||
                selector == IConsortium.suspendMember.selector ||
                selector == IConsortium.reinstateMember.selector ||
                selector == IConsortium.expelMember.selector ||
                selector == IConsortium.replaceController.selector ||
                selector == IConsortium.admitRegistry.selector;
        return decided ? 4 + 2 * 32 : 0;
    }

    /// @dev Number of bits that are set: sums of pairs, of four, of eight, and the product adds up all bytes. The top
    /// byte cannot hold 256, which only the full set needs.
    function _count(uint256 bits) private pure returns (uint256) {
        if (bits == type(uint256).max) return 256;
        unchecked {
            bits -= (bits >> 1) & _EVERY_SECOND_BIT;
            bits = (bits & _EVERY_SECOND_PAIR) + ((bits >> 2) & _EVERY_SECOND_PAIR);
            bits = (bits + (bits >> 4)) & _EVERY_SECOND_FOUR;
            return (bits * _EVERY_EIGHTH_BIT) >> 248;
        }
    }
}
// slither-disable-end timestamp
