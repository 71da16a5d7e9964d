// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice The bytes of the entries 22 to 39, written out from `docs/spec/journal.md` section 4.
contract UseEntriesTest is UseSetting {
    bytes32 private constant CHILD = keccak256("child");
    bytes9 private constant SIXTY = 0x00000000000000003c;

    function setUp() public {
        foundUse();
    }

    /// @dev Type, acting member, operator: the part at offset 37 that all entries have.
    function acted(bytes1 act, bytes32 member) private pure returns (bytes memory) {
        return bytes.concat(act, member, bytes20(operatorOf(member)));
    }

    /// @dev Record, certificate presented, office, declaration, item, line: 149 bytes.
    function useOf(bytes32 presented, uint256 n, bytes2 item, bytes2 line) private pure returns (bytes memory) {
        bytes memory record = bytes.concat(MOIT, TAG, presented);
        return bytes.concat(record, OFFICE, keccak256(abi.encode("declaration", n)), item, line);
    }

    function anchoredRest(bytes32 tag) private pure returns (bytes memory) {
        bytes32 documentId = keccak256(abi.encode("document", tag));
        return bytes.concat(acted(0x20, MOIT), hex"038f", hex"0300", KEY, tag, documentId);
    }

    function expectUse(bytes1 act, bytes32 customs, bytes memory use, bytes memory rest) private {
        eq(use.length, 149);
        expectEntry(address(uses), bytes.concat(acted(act, customs), use, rest));
    }

    function test_20_then_30_terms_set_then_31_a_line_authorised_for_each_line() public {
        IUseRegistry.Terms memory terms = oneLine(60, 5);
        terms.onRemaining = true;
        terms.economies = new bytes2[](2);
        (terms.economies[0], terms.economies[1]) = ("CN", "AU");
        terms.offices = new bytes17[](1);
        terms.offices[0] = OFFICE;
        terms.lines = new IUseRegistry.LineTerms[](2);
        terms.lines[0] = IUseRegistry.LineTerms(KGM, 0, 60);
        terms.lines[1] = IUseRegistry.LineTerms("H87", 0, type(uint72).max / 2);
        anchorOneAs(MOIT, issueOf(TAG, LICENCE, QUANTITY, terms));
        bytes[] memory rests = new bytes[](4);
        rests[0] = anchoredRest(TAG);
        rests[1] = bytes.concat(acted(0x30, MOIT), TAG, hex"05", hex"01", hex"02", hex"01", "CNAU", OFFICE);
        rests[2] = bytes.concat(acted(0x31, MOIT), TAG, hex"0001", "KGM", SIXTY);
        rests[3] = bytes.concat(acted(0x31, MOIT), TAG, hex"0002", "H87", hex"7fffffffffffffffff");
        expectEntries(rests);
    }

    function test_30_terms_set_later_name_the_issuers_economy_where_none_was_named() public {
        IUseRegistry.Terms memory terms;
        licensed(NO_POLICY, terms);
        terms = oneLine(60, 0);
        terms.economies = new bytes2[](0);
        vm.warp(START + 5);
        vm.prank(operatorOf(MOIT));
        uses.setTerms(MOIT, TAG, terms);
        bytes[] memory rests = new bytes[](2);
        rests[0] = bytes.concat(acted(0x30, MOIT), TAG, hex"00", hex"00", hex"01", hex"00", "VN");
        rests[1] = bytes.concat(acted(0x31, MOIT), TAG, hex"0001", "KGM", SIXTY);
        expectEntries(rests);
    }

    function test_23_record_linked_for_a_copy() public {
        licensed(QUANTITY, oneLine(60, 0));
        anchorOneAs(MOIT, copyOf(TAG, CHILD));
        bytes[] memory rests = new bytes[](2);
        rests[0] = anchoredRest(CHILD);
        rests[1] = bytes.concat(acted(0x23, MOIT), CHILD, hex"01", MOIT, TAG);
        expectEntries(rests);
    }

    /// @dev An extract with two lines, of lines 2 and 1.
    function twoLines(bytes32 tag) private pure returns (IUseRegistry.Issue memory issue) {
        issue = child(tag, IUseRegistry.Relation.ExtractOf, 60);
        issue.terms.lines = new IUseRegistry.LineTerms[](2);
        issue.terms.lines[0] = IUseRegistry.LineTerms(KGM, 2, 60);
        issue.terms.lines[1] = IUseRegistry.LineTerms(KGM, 1, 1);
    }

    function licensedWithTwoLines() private {
        IUseRegistry.Terms memory terms = oneLine(60, 0);
        terms.lines = new IUseRegistry.LineTerms[](2);
        terms.lines[0] = IUseRegistry.LineTerms(KGM, 0, 60);
        terms.lines[1] = IUseRegistry.LineTerms(KGM, 0, 60);
        licensed(QUANTITY, terms);
    }

    /// @dev `LineGranted` or `LineReturned` for both lines, from `first` on.
    function lineage(bytes1 act, bytes32 tag, bytes[] memory rests, uint256 first) private pure {
        bytes memory head = bytes.concat(acted(act, MOIT), MOIT, TAG, MOIT, tag);
        rests[first] = bytes.concat(head, hex"0002", hex"0001", SIXTY);
        rests[first + 1] = bytes.concat(head, hex"0001", hex"0002", bytes9(uint72(1)));
    }

    function opened(bytes32 tag, bytes[] memory rests, uint256 first) private pure {
        rests[first] = bytes.concat(acted(0x23, MOIT), tag, hex"03", MOIT, TAG);
        rests[first + 1] = bytes.concat(acted(0x30, MOIT), tag, hex"00", hex"00", hex"01", hex"00", "CN");
        lineage(0x32, tag, rests, first + 2);
        rests[first + 4] = bytes.concat(acted(0x31, MOIT), tag, hex"0001", "KGM", SIXTY);
        rests[first + 5] = bytes.concat(acted(0x31, MOIT), tag, hex"0002", "KGM", bytes9(uint72(1)));
    }

    function test_32_line_granted_stands_between_the_childs_terms_and_its_lines() public {
        licensedWithTwoLines();
        anchorOneAs(MOIT, twoLines(CHILD));
        bytes[] memory rests = new bytes[](7);
        rests[0] = anchoredRest(CHILD);
        opened(CHILD, rests, 1);
        expectEntries(rests);
    }

    function test_21_cancelled_is_followed_by_33_line_returned() public {
        licensedWithTwoLines();
        anchorOneAs(MOIT, twoLines(CHILD));
        collect();
        vm.warp(START + 9);
        change(CHILD, IRegistry.Status.Cancelled);
        bytes[] memory rests = new bytes[](3);
        rests[0] = bytes.concat(acted(0x21, MOIT), CHILD, hex"04", hex"0018", bytes8(uint64(START + 9)));
        lineage(0x33, CHILD, rests, 1);
        expectEntries(rests);
    }

    function test_22_record_replaced_stands_after_the_successor_and_before_what_is_returned_and_granted() public {
        licensedWithTwoLines();
        anchorOneAs(MOIT, twoLines(CHILD));
        collect();
        bytes32 successor = keccak256("successor");
        vm.prank(operatorOf(MOIT));
        uses.replace(MOIT, CHILD, 31, twoLines(successor));
        bytes[] memory rests = new bytes[](10);
        rests[0] = anchoredRest(successor);
        rests[1] = bytes.concat(acted(0x22, MOIT), CHILD, successor, hex"001f");
        lineage(0x33, CHILD, rests, 2);
        opened(successor, rests, 4);
        expectEntries(rests);
    }

    function test_24_record_confirmed_for_each() public {
        licensed(QUANTITY, oneLine(60, 0));
        anchorOneAs(MOIT, issueOf(CHILD, LICENCE, QUANTITY, oneLine(60, 0)));
        collect();
        bytes32[] memory tags = new bytes32[](2);
        (tags[0], tags[1]) = (TAG, CHILD);
        vm.prank(operatorOf(MOIT));
        uses.confirm(MOIT, tags);
        bytes[] memory rests = new bytes[](2);
        for (uint256 i; i < 2; ++i) rests[i] = bytes.concat(acted(0x24, MOIT), tags[i]);
        expectEntries(rests);
    }

    function test_34_use_reserved_35_consumed_and_37_corrected() public {
        licensed(QUANTITY, oneLine(60, 0));
        reserve(CN, 1, 60);
        expectUse(0x34, CN, useOf(TAG, 1, 0x0000, 0x0001), bytes.concat(SIXTY));
        vm.warp(START + 3);
        consume(CN, 1, 59);
        expectUse(0x35, CN, useOf(TAG, 1, 0x0000, 0x0001), hex"00000000000000003b");
        correct(CN, 1, 1, true, 60 - 1);
        bytes memory rest = bytes.concat(hex"01", hex"01", hex"00000000000000003b", hex"0007");
        expectUse(0x37, CN, useOf(TAG, 1, 0x0000, 0x0001), rest);
    }

    function test_37_use_corrected_upwards() public {
        licensed(QUANTITY, oneLine(60, 0));
        consume(CN, 1, 1);
        collect();
        correct(CN, 1, 1, false, 2);
        bytes memory rest = bytes.concat(hex"01", hex"00", hex"000000000000000002", hex"0007");
        expectUse(0x37, CN, useOf(TAG, 1, 0x0000, 0x0001), rest);
    }

    function test_36_use_released_says_what_had_been_reserved_and_by_which_certificate() public {
        licensed(QUANTITY, oneLine(60, 0));
        anchorOneAs(MOIT, copyOf(TAG, CHILD));
        reserve(PORT, 4, 60);
        collect();
        vm.prank(operatorOf(PORT));
        uses.release(PORT, MOIT, CHILD, id(4));
        expectUse(0x36, PORT, useOf(CHILD, 4, 0x0000, 0x0001), bytes.concat(SIXTY));
    }

    function test_35_of_a_whole_record_through_its_copy_has_no_line_and_no_quantity() public {
        IUseRegistry.Terms memory none;
        licensed(NO_POLICY, none);
        IUseRegistry.Issue memory copy = copyOf(TAG, CHILD);
        anchorOneAs(MOIT, copy);
        collect();
        IUseRegistry.UseId memory item = id(2);
        item.item = 258;
        vm.prank(operatorOf(AU));
        uses.consume(AU, MOIT, CHILD, item, nothing());
        expectUse(0x35, AU, useOf(CHILD, 2, 0x0102, 0x0000), bytes.concat(bytes9(0)));
    }

    function test_38_use_entered_with_its_time_and_whether_it_is_a_conflict() public {
        licensed(QUANTITY, oneLine(60, 0));
        vm.warp(START + 100);
        for (uint256 n; n < 2; ++n) {
            vm.prank(operatorOf(CN));
            uses.enter(CN, MOIT, TAG, id(n), kilograms(60), uint64(START + 40));
            bytes memory rest = bytes.concat(SIXTY, bytes8(uint64(START + 40)), n == 0 ? bytes1(0) : bytes1(0x01));
            expectUse(0x38, CN, useOf(TAG, n, 0x0000, 0x0001), rest);
        }
    }

    function test_39_export_endorsed_for_each_line() public {
        licensedWithTwoLines();
        uint72[] memory actual = new uint72[](2);
        (actual[0], actual[1]) = (60, 1);
        vm.prank(operatorOf(VN));
        licences.endorse(VN, MOIT, TAG, "VNHPH01", actual);
        bytes memory head = bytes.concat(acted(0x39, VN), MOIT, TAG, bytes17("VNHPH01"));
        bytes[] memory rests = new bytes[](2);
        rests[0] = bytes.concat(head, hex"0001", SIXTY);
        rests[1] = bytes.concat(head, hex"0002", bytes9(uint72(1)));
        expectEntries(rests);
    }
}
