// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice Recognition that was agreed on: suspended, lifted, ended, agreed on again.
contract AeoRecognitionTest is AeoSetting {
    IAeoRegistry.Recognition private constant NONE = IAeoRegistry.Recognition.None;
    IAeoRegistry.Recognition private constant IN_FORCE = IAeoRegistry.Recognition.InForce;
    IAeoRegistry.Recognition private constant SUSPENDED = IAeoRegistry.Recognition.Suspended;
    IAeoRegistry.Recognition private constant TERMINATED = IAeoRegistry.Recognition.Terminated;

    function setUp() public {
        foundAeo();
    }

    function coverTaken(bytes32 home, bytes32 partner, uint256 agreement) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoCoverTaken.selector, home, partner, AEOS, agreement);
    }

    function recognitionInvalid(
        IAeoRegistry.Recognition from,
        IAeoRegistry.Recognition to
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoRecognitionInvalid.selector, 1, CN, AEOS, from, to);
    }

    // --- changing ---

    function test_either_party_suspends_and_only_that_one_lifts() public {
        agreed();
        bytes32[2] memory parties = [AU, CN];
        for (uint256 i; i < 2; ++i) {
            uint64 time = NOW + uint64(i) * 10 days;
            recognise(parties[i], SUSPENDED, time + 1 days);
            vm.expectRevert(recognitionInvalid(IN_FORCE, IN_FORCE));
            recognise(parties[1 - i], IN_FORCE, time + 2 days);
            recognise(parties[i], IN_FORCE, time + 2 days);
            yes(recognised(time + 1 days - 1), "before");
            yes(!recognised(time + 1 days), "suspended");
            yes(recognised(time + 2 days), "lifted");
        }
    }

    function test_both_parties_suspend_and_the_lifting_of_one_leaves_the_suspension_of_the_other() public {
        agreed();
        recognise(AU, SUSPENDED, NOW + 1);
        recognise(CN, SUSPENDED, NOW + 2);
        recognise(AU, IN_FORCE, NOW + 3);
        yes(!recognised(NOW + 3), "china still suspends");
        recognise(CN, IN_FORCE, NOW + 4);
        yes(recognised(NOW + 4), "nobody suspends");
    }

    function test_either_party_ends_it_in_force_or_suspended_by_the_other() public {
        agreed();
        recognise(AU, SUSPENDED, NOW + 1);
        recognise(CN, TERMINATED, NOW + 2);
        yes(recognised(NOW), "before");
        yes(!recognised(NOW + 1), "suspended");
        yes(!recognised(LATEST), "ended");
        vm.prank(operatorOf(AU));
        aeo.changeRecognition(AU, 1, AU, AEOS, TERMINATED, REASON, 0);
        yes(!aeo.recognisedAt(AU, CN, AEOS, LATEST), "ended in the other direction too");
    }

    function test_a_change_of_one_cover_leaves_the_others() public {
        agreed();
        recognise(AU, SUSPENDED, NOW + 1);
        yes(aeo.recognisedAt(AU, CN, AEOS, NOW + 1), "the other direction");
    }

    function test_what_was_terminated_never_changes_under_that_agreement(uint8 to, bool byHome) public {
        agreed();
        recognise(AU, TERMINATED, 0);
        IAeoRegistry.Recognition next = IAeoRegistry.Recognition(to % 4);
        vm.expectRevert(recognitionInvalid(TERMINATED, next));
        recognise(byHome ? CN : AU, next, 0);
    }

    function test_recognition_does_not_become_what_it_is_nor_nothing() public {
        agreed();
        vm.expectRevert(recognitionInvalid(IN_FORCE, IN_FORCE));
        recognise(AU, IN_FORCE, 0);
        vm.expectRevert(recognitionInvalid(IN_FORCE, NONE));
        recognise(AU, NONE, 0);
        recognise(AU, SUSPENDED, 0);
        vm.expectRevert(recognitionInvalid(SUSPENDED, SUSPENDED));
        recognise(AU, SUSPENDED, 0);
    }

    function test_nobody_but_the_parties_changes_it() public {
        agreed();
        vm.expectRevert(notParty(1, NZ));
        recognise(NZ, SUSPENDED, 0);
        vm.expectRevert(notOperator(AU, operatorOf(NZ)));
        vm.prank(operatorOf(NZ));
        aeo.changeRecognition(AU, 1, CN, AEOS, SUSPENDED, REASON, 0);
    }

    function test_a_party_of_one_agreement_does_not_change_what_another_covers() public {
        agreed();
        consentAs(NZ, proposeAs(CN, NZ, oneCover(CN, AEOS, NOW)));
        vm.prank(operatorOf(NZ));
        aeo.changeRecognition(NZ, 2, CN, AEOS, TERMINATED, REASON, 0);
        yes(recognised(NOW), "between china and australia");
        bytes4 selector = IAeoRegistry.AeoRecognitionInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 2, AU, AEOS, NONE, SUSPENDED));
        vm.prank(operatorOf(NZ));
        aeo.changeRecognition(NZ, 2, AU, AEOS, SUSPENDED, REASON, 0);
    }

    function test_a_type_that_the_agreement_does_not_cover_has_nothing_to_change() public {
        agreed();
        bytes4 selector = IAeoRegistry.AeoRecognitionInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 1, CN, AEOC, NONE, TERMINATED));
        vm.prank(operatorOf(CN));
        aeo.changeRecognition(CN, 1, CN, AEOC, TERMINATED, REASON, 0);
    }

    function test_an_agreement_changes_only_after_consent() public {
        proposeAs(CN, AU, bothCovers());
        vm.expectRevert(agreementInvalid(1));
        recognise(AU, SUSPENDED, 0);
        vm.expectRevert(agreementInvalid(2));
        vm.prank(operatorOf(AU));
        aeo.changeRecognition(AU, 2, CN, AEOS, SUSPENDED, REASON, 0);
    }

    function test_a_suspended_member_suspends_and_ends_but_does_not_lift() public {
        agreed();
        suspend(AU);
        recognise(AU, SUSPENDED, 0);
        vm.expectRevert(notActive(AU));
        recognise(AU, IN_FORCE, 0);
        recognise(AU, TERMINATED, 0);
        yes(!recognised(NOW), "ended");
    }

    function test_a_change_needs_a_reason() public {
        agreed();
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryReasonMissing.selector));
        vm.prank(operatorOf(AU));
        aeo.changeRecognition(AU, 1, CN, AEOS, SUSPENDED, 0, 0);
    }

    function test_nothing_is_recognised_of_or_by_who_has_left(bool home) public {
        agreed();
        suspend(home ? CN : AU);
        yes(recognised(NOW), "who is suspended can still end it");
        leave(home ? CN : AU);
        yes(!recognised(NOW) && !recognised(LATEST), "who has left cannot");
    }

    // --- times ---

    function test_no_change_takes_effect_before_what_the_party_said_before_or_after_9999() public {
        agreed();
        vm.expectRevert(timeInvalid(LATEST + 1, 0));
        recognise(AU, SUSPENDED, LATEST + 1);
        recognise(AU, SUSPENDED, NOW);
        vm.expectRevert(timeInvalid(NOW - 1, NOW));
        recognise(AU, IN_FORCE, NOW - 1);
        recognise(CN, TERMINATED, NOW - 1);
        yes(!recognised(NOW), "ended");
    }

    function test_a_change_without_time_takes_effect_now() public {
        agreed();
        vm.warp(NOW + 5);
        recognise(AU, SUSPENDED, 0);
        yes(recognised(NOW + 4), "before");
        yes(!recognised(NOW + 5), "now");
    }

    function test_what_is_said_before_the_benefits_begin_holds_when_they_do() public {
        proposeAs(CN, AU, bothCovers());
        consentAs(AU, 1);
        recognise(AU, SUSPENDED, 0);
        yes(!recognised(NOW), "not begun");
        yes(!recognised(NOW + 1 days), "suspended from the start");
        recognise(AU, IN_FORCE, NOW + 1);
        yes(!recognised(NOW + 1), "still not begun");
        yes(recognised(NOW + 1 days), "begun");
    }

    // --- said for later ---

    function test_nobody_is_locked_out_by_what_the_other_says_for_the_year_9999(uint8 which) public {
        IAeoRegistry.Recognition far = which % 2 == 0 ? SUSPENDED : TERMINATED;
        (bytes32 one, bytes32 other) = which % 4 < 2 ? (CN, AU) : (AU, CN);
        agreed();
        recognise(one, far, LATEST);
        recognise(other, SUSPENDED, 0);
        yes(!recognised(NOW), "suspended");
        recognise(other, IN_FORCE, NOW + 1);
        yes(recognised(NOW + 1), "lifted");
        yes(!recognised(LATEST), "what was said stays");
        recognise(other, TERMINATED, NOW + 2);
        yes(!recognised(NOW + 2), "ended");
        consentAs(CN, proposeAs(AU, CN, oneCover(CN, AEOS, NOW + 3)));
        yes(recognised(NOW + 3) && recognised(LATEST), "a new agreement");
    }

    function test_what_one_party_announced_is_not_undone_by_the_other() public {
        agreed();
        recognise(CN, TERMINATED, NOW + 60 days);
        recognise(AU, SUSPENDED, 0);
        recognise(AU, IN_FORCE, NOW + 1);
        yes(recognised(NOW + 60 days - 1), "until then");
        yes(!recognised(NOW + 60 days), "as announced");
        vm.expectRevert(recognitionInvalid(TERMINATED, SUSPENDED));
        recognise(AU, SUSPENDED, NOW + 60 days);
    }

    function test_an_end_can_be_brought_forward_by_either() public {
        agreed();
        recognise(CN, TERMINATED, NOW + 60 days);
        recognise(CN, TERMINATED, NOW + 30 days);
        yes(!recognised(NOW + 30 days), "by itself");
        recognise(AU, TERMINATED, NOW + 10 days);
        yes(recognised(NOW + 10 days - 1), "until then");
        yes(!recognised(NOW + 10 days), "by the other");
    }

    function test_a_party_withdraws_what_it_said_for_later_by_saying_what_holds() public {
        agreed();
        recognise(CN, TERMINATED, NOW + 60 days);
        recognise(CN, IN_FORCE, 0);
        yes(recognised(LATEST), "not ended");
        recognise(CN, SUSPENDED, 0);
        recognise(CN, IN_FORCE, NOW + 5 days);
        recognise(CN, SUSPENDED, NOW + 1);
        yes(!recognised(LATEST), "not lifted");
    }

    function test_an_end_in_effect_is_not_withdrawn() public {
        agreed();
        recognise(CN, TERMINATED, NOW + 60 days);
        vm.warp(NOW + 60 days);
        vm.expectRevert(recognitionInvalid(TERMINATED, IN_FORCE));
        recognise(CN, IN_FORCE, 0);
        vm.expectRevert(timeInvalid(NOW + 59 days, NOW + 60 days));
        recognise(CN, IN_FORCE, NOW + 59 days);
        vm.expectRevert(recognitionInvalid(TERMINATED, SUSPENDED));
        recognise(AU, SUSPENDED, NOW + 59 days);
    }

    function test_a_suspension_and_its_lifting_can_both_be_said_for_later() public {
        agreed();
        recognise(AU, SUSPENDED, NOW + 10);
        recognise(AU, IN_FORCE, NOW + 20);
        yes(recognised(NOW + 9) && !recognised(NOW + 10), "suspended");
        yes(!recognised(NOW + 19) && recognised(NOW + 20), "lifted");
    }

    // --- one after another ---

    function test_recognition_under_way_is_not_taken_over_by_another_agreement() public {
        agreed();
        eq(proposeAs(AU, CN, oneCover(CN, AEOS, NOW)), 2);
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(CN, 2);
        recognise(AU, SUSPENDED, 0);
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(CN, 2);
    }

    function test_a_cover_that_is_taken_refuses_the_whole_consent() public {
        agreed();
        IAeoRegistry.Cover[] memory covers = oneCover(CN, AEOC, NOW);
        proposeAs(CN, AU, covers);
        covers = bothCovers();
        (covers[0].name, covers[1].home) = (AEOC, CN);
        proposeAs(CN, AU, covers);
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(AU, 3);
        yes(!aeo.recognisedAt(CN, AU, AEOC, LATEST), "the other cover of the same proposal");
        expectAgreement(3, false, false);
    }

    function test_a_later_agreement_begins_where_the_last_one_ended_and_the_past_stays() public {
        agreed();
        recognise(AU, TERMINATED, NOW + 10);
        proposeAs(AU, CN, oneCover(CN, AEOS, NOW + 9));
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(CN, 2);
        consentAs(CN, proposeAs(AU, CN, oneCover(CN, AEOS, NOW + 20)));
        yes(recognised(NOW + 9), "under the first");
        yes(!recognised(NOW + 19), "between them");
        yes(recognised(NOW + 20), "under the second");
    }

    function test_the_last_days_of_an_agreement_can_be_suspended_when_the_next_is_agreed_already() public {
        agreed();
        recognise(AU, TERMINATED, NOW + 10);
        consentAs(CN, proposeAs(AU, CN, oneCover(CN, AEOS, NOW + 20)));
        recognise(CN, SUSPENDED, 0);
        yes(!recognised(NOW), "the first");
        yes(recognised(NOW + 20), "not the second");
    }

    function test_an_agreement_that_ended_before_it_began_makes_room_for_an_earlier_one() public {
        consentAs(AU, proposeAs(CN, AU, oneCover(CN, AEOS, LATEST)));
        proposeAs(CN, AU, oneCover(CN, AEOS, NOW));
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(AU, 2);
        recognise(AU, TERMINATED, 0);
        consentAs(AU, 2);
        yes(recognised(NOW) && recognised(LATEST), "under the second");
    }

    function test_an_agreement_that_lasts_a_second_is_not_dropped_for_an_earlier_one() public {
        consentAs(AU, proposeAs(CN, AU, oneCover(CN, AEOS, NOW + 9)));
        recognise(AU, TERMINATED, NOW + 10);
        proposeAs(CN, AU, oneCover(CN, AEOS, NOW));
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(AU, 2);
    }

    function test_an_earlier_agreement_does_not_cut_short_the_one_before_those_that_never_began() public {
        agreed();
        recognise(AU, TERMINATED, NOW + 50);
        consentAs(AU, proposeAs(CN, AU, oneCover(CN, AEOS, NOW + 60)));
        vm.prank(operatorOf(AU));
        aeo.changeRecognition(AU, 2, CN, AEOS, TERMINATED, REASON, 0);
        proposeAs(CN, AU, oneCover(CN, AEOS, NOW + 49));
        vm.expectRevert(coverTaken(CN, AU, 1));
        consentAs(AU, 3);
        consentAs(AU, proposeAs(CN, AU, oneCover(CN, AEOS, NOW + 50)));
        yes(recognised(NOW + 49) && recognised(NOW + 50), "one after the other");
    }

    function test_an_agreement_that_was_followed_by_another_has_nothing_to_change() public {
        agreed();
        recognise(AU, TERMINATED, 0);
        consentAs(CN, proposeAs(AU, CN, oneCover(CN, AEOS, NOW)));
        vm.expectRevert(recognitionInvalid(TERMINATED, SUSPENDED));
        recognise(AU, SUSPENDED, 0);
        vm.prank(operatorOf(AU));
        aeo.changeRecognition(AU, 2, CN, AEOS, SUSPENDED, REASON, 0);
        yes(!recognised(NOW), "suspended under the second");
    }

    function test_the_same_type_may_be_covered_for_different_partners() public {
        agreed();
        consentAs(NZ, proposeAs(CN, NZ, oneCover(CN, AEOS, NOW)));
        yes(aeo.recognisedAt(CN, NZ, AEOS, NOW), "by new zealand");
        recognise(AU, TERMINATED, 0);
        yes(aeo.recognisedAt(CN, NZ, AEOS, NOW), "still");
    }
}
