// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ConsortiumSetting} from "./ConsortiumSetting.sol";

/// @notice What members are, have and may: standing, accounts, keys.
contract MembersTest is ConsortiumSetting {
    // --- standing ---

    function test_a_suspended_member_can_be_reinstated() public {
        suspend(VCCI);
        eq(uint256(consortium.memberOf(VCCI).standing), uint256(IConsortium.Standing.Suspended));
        decide(abi.encodeCall(IConsortium.reinstateMember, (VCCI, 25)));
        eq(uint256(consortium.memberOf(VCCI).standing), uint256(IConsortium.Standing.Active));
    }

    function test_a_reinstated_administration_counts_again() public {
        suspend(VN);
        eq(consortium.activeAdministrations(), 3);
        decide(abi.encodeCall(IConsortium.reinstateMember, (VN, 25)));
        eq(consortium.activeAdministrations(), 4);
    }

    function test_a_suspended_member_gets_the_role_but_no_vote() public {
        suspend(VCCI);
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 1)));
        eq(consortium.activeAdministrations(), 4);
    }

    function test_only_an_active_member_is_suspended_and_only_a_suspended_one_reinstated() public {
        refuse(
            abi.encodeCall(IConsortium.reinstateMember, (VCCI, 1)),
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Active)
        );
        suspend(VCCI);
        refuse(
            abi.encodeCall(IConsortium.suspendMember, (VCCI, 1)),
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Suspended)
        );
    }

    function test_an_expelled_member_can_do_nothing_and_nothing_can_be_done_with_it() public {
        decide(abi.encodeCall(IConsortium.expelMember, (VCCI, 24)));
        bytes memory left = abi.encodeWithSelector(
            IConsortium.ConsortiumWrongStanding.selector,
            VCCI,
            IConsortium.Standing.Left
        );
        refuse(abi.encodeCall(IConsortium.expelMember, (VCCI, 24)), left);
        refuse(abi.encodeCall(IConsortium.suspendMember, (VCCI, 24)), left);
        refuse(abi.encodeCall(IConsortium.reinstateMember, (VCCI, 24)), left);
        refuse(abi.encodeCall(IConsortium.setRoles, (VCCI, 2)), left);
        refuse(abi.encodeCall(IConsortium.replaceController, (VCCI, STRANGER)), left);
        refuseController(VCCI, left);
    }

    function refuseController(bytes32 member, bytes memory reason) private {
        bytes[7] memory acts = [
            abi.encodeCall(IConsortium.setController, (member, STRANGER)),
            abi.encodeCall(IConsortium.addOperator, (member, STRANGER)),
            abi.encodeCall(IConsortium.removeOperator, (member, operatorOf(member))),
            abi.encodeCall(IConsortium.registerKey, (member, "other", 3, new bytes(32), 0)),
            abi.encodeCall(IConsortium.retireKey, (member, KEY, 0, 4)),
            abi.encodeCall(IConsortium.reportCompromise, (member, KEY, 1)),
            abi.encodeCall(IConsortium.resign, (member))
        ];
        for (uint256 i; i < acts.length; ++i) {
            vm.prank(controllerOf(member));
            (bool done, bytes memory answer) = address(consortium).call(acts[i]);
            yes(!done, "a controller that must not act acted");
            eq(answer, reason);
        }
    }

    function test_nobody_but_the_controller_looks_after_a_member() public {
        decide(abi.encodeCall(IConsortium.replaceController, (VCCI, address(0xc0ffee))));
        refuseController(
            VCCI,
            abi.encodeWithSelector(IConsortium.ConsortiumNotController.selector, VCCI, controllerOf(VCCI))
        );
        refuseController(OTHER, abi.encodeWithSelector(IConsortium.ConsortiumUnknownMember.selector, OTHER));
    }

    function test_the_last_active_administration_stays() public {
        decide(abi.encodeCall(IConsortium.expelMember, (VN, 1)));
        decide(abi.encodeCall(IConsortium.suspendMember, (NZ, 1)));
        vm.prank(controllerOf(AU));
        consortium.resign(AU);
        bytes memory last = abi.encodeWithSelector(IConsortium.ConsortiumLastAdministration.selector, CN);
        vm.expectRevert(last);
        vm.prank(controllerOf(CN));
        consortium.resign(CN);
        refuseAlone(abi.encodeCall(IConsortium.suspendMember, (CN, 1)), last);
        refuseAlone(abi.encodeCall(IConsortium.expelMember, (CN, 1)), last);
        refuseAlone(abi.encodeCall(IConsortium.setRoles, (CN, 16)), last);
        eq(consortium.activeAdministrations(), 1);
    }

    function refuseAlone(bytes memory act, bytes memory reason) private {
        uint256 proposal = propose(CN, act);
        vm.expectRevert(reason);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
    }

    function test_a_member_that_is_no_administration_leaves_beside_the_last_one() public {
        decide(abi.encodeCall(IConsortium.expelMember, (VN, 1)));
        decide(abi.encodeCall(IConsortium.suspendMember, (NZ, 1)));
        vm.prank(controllerOf(AU));
        consortium.resign(AU);
        vm.prank(controllerOf(VCCI));
        consortium.resign(VCCI);
        vm.prank(controllerOf(NZ));
        consortium.resign(NZ);
        eq(uint256(consortium.memberOf(NZ).standing), uint256(IConsortium.Standing.Left));
    }

    // --- controllers and operators ---

    function test_a_new_controller_takes_over() public {
        vm.prank(controllerOf(VCCI));
        consortium.setController(VCCI, address(0xc0ffee));
        vm.prank(address(0xc0ffee));
        consortium.addOperator(VCCI, STRANGER);
        yes(consortium.isOperator(VCCI, STRANGER), "the new controller's operator");
    }

    function test_a_controller_is_replaced_by_another_account() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumControllerMissing.selector, VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.setController(VCCI, address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumControllerKnown.selector, VCCI, controllerOf(VCCI))
        );
        vm.prank(controllerOf(VCCI));
        consortium.setController(VCCI, controllerOf(VCCI));
    }

    function test_an_operator_is_added_once_and_removed_once() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOperatorKnown.selector, VCCI, operatorOf(VCCI)));
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, operatorOf(VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.removeOperator(VCCI, operatorOf(VCCI));
        yes(!consortium.isOperator(VCCI, operatorOf(VCCI)), "removed");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOperatorUnknown.selector, VCCI, operatorOf(VCCI)));
        vm.prank(controllerOf(VCCI));
        consortium.removeOperator(VCCI, operatorOf(VCCI));
    }

    function test_the_zero_address_never_acts() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOperatorUnknown.selector, VCCI, address(0)));
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, address(0));
    }

    function test_a_suspended_member_still_looks_after_operators_and_keys() public {
        suspend(VCCI);
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, STRANGER);
        vm.prank(controllerOf(VCCI));
        consortium.removeOperator(VCCI, operatorOf(VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START));
        consortium.requireOperator(VCCI, STRANGER);
    }

    function test_an_operator_of_a_member_that_left_acts_no_more() public {
        vm.prank(controllerOf(VCCI));
        consortium.resign(VCCI);
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Left)
        );
        consortium.requireOperator(VCCI, operatorOf(VCCI));
    }

    // --- document keys ---

    function register(bytes32 key, uint8 algorithm, uint256 length, uint64 from) private {
        vm.prank(controllerOf(VCCI));
        consortium.registerKey(VCCI, key, algorithm, new bytes(length), from);
    }

    function test_a_key_is_notified_now_and_effective_from_now_or_later() public {
        register("later", 3, 32, uint64(START + 5));
        IConsortium.DocumentKey memory key = consortium.documentKey(VCCI, "later");
        eq(key.notifiedAt, START);
        eq(key.effectiveFrom, START + 5);
        eq(key.retiredAt + key.compromisedSince, 0);
        eq(key.algorithm, 3);
        eq(consortium.documentKey(VCCI, KEY).effectiveFrom, START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, START - 1));
        register("early", 3, 32, uint64(START - 1));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, uint64(1) << 40));
        register("never", 3, 32, uint64(1) << 40);
    }

    function test_a_public_key_has_the_length_of_its_algorithm() public {
        uint256[2][6] memory good = [
            [uint256(1), 64],
            [uint256(2), 96],
            [uint256(3), 32],
            [uint256(4), 256],
            [uint256(4), 300],
            [uint256(4), 512]
        ];
        for (uint256 i; i < good.length; ++i) register(bytes32(i + 1), uint8(good[i][0]), good[i][1], 0);
        uint256[2][8] memory bad = [
            [uint256(0), 64],
            [uint256(1), 65],
            [uint256(2), 64],
            [uint256(3), 0],
            [uint256(3), 33],
            [uint256(4), 255],
            [uint256(4), 513],
            [uint256(5), 64]
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyInvalid.selector, bad[i][0], bad[i][1]));
            register(bytes32(i + 100), uint8(bad[i][0]), bad[i][1], 0);
        }
    }

    function test_a_key_is_registered_once_even_when_retired() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, 0, 4);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyKnown.selector, VCCI, KEY));
        register(KEY, 1, 64, 0);
    }

    function test_a_suspended_member_registers_no_key() public {
        suspend(VCCI);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VCCI));
        register("other", 1, 64, 0);
    }

    function test_a_retirement_is_not_in_the_past_and_moves_only_earlier() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, START - 1));
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START - 1), 4);
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 10), 4);
        for (uint64 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyRetired.selector, VCCI, KEY));
            vm.prank(controllerOf(VCCI));
            consortium.retireKey(VCCI, KEY, uint64(START + 10) + i, 4);
        }
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 9), 4);
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START + 9);
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, 0, 4);
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyRetired.selector, VCCI, KEY));
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, 0, 4);
    }

    function test_a_report_moves_only_earlier_and_the_retirement_stays() public {
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START - 100));
        vm.warp(START + 50);
        for (uint64 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyCompromised.selector, VCCI, KEY));
            vm.prank(controllerOf(VCCI));
            consortium.reportCompromise(VCCI, KEY, uint64(START - 100) + i);
        }
        collect();
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START - 101));
        eq(consortium.documentKey(VCCI, KEY).compromisedSince, START - 101);
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START);
        bytes memory rest = bytes.concat(hex"0b", VCCI, bytes20(controllerOf(VCCI)), KEY, bytes8(uint64(START - 101)));
        expectEntry(address(consortium), rest);
    }

    function test_a_compromised_key_is_retired_now() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 10), 4);
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START - 100));
        eq(consortium.documentKey(VCCI, KEY).compromisedSince, START - 100);
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START);
    }

    function test_a_key_that_retired_before_keeps_its_time_when_reported() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, 0, 4);
        vm.warp(START + 10);
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START + 5));
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START);
    }

    function test_a_compromise_has_a_time_that_is_not_in_the_future() public {
        uint64[2] memory bad = [uint64(0), uint64(START + 1)];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, bad[i]));
            vm.prank(controllerOf(VCCI));
            consortium.reportCompromise(VCCI, KEY, bad[i]);
        }
    }

    function test_an_unknown_key_is_neither_retired_nor_reported() public {
        bytes memory unknown = abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, VCCI, bytes32("none"));
        vm.expectRevert(unknown);
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, "none", 0, 4);
        vm.expectRevert(unknown);
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, "none", 1);
    }

    // --- who may issue ---

    function test_an_entitled_operator_with_a_good_key_may_issue() public {
        consortium.requireIssuer(VCCI, operatorOf(VCCI), 4, KEY);
        register("later", 3, 32, uint64(START + 5));
        consortium.requireIssuer(VCCI, operatorOf(VCCI), 6, "later");
    }

    function refuseIssuer(address account, uint32 roles, bytes32 key, bytes memory reason) private {
        vm.expectRevert(reason);
        consortium.requireIssuer(VCCI, account, roles, key);
    }

    function test_a_stranger_the_controller_and_a_member_without_the_role_may_not_issue() public {
        bytes4 not = IConsortium.ConsortiumNotOperator.selector;
        refuseIssuer(STRANGER, 4, KEY, abi.encodeWithSelector(not, VCCI, STRANGER));
        refuseIssuer(controllerOf(VCCI), 4, KEY, abi.encodeWithSelector(not, VCCI, controllerOf(VCCI)));
        refuseIssuer(
            operatorOf(VCCI),
            12,
            KEY,
            abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 12)
        );
    }

    function test_a_suspended_member_may_not_issue_but_recall() public {
        suspend(VCCI);
        refuseIssuer(operatorOf(VCCI), 4, KEY, abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VCCI));
        consortium.requireOperator(VCCI, operatorOf(VCCI));
    }

    function test_a_key_ends_at_the_second_of_its_retirement() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 10), 4);
        vm.warp(START + 9);
        consortium.requireIssuer(VCCI, operatorOf(VCCI), 4, KEY);
        vm.warp(START + 10);
        bytes memory retired = abi.encodeWithSelector(IConsortium.ConsortiumKeyRetired.selector, VCCI, KEY);
        refuseIssuer(operatorOf(VCCI), 4, KEY, retired);
    }

    function test_nothing_is_issued_with_a_compromised_key() public {
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START));
        bytes memory reported = abi.encodeWithSelector(IConsortium.ConsortiumKeyCompromised.selector, VCCI, KEY);
        refuseIssuer(operatorOf(VCCI), 4, KEY, reported);
    }

    function test_a_key_of_another_member_is_unknown() public {
        vm.prank(controllerOf(CN));
        consortium.registerKey(CN, "theirs", 3, new bytes(32), 0);
        refuseIssuer(
            operatorOf(VCCI),
            4,
            "theirs",
            abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, VCCI, bytes32("theirs"))
        );
    }
}
