// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice AEO entries as records: how they are anchored, found by other codes, relied on, ended.
contract AeoRecordsTest is AeoSetting {
    function setUp() public {
        foundAeo();
    }

    function about(bytes4 selector, bytes32 tag) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, CN, tag);
    }

    function lines() private pure returns (IUseRegistry.LineTerms[] memory all) {
        all = new IUseRegistry.LineTerms[](1);
        all[0] = IUseRegistry.LineTerms("KGM", 0, 1);
    }

    function anchorOne(IUseRegistry.Issue memory issue) private {
        vm.prank(operatorOf(CN));
        aeo.anchorOne(CN, issue);
    }

    function statusIs(bytes32 tag, IRegistry.Status status) private view {
        eq(uint256(aeo.recordOf(CN, tag).status), uint256(status));
    }

    // --- anchoring ---

    function test_its_kind_is_3() public view {
        eq(aeo.kind(), 3);
    }

    function test_an_entry_is_a_valid_record_of_type_879_without_policy() public view {
        IRegistry.Record memory record = aeo.recordOf(CN, TAG);
        statusIs(TAG, IRegistry.Status.Valid);
        eq(record.documentType, 879);
        eq(record.usePolicy, 0);
    }

    function test_other_documents_are_refused() public {
        uint16[3] memory others = [uint16(0), 864, 911];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryDocumentTypeInvalid.selector, others[i]));
            vm.prank(operatorOf(CN));
            aeo.anchor(CN, others[i], 0, KEY, oneAnchor(OTHER));
        }
    }

    function test_only_an_administration_anchors_entries() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 1));
        anchorAeo(VCCI, TAG);
    }

    function test_a_policy_of_use_is_refused_in_a_batch_and_alone() public {
        vm.expectRevert(about(IUseRegistry.UseTermsInvalid.selector, OTHER));
        vm.prank(operatorOf(CN));
        aeo.anchor(CN, AEO, SINGLE, KEY, oneAnchor(OTHER));
        IUseRegistry.Issue memory issue = issueOf(OTHER);
        issue.usePolicy = SINGLE;
        vm.expectRevert(about(IUseRegistry.UseTermsInvalid.selector, OTHER));
        anchorOne(issue);
    }

    function test_terms_are_refused_at_once_and_later() public {
        IUseRegistry.Issue memory issue = issueOf(OTHER);
        issue.terms.lines = lines();
        vm.expectRevert(about(IUseRegistry.UseTermsInvalid.selector, OTHER));
        anchorOne(issue);
        vm.expectRevert(about(IUseRegistry.UseTermsInvalid.selector, TAG));
        vm.prank(operatorOf(CN));
        aeo.setTerms(CN, TAG, issue.terms);
    }

    function test_a_link_is_refused_even_half_a_one() public {
        IUseRegistry.Issue memory issue = issueOf(OTHER);
        for (uint256 relation; relation < 4; ++relation) {
            issue.link = IUseRegistry.Link(IUseRegistry.Relation(relation), CN, TAG);
            bytes4 selector = IUseRegistry.UseLinkInvalid.selector;
            vm.expectRevert(abi.encodeWithSelector(selector, relation, CN, TAG));
            anchorOne(issue);
        }
    }

    function test_one_entry_alone_is_anchored_and_a_retry_changes_nothing() public {
        anchorOne(issueOf(OTHER));
        statusIs(OTHER, IRegistry.Status.Valid);
        uint256 size = journal.size();
        anchorOne(issueOf(OTHER));
        anchorAeo(CN, OTHER);
        eq(journal.size(), size);
    }

    function test_an_entry_is_replaced_and_the_new_one_has_no_types_yet() public {
        grant(AEOC, NOW);
        vm.prank(operatorOf(CN));
        aeo.replace(CN, TAG, REASON, issueOf(OTHER));
        statusIs(TAG, IRegistry.Status.Replaced);
        statusIs(OTHER, IRegistry.Status.Valid);
        eq(uint256(aeo.typeAt(CN, OTHER, AEOC, NOW)), 0);
    }

    // --- relying on it, which is not written here ---

    function test_nothing_of_a_use_is_written_of_an_entry() public {
        IUseRegistry.Amount memory nothing;
        IUseRegistry.UseId memory id = IUseRegistry.UseId("AUSYD01", "declaration", 0);
        bytes[5] memory calls = [
            abi.encodeCall(aeo.reserve, (AU, CN, TAG, id, nothing)),
            abi.encodeCall(aeo.consume, (AU, CN, TAG, id, nothing)),
            abi.encodeCall(aeo.release, (AU, CN, TAG, id)),
            abi.encodeCall(aeo.correct, (AU, CN, TAG, id, 1, true, 0, REASON)),
            abi.encodeCall(aeo.enter, (AU, CN, TAG, id, nothing, NOW))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(operatorOf(AU));
            (bool ok, bytes memory told) = address(aeo).call(calls[i]);
            yes(!ok, "written");
            eq(told, about(IAeoRegistry.AeoNotUsed.selector, TAG));
        }
        eq(aeo.usesOf(CN, TAG), 0);
    }

    // --- aliases ---

    function test_an_alias_finds_the_entry() public {
        eq(aeo.aliasOf(CN, ALIAS), bytes32(0));
        addAlias(TAG, ALIAS);
        eq(aeo.aliasOf(CN, ALIAS), TAG);
    }

    function test_an_entry_has_several_aliases_and_each_is_taken_away_by_itself() public {
        addAlias(TAG, ALIAS);
        addAlias(TAG, OTHER);
        removeAlias(TAG, ALIAS);
        eq(aeo.aliasOf(CN, ALIAS), bytes32(0));
        eq(aeo.aliasOf(CN, OTHER), TAG);
    }

    function test_an_alias_that_was_taken_away_can_find_another_entry() public {
        anchorAeo(CN, OTHER);
        addAlias(TAG, ALIAS);
        removeAlias(TAG, ALIAS);
        addAlias(OTHER, ALIAS);
        eq(aeo.aliasOf(CN, ALIAS), OTHER);
    }

    function test_an_alias_stays_with_a_replaced_entry_until_it_is_given_to_the_new_one() public {
        addAlias(TAG, ALIAS);
        vm.prank(operatorOf(CN));
        aeo.replace(CN, TAG, REASON, issueOf(OTHER));
        eq(aeo.aliasOf(CN, ALIAS), TAG);
        removeAlias(TAG, ALIAS);
        addAlias(OTHER, ALIAS);
        eq(aeo.aliasOf(CN, ALIAS), OTHER);
    }

    function test_an_alias_finds_one_entry() public {
        anchorAeo(CN, OTHER);
        addAlias(TAG, ALIAS);
        vm.expectRevert(aliasInvalid(ALIAS));
        addAlias(OTHER, ALIAS);
        vm.expectRevert(aliasInvalid(ALIAS));
        addAlias(TAG, ALIAS);
    }

    function test_a_record_is_no_alias_not_even_of_itself() public {
        anchorAeo(CN, OTHER);
        vm.expectRevert(aliasInvalid(OTHER));
        addAlias(TAG, OTHER);
        vm.expectRevert(aliasInvalid(TAG));
        addAlias(TAG, TAG);
    }

    function test_no_number_has_a_tag_of_zeros() public {
        vm.expectRevert(aliasInvalid(0));
        addAlias(TAG, 0);
        vm.expectRevert(aliasInvalid(0));
        removeAlias(0, 0);
        vm.expectRevert(aliasInvalid(ALIAS));
        removeAlias(0, ALIAS);
    }

    function test_an_alias_does_not_become_a_record_in_a_batch_alone_or_as_a_successor() public {
        addAlias(TAG, ALIAS);
        IRegistry.Anchor[] memory batch = new IRegistry.Anchor[](2);
        (batch[0], batch[1]) = (oneAnchor(OTHER)[0], oneAnchor(ALIAS)[0]);
        vm.expectRevert(aliasInvalid(ALIAS));
        vm.prank(operatorOf(CN));
        aeo.anchor(CN, AEO, 0, KEY, batch);
        vm.expectRevert(aliasInvalid(ALIAS));
        anchorOne(issueOf(ALIAS));
        vm.expectRevert(aliasInvalid(ALIAS));
        vm.prank(operatorOf(CN));
        aeo.replace(CN, TAG, REASON, issueOf(ALIAS));
    }

    function test_an_alias_that_was_taken_away_can_become_a_record() public {
        addAlias(TAG, ALIAS);
        removeAlias(TAG, ALIAS);
        anchorAeo(CN, ALIAS);
        statusIs(ALIAS, IRegistry.Status.Valid);
    }

    function test_an_alias_needs_a_record() public {
        vm.expectRevert(recordUnknown(CN, OTHER));
        addAlias(OTHER, ALIAS);
    }

    function test_an_alias_is_taken_away_only_from_its_own_entry() public {
        anchorAeo(CN, OTHER);
        addAlias(TAG, ALIAS);
        vm.expectRevert(aliasInvalid(ALIAS));
        removeAlias(OTHER, ALIAS);
    }

    function test_aliases_of_one_member_are_nothing_to_another() public {
        anchorAeo(AU, TAG);
        addAlias(TAG, ALIAS);
        eq(aeo.aliasOf(AU, ALIAS), bytes32(0));
        anchorAeo(AU, ALIAS);
        vm.expectRevert(notOperator(CN, operatorOf(AU)));
        vm.prank(operatorOf(AU));
        aeo.addAlias(CN, TAG, OTHER);
        vm.expectRevert(notOperator(CN, operatorOf(AU)));
        vm.prank(operatorOf(AU));
        aeo.removeAlias(CN, TAG, ALIAS);
    }

    function test_a_suspended_member_leaves_its_aliases_as_they_are() public {
        addAlias(TAG, ALIAS);
        suspend(CN);
        vm.expectRevert(notActive(CN));
        addAlias(TAG, OTHER);
        vm.expectRevert(notActive(CN));
        removeAlias(TAG, ALIAS);
    }
}
