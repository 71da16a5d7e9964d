// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice Reserving, writing off, releasing and correcting what a record with lines holds.
contract UsesTest is UseSetting {
    IUseRegistry.UseState private constant RESERVED = IUseRegistry.UseState.Reserved;
    IUseRegistry.UseState private constant CONSUMED = IUseRegistry.UseState.Consumed;
    IUseRegistry.UseState private constant RELEASED = IUseRegistry.UseState.Released;

    function setUp() public {
        foundUse();
        licensed(QUANTITY, oneLine(100, 10));
    }

    // --- the way of a use ---

    function test_a_reservation_holds_what_is_written_off_later_and_the_rest_is_free_again() public {
        reserve(CN, 1, 60);
        balance(100, 60, 0);
        consume(CN, 1, 45);
        balance(100, 0, 45);
        useIs(CN, 1, CONSUMED, 0, 45);
        eq(uses.usesOf(MOIT, TAG), 1);
    }

    function test_a_use_needs_no_reservation() public {
        consume(CN, 1, 45);
        balance(100, 0, 45);
        useIs(CN, 1, CONSUMED, 0, 45);
    }

    function test_a_released_reservation_is_as_if_it_had_not_been() public {
        reserve(CN, 1, 60);
        release(CN, 1);
        balance(100, 0, 0);
        useIs(CN, 1, RELEASED, 0, 0);
        eq(uses.usesOf(MOIT, TAG), 0);
    }

    function test_two_customs_share_one_balance_and_the_second_learns_what_is_left() public {
        consume(CN, 1, 80);
        refused(exceeded(31, 20));
        reserve(PORT, 1, 31);
        reserve(PORT, 1, 30);
        balance(100, 30, 80);
    }

    // --- repeating ---

    function test_repeating_an_act_changes_and_appends_nothing() public {
        reserve(CN, 1, 60);
        uint256 size = journal.size();
        reserve(CN, 1, 60);
        eq(journal.size(), size);
        consume(CN, 1, 50);
        consume(CN, 1, 50);
        enter(CN, 1, 50);
        eq(journal.size(), size + 1);
        reserve(CN, 2, 10);
        release(CN, 2);
        release(CN, 2);
        eq(journal.size(), size + 3);
        correct(CN, 1, 1, true, 5);
        correct(CN, 1, 1, true, 5);
        eq(journal.size(), size + 4);
        balance(100, 0, 45);
        compare();
    }

    function test_a_repeat_is_done_whatever_became_of_the_record() public {
        reserve(CN, 1, 60);
        consume(CN, 2, 10);
        change(TAG, IRegistry.Status.Revoked);
        reserve(CN, 1, 60);
        consume(CN, 2, 10);
        balance(100, 60, 10);
    }

    function test_the_same_use_is_not_reserved_differently() public {
        reserve(CN, 1, 60);
        refused(differs(RESERVED, 60, 0));
        reserve(CN, 1, 61);
        consume(CN, 1, 60);
        refused(differs(CONSUMED, 0, 60));
        reserve(CN, 1, 60);
    }

    function test_the_same_use_is_not_written_off_differently() public {
        consume(CN, 1, 60);
        refused(differs(CONSUMED, 0, 60));
        consume(CN, 1, 61);
        refused(differs(CONSUMED, 0, 60));
        enter(CN, 1, 61);
        correct(CN, 1, 1, true, 10);
        refused(differs(CONSUMED, 0, 50));
        consume(CN, 1, 50);
    }

    function test_a_released_use_does_not_come_back() public {
        reserve(CN, 1, 60);
        release(CN, 1);
        bytes memory reason = differs(RELEASED, 0, 0);
        refused(reason);
        reserve(CN, 1, 60);
        refused(reason);
        consume(CN, 1, 60);
        refused(reason);
        enter(CN, 1, 60);
    }

    function test_what_was_written_off_is_not_released_but_corrected() public {
        consume(CN, 1, 60);
        refused(differs(CONSUMED, 0, 60));
        release(CN, 1);
    }

    function test_a_use_that_is_not_there_is_neither_released_nor_corrected() public {
        refused(abi.encodeWithSelector(IUseRegistry.UseUnknown.selector));
        release(CN, 1);
        refused(abi.encodeWithSelector(IUseRegistry.UseUnknown.selector));
        correct(CN, 1, 1, true, 1);
    }

    function test_office_declaration_item_and_customs_tell_uses_apart() public {
        IUseRegistry.UseId[4] memory ids = [id(1), id(2), id(1), id(1)];
        ids[2].item = 1;
        ids[3].office = OTHER_OFFICE;
        for (uint256 i; i < ids.length; ++i) {
            vm.prank(operatorOf(CN));
            uses.consume(CN, MOIT, TAG, ids[i], kilograms(10));
        }
        consume(PORT, 1, 10);
        balance(100, 0, 50);
        eq(uses.usesOf(MOIT, TAG), 5);
    }

    // --- balance and tolerance ---

    function test_the_tolerance_is_granted_on_what_was_authorised_and_not_more() public {
        consume(CN, 1, 100);
        refused(exceeded(11, 0));
        consume(CN, 2, 11);
        consume(CN, 2, 10);
        refused(exceeded(1, 0));
        consume(CN, 3, 1);
    }

    function test_a_tolerance_is_rounded_down() public {
        anchorOneAs(MOIT, issueOf("small", LICENCE, QUANTITY, oneLine(19, 10)));
        refused(abi.encodeWithSelector(IUseRegistry.UseBalanceExceeded.selector, MOIT, bytes32("small"), 1, 21, 19));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "small", id(1), kilograms(21));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "small", id(1), kilograms(20));
    }

    function test_a_tolerance_on_what_remains_is_for_the_last_lot_only() public {
        IUseRegistry.Terms memory terms = oneLine(100, 10);
        terms.onRemaining = true;
        anchorOneAs(MOIT, issueOf("last", LICENCE, QUANTITY, terms));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "last", id(1), kilograms(60));
        refused(abi.encodeWithSelector(IUseRegistry.UseBalanceExceeded.selector, MOIT, bytes32("last"), 1, 45, 40));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "last", id(2), kilograms(45));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "last", id(2), kilograms(44));
        refused(abi.encodeWithSelector(IUseRegistry.UseBalanceExceeded.selector, MOIT, bytes32("last"), 1, 1, 0));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "last", id(3), kilograms(1));
    }

    function test_of_a_reservation_at_most_its_quantity_and_the_tolerance_on_it_is_written_off() public {
        reserve(CN, 1, 50);
        refused(exceeded(56, 100));
        consume(CN, 1, 56);
        consume(CN, 1, 55);
        balance(100, 0, 55);
    }

    function test_more_than_was_reserved_must_fit_the_balance_too() public {
        reserve(CN, 1, 50);
        consume(CN, 2, 56);
        refused(exceeded(55, 44));
        consume(CN, 1, 55);
        consume(CN, 1, 54);
        balance(100, 0, 110);
    }

    function test_what_was_reserved_can_be_written_off_although_others_used_up_the_tolerance() public {
        IUseRegistry.Terms memory terms = oneLine(100, 10);
        terms.onRemaining = true;
        anchorOneAs(MOIT, issueOf("last", LICENCE, QUANTITY, terms));
        for (uint256 n = 1; n <= 2; ++n) {
            vm.prank(operatorOf(CN));
            uses.reserve(CN, MOIT, "last", id(n), kilograms(n == 1 ? 60 : 40));
        }
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "last", id(1), kilograms(66));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "last", id(2), kilograms(40));
        balanceOf("last", 100, 0, 106);
    }

    // --- corrections ---

    function test_a_correction_falls_and_rises_and_is_counted() public {
        consume(CN, 1, 60);
        correct(CN, 1, 1, true, 20);
        balance(100, 0, 40);
        refused(abi.encodeWithSelector(IRegistry.RegistryReasonMissing.selector));
        vm.prank(operatorOf(CN));
        uses.correct(CN, MOIT, TAG, id(1), 2, false, 30, 0);
        correct(CN, 1, 2, false, 30);
        balance(100, 0, 70);
        IUseRegistry.Use memory use = uses.useOf(CN, MOIT, TAG, id(1));
        eq(use.corrections, 2);
        eq(use.lastChange, 30);
        yes(!use.lastFell, "rose");
    }

    function test_a_rise_must_fit_the_balance() public {
        consume(CN, 1, 60);
        consume(CN, 2, 40);
        refused(exceeded(11, 0));
        correct(CN, 1, 1, false, 11);
        correct(CN, 1, 1, false, 10);
        refused(exceeded(type(uint72).max, 0));
        correct(CN, 1, 2, false, type(uint72).max);
    }

    function test_a_use_that_falls_to_nothing_is_given_back_for_good() public {
        consume(CN, 1, 60);
        correct(CN, 1, 1, true, 60);
        balance(100, 0, 0);
        useIs(CN, 1, RELEASED, 0, 0);
        eq(uses.usesOf(MOIT, TAG), 0);
        correct(CN, 1, 1, true, 60);
        refused(differs(RELEASED, 0, 0));
        correct(CN, 1, 2, false, 1);
    }

    function test_corrections_follow_each_other_and_change_something_and_leave_nothing_negative() public {
        consume(CN, 1, 60);
        uint8[3] memory numbers = [0, 2, 255];
        for (uint256 i; i < numbers.length; ++i) {
            refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 1));
            correct(CN, 1, numbers[i], true, 1);
        }
        for (uint256 i; i < 3; ++i) {
            refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 1));
            correct(CN, 1, 1, i != 1, i == 2 ? 61 : 0);
        }
        correct(CN, 1, 1, true, 1);
        refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 2));
        correct(CN, 1, 1, true, 2);
    }

    function test_a_use_takes_255_corrections() public {
        consume(CN, 1, 60);
        for (uint256 n = 1; n <= 255; ++n) correct(CN, 1, uint8(n), n % 2 == 1, 1);
        refused(abi.encodeWithSelector(IUseRegistry.UseCorrectionInvalid.selector, 256));
        correct(CN, 1, 255, false, 1);
        correct(CN, 1, 255, true, 1);
        balance(100, 0, 59);
    }

    function test_a_reservation_is_not_corrected() public {
        reserve(CN, 1, 60);
        refused(differs(RESERVED, 60, 0));
        correct(CN, 1, 1, true, 1);
    }
}
