// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice Records that hang on each other: copies, children, successors.
contract LineageTest is UseSetting {
    IUseRegistry.Relation private constant COPY = IUseRegistry.Relation.TrueCopyOf;
    IUseRegistry.Relation private constant EXTRACT = IUseRegistry.Relation.ExtractOf;
    bytes32 private constant CHILD = keccak256("child");
    bytes32 private constant NEW = keccak256("successor");

    function setUp() public {
        foundUse();
        licensed(QUANTITY, oneLine(100, 10));
    }

    function linkInvalid(IUseRegistry.Link memory link) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IUseRegistry.UseLinkInvalid.selector, link.relation, link.member, link.tag);
    }

    function used(bytes32 tag, uint256 n) private pure returns (bytes memory) {
        return about(IUseRegistry.UseRecordUsed.selector, tag, n);
    }

    function extracted(bytes32 tag, uint72 quantity) private {
        anchorOneAs(MOIT, child(tag, EXTRACT, quantity));
    }

    function replaceBy(IUseRegistry.Issue memory issue) private {
        vm.prank(operatorOf(MOIT));
        uses.replace(MOIT, TAG, 31, issue);
    }

    function successor() private pure returns (IUseRegistry.Issue memory) {
        return issueOf(NEW, LICENCE, QUANTITY, oneLine(100, 0));
    }

    // --- copies ---

    function test_a_copy_hangs_on_a_valid_original_of_the_same_member() public {
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        IUseRegistry.Link memory link = uses.linkOf(MOIT, "copy");
        eq(abi.encode(link), abi.encode(IUseRegistry.Link(COPY, MOIT, TAG)));
        IUseRegistry.Issue memory issue = copyOf("copy", "copy of a copy");
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
        issue = copyOf("none", "copy 2");
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
        issue = copyOf("copy 3", "copy 3");
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
        change(TAG, IRegistry.Status.Suspended);
        issue = copyOf(TAG, "copy 4");
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
    }

    function test_nobody_makes_true_copies_or_extracts_of_anothers_record() public {
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 14)));
        IUseRegistry.Issue memory issue = copyOf(TAG, "copy");
        refused(linkInvalid(issue.link));
        anchorOneAs(VCCI, issue);
        issue = child(CHILD, EXTRACT, 1);
        refused(linkInvalid(issue.link));
        anchorOneAs(VCCI, issue);
    }

    function test_a_copy_has_no_terms() public {
        IUseRegistry.Issue memory issue = copyOf(TAG, "copy");
        issue.terms = oneLine(1, 0);
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsInvalid.selector, MOIT, bytes32("copy")));
        anchorOneAs(MOIT, issue);
    }

    function test_a_record_without_relation_names_no_parent() public {
        IUseRegistry.Issue memory issue = issueOf("a", LICENCE, QUANTITY, oneLine(1, 0));
        issue.link.tag = TAG;
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
        issue.link = IUseRegistry.Link(IUseRegistry.Relation.None, MOIT, 0);
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
    }

    function test_the_same_record_anchored_again_hangs_as_before() public {
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        uint256 size = journal.size();
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        eq(journal.size(), size);
        IUseRegistry.Issue memory issue = copyOf(TAG, "copy");
        delete issue.link;
        issue.terms = oneLine(1, 0);
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
    }

    // --- children ---

    function test_a_child_takes_its_quantity_from_its_parent_and_never_more_than_is_left() public {
        consume(CN, 1, 30);
        reserve(CN, 2, 20);
        refused(exceeded(61, 50));
        extracted(CHILD, 61);
        extracted(CHILD, 50);
        balance(100, 20, 80);
        balanceOf(CHILD, 50, 0, 0);
        eq(uses.usesOf(MOIT, TAG), 3);
        eq(uses.lineOf(MOIT, CHILD, 1).parentLine, 1);
        refused(exceeded(11, 0));
        extracted("one more", 11);
        extracted("the tolerance", 10);
        balance(100, 20, 90);
    }

    /// @dev Else a licence of 100 with 10 % and an extract of all of it were 220 together.
    function test_a_child_takes_the_tolerance_on_its_quantity_too() public {
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 101);
        issue.terms.tolerance = 10;
        refused(exceeded(111, 100));
        anchorOneAs(MOIT, issue);
        issue.terms.lines[0].authorised = 100;
        anchorOneAs(MOIT, issue);
        balance(100, 0, 110);
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, CHILD, id(1), kilograms(110));
        refused(exceeded(1, 0));
        consume(CN, 2, 1);
        vm.prank(operatorOf(CN));
        uses.correct(CN, MOIT, CHILD, id(1), 1, true, 110, 7);
        change(CHILD, IRegistry.Status.Cancelled);
        balance(100, 0, 0);
    }

    function test_the_lines_of_a_child_together_take_no_more_than_one_line_of_the_parent_has() public {
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 60);
        issue.terms.lines = new IUseRegistry.LineTerms[](2);
        issue.terms.lines[0] = IUseRegistry.LineTerms(KGM, 1, 60);
        issue.terms.lines[1] = IUseRegistry.LineTerms(KGM, 1, 60);
        refused(exceeded(60, 40));
        anchorOneAs(MOIT, issue);
        issue.terms.lines[1].authorised = 50;
        anchorOneAs(MOIT, issue);
        balance(100, 0, 110);
    }

    function test_a_childs_use_is_not_its_parents() public {
        extracted(CHILD, 50);
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, CHILD, id(1), kilograms(50));
        balance(100, 0, 50);
        eq(uses.usesOf(MOIT, TAG), 1);
        eq(uses.usesOf(MOIT, CHILD), 1);
    }

    function test_a_child_needs_terms_that_fit_its_parents_lines() public {
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 1);
        delete issue.terms;
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsInvalid.selector, MOIT, CHILD));
        anchorOneAs(MOIT, issue);
        bytes memory line = about(IUseRegistry.UseLineInvalid.selector, CHILD, 1);
        uint16[2] memory lines = [uint16(0), 2];
        for (uint256 i; i < lines.length; ++i) {
            issue = child(CHILD, EXTRACT, 1);
            issue.terms.lines[0].parentLine = lines[i];
            refused(line);
            anchorOneAs(MOIT, issue);
        }
        issue = child(CHILD, EXTRACT, 1);
        issue.terms.lines[0].unit = "TNE";
        refused(line);
        anchorOneAs(MOIT, issue);
    }

    function test_a_child_has_at_most_its_parents_tolerance() public {
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 1);
        issue.terms.tolerance = 11;
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsInvalid.selector, MOIT, CHILD));
        anchorOneAs(MOIT, issue);
        issue.terms.tolerance = 10;
        anchorOneAs(MOIT, issue);
    }

    function test_a_parent_is_valid_and_has_terms_and_is_no_copy() public {
        IUseRegistry.Terms memory none;
        anchorOneAs(MOIT, issueOf("plain", LICENCE, NO_POLICY, none));
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        bytes32[3] memory parents = [bytes32("plain"), "copy", "none"];
        for (uint256 i; i < parents.length; ++i) {
            IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 1);
            issue.link.tag = parents[i];
            refused(linkInvalid(issue.link));
            anchorOneAs(MOIT, issue);
        }
        change(TAG, IRegistry.Status.Suspended);
        IUseRegistry.Issue memory late = child(CHILD, EXTRACT, 1);
        refused(linkInvalid(late.link));
        anchorOneAs(MOIT, late);
    }

    function test_the_same_record_anchored_again_has_the_same_parent_and_lines() public {
        extracted(CHILD, 50);
        anchorOneAs(MOIT, issueOf(NEW, LICENCE, QUANTITY, oneLine(100, 0)));
        uint256 size = journal.size();
        extracted(CHILD, 50);
        eq(journal.size(), size);
        bytes memory fixed_ = abi.encodeWithSelector(IUseRegistry.UseTermsFixed.selector, MOIT, CHILD);
        refused(fixed_);
        extracted(CHILD, 51);
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 50);
        issue.terms.tolerance = 1;
        refused(fixed_);
        anchorOneAs(MOIT, issue);
        issue = child(CHILD, EXTRACT, 50);
        issue.terms.onRemaining = true;
        refused(fixed_);
        anchorOneAs(MOIT, issue);
        issue = child(CHILD, EXTRACT, 50);
        issue.usePolicy = 0x0302;
        refused(abi.encodeWithSelector(IRegistry.RegistryNumberTaken.selector, MOIT, CHILD));
        anchorOneAs(MOIT, issue);
        issue = child(CHILD, EXTRACT, 50);
        issue.link.tag = NEW;
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
    }

    // --- ending ---

    function test_a_cancelled_child_gives_back_what_it_took() public {
        extracted(CHILD, 50);
        refused(used(TAG, 1));
        change(TAG, IRegistry.Status.Cancelled);
        change(CHILD, IRegistry.Status.Cancelled);
        balance(100, 0, 0);
        eq(uses.usesOf(MOIT, TAG), 0);
        change(TAG, IRegistry.Status.Cancelled);
    }

    function test_a_revoked_child_gives_nothing_back() public {
        extracted(CHILD, 50);
        change(CHILD, IRegistry.Status.Revoked);
        balance(100, 0, 50);
        eq(uses.usesOf(MOIT, TAG), 1);
    }

    function test_a_record_that_is_used_is_revoked_or_suspended_but_not_cancelled_or_replaced() public {
        reserve(CN, 1, 1);
        refused(used(TAG, 1));
        change(TAG, IRegistry.Status.Cancelled);
        refused(used(TAG, 1));
        replaceBy(successor());
        change(TAG, IRegistry.Status.Suspended);
        refused(used(TAG, 1));
        change(TAG, IRegistry.Status.Cancelled);
        change(TAG, IRegistry.Status.Revoked);
    }

    function test_a_record_whose_uses_were_given_back_can_be_cancelled() public {
        reserve(CN, 1, 1);
        release(CN, 1);
        consume(CN, 2, 1);
        correct(CN, 2, 1, true, 1);
        change(TAG, IRegistry.Status.Cancelled);
    }

    function test_a_copy_is_not_cancelled_while_its_original_is_used() public {
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        consume(CN, 1, 1);
        refused(used("copy", 1));
        change("copy", IRegistry.Status.Cancelled);
    }

    function test_a_suspended_member_still_cancels_a_child() public {
        extracted(CHILD, 50);
        suspend(MOIT);
        change(CHILD, IRegistry.Status.Cancelled);
        balance(100, 0, 0);
    }

    // --- replacement ---

    function test_a_successor_takes_the_place_of_a_record_in_one_step() public {
        replaceBy(successor());
        eq(uint256(uses.recordOf(MOIT, TAG).status), uint256(IRegistry.Status.Replaced));
        eq(uint256(uses.recordOf(MOIT, NEW).status), uint256(IRegistry.Status.Valid));
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Replaced)));
        consume(CN, 1, 1);
        uint256 size = journal.size();
        replaceBy(successor());
        eq(journal.size(), size);
    }

    function test_a_record_is_replaced_once_and_only_by_a_new_one() public {
        IUseRegistry.Issue memory second = successor();
        second.anchor.tag = "second";
        anchorOneAs(MOIT, second);
        bytes memory taken = abi.encodeWithSelector(IRegistry.RegistryNumberTaken.selector, MOIT, bytes32("second"));
        refused(taken);
        replaceBy(second);
        replaceBy(successor());
        bytes memory final_ = abi.encodeWithSelector(
            IRegistry.RegistryTransitionInvalid.selector,
            MOIT,
            TAG,
            IRegistry.Status.Replaced,
            IRegistry.Status.Replaced
        );
        refused(final_);
        replaceBy(second);
        second.anchor.tag = "third";
        refused(final_);
        replaceBy(second);
        change(NEW, IRegistry.Status.Revoked);
        refused(final_);
        change(TAG, IRegistry.Status.Replaced);
    }

    function test_a_record_does_not_take_its_own_place() public {
        IUseRegistry.Issue memory own = issueOf(TAG, LICENCE, QUANTITY, oneLine(100, 10));
        refused(abi.encodeWithSelector(IRegistry.RegistryNumberTaken.selector, MOIT, TAG));
        replaceBy(own);
        refused(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, MOIT, NEW));
        vm.prank(operatorOf(MOIT));
        uses.replace(MOIT, NEW, 31, successor());
    }

    function test_a_replacement_needs_a_reason_and_an_issuer() public {
        refused(abi.encodeWithSelector(IRegistry.RegistryReasonMissing.selector));
        vm.prank(operatorOf(MOIT));
        uses.replace(MOIT, TAG, 0, successor());
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, MOIT, operatorOf(CN)));
        vm.prank(operatorOf(CN));
        uses.replace(MOIT, TAG, 31, successor());
        suspend(MOIT);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, MOIT));
        replaceBy(successor());
    }

    function test_a_replaced_child_gives_back_before_its_successor_takes() public {
        extracted(CHILD, 80);
        IUseRegistry.Issue memory larger = child(NEW, EXTRACT, 90);
        vm.prank(operatorOf(MOIT));
        uses.replace(MOIT, CHILD, 31, larger);
        balance(100, 0, 90);
        eq(uses.usesOf(MOIT, TAG), 1);
    }

    function test_a_successor_does_not_hang_on_what_it_replaces() public {
        IUseRegistry.Issue memory issue = child(NEW, EXTRACT, 1);
        refused(linkInvalid(issue.link));
        replaceBy(issue);
        eq(uint256(uses.recordOf(MOIT, TAG).status), uint256(IRegistry.Status.Valid));
    }
}
