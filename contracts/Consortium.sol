// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Journal} from "./Journal.sol";

/// @title Consortium
/// @dev Administrations have seats, numbered in the order in which they got the role. Approvals of a proposal and the
/// active administrations are one bit for each seat, so who counts is settled when a proposal is executed, without a
/// loop: whoever left or is suspended by then counts neither for it nor against it. One long contract, because who may
/// vote, act and sign all hang on the standing of the same member, and apart they would have to call each other.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days.
// slither-disable-start timestamp
contract Consortium is IConsortium {
    struct Registration {
        uint8 kind;
        bool retired;
    }

    uint32 private constant _ADMINISTRATION = 1;
    uint32 private constant _ALL_ROLES = 31;
    uint256 private constant _SEATS = 256;
    uint256 private constant _LONGEST_WAIT = 90 days;
    uint256 private constant _EVERY_SECOND_BIT = type(uint256).max / 3;
    uint256 private constant _EVERY_SECOND_PAIR = type(uint256).max / 5;
    uint256 private constant _EVERY_SECOND_FOUR = type(uint256).max / 17;
    uint256 private constant _EVERY_EIGHTH_BIT = type(uint256).max / 255;

    uint8 private constant _MEMBER_ADMITTED = 0x01;
    uint8 private constant _ROLES_CHANGED = 0x02;
    uint8 private constant _MEMBER_SUSPENDED = 0x03;
    uint8 private constant _MEMBER_REINSTATED = 0x04;
    uint8 private constant _MEMBER_LEFT = 0x05;
    uint8 private constant _CONTROLLER_CHANGED = 0x06;
    uint8 private constant _OPERATOR_ADDED = 0x07;
    uint8 private constant _OPERATOR_REMOVED = 0x08;
    uint8 private constant _KEY_REGISTERED = 0x09;
    uint8 private constant _KEY_RETIRED = 0x0a;
    uint8 private constant _KEY_COMPROMISED = 0x0b;
    uint8 private constant _PROPOSED = 0x0c;
    uint8 private constant _VOTED = 0x0d;
    uint8 private constant _EXECUTED = 0x0e;
    uint8 private constant _REGISTRY_ADMITTED = 0x0f;
    uint8 private constant _REGISTRY_RETIRED = 0x10;

    /// @inheritdoc IConsortium
    IJournal public immutable journal;

    mapping(bytes32 code => Member) private _members;
    mapping(bytes32 member => mapping(address account => bool)) private _operators;
    mapping(bytes32 member => mapping(bytes32 key => DocumentKey)) private _keys;
    mapping(uint256 proposal => Proposal) private _proposals;
    mapping(address registry => Registration) private _registrations;
    mapping(uint256 seat => bytes32 member) private _holders;

    uint256 private _proposalCount;
    uint256 private _seatsGiven;
    uint256 private _activeSeats;

    // Who executes a proposal, while its act is carried out.
    bytes32 private _executingMember;
    address private _executingAccount;

    constructor(Founder[] memory founders) {
        journal = new Journal();

        for (uint256 i; i < founders.length; ++i) {
            Founder memory founder = founders[i];
            _admit(founder.code, founder.economy, founder.roles, founder.controller);
            _append(
                _MEMBER_ADMITTED,
                founder.code,
                msg.sender,
                abi.encodePacked(founder.code, founder.economy, founder.roles, founder.controller)
            );
        }
        if (_activeSeats == 0) revert ConsortiumNoFounder();
    }

    modifier byVote() {
        if (msg.sender != address(this)) revert ConsortiumOnlyByVote();
        _;
    }

    modifier byController(bytes32 member) {
        _requireController(member);
        _;
    }

    modifier byAdministration(bytes32 member) {
        _requireController(member);
        _requireActive(member);
        if (_members[member].roles & _ADMINISTRATION == 0) revert ConsortiumNotAdministration(member);
        _;
    }

    /// @inheritdoc IConsortium
    function admitMember(bytes32 code, bytes2 economy, uint32 roles, address controller) external byVote {
        _admit(code, economy, roles, controller);

        _appendDecided(_MEMBER_ADMITTED, abi.encodePacked(code, economy, roles, controller));
    }

    /// @inheritdoc IConsortium
    function setRoles(bytes32 code, uint32 roles) external byVote {
        Member storage member = _requireMember(code);
        if (roles & ~_ALL_ROLES != 0 || roles == member.roles) revert ConsortiumRolesInvalid(roles);
        if (roles & _ADMINISTRATION == 0) _requireNotLast(code);

        member.roles = roles;
        _seat(code);

        _appendDecided(_ROLES_CHANGED, abi.encodePacked(code, roles));
    }

    /// @inheritdoc IConsortium
    function suspendMember(bytes32 code, uint16 reason) external byVote {
        Member storage member = _requireMember(code);
        if (member.standing != Standing.Active) revert ConsortiumWrongStanding(code, member.standing);
        _requireNotLast(code);

        member.standing = Standing.Suspended;
        _seat(code);

        _appendDecided(_MEMBER_SUSPENDED, abi.encodePacked(code, reason));
    }

    /// @inheritdoc IConsortium
    function reinstateMember(bytes32 code, uint16 reason) external byVote {
        Member storage member = _requireMember(code);
        if (member.standing != Standing.Suspended) revert ConsortiumWrongStanding(code, member.standing);

        member.standing = Standing.Active;
        _seat(code);

        _appendDecided(_MEMBER_REINSTATED, abi.encodePacked(code, reason));
    }

    /// @inheritdoc IConsortium
    function expelMember(bytes32 code, uint16 reason) external byVote {
        _end(code);

        _appendDecided(_MEMBER_LEFT, abi.encodePacked(code, reason));
    }

    /// @inheritdoc IConsortium
    function replaceController(bytes32 code, address controller) external byVote {
        _setController(code, controller);

        _appendDecided(_CONTROLLER_CHANGED, abi.encodePacked(code, controller));
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
    function setController(bytes32 member, address controller) external byController(member) {
        _setController(member, controller);

        _append(_CONTROLLER_CHANGED, member, msg.sender, abi.encodePacked(member, controller));
    }

    /// @inheritdoc IConsortium
    function addOperator(bytes32 member, address operator) external byController(member) {
        if (operator == address(0)) revert ConsortiumOperatorUnknown(member, operator);
        if (_operators[member][operator]) revert ConsortiumOperatorKnown(member, operator);

        _operators[member][operator] = true;

        _append(_OPERATOR_ADDED, member, msg.sender, abi.encodePacked(member, operator));
    }

    /// @inheritdoc IConsortium
    function removeOperator(bytes32 member, address operator) external byController(member) {
        if (!_operators[member][operator]) revert ConsortiumOperatorUnknown(member, operator);

        _operators[member][operator] = false;

        _append(_OPERATOR_REMOVED, member, msg.sender, abi.encodePacked(member, operator));
    }

    /// @inheritdoc IConsortium
    function registerKey(
        bytes32 member,
        bytes32 key,
        uint8 algorithm,
        bytes calldata publicKey,
        uint64 effectiveFrom
    ) external byController(member) {
        _requireActive(member);
        if (_keys[member][key].notifiedAt != 0) revert ConsortiumKeyKnown(member, key);
        if (!_isKeyLength(algorithm, publicKey.length)) revert ConsortiumKeyInvalid(algorithm, publicKey.length);
        effectiveFrom = _requireFromNow(effectiveFrom);

        _keys[member][key] = DocumentKey(uint40(block.timestamp), uint40(effectiveFrom), 0, 0, algorithm);

        _append(_KEY_REGISTERED, member, msg.sender, abi.encodePacked(key, algorithm, effectiveFrom, publicKey));
    }

    /// @inheritdoc IConsortium
    function retireKey(bytes32 member, bytes32 key, uint64 retiredAt) external byController(member) {
        DocumentKey storage known = _requireKey(member, key);
        if (known.retiredAt != 0) revert ConsortiumKeyRetired(member, key);
        retiredAt = _requireFromNow(retiredAt);

        known.retiredAt = uint40(retiredAt);

        _append(_KEY_RETIRED, member, msg.sender, abi.encodePacked(key, retiredAt));
    }

    /// @inheritdoc IConsortium
    function reportCompromise(bytes32 member, bytes32 key, uint64 since) external byController(member) {
        DocumentKey storage known = _requireKey(member, key);
        if (known.compromisedSince != 0) revert ConsortiumKeyCompromised(member, key);
        if (since == 0 || since > block.timestamp) revert ConsortiumTimeInvalid(since);

        known.compromisedSince = uint40(since);
        if (known.retiredAt == 0 || known.retiredAt > block.timestamp) known.retiredAt = uint40(block.timestamp);

        _append(_KEY_COMPROMISED, member, msg.sender, abi.encodePacked(key, since));
    }

    /// @inheritdoc IConsortium
    function resign(bytes32 member) external byController(member) {
        _end(member);

        _append(_MEMBER_LEFT, member, msg.sender, abi.encodePacked(member, uint16(0)));
    }

    /// @inheritdoc IConsortium
    function requireIssuer(bytes32 member, address operator, uint32 roles, bytes32 key) external view {
        _requireOperator(member, operator);
        _requireActive(member);
        if (_members[member].roles & roles != roles) revert ConsortiumRoleMissing(member, roles);
        DocumentKey memory known = _requireKey(member, key);
        if (known.compromisedSince != 0) revert ConsortiumKeyCompromised(member, key);
        if (known.retiredAt != 0 && known.retiredAt <= block.timestamp) revert ConsortiumKeyRetired(member, key);
    }

    /// @inheritdoc IConsortium
    function requireOperator(bytes32 member, address operator) external view {
        _requireOperator(member, operator);
    }

    /// @inheritdoc IConsortium
    function requireActive(bytes32 member, address operator, uint32 roles) external view returns (bytes2 economy) {
        _requireOperator(member, operator);
        _requireActive(member);
        if (_members[member].roles & roles != roles) revert ConsortiumRoleMissing(member, roles);
        return _members[member].economy;
    }

    /// @inheritdoc IConsortium
    function memberOf(bytes32 code) external view returns (Member memory) {
        return _members[code];
    }

    /// @inheritdoc IConsortium
    function isOperator(bytes32 member, address account) external view returns (bool) {
        return _operators[member][account];
    }

    /// @inheritdoc IConsortium
    function documentKey(bytes32 member, bytes32 key) external view returns (DocumentKey memory) {
        return _keys[member][key];
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

    function _admit(bytes32 code, bytes2 economy, uint32 roles, address controller) private {
        if (!_isCode(code)) revert ConsortiumCodeInvalid(code);
        if (_members[code].standing != Standing.None) revert ConsortiumCodeTaken(code);
        if (!_isLetter(economy[0]) || !_isLetter(economy[1])) revert ConsortiumEconomyInvalid(economy);
        if (roles & ~_ALL_ROLES != 0) revert ConsortiumRolesInvalid(roles);
        if (controller == address(0)) revert ConsortiumControllerMissing(code);

        _members[code] = Member(economy, roles, Standing.Active, controller, 0);
        _seat(code);
    }

    function _end(bytes32 code) private {
        Member storage member = _requireMember(code);
        _requireNotLast(code);

        member.standing = Standing.Left;
        _seat(code);
    }

    function _setController(bytes32 code, address controller) private {
        Member storage member = _requireMember(code);
        if (controller == address(0)) revert ConsortiumControllerMissing(code);
        if (controller == member.controller) revert ConsortiumControllerKnown(code, controller);

        member.controller = controller;
    }

    /// @dev Brings `_activeSeats` in line with the member's roles and standing; gives a seat to who needs its first.
    // The loop is that of the constructor, over the founders.
    // slither-disable-next-line costly-loop
    function _seat(bytes32 code) private {
        Member storage member = _members[code];
        bool administers = member.roles & _ADMINISTRATION != 0;
        bool seated = _holders[member.seat] == code;
        if (administers && !seated) {
            if (_seatsGiven == _SEATS) revert ConsortiumSeatsTaken();
            member.seat = uint8(_seatsGiven);
            ++_seatsGiven;
            _holders[member.seat] = code;
        }
        if (!administers && !seated) return;

        if (administers && member.standing == Standing.Active) _activeSeats |= _bit(code);
        else _activeSeats &= ~_bit(code);
    }

    // The place of a single entry is in its event. The loop is that of the constructor, over the founders.
    // slither-disable-next-line unused-return,calls-loop
    function _append(uint8 act, bytes32 member, address account, bytes memory tail) private {
        journal.append(abi.encodePacked(act, member, account), tail, 1);
    }

    function _appendDecided(uint8 act, bytes memory tail) private {
        _append(act, _executingMember, _executingAccount, tail);
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

    function _requireMember(bytes32 code) private view returns (Member storage member) {
        member = _members[code];
        if (member.standing == Standing.None) revert ConsortiumUnknownMember(code);
        if (member.standing == Standing.Left) revert ConsortiumWrongStanding(code, Standing.Left);
    }

    function _requireController(bytes32 code) private view {
        if (_requireMember(code).controller != msg.sender) revert ConsortiumNotController(code, msg.sender);
    }

    function _requireOperator(bytes32 code, address operator) private view {
        _requireMember(code);
        if (!_operators[code][operator]) revert ConsortiumNotOperator(code, operator);
    }

    function _requireActive(bytes32 code) private view {
        if (_members[code].standing != Standing.Active) revert ConsortiumNotActive(code);
    }

    function _requireNotLast(bytes32 code) private view {
        if (_activeSeats == _bit(code) && _holders[_members[code].seat] == code)
            revert ConsortiumLastAdministration(code);
    }

    function _requireKey(bytes32 member, bytes32 key) private view returns (DocumentKey storage known) {
        known = _keys[member][key];
        if (known.notifiedAt == 0) revert ConsortiumKeyUnknown(member, key);
    }

    function _requireOpen(uint256 proposal) private view returns (Proposal storage open) {
        open = _proposals[proposal];
        if (open.expiresAt == 0) revert ConsortiumProposalUnknown(proposal);
        if (open.executed) revert ConsortiumProposalExecuted(proposal);
        if (block.timestamp >= open.expiresAt) revert ConsortiumProposalExpired(proposal, open.expiresAt);
    }

    /// @return The time itself, or now for 0.
    function _requireFromNow(uint64 time) private view returns (uint64) {
        if (time == 0) return uint64(block.timestamp);
        if (time < block.timestamp || time > type(uint40).max) revert ConsortiumTimeInvalid(time);
        return time;
    }

    function _isRegistry(address registry, uint8 kind) private view returns (bool) {
        return
            kind != 0 &&
            kind <= 3 &&
            registry.code.length != 0 &&
            IRegistry(registry).kind() == kind &&
            address(IRegistry(registry).consortium()) == address(this);
    }

    /// @dev Bit of the member's seat; meaningless for one that never had the administration role.
    function _bit(bytes32 code) private view returns (uint256) {
        return 1 << _members[code].seat;
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

    function _isKeyLength(uint8 algorithm, uint256 length) private pure returns (bool) {
        if (algorithm == 1) return length == 64;
        if (algorithm == 2) return length == 96;
        if (algorithm == 3) return length == 32;
        return algorithm == 4 && length >= 256 && length <= 512;
    }

    function _isCode(bytes32 code) private pure returns (bool) {
        uint256 length;
        while (length < 32 && _isCodeCharacter(code[length])) ++length;
        return length >= 2 && (length == 32 || uint256(code) << (8 * length) == 0);
    }

    function _isCodeCharacter(bytes1 character) private pure returns (bool) {
        return _isLetter(character) || (character >= "0" && character <= "9") || character == "-";
    }

    function _isLetter(bytes1 character) private pure returns (bool) {
        return character >= "A" && character <= "Z";
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
