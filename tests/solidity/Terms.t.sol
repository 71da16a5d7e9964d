// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice What an issuer may say of how its record is used, and what a licence is besides.
contract TermsTest is UseSetting {
    function setUp() public {
        foundUse();
    }

    function termsInvalid(bytes32 tag) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUseRegistry.UseTermsInvalid.selector, MOIT, tag);
    }

    function refuseIssue(IUseRegistry.Terms memory terms, bytes memory reason) private {
        refused(reason);
        anchorOneAs(MOIT, issueOf(TAG, LICENCE, QUANTITY, terms));
    }

    function test_terms_are_kept_and_their_lines_opened() public {
        IUseRegistry.Terms memory terms = oneLine(100, 10);
        terms.onRemaining = true;
        terms.offices = new bytes17[](2);
        (terms.offices[0], terms.offices[1]) = (OFFICE, OTHER_OFFICE);
        licensed(QUANTITY, terms);
        IUseRegistry.TermsSummary memory kept = uses.termsOf(MOIT, TAG);
        eq(abi.encode(kept), abi.encode(IUseRegistry.TermsSummary(true, 10, true, false, 1, 2, 1)));
        IUseRegistry.Line memory line = uses.lineOf(MOIT, TAG, 1);
        eq(abi.encode(line), abi.encode(IUseRegistry.Line(KGM, 0, 100, 0, 0)));
        eq(uses.lineOf(MOIT, TAG, 0).authorised, 0);
        eq(uses.lineOf(MOIT, TAG, 2).authorised, 0);
    }

    function test_terms_without_economies_are_for_the_issuers_own() public {
        IUseRegistry.Terms memory terms = oneLine(100, 0);
        terms.economies = new bytes2[](0);
        licensed(QUANTITY, terms);
        eq(uses.termsOf(MOIT, TAG).economies, 1);
        yes(uses.allows(MOIT, TAG, "VN", OFFICE), "own");
        yes(!uses.allows(MOIT, TAG, "CN", OFFICE), "not another");
    }

    function test_a_quantity_needs_terms_and_is_not_anchored_in_a_batch() public {
        IUseRegistry.Terms memory none;
        refuseIssue(none, termsInvalid(TAG));
        IRegistry.Anchor[] memory anchors = someAnchors(2, 0);
        refused(termsInvalid(anchors[0].tag));
        vm.prank(operatorOf(MOIT));
        registry.anchor(MOIT, 864, QUANTITY, KEY, anchors);
        uses = registry;
        refused(termsInvalid(TAG));
        anchorOneAs(MOIT, issueOf(TAG, 864, 0x0305, none));
        anchorOneAs(MOIT, issueOf(TAG, 864, 0x0305, oneLine(1, 0)));
    }

    function test_a_licence_of_any_policy_but_none_needs_terms() public {
        IUseRegistry.Terms memory none;
        uint16[3] memory policies = [SINGLE, 0x0202, QUANTITY];
        for (uint256 i; i < 3; ++i) {
            refused(termsInvalid(TAG));
            anchorOneAs(MOIT, issueOf(TAG, LICENCE, policies[i], none));
            IRegistry.Anchor[] memory anchors = someAnchors(1, i);
            refused(termsInvalid(anchors[0].tag));
            vm.prank(operatorOf(MOIT));
            licences.anchor(MOIT, LICENCE, policies[i], KEY, anchors);
        }
        anchorOneAs(MOIT, issueOf(TAG, LICENCE, NO_POLICY, none));
        vm.prank(operatorOf(MOIT));
        licences.anchor(MOIT, LICENCE, NO_POLICY, KEY, someAnchors(1, 7));
    }

    function test_licences_have_types_of_their_own_and_a_role() public {
        uint16[5] memory good = [uint16(811), 911, 628, 966, 626];
        IUseRegistry.Terms memory none;
        for (uint256 i; i < good.length; ++i) anchorOneAs(MOIT, issueOf(bytes32(i + 1), good[i], NO_POLICY, none));
        uint16[3] memory bad = [uint16(0), 864, 879];
        for (uint256 i; i < bad.length; ++i) {
            refused(abi.encodeWithSelector(IRegistry.RegistryDocumentTypeInvalid.selector, bad[i]));
            anchorOneAs(MOIT, issueOf(TAG, bad[i], NO_POLICY, none));
        }
        refused(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 8));
        anchorOneAs(VCCI, issueOf(TAG, LICENCE, NO_POLICY, none));
        eq(licences.kind(), 2);
    }

    function test_a_line_has_something_in_a_unit_and_no_parent_of_its_own() public {
        bytes memory invalid = about(IUseRegistry.UseLineInvalid.selector, TAG, 1);
        refuseIssue(oneLine(0, 0), invalid);
        IUseRegistry.Terms memory terms = oneLine(1, 0);
        bytes3[3] memory units = [bytes3(0), "K M", bytes3(hex"4b004d")];
        for (uint256 i; i < units.length; ++i) {
            terms.lines[0].unit = units[i];
            refuseIssue(terms, invalid);
        }
        terms = oneLine(1, 0);
        terms.lines[0].parentLine = 1;
        refuseIssue(terms, invalid);
    }

    function test_a_quantity_and_its_tolerance_can_be_counted() public {
        bytes memory invalid = about(IUseRegistry.UseLineInvalid.selector, TAG, 1);
        uint72 most = type(uint72).max / 2;
        refuseIssue(oneLine(most + 2, 100), invalid);
        anchorOneAs(MOIT, issueOf("a", LICENCE, QUANTITY, oneLine(most, 100)));
        anchorOneAs(MOIT, issueOf("b", LICENCE, QUANTITY, oneLine(type(uint72).max, 0)));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "b", id(1), kilograms(type(uint72).max));
    }

    function test_a_tolerance_is_at_most_the_whole() public {
        refuseIssue(oneLine(1, 101), termsInvalid(TAG));
        licensed(QUANTITY, oneLine(1, 100));
    }

    function test_a_line_that_is_wrong_is_named_and_nothing_is_anchored() public {
        IUseRegistry.Terms memory terms = oneLine(1, 0);
        terms.lines = new IUseRegistry.LineTerms[](3);
        for (uint256 i; i < 3; ++i) terms.lines[i] = IUseRegistry.LineTerms(KGM, 0, i == 2 ? 0 : 1);
        refuseIssue(terms, about(IUseRegistry.UseLineInvalid.selector, TAG, 3));
        eq(uint256(uses.recordOf(MOIT, TAG).status), 0);
    }

    function test_economies_are_two_letters_and_offices_printable_and_neither_repeats() public {
        IUseRegistry.Terms memory terms = oneLine(1, 0);
        bytes2[4] memory economies = [bytes2("cn"), "C1", "C", "[N"];
        for (uint256 i; i < economies.length; ++i) {
            terms.economies[0] = economies[i];
            refuseIssue(terms, termsInvalid(TAG));
        }
        terms.economies = new bytes2[](2);
        (terms.economies[0], terms.economies[1]) = ("CN", "CN");
        refuseIssue(terms, termsInvalid(TAG));
        terms.economies[1] = "AU";
        terms.offices = new bytes17[](2);
        bytes17[3] memory offices = [bytes17(0), "A B", OFFICE];
        for (uint256 i; i < offices.length; ++i) {
            (terms.offices[0], terms.offices[1]) = (OFFICE, offices[i]);
            refuseIssue(terms, termsInvalid(TAG));
        }
    }

    function test_terms_have_at_most_255_of_each() public {
        IUseRegistry.Terms memory terms = oneLine(1, 0);
        terms.lines = new IUseRegistry.LineTerms[](256);
        refuseIssue(terms, termsInvalid(TAG));
        terms = oneLine(1, 0);
        terms.offices = new bytes17[](256);
        refuseIssue(terms, termsInvalid(TAG));
        terms = oneLine(1, 0);
        terms.economies = new bytes2[](256);
        refuseIssue(terms, termsInvalid(TAG));
        terms = oneLine(1, 0);
        terms.lines = new IUseRegistry.LineTerms[](255);
        for (uint256 i; i < 255; ++i) terms.lines[i] = IUseRegistry.LineTerms(KGM, 0, uint72(i + 1));
        licensed(QUANTITY, terms);
        eq(uses.lineOf(MOIT, TAG, 255).authorised, 255);
    }

    function test_anchoring_the_same_again_does_nothing() public {
        licensed(QUANTITY, oneLine(100, 0));
        consume(CN, 1, 10);
        uint256 size = journal.size();
        anchorOneAs(MOIT, issueOf(TAG, LICENCE, QUANTITY, oneLine(100, 0)));
        eq(journal.size(), size);
        balance(100, 0, 10);
    }

    function test_the_same_number_is_not_another_document_nor_the_same_one_with_more_to_draw_on() public {
        IUseRegistry.Terms memory none;
        licensed(NO_POLICY, none);
        IUseRegistry.Issue memory issue = issueOf(TAG, LICENCE, NO_POLICY, oneLine(1, 0));
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsFixed.selector, MOIT, TAG));
        anchorOneAs(MOIT, issue);
        issue.anchor.documentId = "another";
        refused(abi.encodeWithSelector(IRegistry.RegistryNumberTaken.selector, MOIT, TAG));
        anchorOneAs(MOIT, issue);
    }

    function test_only_an_issuer_with_a_good_key_anchors_with_terms() public {
        IUseRegistry.Issue memory issue = issueOf(TAG, LICENCE, QUANTITY, oneLine(1, 0));
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, MOIT, operatorOf(CN)));
        vm.prank(operatorOf(CN));
        uses.anchorOne(MOIT, issue);
        issue.key = "none";
        refused(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, MOIT, bytes32("none")));
        anchorOneAs(MOIT, issue);
        issue.key = KEY;
        issue.usePolicy = 0x0400;
        refused(abi.encodeWithSelector(IRegistry.RegistryUsePolicyInvalid.selector, 0x0400));
        anchorOneAs(MOIT, issue);
        issue.usePolicy = QUANTITY;
        issue.anchor.tag = 0;
        refused(abi.encodeWithSelector(IRegistry.RegistryTagInvalid.selector, bytes32(0)));
        anchorOneAs(MOIT, issue);
    }

    // --- terms set later ---

    function setTerms(IUseRegistry.Terms memory terms) private {
        vm.prank(operatorOf(MOIT));
        uses.setTerms(MOIT, TAG, terms);
    }

    function test_terms_can_be_set_once_on_a_record_that_has_not_been_used() public {
        IUseRegistry.Terms memory none;
        licensed(NO_POLICY, none);
        setTerms(oneLine(100, 0));
        consume(CN, 1, 40);
        balance(100, 0, 40);
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsFixed.selector, MOIT, TAG));
        setTerms(oneLine(100, 0));
    }

    function test_a_record_that_was_used_gets_no_terms_unless_the_use_was_given_back() public {
        IUseRegistry.Terms memory none;
        licensed(NO_POLICY, none);
        vm.prank(operatorOf(CN));
        uses.reserve(CN, MOIT, TAG, id(1), nothing());
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsFixed.selector, MOIT, TAG));
        setTerms(oneLine(100, 0));
        release(CN, 1);
        setTerms(oneLine(100, 0));
    }

    function test_terms_are_set_by_the_active_issuer_of_a_valid_record() public {
        IUseRegistry.Terms memory none;
        refused(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, MOIT, TAG));
        setTerms(oneLine(1, 0));
        licensed(NO_POLICY, none);
        refused(termsInvalid(TAG));
        setTerms(none);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, MOIT, operatorOf(CN)));
        vm.prank(operatorOf(CN));
        uses.setTerms(MOIT, TAG, oneLine(1, 0));
        change(TAG, IRegistry.Status.Suspended);
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Suspended)));
        setTerms(oneLine(1, 0));
        change(TAG, IRegistry.Status.Valid);
        suspend(MOIT);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, MOIT));
        setTerms(oneLine(1, 0));
    }

    function test_a_copy_gets_no_terms_of_its_own() public {
        licensed(QUANTITY, oneLine(1, 0));
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        refused(termsInvalid("copy"));
        vm.prank(operatorOf(MOIT));
        uses.setTerms(MOIT, "copy", oneLine(1, 0));
    }

    // --- confirmation ---

    function test_confirming_changes_nothing_and_needs_an_active_issuer_and_records_that_have_not_ended() public {
        licensed(QUANTITY, oneLine(1, 0));
        change(TAG, IRegistry.Status.Suspended);
        bytes32[] memory tags = new bytes32[](1);
        tags[0] = TAG;
        bytes memory before = abi.encode(uses.recordOf(MOIT, TAG));
        confirm(tags);
        eq(abi.encode(uses.recordOf(MOIT, TAG)), before);
        refused(abi.encodeWithSelector(IRegistry.RegistryConfirmationsInvalid.selector, 0));
        confirm(new bytes32[](0));
        refused(abi.encodeWithSelector(IRegistry.RegistryConfirmationsInvalid.selector, 513));
        confirm(new bytes32[](513));
        refused(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, MOIT, bytes32(0)));
        confirm(new bytes32[](1));
        change(TAG, IRegistry.Status.Revoked);
        refused(
            abi.encodeWithSelector(
                IRegistry.RegistryTransitionInvalid.selector,
                MOIT,
                TAG,
                IRegistry.Status.Revoked,
                IRegistry.Status.Valid
            )
        );
        confirm(tags);
        suspend(MOIT);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, MOIT));
        confirm(tags);
    }

    function confirm(bytes32[] memory tags) private {
        vm.prank(operatorOf(MOIT));
        uses.confirm(MOIT, tags);
    }
}
