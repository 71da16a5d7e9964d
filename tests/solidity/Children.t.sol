// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice Which records are divided, and among whom: extracts of licences, certificates back to back.
contract ChildrenTest is UseSetting {
    IUseRegistry.Relation private constant BACK_TO_BACK = IUseRegistry.Relation.BackToBackOf;
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

    function extracted(bytes32 tag, uint72 quantity) private {
        anchorOneAs(MOIT, child(tag, EXTRACT, quantity));
    }

    function test_nothing_is_extracted_of_a_licence_that_counts_its_uses() public {
        uint16[2] memory counted = [SINGLE, 0x0302];
        for (uint256 i; i < counted.length; ++i) {
            bytes32 tag = bytes32(i + 1);
            anchorOneAs(MOIT, issueOf(tag, LICENCE, counted[i], oneLine(100, 0)));
            IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 1);
            issue.link.tag = tag;
            refused(linkInvalid(issue.link));
            anchorOneAs(MOIT, issue);
        }
    }

    function test_an_extract_is_worth_no_more_than_the_licence_that_it_is_of() public {
        extracted(CHILD, 50);
        change(TAG, IRegistry.Status.Suspended);
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Suspended)));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, CHILD, id(1), kilograms(1));
        change(TAG, IRegistry.Status.Valid);
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, CHILD, id(1), kilograms(1));
        change(TAG, IRegistry.Status.Revoked);
        refused(about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(IRegistry.Status.Revoked)));
        vm.prank(operatorOf(CN));
        uses.correct(CN, MOIT, CHILD, id(1), 1, false, 1, 7);
    }

    function test_an_extract_allows_no_economy_that_its_parent_does_not() public {
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 1);
        issue.terms.economies[0] = "AU";
        refused(about(IUseRegistry.UseEconomyNotAllowed.selector, TAG, uint256(bytes32("AU"))));
        anchorOneAs(MOIT, issue);
        issue.terms.economies = new bytes2[](0);
        refused(about(IUseRegistry.UseEconomyNotAllowed.selector, TAG, uint256(bytes32("VN"))));
        anchorOneAs(MOIT, issue);
    }

    function test_an_extract_allows_no_office_that_its_parent_does_not() public {
        IUseRegistry.Terms memory terms = oneLine(100, 0);
        terms.offices = new bytes17[](1);
        terms.offices[0] = OFFICE;
        anchorOneAs(MOIT, issueOf(NEW, LICENCE, QUANTITY, terms));
        IUseRegistry.Issue memory issue = child(CHILD, EXTRACT, 1);
        issue.link.tag = NEW;
        refused(abi.encodeWithSelector(IUseRegistry.UseTermsInvalid.selector, MOIT, CHILD));
        anchorOneAs(MOIT, issue);
        issue.terms.offices = new bytes17[](1);
        issue.terms.offices[0] = OTHER_OFFICE;
        refused(abi.encodeWithSelector(IUseRegistry.UseOfficeNotAllowed.selector, MOIT, NEW, OTHER_OFFICE));
        anchorOneAs(MOIT, issue);
        issue.terms.offices[0] = OFFICE;
        anchorOneAs(MOIT, issue);
    }

    function test_nothing_is_extracted_of_an_extract() public {
        extracted(CHILD, 50);
        IUseRegistry.Issue memory issue = child("grandchild", EXTRACT, 20);
        issue.link.tag = CHILD;
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
    }

    function test_a_licence_is_not_issued_back_to_back_nor_a_certificate_of_origin_extracted() public {
        IUseRegistry.Issue memory issue = child(CHILD, BACK_TO_BACK, 1);
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
        certified();
        issue = child(CHILD, EXTRACT, 1);
        issue.documentType = 864;
        refused(linkInvalid(issue.link));
        anchorOneAs(MOIT, issue);
    }

    /// @dev China issues a certificate of its own for goods that came with Viet Nam's.
    function test_a_back_to_back_certificate_is_issued_by_an_economy_of_its_parent_for_any_other() public {
        certified();
        decide(abi.encodeCall(IConsortium.setRoles, (PORT, 20)));
        vm.prank(controllerOf(PORT));
        consortium.registerKey(PORT, KEY, 1, new bytes(64), 0);
        IUseRegistry.Issue memory issue = child(CHILD, BACK_TO_BACK, 40);
        issue.documentType = 864;
        issue.terms.economies[0] = "AU";
        anchorOneAs(PORT, issue);
        balance(100, 0, 40);
        vm.prank(operatorOf(AU));
        uses.consume(AU, PORT, CHILD, id(1), kilograms(40));
        issue = child("own", BACK_TO_BACK, 40);
        issue.documentType = 864;
        refused(about(IUseRegistry.UseEconomyNotAllowed.selector, TAG, uint256(bytes32("VN"))));
        anchorOneAs(MOIT, issue);
    }

    /// @dev A certificate of origin of MOIT for 100 kg, for China; from here on uses are its registry's.
    function certified() private {
        uses = registry;
        anchorOneAs(MOIT, issueOf(TAG, 864, QUANTITY, oneLine(100, 10)));
    }
}
