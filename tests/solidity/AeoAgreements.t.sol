// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice Agreements on mutual recognition: proposed by one administration, consented to by the other, or declined.
contract AeoAgreementsTest is AeoSetting {
    function setUp() public {
        foundAeo();
    }

    function notAdministration(bytes32 member) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAeoRegistry.AeoNotAdministration.selector, member);
    }

    // --- proposing ---

    function test_a_proposal_is_numbered_from_1_and_nothing_of_it_holds() public {
        eq(proposeAs(CN, AU, bothCovers()), 1);
        eq(proposeAs(CN, AU, bothCovers()), 2);
        expectAgreement(1, false, false);
        yes(!recognised(LATEST), "before consent");
    }

    function test_there_is_no_agreement_0_or_beyond_the_last() public {
        proposeAs(CN, AU, bothCovers());
        eq(aeo.agreementOf(0).proposer, bytes32(0));
        eq(aeo.agreementOf(2).proposer, bytes32(0));
    }

    function test_what_a_proposal_covers_can_be_read_before_it_is_consented_to() public {
        proposeAs(CN, AU, bothCovers());
        eq(abi.encode(aeo.coversOf(1)), abi.encode(bothCovers()));
        consentAs(AU, 1);
        eq(abi.encode(aeo.coversOf(1)), abi.encode(bothCovers()));
        eq(aeo.coversOf(0).length + aeo.coversOf(2).length, 0);
    }

    function test_a_refused_proposal_takes_no_number() public {
        vm.expectRevert(coverInvalid(NZ, AEOS));
        proposeAs(CN, AU, oneCover(NZ, AEOS, NOW));
        eq(proposeAs(CN, AU, bothCovers()), 1);
    }

    function test_only_an_active_administration_proposes_through_its_operator() public {
        vm.expectRevert(notOperator(CN, operatorOf(AU)));
        vm.prank(operatorOf(AU));
        aeo.proposeAgreement(CN, AU, bothCovers());
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 1));
        proposeAs(VCCI, AU, oneCover(VCCI, AEOS, NOW));
        suspend(CN);
        vm.expectRevert(notActive(CN));
        proposeAs(CN, AU, bothCovers());
    }

    function test_the_partner_must_be_an_active_administration() public {
        vm.expectRevert(notAdministration(VCCI));
        proposeAs(CN, VCCI, bothCovers());
        vm.expectRevert(notAdministration("XX-NOBODY"));
        proposeAs(CN, "XX-NOBODY", bothCovers());
        suspend(AU);
        vm.expectRevert(notAdministration(AU));
        proposeAs(CN, AU, bothCovers());
    }

    function test_nobody_agrees_with_itself() public {
        vm.expectRevert(notParty(0, CN));
        proposeAs(CN, CN, oneCover(CN, AEOS, NOW));
    }

    function test_a_proposal_has_1_to_16_covers() public {
        vm.expectRevert(coverInvalid(0, 0));
        proposeAs(CN, AU, new IAeoRegistry.Cover[](0));
        vm.expectRevert(coverInvalid(0, 0));
        proposeAs(CN, AU, manyCovers(17));
        uint256 number = proposeAs(CN, AU, manyCovers(16));
        consentAs(AU, number);
        yes(aeo.recognisedAt(CN, AU, "P", NOW), "the last of them");
    }

    function manyCovers(uint256 count) private pure returns (IAeoRegistry.Cover[] memory all) {
        all = new IAeoRegistry.Cover[](count);
        for (uint256 i; i < count; ++i) all[i] = IAeoRegistry.Cover(CN, bytes8(bytes1(uint8(65 + i))), NOW, NOW);
    }

    function test_a_cover_is_of_a_party() public {
        vm.expectRevert(coverInvalid(NZ, AEOS));
        proposeAs(CN, AU, oneCover(NZ, AEOS, NOW));
    }

    function test_a_cover_names_a_type() public {
        bytes8[3] memory names = [bytes8(0), "AEO S", hex"0041"];
        for (uint256 i; i < names.length; ++i) {
            vm.expectRevert(coverInvalid(CN, names[i]));
            proposeAs(CN, AU, oneCover(CN, names[i], NOW));
        }
    }

    function test_a_cover_is_not_repeated_but_may_be_of_the_other_party() public {
        IAeoRegistry.Cover[] memory covers = bothCovers();
        covers[1].home = CN;
        vm.expectRevert(coverInvalid(CN, AEOS));
        proposeAs(CN, AU, covers);
        covers[1].home = AU;
        proposeAs(CN, AU, covers);
    }

    function test_data_are_not_exchanged_later_than_benefits_are_granted() public {
        IAeoRegistry.Cover[] memory covers = oneCover(CN, AEOS, NOW);
        covers[0].dataExchangeFrom = NOW + 1;
        vm.expectRevert(coverInvalid(CN, AEOS));
        proposeAs(CN, AU, covers);
    }

    function test_the_times_of_a_cover_lie_between_1970_and_9999() public {
        IAeoRegistry.Cover[] memory covers = oneCover(CN, AEOS, NOW);
        covers[0].dataExchangeFrom = 0;
        vm.expectRevert(timeInvalid(0, 0));
        proposeAs(CN, AU, covers);
        covers[0] = IAeoRegistry.Cover(CN, AEOS, NOW, LATEST + 1);
        vm.expectRevert(timeInvalid(LATEST + 1, 0));
        proposeAs(CN, AU, covers);
        covers[0].benefitsFrom = LATEST;
        proposeAs(CN, AU, covers);
    }

    // --- consent ---

    function test_each_cover_holds_from_its_own_time_and_in_its_own_direction() public {
        uint256 number = proposeAs(CN, AU, bothCovers());
        consentAs(AU, number);
        expectAgreement(1, true, false);
        yes(!aeo.recognisedAt(CN, AU, AEOS, NOW + 1 days - 1), "before");
        yes(aeo.recognisedAt(CN, AU, AEOS, NOW + 1 days), "from then on");
        yes(!aeo.recognisedAt(AU, CN, AEOS, NOW + 2 days - 1), "the other direction, before");
        yes(aeo.recognisedAt(AU, CN, AEOS, NOW + 2 days), "the other direction");
    }

    function test_a_type_that_is_not_covered_is_not_recognised_nor_by_others() public {
        agreed();
        yes(recognised(NOW), "covered");
        yes(!aeo.recognisedAt(CN, AU, AEOC, NOW), "another type");
        yes(!aeo.recognisedAt(CN, NZ, AEOS, NOW), "another partner");
        yes(!aeo.recognisedAt(VN, AU, AEOS, NOW), "another home");
    }

    function test_a_cover_of_one_direction_says_nothing_of_the_other() public {
        consentAs(AU, proposeAs(CN, AU, oneCover(AU, AEOS, NOW)));
        yes(aeo.recognisedAt(AU, CN, AEOS, NOW), "china recognises");
        yes(!aeo.recognisedAt(CN, AU, AEOS, NOW), "australia does not");
    }

    function test_benefits_may_have_begun_before_the_consent() public {
        consentAs(AU, proposeAs(CN, AU, oneCover(CN, AEOS, 1)));
        yes(recognised(1), "long ago");
        yes(!recognised(0), "not before");
    }

    function test_only_the_partner_consents() public {
        proposeAs(CN, AU, bothCovers());
        vm.expectRevert(notParty(1, CN));
        consentAs(CN, 1);
        vm.expectRevert(notParty(1, NZ));
        consentAs(NZ, 1);
        vm.expectRevert(notOperator(AU, operatorOf(CN)));
        vm.prank(operatorOf(CN));
        aeo.consent(AU, 1);
    }

    function test_only_an_active_administration_consents() public {
        proposeAs(CN, AU, bothCovers());
        suspend(AU);
        vm.expectRevert(notActive(AU));
        consentAs(AU, 1);
    }

    function test_who_is_no_administration_any_more_does_not_consent() public {
        proposeAs(CN, AU, bothCovers());
        demote(AU);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, AU, 1));
        consentAs(AU, 1);
    }

    function test_the_proposer_must_still_be_an_active_administration() public {
        proposeAs(AU, VN, oneCover(AU, AEOS, NOW));
        suspend(AU);
        vm.expectRevert(notAdministration(AU));
        consentAs(VN, 1);
    }

    function test_consent_is_given_once() public {
        agreed();
        vm.expectRevert(agreementInvalid(1));
        consentAs(AU, 1);
    }

    function test_there_is_no_consent_to_what_was_not_proposed() public {
        vm.expectRevert(agreementInvalid(0));
        consentAs(AU, 0);
        vm.expectRevert(agreementInvalid(1));
        consentAs(AU, 1);
        vm.expectRevert(agreementInvalid(type(uint256).max));
        consentAs(AU, type(uint256).max);
    }

    // --- declining ---

    function test_the_partner_declines_and_nothing_can_follow() public {
        proposeAs(CN, AU, bothCovers());
        declineAs(AU, 1);
        expectAgreement(1, false, true);
        vm.expectRevert(agreementInvalid(1));
        consentAs(AU, 1);
        vm.expectRevert(agreementInvalid(1));
        declineAs(CN, 1);
        vm.expectRevert(agreementInvalid(1));
        recognise(AU, IAeoRegistry.Recognition.Suspended, 0);
        yes(!recognised(LATEST), "never");
    }

    function test_the_proposer_withdraws_even_when_it_is_suspended() public {
        proposeAs(CN, AU, bothCovers());
        suspend(CN);
        declineAs(CN, 1);
        expectAgreement(1, false, true);
    }

    function test_nobody_else_declines() public {
        proposeAs(CN, AU, bothCovers());
        vm.expectRevert(notParty(1, NZ));
        declineAs(NZ, 1);
        vm.expectRevert(notOperator(AU, operatorOf(NZ)));
        vm.prank(operatorOf(NZ));
        aeo.decline(AU, 1);
    }

    function test_what_was_consented_to_cannot_be_declined() public {
        agreed();
        vm.expectRevert(agreementInvalid(1));
        declineAs(AU, 1);
    }
}
