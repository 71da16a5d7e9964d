// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice Types of authorisation of an entry, each with its own status over time.
contract AeoTypesTest is AeoSetting {
    IRegistry.Status private constant VALID = IRegistry.Status.Valid;
    IRegistry.Status private constant SUSPENDED = IRegistry.Status.Suspended;
    IRegistry.Status private constant REVOKED = IRegistry.Status.Revoked;
    IRegistry.Status private constant CANCELLED = IRegistry.Status.Cancelled;
    IRegistry.Status private constant NONE = IRegistry.Status.None;

    function setUp() public {
        foundAeo();
    }

    function transitionInvalid(IRegistry.Status from, IRegistry.Status to) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoTransitionInvalid.selector, CN, TAG, AEOC, from, to);
    }

    function recordFinal(IRegistry.Status from) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRegistry.RegistryTransitionInvalid.selector, CN, TAG, from, VALID);
    }

    // --- granting ---

    function test_an_entry_without_types_is_authorised_for_nothing() public view {
        typeIs(AEOC, NOW, NONE);
        typeIs(AEOC, type(uint64).max, NONE);
    }

    function test_each_type_begins_at_its_own_time() public {
        grantAs(operatorOf(CN), CN, twoGrants());
        typeIs(AEOC, NOW - 1, NONE);
        typeIs(AEOC, NOW, VALID);
        typeIs(AEOS, NOW + 30 days - 1, NONE);
        typeIs(AEOS, NOW + 30 days, VALID);
    }

    function test_a_type_can_be_added_later_and_have_begun_long_ago() public {
        grant(AEOC, NOW);
        grant(AEOS, 1);
        typeIs(AEOS, 1, VALID);
        typeIs(AEOS, 0, NONE);
    }

    function test_a_type_is_granted_once() public {
        grant(AEOC, NOW);
        vm.expectRevert(typeInvalid(AEOC));
        grant(AEOC, NOW + 1);
    }

    function test_a_type_that_ended_is_not_granted_again() public {
        grant(AEOC, NOW);
        changeType(AEOC, CANCELLED, 0);
        vm.expectRevert(typeInvalid(AEOC));
        grant(AEOC, NOW + 1);
    }

    function test_a_batch_does_not_repeat_a_type_and_is_all_or_nothing() public {
        IAeoRegistry.Grant[] memory grants = twoGrants();
        grants[1].name = AEOC;
        vm.expectRevert(typeInvalid(AEOC));
        grantAs(operatorOf(CN), CN, grants);
        typeIs(AEOC, NOW, NONE);
    }

    function test_a_batch_has_1_to_16_grants() public {
        vm.expectRevert(typeInvalid(0));
        grantAs(operatorOf(CN), CN, new IAeoRegistry.Grant[](0));
        vm.expectRevert(typeInvalid(0));
        grantAs(operatorOf(CN), CN, manyGrants(17));
        grantAs(operatorOf(CN), CN, manyGrants(16));
        typeIs("P", NOW, VALID);
    }

    function manyGrants(uint256 count) private pure returns (IAeoRegistry.Grant[] memory grants) {
        grants = new IAeoRegistry.Grant[](count);
        for (uint256 i; i < count; ++i) grants[i] = IAeoRegistry.Grant(bytes8(bytes1(uint8(65 + i))), NOW);
    }

    function test_a_type_has_a_name_of_printable_characters_followed_by_zeros() public {
        bytes8[5] memory names = [bytes8(0), "AEO C", hex"0041454f43", hex"41454f0043", hex"41e9"];
        for (uint256 i; i < names.length; ++i) {
            vm.expectRevert(typeInvalid(names[i]));
            grant(names[i], NOW);
        }
        grant("AEO-F+22", NOW);
        typeIs("AEO-F+22", NOW, VALID);
    }

    function test_a_grant_takes_effect_at_a_time_from_1970_to_9999() public {
        vm.expectRevert(timeInvalid(0, 0));
        grant(AEOC, 0);
        vm.expectRevert(timeInvalid(LATEST + 1, 0));
        grant(AEOC, LATEST + 1);
        grant(AEOC, LATEST);
        typeIs(AEOC, LATEST, VALID);
    }

    function test_types_are_granted_to_records_only() public {
        vm.expectRevert(recordUnknown(AU, TAG));
        grantAs(operatorOf(AU), AU, oneGrant(AEOC, NOW));
    }

    function test_a_suspended_entry_can_get_types_and_an_ended_one_cannot() public {
        changeRecord(TAG, SUSPENDED);
        grant(AEOC, NOW);
        changeRecord(TAG, REVOKED);
        vm.expectRevert(recordFinal(REVOKED));
        grant(AEOS, NOW);
    }

    function test_only_an_active_administration_grants_through_its_operator() public {
        vm.expectRevert(notOperator(CN, operatorOf(AU)));
        grantAs(operatorOf(AU), CN, oneGrant(AEOC, NOW));
        suspend(CN);
        vm.expectRevert(notActive(CN));
        grant(AEOC, NOW);
    }

    function test_who_is_no_administration_any_more_grants_nothing() public {
        demote(CN);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, CN, 1));
        grant(AEOC, NOW);
    }

    // --- changing ---

    function test_each_type_has_a_status_of_its_own() public {
        grantAs(operatorOf(CN), CN, twoGrants());
        changeType(AEOC, SUSPENDED, NOW + 31 days);
        typeIs(AEOC, NOW + 31 days, SUSPENDED);
        typeIs(AEOS, NOW + 31 days, VALID);
    }

    function test_suspended_at_10_00_declarations_at_09_55_and_10_05() public {
        uint64 ten = NOW + 10 hours;
        grant(AEOC, NOW);
        // Recorded at 10:20 with effect from 10:00.
        vm.warp(ten + 20 minutes);
        changeType(AEOC, SUSPENDED, ten);
        typeIs(AEOC, ten - 5 minutes, VALID);
        typeIs(AEOC, ten + 5 minutes, SUSPENDED);
    }

    function test_a_suspension_is_lifted_and_both_times_stay_known() public {
        grant(AEOC, NOW);
        changeType(AEOC, SUSPENDED, NOW + 5 days);
        changeType(AEOC, VALID, NOW + 8 days);
        typeIs(AEOC, NOW + 4 days, VALID);
        typeIs(AEOC, NOW + 6 days, SUSPENDED);
        typeIs(AEOC, NOW + 9 days, VALID);
    }

    function test_of_changes_at_the_same_second_the_last_one_counts() public {
        grant(AEOC, NOW);
        changeType(AEOC, SUSPENDED, NOW);
        changeType(AEOC, VALID, NOW);
        changeType(AEOC, REVOKED, NOW + 1);
        typeIs(AEOC, NOW, VALID);
        typeIs(AEOC, NOW + 1, REVOKED);
    }

    function test_a_change_without_time_takes_effect_now() public {
        grant(AEOC, NOW);
        vm.warp(NOW + 7);
        changeType(AEOC, SUSPENDED, 0);
        typeIs(AEOC, NOW + 6, VALID);
        typeIs(AEOC, NOW + 7, SUSPENDED);
    }

    function test_a_change_without_time_does_not_overtake_the_grant() public {
        grant(AEOC, NOW + 3 days);
        changeType(AEOC, SUSPENDED, 0);
        typeIs(AEOC, NOW + 3 days - 1, NONE);
        typeIs(AEOC, NOW + 3 days, SUSPENDED);
        vm.expectRevert(timeInvalid(NOW, NOW + 3 days));
        changeType(AEOC, REVOKED, NOW);
    }

    function test_no_change_takes_effect_before_what_is_in_effect() public {
        grant(AEOC, NOW - 9);
        changeType(AEOC, SUSPENDED, NOW - 5);
        vm.expectRevert(timeInvalid(NOW - 6, NOW - 5));
        changeType(AEOC, REVOKED, NOW - 6);
    }

    function test_an_end_said_for_later_does_not_hold_up_an_urgent_suspension(uint8 which) public {
        IRegistry.Status urgent =
            which % 3 == 0
                ? SUSPENDED
                : which % 3 == 1
                    ? REVOKED
                    : CANCELLED;
        grant(AEOC, NOW);
        changeType(AEOC, CANCELLED, which % 2 == 0 ? LATEST : NOW + 60 days);
        vm.warp(NOW + 1 days);
        changeType(AEOC, urgent, 0);
        typeIs(AEOC, NOW + 1 days - 1, VALID);
        typeIs(AEOC, NOW + 1 days, urgent);
        typeIs(AEOC, LATEST, urgent);
    }

    function test_a_change_keeps_what_takes_effect_before_it_and_drops_what_does_later() public {
        grant(AEOC, NOW);
        changeType(AEOC, SUSPENDED, NOW + 10);
        changeType(AEOC, VALID, NOW + 20);
        changeType(AEOC, CANCELLED, NOW + 30);
        changeType(AEOC, REVOKED, NOW + 15);
        typeIs(AEOC, NOW + 9, VALID);
        typeIs(AEOC, NOW + 14, SUSPENDED);
        typeIs(AEOC, NOW + 15, REVOKED);
        typeIs(AEOC, LATEST, REVOKED);
    }

    function test_what_was_said_for_later_is_withdrawn_by_saying_what_holds() public {
        grant(AEOC, NOW);
        changeType(AEOC, CANCELLED, NOW + 60 days);
        changeType(AEOC, VALID, 0);
        typeIs(AEOC, LATEST, VALID);
        vm.expectRevert(transitionInvalid(VALID, VALID));
        changeType(AEOC, VALID, 0);
        changeType(AEOC, SUSPENDED, 0);
        changeType(AEOC, VALID, NOW + 5);
        changeType(AEOC, SUSPENDED, 0);
        typeIs(AEOC, LATEST, SUSPENDED);
    }

    function test_a_suspended_member_does_not_withdraw_an_end() public {
        grant(AEOC, NOW);
        changeType(AEOC, CANCELLED, NOW + 60 days);
        suspend(CN);
        vm.expectRevert(notActive(CN));
        changeType(AEOC, VALID, 0);
    }

    function test_an_end_in_effect_is_not_withdrawn() public {
        grant(AEOC, NOW);
        changeType(AEOC, CANCELLED, NOW + 60 days);
        vm.warp(NOW + 60 days);
        vm.expectRevert(transitionInvalid(CANCELLED, VALID));
        changeType(AEOC, VALID, 0);
        vm.expectRevert(timeInvalid(NOW + 59 days, NOW + 60 days));
        changeType(AEOC, VALID, NOW + 59 days);
    }

    function test_no_change_takes_effect_after_the_year_9999() public {
        grant(AEOC, NOW);
        vm.expectRevert(timeInvalid(LATEST + 1, NOW));
        changeType(AEOC, SUSPENDED, LATEST + 1);
    }

    function test_a_type_must_be_known_and_so_must_the_entry() public {
        grant(AEOC, NOW);
        vm.expectRevert(typeInvalid(AEOS));
        changeType(AEOS, SUSPENDED, 0);
        vm.expectRevert(recordUnknown(CN, OTHER));
        vm.prank(operatorOf(CN));
        aeo.changeType(CN, OTHER, AEOC, SUSPENDED, REASON, 0);
    }

    function test_a_change_needs_a_reason() public {
        grant(AEOC, NOW);
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryReasonMissing.selector));
        vm.prank(operatorOf(CN));
        aeo.changeType(CN, TAG, AEOC, SUSPENDED, 0, 0);
    }

    function test_a_final_status_never_changes(uint8 end, uint8 to) public {
        IRegistry.Status last = end % 2 == 0 ? REVOKED : CANCELLED;
        IRegistry.Status next = IRegistry.Status(to % 6);
        grant(AEOC, NOW);
        if (end % 4 < 2) changeType(AEOC, SUSPENDED, 0);
        changeType(AEOC, last, 0);
        vm.expectRevert(transitionInvalid(last, next));
        changeType(AEOC, next, 0);
    }

    function test_a_type_does_not_become_what_it_is_nor_replaced_nor_nothing() public {
        grant(AEOC, NOW);
        IRegistry.Status[3] memory impossible = [VALID, NONE, IRegistry.Status.Replaced];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(transitionInvalid(VALID, impossible[i]));
            changeType(AEOC, impossible[i], 0);
        }
        changeType(AEOC, SUSPENDED, 0);
        vm.expectRevert(transitionInvalid(SUSPENDED, SUSPENDED));
        changeType(AEOC, SUSPENDED, 0);
    }

    function test_a_suspended_member_suspends_and_revokes_but_does_not_lift() public {
        grantAs(operatorOf(CN), CN, twoGrants());
        suspend(CN);
        changeType(AEOC, SUSPENDED, 0);
        vm.expectRevert(notActive(CN));
        changeType(AEOC, VALID, 0);
        changeType(AEOC, REVOKED, 0);
        changeType(AEOS, CANCELLED, 0);
        typeIs(AEOC, NOW, REVOKED);
        typeIs(AEOS, NOW + 30 days, CANCELLED);
    }

    function test_a_suspension_is_not_lifted_when_the_whole_entry_ended_but_the_type_can_still_end() public {
        grant(AEOC, NOW);
        changeType(AEOC, SUSPENDED, 0);
        changeRecord(TAG, CANCELLED);
        vm.expectRevert(recordFinal(CANCELLED));
        changeType(AEOC, VALID, 0);
        changeType(AEOC, REVOKED, 0);
    }

    function test_only_the_members_operators_change_its_types() public {
        grant(AEOC, NOW);
        vm.expectRevert(notOperator(CN, operatorOf(AU)));
        vm.prank(operatorOf(AU));
        aeo.changeType(CN, TAG, AEOC, SUSPENDED, REASON, 0);
        vm.expectRevert(recordUnknown(AU, TAG));
        vm.prank(operatorOf(AU));
        aeo.changeType(AU, TAG, AEOC, SUSPENDED, REASON, 0);
    }

    // --- the whole entry, and who keeps it ---

    function test_a_type_of_an_entry_that_is_not_valid_is_not_valid_at_any_time() public {
        grant(AEOC, NOW);
        grant(AEOS, NOW);
        changeType(AEOS, REVOKED, NOW + 5);
        IRegistry.Status[2] memory statuses = [SUSPENDED, CANCELLED];
        for (uint256 i; i < 2; ++i) {
            changeRecord(TAG, statuses[i]);
            typeIs(AEOC, NOW - 1, NONE);
            typeIs(AEOC, NOW, statuses[i]);
            typeIs(AEOC, LATEST, statuses[i]);
            typeIs(AEOS, NOW + 5, REVOKED);
            if (i == 0) changeRecord(TAG, VALID);
            if (i == 0) typeIs(AEOC, NOW, VALID);
        }
    }

    function test_a_type_of_a_replaced_entry_is_not_valid_and_the_new_one_has_its_own() public {
        grant(AEOC, NOW);
        vm.prank(operatorOf(CN));
        aeo.replace(CN, TAG, REASON, issueOf(OTHER));
        typeIs(AEOC, NOW, IRegistry.Status.Replaced);
        eq(uint256(aeo.typeAt(CN, OTHER, AEOC, NOW)), 0);
        vm.prank(operatorOf(CN));
        aeo.grantTypes(CN, OTHER, oneGrant(AEOC, NOW));
        eq(uint256(aeo.typeAt(CN, OTHER, AEOC, NOW)), uint256(VALID));
        vm.expectRevert(recordFinal(IRegistry.Status.Replaced));
        grant(AEOS, NOW);
    }

    function test_nobody_who_has_left_authorises_anybody() public {
        grant(AEOC, NOW);
        suspend(CN);
        typeIs(AEOC, NOW, VALID);
        leave(CN);
        typeIs(AEOC, NOW, NONE);
    }

    // --- storage ---

    function test_a_grant_writes_one_slot_and_a_change_two() public {
        vm.record();
        grant(AEOC, NOW);
        (, bytes32[] memory writes) = vm.accesses(address(aeo));
        eq(writes.length, 1);
        vm.record();
        changeType(AEOC, SUSPENDED, 0);
        (, writes) = vm.accesses(address(aeo));
        eq(writes.length, 2);
    }

    function test_looking_up_one_of_200_changes_reads_at_most_10_slots() public {
        grant(AEOC, NOW);
        for (uint64 i = 1; i < 200; ++i) changeType(AEOC, i % 2 == 1 ? SUSPENDED : VALID, NOW + i);
        vm.record();
        typeIs(AEOC, NOW + 77, SUSPENDED);
        (bytes32[] memory reads, ) = vm.accesses(address(aeo));
        yes(reads.length <= 10, "halving");
        vm.record();
        typeIs(AEOC, NOW + 300, SUSPENDED);
        (reads, ) = vm.accesses(address(aeo));
        eq(reads.length, 1);
    }
}
