// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {Members} from "./Members.sol";

/// @title DocumentKeys
/// @dev Keys with which members sign documents: notified, retired, reported as compromised.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days.
// slither-disable-start timestamp
abstract contract DocumentKeys is Members {
    uint8 private constant _KEY_REGISTERED = 0x09;
    uint8 private constant _KEY_RETIRED = 0x0a;
    uint8 private constant _KEY_COMPROMISED = 0x0b;

    mapping(bytes32 member => mapping(bytes32 key => DocumentKey)) private _keys;

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
    function retireKey(bytes32 member, bytes32 key, uint64 retiredAt, uint16 reason) external byController(member) {
        DocumentKey storage known = _requireKey(member, key);
        retiredAt = _requireFromNow(retiredAt);
        if (known.retiredAt != 0 && retiredAt >= known.retiredAt) revert ConsortiumKeyRetired(member, key);

        known.retiredAt = uint40(retiredAt);

        _append(_KEY_RETIRED, member, msg.sender, abi.encodePacked(key, retiredAt, reason));
    }

    /// @inheritdoc IConsortium
    function reportCompromise(bytes32 member, bytes32 key, uint64 since) external byController(member) {
        DocumentKey storage known = _requireKey(member, key);
        if (since == 0 || since > block.timestamp) revert ConsortiumTimeInvalid(since);
        uint64 before = known.compromisedSince;
        if (before != 0 && since >= before) revert ConsortiumKeyCompromised(member, key);

        known.compromisedSince = uint40(since);
        if (known.retiredAt == 0 || known.retiredAt > block.timestamp) known.retiredAt = uint40(block.timestamp);

        _append(_KEY_COMPROMISED, member, msg.sender, abi.encodePacked(key, since));
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
    function documentKey(bytes32 member, bytes32 key) external view returns (DocumentKey memory) {
        return _keys[member][key];
    }

    function _requireKey(bytes32 member, bytes32 key) private view returns (DocumentKey storage known) {
        known = _keys[member][key];
        if (known.notifiedAt == 0) revert ConsortiumKeyUnknown(member, key);
    }

    /// @return The time itself, or now for 0.
    function _requireFromNow(uint64 time) private view returns (uint64) {
        if (time == 0) return uint64(block.timestamp);
        if (time < block.timestamp || time > type(uint40).max) revert ConsortiumTimeInvalid(time);
        return time;
    }

    function _isKeyLength(uint8 algorithm, uint256 length) private pure returns (bool) {
        if (algorithm == 1) return length == 64;
        if (algorithm == 2) return length == 96;
        if (algorithm == 3) return length == 32;
        return algorithm == 4 && length >= 256 && length <= 512;
    }
}
// slither-disable-end timestamp
