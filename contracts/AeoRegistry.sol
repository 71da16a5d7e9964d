// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AeoAgreements} from "./AeoAgreements.sol";
import {IAeoRegistry} from "./interfaces/IAeoRegistry.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {IUseRegistry} from "./interfaces/IUseRegistry.sol";
import {Registry} from "./Registry.sol";
import {Change, Timeline} from "./Timeline.sol";

/// @title Authorised economic operators
/// @dev The document type is the UNTDID 1001 code 879. Entries have no policy, terms, links or uses.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses are
// compared for equality, which the analysis takes for a comparison of times because both lie in one word.
// slither-disable-start timestamp,incorrect-equality
contract AeoRegistry is AeoAgreements {
    using Timeline for Change;
    using Timeline for Timeline.Changes;

    uint16 private constant _AEO = 879;

    uint8 private constant _TYPE_GRANTED = 0x40;
    uint8 private constant _TYPE_CHANGED = 0x41;
    uint8 private constant _ALIAS_ADDED = 0x42;
    uint8 private constant _ALIAS_REMOVED = 0x43;

    /// @inheritdoc IAeoRegistry
    mapping(bytes32 member => mapping(bytes32 aliasTag => bytes32 tag)) public aliasOf;

    mapping(bytes32 member => mapping(bytes32 tag => mapping(bytes8 name => Timeline.Changes))) private _types;

    constructor(IConsortium consortium_) Registry(consortium_) {}

    // --- entries ---

    /// @inheritdoc IRegistry
    function anchor(
        bytes32 member,
        uint16 documentType,
        uint16 usePolicy,
        bytes32 key,
        Anchor[] calldata anchors
    ) public override(IRegistry, Registry) returns (uint256 first, uint256 added) {
        for (uint256 i; i < anchors.length; ++i) _requireNoAlias(member, anchors[i].tag);
        return super.anchor(member, documentType, usePolicy, key, anchors);
    }

    /// @inheritdoc IAeoRegistry
    function grantTypes(bytes32 member, bytes32 tag, Grant[] calldata grants) external {
        _requireActive(member, _ADMINISTRATION);
        _requireNotFinal(member, tag);
        if (grants.length == 0 || grants.length > _MOST) revert AeoTypeInvalid(member, tag, 0);

        bytes memory tails = "";
        for (uint256 i; i < grants.length; ++i) {
            (bytes8 name, uint64 effectiveFrom) = (grants[i].name, grants[i].effectiveFrom);
            Timeline.Changes storage changes = _types[member][tag][name];
            if (changes.last.exists() || !_isText(name)) revert AeoTypeInvalid(member, tag, name);
            Timeline.requireTime(effectiveFrom, 0);
            changes.add(effectiveFrom, uint8(Status.Valid), 0);
            tails = bytes.concat(tails, abi.encodePacked(name, effectiveFrom));
        }

        _append(_TYPE_GRANTED, member, abi.encodePacked(tag), tails, grants.length);
    }

    /// @inheritdoc IAeoRegistry
    function changeType(
        bytes32 member,
        bytes32 tag,
        bytes8 name,
        Status status,
        uint16 reason,
        uint64 effectiveFrom
    ) external {
        _requireOperator(member);
        _requireRecord(member, tag);
        Timeline.Changes storage changes = _types[member][tag][name];
        if (!changes.last.exists()) revert AeoTypeInvalid(member, tag, name);
        effectiveFrom = changes.next(effectiveFrom, changes.first().timeOf());
        Status from = Status(changes.changeAt(effectiveFrom).stateOf());
        bool withdraws = status == from && !_isFinal(from) && changes.drops(effectiveFrom);
        if (!withdraws && !_mayFollow(from, status)) revert AeoTransitionInvalid(member, tag, name, from, status);
        if (status == Status.Valid) {
            _requireActive(member, _ADMINISTRATION);
            _requireNotFinal(member, tag);
        }
        if (reason == 0) revert RegistryReasonMissing();

        changes.add(effectiveFrom, uint8(status), 0);

        _append(_TYPE_CHANGED, member, "", abi.encodePacked(tag, name, status, reason, effectiveFrom), 1);
    }

    /// @inheritdoc IAeoRegistry
    function addAlias(bytes32 member, bytes32 tag, bytes32 aliasTag) external {
        _requireActive(member, _ADMINISTRATION);
        _requireRecord(member, tag);
        _requireNoAlias(member, aliasTag);
        if (aliasTag == 0 || _record(member, aliasTag).status != Status.None) revert AeoAliasInvalid(member, aliasTag);

        aliasOf[member][aliasTag] = tag;

        _append(_ALIAS_ADDED, member, "", abi.encodePacked(aliasTag, tag), 1);
    }

    /// @inheritdoc IAeoRegistry
    function removeAlias(bytes32 member, bytes32 tag, bytes32 aliasTag) external {
        _requireActive(member, _ADMINISTRATION);
        if (tag == 0 || aliasOf[member][aliasTag] != tag) revert AeoAliasInvalid(member, aliasTag);

        delete aliasOf[member][aliasTag];

        _append(_ALIAS_REMOVED, member, "", abi.encodePacked(aliasTag, tag), 1);
    }

    // --- uses, of which an entry has none ---

    /// @inheritdoc IUseRegistry
    function reserve(bytes32, bytes32 member, bytes32 tag, UseId calldata, Amount calldata) external pure {
        revert AeoNotUsed(member, tag);
    }

    /// @inheritdoc IUseRegistry
    function consume(bytes32, bytes32 member, bytes32 tag, UseId calldata, Amount calldata) external pure {
        revert AeoNotUsed(member, tag);
    }

    /// @inheritdoc IUseRegistry
    function release(bytes32, bytes32 member, bytes32 tag, UseId calldata) external pure {
        revert AeoNotUsed(member, tag);
    }

    /// @inheritdoc IUseRegistry
    function correct(bytes32, bytes32 member, bytes32 tag, UseId calldata, uint8, bool, uint72, uint16) external pure {
        revert AeoNotUsed(member, tag);
    }

    /// @inheritdoc IUseRegistry
    function enter(bytes32, bytes32 member, bytes32 tag, UseId calldata, Amount calldata, uint64) external pure {
        revert AeoNotUsed(member, tag);
    }

    // --- views ---

    /// @inheritdoc IAeoRegistry
    function typeAt(bytes32 member, bytes32 tag, bytes8 name, uint64 time) external view returns (Status) {
        Status status = Status(_types[member][tag][name].changeAt(time).stateOf());
        if (status != Status.Valid) return status;
        return _hasLeft(member) ? Status.None : _record(member, tag).status;
    }

    /// @inheritdoc IRegistry
    function kind() external pure returns (uint8) {
        return 3;
    }

    // --- entries ---

    function _requireNotFinal(bytes32 member, bytes32 tag) private view {
        Status status = _requireRecord(member, tag).status;
        if (_isFinal(status)) revert RegistryTransitionInvalid(member, tag, status, Status.Valid);
    }

    function _requireNoAlias(bytes32 member, bytes32 tag) private view {
        if (aliasOf[member][tag] != 0) revert AeoAliasInvalid(member, tag);
    }

    // --- what all registries of uses have ---

    function _rolesFor(uint16 documentType) internal pure override returns (uint32) {
        return documentType == _AEO ? _ADMINISTRATION : 0;
    }

    function _takes(uint16 usePolicy, bool terms) internal pure override returns (bool) {
        return !terms && usePolicy == 0;
    }

    function _hangs(Relation) internal pure override returns (bool) {
        return false;
    }

    function _open(bytes32 member, Issue memory issue) internal view override {
        (bytes32 tag, Link memory link) = (issue.anchor.tag, issue.link);
        _requireNoAlias(member, tag);
        if (!_takes(issue.usePolicy, issue.terms.lines.length != 0)) revert UseTermsInvalid(member, tag);
        bool hangs = link.relation != Relation.None || link.member | link.tag != 0;
        if (hangs) revert UseLinkInvalid(link.relation, link.member, link.tag);
    }

    // Nothing has lines, uses or a parent, so nothing opens them, is entered about them, or is given back.
    // solhint-disable no-empty-blocks

    function _appendOpened(bytes32, Issue memory) internal pure override {}

    function _setTerms(Account storage, bytes32, bytes32, Terms memory) internal pure override {}

    function _appendTerms(Account storage, bytes32, bytes32, Terms memory) internal pure override {}

    function _onCancel(bytes32, bytes32) internal pure override returns (Batch memory nothing) {}

    // solhint-enable no-empty-blocks
}
// slither-disable-end timestamp,incorrect-equality
