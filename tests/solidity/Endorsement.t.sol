// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ILicenceRegistry} from "../../contracts/interfaces/ILicenceRegistry.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice A permit that customs of its issuer's economy endorse with what really leaves.
contract EndorsementTest is UseSetting {
    bytes17 private constant HAI_PHONG = "VNHPH01";

    function setUp() public {
        foundUse();
        IUseRegistry.Terms memory terms = oneLine(100, 10);
        terms.lines = new IUseRegistry.LineTerms[](2);
        terms.lines[0] = IUseRegistry.LineTerms(KGM, 0, 100);
        terms.lines[1] = IUseRegistry.LineTerms("H87", 0, 8);
        licensed(QUANTITY, terms);
    }

    function endorse(bytes32 customs, uint72 first, uint72 second) private {
        uint72[] memory actual = new uint72[](2);
        (actual[0], actual[1]) = (first, second);
        vm.prank(operatorOf(customs));
        licences.endorse(customs, MOIT, TAG, HAI_PHONG, actual);
    }

    function endorseCount(uint256 count) private {
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, TAG, HAI_PHONG, new uint72[](count));
    }

    function invalid(uint256 count) private pure returns (bytes memory) {
        return about(ILicenceRegistry.LicenceEndorsementInvalid.selector, TAG, count);
    }

    function test_what_really_leaves_is_all_that_can_be_drawn() public {
        endorse(VN, 90, 8);
        balance(90, 0, 0);
        yes(uses.termsOf(MOIT, TAG).endorsed, "endorsed");
        eq(uses.termsOf(MOIT, TAG).tolerance, 0);
        refused(exceeded(91, 90));
        consume(CN, 1, 91);
        consume(CN, 1, 90);
    }

    function test_what_leaves_within_the_tolerance_is_endorsed_and_has_no_tolerance_itself() public {
        consume(CN, 1, 105);
        refused(about(IUseRegistry.UseLineInvalid.selector, TAG, 1));
        endorse(VN, 111, 8);
        endorse(VN, 110, 8);
        consume(CN, 2, 5);
        balance(110, 0, 110);
        refused(exceeded(1, 0));
        consume(CN, 3, 1);
    }

    /// @dev A late entry of one customs keeps no other from endorsing; that more was taken stays to be seen.
    function test_a_permit_that_late_entries_over_drew_is_endorsed_for_all_that_could_leave() public {
        enter(CN, 1, 130);
        refused(about(IUseRegistry.UseLineInvalid.selector, TAG, 1));
        endorse(VN, 109, 8);
        endorse(VN, 110, 8);
        balance(110, 0, 130);
    }

    function test_an_extract_that_was_endorsed_gives_back_all_that_it_took() public {
        IUseRegistry.Issue memory extract = child("extract", IUseRegistry.Relation.ExtractOf, 50);
        extract.terms.tolerance = 10;
        anchorOneAs(MOIT, extract);
        balance(100, 0, 55);
        uint72[] memory actual = new uint72[](1);
        actual[0] = 40;
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, "extract", HAI_PHONG, actual);
        change("extract", IRegistry.Status.Cancelled);
        balance(100, 0, 0);
    }

    function test_an_extract_of_a_suspended_licence_is_not_endorsed() public {
        anchorOneAs(MOIT, child("extract", IUseRegistry.Relation.ExtractOf, 50));
        change(TAG, IRegistry.Status.Suspended);
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Suspended)));
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, "extract", HAI_PHONG, new uint72[](1));
    }

    function test_an_endorsement_is_made_once_and_can_be_repeated() public {
        endorse(VN, 90, 8);
        uint256 size = journal.size();
        endorse(VN, 90, 8);
        eq(journal.size(), size);
        refused(invalid(2));
        endorse(VN, 90, 7);
        refused(invalid(2));
        endorse(VN, 89, 8);
    }

    function test_every_line_is_endorsed_with_no_more_than_authorised_and_no_less_than_taken() public {
        refused(about(IUseRegistry.UseLineInvalid.selector, TAG, 2));
        endorse(VN, 100, 9);
        consume(CN, 1, 30);
        reserve(CN, 2, 10);
        refused(about(IUseRegistry.UseLineInvalid.selector, TAG, 1));
        endorse(VN, 39, 8);
        endorse(VN, 40, 0);
        eq(uses.lineOf(MOIT, TAG, 2).authorised, 0);
    }

    function test_a_permit_without_lines_or_with_another_number_of_them_is_not_endorsed() public {
        uint256[3] memory counts = [uint256(0), 1, 3];
        for (uint256 i; i < 3; ++i) {
            refused(invalid(counts[i]));
            endorseCount(counts[i]);
        }
        IUseRegistry.Terms memory none;
        anchorOneAs(MOIT, issueOf("plain", LICENCE, NO_POLICY, none));
        refused(about(ILicenceRegistry.LicenceEndorsementInvalid.selector, "plain", 0));
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, "plain", HAI_PHONG, new uint72[](0));
        refused(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, MOIT, bytes32("none")));
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, "none", HAI_PHONG, new uint72[](1));
    }

    function test_only_active_customs_of_the_issuers_economy_endorse() public {
        refused(about(IUseRegistry.UseEconomyNotAllowed.selector, TAG, uint256(bytes32("CN"))));
        endorse(CN, 90, 8);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, MOIT, 16));
        endorse(MOIT, 90, 8);
        suspend(VN);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VN));
        endorse(VN, 90, 8);
    }

    function test_only_a_valid_permit_is_endorsed_at_an_office() public {
        change(TAG, IRegistry.Status.Suspended);
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Suspended)));
        endorse(VN, 90, 8);
        change(TAG, IRegistry.Status.Valid);
        refused(about(IUseRegistry.UseOfficeNotAllowed.selector, TAG, 0));
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, TAG, 0, new uint72[](2));
    }

    function test_a_copy_endorses_its_original_while_both_are_valid() public {
        anchorOneAs(MOIT, copyOf(TAG, "copy"));
        uint72[] memory actual = new uint72[](2);
        (actual[0], actual[1]) = (90, 8);
        change("copy", IRegistry.Status.Suspended);
        refused(about(IUseRegistry.UseRecordNotValid.selector, "copy", uint256(IRegistry.Status.Suspended)));
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, "copy", HAI_PHONG, actual);
        change("copy", IRegistry.Status.Valid);
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, "copy", HAI_PHONG, actual);
        balance(90, 0, 0);
    }
}
