// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AeoRegistry} from "../../contracts/AeoRegistry.sol";
import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {Setting} from "./Setting.sol";

/// @notice Adds an AEO registry, and operators and keys for the administrations. One AEO of China is anchored.
abstract contract AeoSetting is Setting {
    bytes32 internal constant TAG = keccak256("aeo");
    bytes32 internal constant OTHER = keccak256("another aeo");
    bytes32 internal constant THIRD = keccak256("a third aeo");
    bytes32 internal constant ALIAS = keccak256("another form of the code");
    bytes8 internal constant AEOC = "AEOC";
    bytes8 internal constant AEOS = "AEOS";
    uint16 internal constant AEO = 879;
    uint16 internal constant REASON = 34;
    uint64 internal constant NOW = uint64(START);
    uint64 internal constant LATEST = 253_402_300_799;

    AeoRegistry internal aeo;

    function foundAeo() internal {
        found();
        aeo = new AeoRegistry(consortium);
        decide(abi.encodeCall(IConsortium.admitRegistry, (address(aeo), 3)));
        bytes32[4] memory members = [CN, AU, NZ, VN];
        for (uint256 i; i < members.length; ++i) {
            vm.prank(controllerOf(members[i]));
            consortium.addOperator(members[i], operatorOf(members[i]));
            vm.prank(controllerOf(members[i]));
            consortium.registerKey(members[i], KEY, 1, new bytes(64), 0);
        }
        anchorAeo(CN, TAG);
        collect();
    }

    // --- entries ---

    function oneAnchor(bytes32 tag) internal pure returns (IRegistry.Anchor[] memory anchors) {
        anchors = new IRegistry.Anchor[](1);
        anchors[0] = IRegistry.Anchor(tag, keccak256(abi.encode("document", tag)));
    }

    function issueOf(bytes32 tag) internal pure returns (IUseRegistry.Issue memory issue) {
        issue.documentType = AEO;
        issue.key = KEY;
        issue.anchor = oneAnchor(tag)[0];
    }

    function anchorAeo(bytes32 member, bytes32 tag) internal {
        vm.prank(operatorOf(member));
        aeo.anchor(member, AEO, 0, KEY, oneAnchor(tag));
    }

    function oneGrant(bytes8 name, uint64 from) internal pure returns (IAeoRegistry.Grant[] memory grants) {
        grants = new IAeoRegistry.Grant[](1);
        grants[0] = IAeoRegistry.Grant(name, from);
    }

    function twoGrants() internal pure returns (IAeoRegistry.Grant[] memory grants) {
        grants = new IAeoRegistry.Grant[](2);
        grants[0] = IAeoRegistry.Grant(AEOC, NOW);
        grants[1] = IAeoRegistry.Grant(AEOS, NOW + 30 days);
    }

    function grant(bytes8 name, uint64 from) internal {
        grantAs(operatorOf(CN), CN, oneGrant(name, from));
    }

    function grantAs(address account, bytes32 member, IAeoRegistry.Grant[] memory grants) internal {
        vm.prank(account);
        aeo.grantTypes(member, TAG, grants);
    }

    function changeType(bytes8 name, IRegistry.Status status, uint64 from) internal {
        vm.prank(operatorOf(CN));
        aeo.changeType(CN, TAG, name, status, REASON, from);
    }

    function changeRecord(bytes32 tag, IRegistry.Status status) internal {
        vm.prank(operatorOf(CN));
        aeo.changeStatus(CN, tag, status, REASON, 0);
    }

    function addAlias(bytes32 tag, bytes32 aliasTag) internal {
        vm.prank(operatorOf(CN));
        aeo.addAlias(CN, tag, aliasTag);
    }

    function removeAlias(bytes32 tag, bytes32 aliasTag) internal {
        vm.prank(operatorOf(CN));
        aeo.removeAlias(CN, tag, aliasTag);
    }

    // --- agreements, by default number 1 between China, which proposes, and Australia ---

    function oneCover(bytes32 home, bytes8 name, uint64 from) internal pure returns (IAeoRegistry.Cover[] memory all) {
        all = new IAeoRegistry.Cover[](1);
        all[0] = IAeoRegistry.Cover(home, name, from, from);
    }

    /// @dev Each recognises the other's AEOS.
    function bothCovers() internal pure returns (IAeoRegistry.Cover[] memory all) {
        all = new IAeoRegistry.Cover[](2);
        all[0] = IAeoRegistry.Cover(CN, AEOS, NOW, NOW + 1 days);
        all[1] = IAeoRegistry.Cover(AU, AEOS, NOW, NOW + 2 days);
    }

    function proposeAs(bytes32 member, bytes32 partner, IAeoRegistry.Cover[] memory covers) internal returns (uint256) {
        vm.prank(operatorOf(member));
        return aeo.proposeAgreement(member, partner, covers);
    }

    function consentAs(bytes32 member, uint256 agreement) internal {
        vm.prank(operatorOf(member));
        aeo.consent(member, agreement);
    }

    function declineAs(bytes32 member, uint256 agreement) internal {
        vm.prank(operatorOf(member));
        aeo.decline(member, agreement);
    }

    /// @dev China's AEOS is recognised by Australia from now on, and Australia's by China.
    function agreed() internal {
        IAeoRegistry.Cover[] memory covers = bothCovers();
        (covers[0].benefitsFrom, covers[1].benefitsFrom) = (NOW, NOW);
        consentAs(AU, proposeAs(CN, AU, covers));
        collect();
    }

    /// @dev Of the recognition of China's AEOS.
    function recognise(bytes32 member, IAeoRegistry.Recognition recognition, uint64 from) internal {
        vm.prank(operatorOf(member));
        aeo.changeRecognition(member, 1, CN, AEOS, recognition, REASON, from);
    }

    function recognised(uint64 time) internal view returns (bool) {
        return aeo.recognisedAt(CN, AU, AEOS, time);
    }

    // --- what is expected ---

    function typeIs(bytes8 name, uint64 time, IRegistry.Status status) internal view {
        eq(uint256(aeo.typeAt(CN, TAG, name, time)), uint256(status));
    }

    function typeInvalid(bytes8 name) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoTypeInvalid.selector, CN, TAG, name);
    }

    function timeInvalid(uint64 time, uint64 earliest) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoTimeInvalid.selector, time, earliest);
    }

    function aliasInvalid(bytes32 aliasTag) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoAliasInvalid.selector, CN, aliasTag);
    }

    function agreementInvalid(uint256 agreement) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoAgreementInvalid.selector, agreement);
    }

    function notParty(uint256 agreement, bytes32 member) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoNotParty.selector, agreement, member);
    }

    function coverInvalid(bytes32 home, bytes8 name) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoCoverInvalid.selector, home, name);
    }

    function notActive(bytes32 member) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, member);
    }

    function notOperator(bytes32 member, address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, member, account);
    }

    function recordUnknown(bytes32 member, bytes32 tag) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, member, tag);
    }

    /// @dev What has become of an agreement that China proposed to Australia.
    function expectAgreement(uint256 number, bool consented, bool closed) internal view {
        IAeoRegistry.Agreement memory agreement = aeo.agreementOf(number);
        eq(agreement.proposer, CN);
        eq(agreement.partner, AU);
        yes(agreement.consented == consented, "consented");
        yes(agreement.closed == closed, "closed");
    }

    function leave(bytes32 member) internal {
        vm.prank(controllerOf(member));
        consortium.resign(member);
    }

    /// @dev Takes a member's administration role away.
    function demote(bytes32 member) internal {
        decide(abi.encodeCall(IConsortium.setRoles, (member, 16)));
    }

    /// @dev Expects that exactly these entries were appended by the registry, in this order, at this time.
    function expectAeoEntries(bytes[] memory rests) internal {
        uint256 before = entries.length;
        compare();
        eq(entries.length, before + rests.length);
        for (uint256 i; i < rests.length; ++i) {
            eq(entries[before + i], bytes.concat(prefix(address(aeo), uint64(block.timestamp)), rests[i]));
        }
    }
}
