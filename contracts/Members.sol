// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {Journal} from "./Journal.sol";

/// @title Members
/// @dev Members with their roles, standing, controllers and operators. Administrations have seats, numbered in the
/// order in which they got the role; the active ones are one bit for each seat.
abstract contract Members is IConsortium {
    uint32 internal constant _ADMINISTRATION = 1;
    uint32 private constant _ALL_ROLES = 31;
    uint256 private constant _SEATS = 256;

    uint8 private constant _MEMBER_ADMITTED = 0x01;
    uint8 private constant _ROLES_CHANGED = 0x02;
    uint8 private constant _MEMBER_SUSPENDED = 0x03;
    uint8 private constant _MEMBER_REINSTATED = 0x04;
    uint8 private constant _MEMBER_LEFT = 0x05;
    uint8 private constant _CONTROLLER_CHANGED = 0x06;
    uint8 private constant _OPERATOR_ADDED = 0x07;
    uint8 private constant _OPERATOR_REMOVED = 0x08;

    /// @inheritdoc IConsortium
    IJournal public immutable journal;

    mapping(bytes32 code => Member) internal _members;

    uint256 internal _activeSeats;

    // Who executes a proposal, while its act is carried out.
    bytes32 internal _executingMember;
    address internal _executingAccount;

    mapping(bytes32 member => mapping(address account => bool)) private _operators;
    mapping(uint256 seat => bytes32 member) private _holders;
    uint256 private _seatsGiven;

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
    function resign(bytes32 member) external byController(member) {
        _end(member);

        _append(_MEMBER_LEFT, member, msg.sender, abi.encodePacked(member, uint16(0)));
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

    function _admit(bytes32 code, bytes2 economy, uint32 roles, address controller) internal {
        if (!_isCode(code)) revert ConsortiumCodeInvalid(code);
        if (_members[code].standing != Standing.None) revert ConsortiumCodeTaken(code);
        if (!_isLetter(economy[0]) || !_isLetter(economy[1])) revert ConsortiumEconomyInvalid(economy);
        if (roles & ~_ALL_ROLES != 0) revert ConsortiumRolesInvalid(roles);
        if (controller == address(0)) revert ConsortiumControllerMissing(code);

        _members[code] = Member(economy, roles, Standing.Active, controller, 0);
        _seat(code);
    }

    function _end(bytes32 code) internal {
        Member storage member = _requireMember(code);
        _requireNotLast(code);

        member.standing = Standing.Left;
        _seat(code);
    }

    function _setController(bytes32 code, address controller) internal {
        Member storage member = _requireMember(code);
        if (controller == address(0)) revert ConsortiumControllerMissing(code);
        if (controller == member.controller) revert ConsortiumControllerKnown(code, controller);

        member.controller = controller;
    }

    /// @dev Brings `_activeSeats` in line with the member's roles and standing; gives a seat to who needs its first.
    // The loop is that of the constructor, over the founders.
    // slither-disable-next-line costly-loop
    function _seat(bytes32 code) internal {
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
    function _append(uint8 act, bytes32 member, address account, bytes memory tail) internal {
        journal.append(abi.encodePacked(act, member, account), tail, 1);
    }

    function _appendDecided(uint8 act, bytes memory tail) internal {
        _append(act, _executingMember, _executingAccount, tail);
    }

    function _requireMember(bytes32 code) internal view returns (Member storage member) {
        member = _members[code];
        if (member.standing == Standing.None) revert ConsortiumUnknownMember(code);
        if (member.standing == Standing.Left) revert ConsortiumWrongStanding(code, Standing.Left);
    }

    function _requireController(bytes32 code) internal view {
        if (_requireMember(code).controller != msg.sender) revert ConsortiumNotController(code, msg.sender);
    }

    function _requireOperator(bytes32 code, address operator) internal view {
        _requireMember(code);
        if (!_operators[code][operator]) revert ConsortiumNotOperator(code, operator);
    }

    function _requireActive(bytes32 code) internal view {
        if (_members[code].standing != Standing.Active) revert ConsortiumNotActive(code);
    }

    function _requireNotLast(bytes32 code) internal view {
        if (_activeSeats == _bit(code) && _holders[_members[code].seat] == code)
            revert ConsortiumLastAdministration(code);
    }

    /// @dev Bit of the member's seat; meaningless for one that never had the administration role.
    function _bit(bytes32 code) internal view returns (uint256) {
        return 1 << _members[code].seat;
    }

    function _isCode(bytes32 code) internal pure returns (bool) {
        uint256 length;
        while (length < 32 && _isCodeCharacter(code[length])) ++length;
        return length >= 2 && (length == 32 || uint256(code) << (8 * length) == 0);
    }

    function _isCodeCharacter(bytes1 character) internal pure returns (bool) {
        return _isLetter(character) || (character >= "0" && character <= "9") || character == "-";
    }

    function _isLetter(bytes1 character) internal pure returns (bool) {
        return character >= "A" && character <= "Z";
    }
}
