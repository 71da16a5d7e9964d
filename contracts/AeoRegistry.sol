// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "./interfaces/IAeoRegistry.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {IUseRegistry} from "./interfaces/IUseRegistry.sol";
import {Registry} from "./Registry.sol";
import {Change, Timeline} from "./Timeline.sol";
import {UseTerms} from "./UseTerms.sol";

/// @title Authorised economic operators
/// @dev The document type is the UNTDID 1001 code 879. Entries have no policy, terms, links or uses. What two
/// administrations agreed is kept by whose AEOs, recognised by whom, and of which type, whichever agreement it was
/// agreed in.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses are
// compared for equality, which the analysis takes for a comparison of times because both lie in one word.
// slither-disable-start timestamp,incorrect-equality
contract AeoRegistry is UseTerms, IAeoRegistry {
    using Timeline for Change;
    using Timeline for Timeline.Changes;

    /// @dev A cover of a proposal, of the proposer's AEOs or of the partner's. One storage slot.
    struct Covered {
        bytes8 name;
        uint64 benefitsFrom;
        bool ofProposer;
    }

    /// @dev An agreement with its covers, of which there are none only if there is no agreement.
    struct Pact {
        bytes32 proposer;
        bytes32 partner;
        bool consented;
        bool closed;
        uint8 covers;
        mapping(uint256 index => Covered) cover;
    }

    uint16 private constant _AEO = 879;
    uint32 private constant _ADMINISTRATION = 1;
    uint256 private constant _MOST = 16;

    uint8 private constant _TYPE_GRANTED = 0x40;
    uint8 private constant _TYPE_CHANGED = 0x41;
    uint8 private constant _ALIAS_ADDED = 0x42;
    uint8 private constant _ALIAS_REMOVED = 0x43;
    uint8 private constant _AGREEMENT_PROPOSED = 0x44;
    uint8 private constant _AGREEMENT_CONSENTED = 0x45;
    uint8 private constant _AGREEMENT_DECLINED = 0x46;
    uint8 private constant _RECOGNITION_CHANGED = 0x47;

    /// @inheritdoc IAeoRegistry
    mapping(bytes32 member => mapping(bytes32 aliasTag => bytes32 tag)) public aliasOf;

    mapping(bytes32 member => mapping(bytes32 tag => mapping(bytes8 name => Timeline.Changes))) private _types;
    mapping(bytes32 home => mapping(bytes32 partner => mapping(bytes8 name => Timeline.Changes))) private _recognition;
    mapping(uint256 agreement => Pact) private _pacts;
    uint64 private _agreements;

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
            Change last = changes.last;
            if (last.exists() || !_isText(name)) revert AeoTypeInvalid(member, tag, name);
            last.requireNotBefore(effectiveFrom);
            changes.add(effectiveFrom, uint8(Status.Valid), 0, false);
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
        Change last = changes.last;
        if (!last.exists()) revert AeoTypeInvalid(member, tag, name);
        Status from = Status(last.stateOf());
        if (!_mayFollow(from, status)) revert AeoTransitionInvalid(member, tag, name, from, status);
        if (status == Status.Valid) {
            _requireActive(member, _ADMINISTRATION);
            _requireNotFinal(member, tag);
        }
        if (reason == 0) revert RegistryReasonMissing();

        effectiveFrom = last.next(effectiveFrom);
        changes.add(effectiveFrom, uint8(status), 0, false);

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

    // --- agreements ---

    /// @inheritdoc IAeoRegistry
    function proposeAgreement(
        bytes32 member,
        bytes32 partner,
        Cover[] calldata covers
    ) external returns (uint256 agreement) {
        _requireActive(member, _ADMINISTRATION);
        _requireAdministration(partner);
        if (partner == member) revert AeoNotParty(0, partner);
        if (covers.length == 0 || covers.length > _MOST) revert AeoCoverInvalid(0, 0);

        agreement = ++_agreements;
        Pact storage pact = _pacts[agreement];
        pact.proposer = member;
        pact.partner = partner;
        pact.covers = uint8(covers.length);
        bytes memory tails = "";
        for (uint256 i; i < covers.length; ++i) {
            Cover calldata cover = covers[i];
            _requireCover(member, partner, covers, i);
            pact.cover[i] = Covered(cover.name, cover.benefitsFrom, cover.home == member);
            tails = bytes.concat(
                tails,
                abi.encodePacked(cover.home, cover.name, cover.dataExchangeFrom, cover.benefitsFrom)
            );
        }

        _append(_AGREEMENT_PROPOSED, member, abi.encodePacked(agreement, partner), tails, covers.length);
    }

    /// @inheritdoc IAeoRegistry
    function consent(bytes32 member, uint256 agreement) external {
        _requireActive(member, _ADMINISTRATION);
        Pact storage pact = _requirePact(agreement, false);
        if (member != pact.partner) revert AeoNotParty(agreement, member);
        bytes32 proposer = pact.proposer;
        _requireAdministration(proposer);

        pact.consented = true;
        for (uint256 i; i < pact.covers; ++i) {
            Covered memory cover = pact.cover[i];
            (bytes32 home, bytes32 other) = cover.ofProposer ? (proposer, member) : (member, proposer);
            _bringInForce(agreement, home, other, cover);
        }

        _append(_AGREEMENT_CONSENTED, member, "", abi.encodePacked(agreement), 1);
    }

    /// @inheritdoc IAeoRegistry
    function decline(bytes32 member, uint256 agreement) external {
        _requireOperator(member);
        Pact storage pact = _requirePact(agreement, false);
        _otherParty(pact, agreement, member);

        pact.closed = true;

        _append(_AGREEMENT_DECLINED, member, "", abi.encodePacked(agreement), 1);
    }

    /// @inheritdoc IAeoRegistry
    function changeRecognition(
        bytes32 member,
        uint256 agreement,
        bytes32 home,
        bytes8 name,
        Recognition recognition,
        uint16 reason,
        uint64 effectiveFrom
    ) external {
        if (recognition == Recognition.InForce) _requireActive(member, _ADMINISTRATION);
        else _requireOperator(member);
        Timeline.Changes storage changes = _recognitionUnder(member, agreement, home, name);
        Change last = changes.last;
        _requireRecognition(last, agreement, home, name, member == home, recognition);
        if (reason == 0) revert RegistryReasonMissing();

        effectiveFrom = last.next(effectiveFrom);
        changes.add(effectiveFrom, uint8(recognition), agreement, member == home);

        bytes memory tail = abi.encodePacked(agreement, home, name, recognition, reason, effectiveFrom);
        _append(_RECOGNITION_CHANGED, member, "", tail, 1);
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
    function recognisedAt(bytes32 home, bytes32 partner, bytes8 name, uint64 time) external view returns (bool) {
        return Recognition(_recognition[home][partner][name].stateAt(time)) == Recognition.InForce;
    }

    /// @inheritdoc IAeoRegistry
    function typeAt(bytes32 member, bytes32 tag, bytes8 name, uint64 time) external view returns (Status) {
        return Status(_types[member][tag][name].stateAt(time));
    }

    /// @inheritdoc IAeoRegistry
    function agreementOf(uint256 agreement) external view returns (Agreement memory) {
        Pact storage pact = _pacts[agreement];
        return Agreement(pact.proposer, pact.partner, pact.consented, pact.closed);
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

    // --- agreements ---

    /// @dev Lets recognition begin that no other agreement has under way.
    function _bringInForce(uint256 agreement, bytes32 home, bytes32 partner, Covered memory cover) private {
        Timeline.Changes storage changes = _recognition[home][partner][cover.name];
        Change last = changes.last;
        if (last.exists() && Recognition(last.stateOf()) != Recognition.Terminated) {
            revert AeoCoverTaken(home, partner, cover.name, last.agreementOf());
        }
        last.requireNotBefore(cover.benefitsFrom);
        changes.add(cover.benefitsFrom, uint8(Recognition.InForce), agreement, false);
    }

    function _requireAdministration(bytes32 member) private view {
        IConsortium.Member memory found = consortium.memberOf(member);
        bool fits = found.standing == IConsortium.Standing.Active && found.roles & _ADMINISTRATION != 0;
        if (!fits) revert AeoNotAdministration(member);
    }

    /// @return pact An agreement that waits for consent, or was consented to.
    function _requirePact(uint256 agreement, bool consented) private view returns (Pact storage pact) {
        pact = _pacts[agreement];
        bool fits = pact.covers != 0 && !pact.closed && pact.consented == consented;
        if (!fits) revert AeoAgreementInvalid(agreement);
    }

    function _otherParty(Pact storage pact, uint256 agreement, bytes32 member) private view returns (bytes32) {
        (bytes32 proposer, bytes32 partner) = (pact.proposer, pact.partner);
        if (member == proposer) return partner;
        if (member == partner) return proposer;
        revert AeoNotParty(agreement, member);
    }

    /// @return changes Of the recognition of `home`'s AEOs by the other party.
    function _recognitionUnder(
        bytes32 member,
        uint256 agreement,
        bytes32 home,
        bytes8 name
    ) private view returns (Timeline.Changes storage changes) {
        bytes32 other = _otherParty(_requirePact(agreement, true), agreement, member);
        if (home != member && home != other) revert AeoCoverInvalid(home, name);
        return _recognition[home][home == member ? other : member][name];
    }

    /// @dev An agreement that does not cover the type, or not any more because a later one does, has nothing to change.
    function _requireRecognition(
        Change last,
        uint256 agreement,
        bytes32 home,
        bytes8 name,
        bool byHome,
        Recognition to
    ) private pure {
        Recognition from = last.agreementOf() == agreement ? Recognition(last.stateOf()) : Recognition.None;
        bool fits = to == Recognition.Terminated && from != Recognition.None && from != Recognition.Terminated;
        if (to == Recognition.Suspended) fits = from == Recognition.InForce;
        if (to == Recognition.InForce) fits = from == Recognition.Suspended && last.isByHome() == byHome;
        if (!fits) revert AeoRecognitionInvalid(agreement, home, name, from, to);
    }

    /// @dev Checks the `i`-th cover of a proposal.
    function _requireCover(bytes32 proposer, bytes32 partner, Cover[] calldata covers, uint256 i) private pure {
        Cover calldata cover = covers[i];
        bool fits =
            (cover.home == proposer || cover.home == partner) &&
                _isText(cover.name) &&
                cover.dataExchangeFrom <= cover.benefitsFrom;
        for (uint256 k; k < i; ++k) {
            if (covers[k].home == cover.home && covers[k].name == cover.name) fits = false;
        }
        if (!fits) revert AeoCoverInvalid(cover.home, cover.name);
        Change none = Change.wrap(0);
        none.requireNotBefore(cover.dataExchangeFrom);
        none.requireNotBefore(cover.benefitsFrom);
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
