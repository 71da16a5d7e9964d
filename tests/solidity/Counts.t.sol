// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice How many declarations may use a record, and records that are used as a whole.
contract CountsTest is UseSetting {
    IUseRegistry.UseState private constant CONSUMED = IUseRegistry.UseState.Consumed;
    IUseRegistry.UseState private constant RELEASED = IUseRegistry.UseState.Released;

    function setUp() public {
        foundUse();
    }

    /// @dev A certificate of origin of MOIT, without terms.
    function certified(uint16 usePolicy) private {
        uses = registry;
        IUseRegistry.Terms memory none;
        anchorOneAs(MOIT, issueOf(TAG, 864, usePolicy, none));
    }

    function show(bytes32 customs, uint256 n, uint16 item) private {
        IUseRegistry.UseId memory shown = id(n);
        shown.item = item;
        vm.prank(operatorOf(customs));
        uses.consume(customs, MOIT, TAG, shown, nothing());
    }

    function reached(uint256 limit) private pure returns (bytes memory) {
        return about(IUseRegistry.UseLimitReached.selector, TAG, limit);
    }

    function test_a_single_use_is_one_declaration_for_each_economy() public {
        certified(SINGLE);
        show(CN, 1, 0);
        show(AU, 1, 0);
        refused(reached(1));
        show(PORT, 2, 0);
        refused(reached(1));
        show(AU, 2, 0);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 1);
        eq(uses.declarationsOf(MOIT, TAG, "AU"), 1);
        eq(uses.declarationsOf(MOIT, TAG, "NZ"), 0);
        eq(uses.usesOf(MOIT, TAG), 2);
    }

    function test_one_declaration_counts_once_however_many_items_it_has() public {
        certified(SINGLE);
        show(CN, 1, 1);
        show(CN, 1, 2);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 1);
        eq(uses.usesOf(MOIT, TAG), 2);
    }

    function test_the_same_number_of_two_offices_or_customs_is_two_declarations() public {
        certified(0x0202);
        show(CN, 1, 0);
        show(PORT, 1, 0);
        refused(reached(2));
        vm.prank(operatorOf(CN));
        IUseRegistry.UseId memory there = id(1);
        there.office = OTHER_OFFICE;
        uses.consume(CN, MOIT, TAG, there, nothing());
    }

    function test_up_to_n_is_n() public {
        certified(0x0203);
        for (uint256 n = 1; n <= 3; ++n) show(CN, n, 0);
        refused(reached(3));
        show(CN, 4, 0);
    }

    function test_no_policy_counts_nothing_but_uses() public {
        certified(NO_POLICY);
        for (uint256 n = 1; n <= 3; ++n) show(CN, n, 0);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 0);
        eq(uses.usesOf(MOIT, TAG), 3);
    }

    function test_a_released_use_makes_room_with_the_last_item_of_its_declaration() public {
        certified(SINGLE);
        IUseRegistry.UseId[2] memory items = [id(1), id(1)];
        items[1].item = 1;
        for (uint256 i; i < 2; ++i) {
            vm.prank(operatorOf(CN));
            uses.reserve(CN, MOIT, TAG, items[i], nothing());
        }
        vm.prank(operatorOf(CN));
        uses.release(CN, MOIT, TAG, items[0]);
        refused(reached(1));
        show(CN, 2, 0);
        vm.prank(operatorOf(CN));
        uses.release(CN, MOIT, TAG, items[1]);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 0);
        show(CN, 2, 0);
    }

    function test_of_a_whole_record_the_only_correction_takes_the_use_back() public {
        certified(SINGLE);
        show(CN, 1, 0);
        refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 1));
        correct(CN, 1, 1, true, 1);
        refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 1));
        correct(CN, 1, 1, false, 0);
        refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 1));
        correct(CN, 1, 1, false, 1);
        correct(CN, 1, 1, true, 0);
        useIs(CN, 1, RELEASED, 0, 0);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 0);
        show(CN, 2, 0);
    }

    function test_of_a_whole_record_no_quantity_is_taken() public {
        certified(SINGLE);
        IUseRegistry.Amount[3] memory bad = [
            IUseRegistry.Amount(1, 0, 0),
            IUseRegistry.Amount(0, KGM, 0),
            IUseRegistry.Amount(0, 0, 1)
        ];
        for (uint256 i; i < bad.length; ++i) {
            refused(about(IUseRegistry.UseLineUnknown.selector, TAG, bad[i].line));
            vm.prank(operatorOf(CN));
            uses.consume(CN, MOIT, TAG, id(1), bad[i]);
        }
    }

    function test_a_whole_record_is_reserved_and_written_off_without_counting_twice() public {
        certified(SINGLE);
        vm.prank(operatorOf(CN));
        uses.reserve(CN, MOIT, TAG, id(1), nothing());
        show(CN, 1, 0);
        useIs(CN, 1, CONSUMED, 0, 0);
        eq(uses.usesOf(MOIT, TAG), 1);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 1);
    }

    function test_with_terms_all_economies_share_one_count() public {
        IUseRegistry.Terms memory terms = oneLine(100, 0);
        terms.economies = new bytes2[](2);
        terms.economies[0] = "CN";
        terms.economies[1] = "AU";
        licensed(0x0302, terms);
        consume(CN, 1, 1);
        consume(AU, 1, 1);
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 2);
        eq(uses.declarationsOf(MOIT, TAG, "NZ"), 2);
        refused(reached(2));
        consume(CN, 2, 1);
        correct(AU, 1, 1, true, 1);
        consume(CN, 2, 1);
        eq(uses.declarationsOf(MOIT, TAG, "AU"), 2);
    }

    function test_without_terms_everybody_may_draw() public {
        certified(SINGLE);
        yes(uses.allows(MOIT, TAG, "NZ", "ANYWHERE"), "without terms");
    }

    // --- the use of a true copy is its original's ---

    function test_a_copy_and_its_original_share_one_use_in_both_directions() public {
        certified(SINGLE);
        IUseRegistry.Issue memory copy = copyOf(TAG, "copy");
        copy.documentType = 864;
        anchorOneAs(MOIT, copy);
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "copy", id(1), nothing());
        refused(reached(1));
        show(CN, 2, 0);
        show(AU, 1, 0);
        refused(reached(1));
        vm.prank(operatorOf(AU));
        uses.consume(AU, MOIT, "copy", id(2), nothing());
        eq(uses.usesOf(MOIT, "copy"), 2);
        eq(uses.declarationsOf(MOIT, "copy", "AU"), 1);
        eq(abi.encode(uses.useOf(CN, MOIT, "copy", id(1))), abi.encode(uses.useOf(CN, MOIT, TAG, id(1))));
    }

    function test_a_use_begun_with_the_copy_ends_with_the_original() public {
        licensed(QUANTITY, oneLine(100, 0));
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        vm.prank(operatorOf(CN));
        uses.reserve(CN, MOIT, "copy", id(1), kilograms(60));
        consume(CN, 1, 50);
        balanceOf("copy", 100, 0, 50);
        eq(abi.encode(uses.termsOf(MOIT, "copy")), abi.encode(uses.termsOf(MOIT, TAG)));
        yes(!uses.allows(MOIT, "copy", "AU", OFFICE), "the original's terms");
    }

    function test_neither_a_copy_of_an_invalid_original_nor_an_invalid_copy_is_used() public {
        certified(SINGLE);
        IUseRegistry.Issue memory copy = copyOf(TAG, "copy");
        copy.documentType = 864;
        anchorOneAs(MOIT, copy);
        change("copy", IRegistry.Status.Suspended);
        refused(about(IUseRegistry.UseRecordNotValid.selector, "copy", uint256(IRegistry.Status.Suspended)));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "copy", id(1), nothing());
        change("copy", IRegistry.Status.Valid);
        change(TAG, IRegistry.Status.Revoked);
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Revoked)));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "copy", id(1), nothing());
    }

    // --- late entries ---

    function test_a_late_entry_that_fits_is_no_conflict_and_takes_the_place_of_its_reservation() public {
        licensed(QUANTITY, oneLine(100, 0));
        reserve(CN, 1, 60);
        enter(CN, 1, 50);
        yes(!conflicts(), "within what was reserved");
        balance(100, 0, 50);
        useIs(CN, 1, CONSUMED, 0, 50);
        enter(CN, 2, 50);
        yes(!conflicts(), "what was left");
    }

    function test_a_late_entry_that_over_draws_stands_and_nobody_elses_use_is_undone() public {
        licensed(QUANTITY, oneLine(100, 0));
        consume(CN, 1, 60);
        reserve(PORT, 1, 40);
        enter(CN, 2, 30);
        yes(conflicts(), "over-drawn");
        balance(100, 40, 90);
        refused(exceeded(1, 0));
        consume(CN, 3, 1);
        consume(PORT, 1, 40);
        balance(100, 0, 130);
    }

    function test_a_late_entry_against_count_or_office_is_a_conflict() public {
        IUseRegistry.Terms memory terms = oneLine(100, 0);
        terms.offices = new bytes17[](1);
        terms.offices[0] = OFFICE;
        licensed(0x0301, terms);
        enter(CN, 1, 1);
        yes(!conflicts(), "the first");
        enter(CN, 2, 1);
        yes(conflicts(), "more than one declaration");
        eq(uses.declarationsOf(MOIT, TAG, "CN"), 2);
        IUseRegistry.UseId memory item = id(1);
        item.item = 1;
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, TAG, item, kilograms(1), uint64(START));
        yes(!conflicts(), "the declaration counts already");
        correct(CN, 1, 1, true, 1);
        vm.prank(operatorOf(CN));
        uses.correct(CN, MOIT, TAG, item, 1, true, 1, 7);
        correct(CN, 2, 1, true, 1);
        item.office = OTHER_OFFICE;
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, TAG, item, kilograms(1), uint64(START));
        yes(conflicts(), "another office");
        vm.prank(operatorOf(CN));
        uses.correct(CN, MOIT, TAG, item, 1, true, 1, 7);
        balance(100, 0, 0);
    }

    /// @dev It may have been valid when the goods were released; that is told by the times in the journal.
    function test_a_late_entry_stands_whatever_became_of_the_record() public {
        licensed(QUANTITY, oneLine(100, 0));
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        change("copy", IRegistry.Status.Suspended);
        change(TAG, IRegistry.Status.Revoked);
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, "copy", id(1), kilograms(1), uint64(START));
        yes(!conflicts(), "revoked");
        balance(100, 0, 1);
    }

    /// @dev Else a cancelled extract and its licence would be drawn on for the same goods in silence.
    function test_a_late_entry_of_a_record_that_holds_nothing_any_more_is_a_conflict() public {
        licensed(QUANTITY, oneLine(100, 0));
        anchorOneAs(MOIT, child("extract", IUseRegistry.Relation.ExtractOf, 100));
        change("extract", IRegistry.Status.Cancelled);
        consume(CN, 1, 100);
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, "extract", id(1), kilograms(100), uint64(START));
        yes(conflicts(), "cancelled");
        anchorOneAs(MOIT, issueOf("old", LICENCE, QUANTITY, oneLine(9, 0)));
        vm.prank(operatorOf(MOIT));
        uses.replace(MOIT, "old", 31, issueOf("new", LICENCE, QUANTITY, oneLine(9, 0)));
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, "old", id(2), kilograms(1), uint64(START));
        yes(conflicts(), "replaced");
    }

    function test_nobody_enters_a_late_use_whose_economy_may_not_draw() public {
        licensed(QUANTITY, oneLine(100, 0));
        refused(about(IUseRegistry.UseEconomyNotAllowed.selector, TAG, uint256(bytes32("AU"))));
        enter(AU, 1, 1);
    }

    function test_what_was_reserved_is_entered_without_conflict_although_the_record_ended() public {
        licensed(QUANTITY, oneLine(100, 0));
        reserve(CN, 1, 60);
        change(TAG, IRegistry.Status.Revoked);
        enter(CN, 1, 60);
        yes(!conflicts(), "held");
    }

    function test_a_late_entry_happened_and_not_in_the_future() public {
        licensed(QUANTITY, oneLine(100, 0));
        uint64[2] memory bad = [uint64(0), uint64(START + 1)];
        for (uint256 i; i < 2; ++i) {
            refused(abi.encodeWithSelector(IUseRegistry.UseTimeInvalid.selector, bad[i]));
            vm.prank(operatorOf(CN));
            uses.enter(CN, MOIT, TAG, id(1), kilograms(1), bad[i]);
        }
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, TAG, id(1), kilograms(1), 1);
    }

    function test_one_late_entry_leaves_room_for_others() public {
        licensed(QUANTITY, oneLine(100, 0));
        refused(exceeded(uint72(1) << 64, 100));
        enter(CN, 1, uint72(1) << 64);
        enter(CN, 1, type(uint64).max);
        yes(conflicts(), "over-drawn");
        enter(PORT, 1, type(uint64).max);
        yes(conflicts(), "more");
    }

    function test_even_a_late_entry_does_not_count_beyond_what_can_be_counted() public {
        licensed(QUANTITY, oneLine(type(uint72).max, 0));
        consume(CN, 1, type(uint72).max - 1);
        refused(exceeded(2, 1));
        enter(CN, 2, 2);
        enter(CN, 2, 1);
        balance(type(uint72).max, 0, type(uint72).max);
    }
}
