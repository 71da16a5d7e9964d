// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Journal} from "../../contracts/Journal.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Reference} from "./Reference.sol";
import {Setting} from "./Setting.sol";

/// @notice The tree; this contract plays the consortium of a journal of its own.
contract JournalTest is Setting {
    function setUp() public {
        vm.warp(START);
        vm.recordLogs();
        journal = new Journal();
    }

    function tailsOf(uint256 count, uint256 width) private pure returns (bytes memory tails) {
        tails = new bytes(count * width);
        for (uint256 i; i < tails.length; ++i)
            tails[i] = bytes1(uint8(uint256(keccak256(abi.encode(i / 32))) >> (i % 32)));
    }

    function test_the_root_of_no_entries_is_the_digest_of_nothing() public view {
        (uint256 size, bytes32 root) = journal.head();
        eq(size, 0);
        eq(root, 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855);
    }

    /// @dev Leaves and roots of the tree that Certificate Transparency's own tests use: transparency-dev/merkle,
    /// testdata/inclusion (Apache-2.0), where the roots of 5 and 8 leaves are these.
    function test_the_reference_gives_the_roots_that_others_published() public pure {
        bytes[8] memory published = [
            bytes(""),
            hex"00",
            hex"10",
            hex"2021",
            hex"3031",
            hex"40414243",
            hex"5051525354555657",
            hex"606162636465666768696a6b6c6d6e6f"
        ];
        bytes32[] memory five = new bytes32[](5);
        bytes32[] memory eight = new bytes32[](8);
        for (uint256 i; i < 5; ++i) five[i] = Reference.leaf(published[i]);
        for (uint256 i; i < 8; ++i) eight[i] = Reference.leaf(published[i]);
        eq(Reference.root(five), 0x4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4);
        eq(Reference.root(eight), 0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328);
    }

    function test_whoever_deploys_a_journal_is_its_consortium() public view {
        eq(journal.consortium(), address(this));
    }

    function test_an_entry_is_version_chain_author_time_head_and_tail() public {
        eq(journal.append(hex"aabb", hex"0102030405060708090a0b0c", 4), 0);
        collect();
        bytes memory start = bytes.concat(
            hex"01",
            bytes8(uint64(block.chainid)),
            bytes20(address(this)),
            bytes8(uint64(START)),
            hex"aabb"
        );
        eq(start.length, 37 + 2);
        eq(entries[0], bytes.concat(start, hex"010203"));
        eq(entries[3], bytes.concat(start, hex"0a0b0c"));
        compare();
    }

    function test_the_root_of_one_entry_is_its_leaf() public {
        journal.append(hex"aa", hex"bb", 1);
        compare();
        (, bytes32 root) = journal.head();
        eq(root, leaves[0]);
    }

    function test_every_size_up_to_70_has_the_root_of_the_reference() public {
        for (uint256 i; i < 70; ++i) {
            eq(journal.append(hex"aa", tailsOf(1, i + 1), 1), i);
            compare();
        }
    }

    function test_a_batch_of_512_on_an_odd_size_has_the_root_of_the_reference() public {
        journal.append(hex"aa", tailsOf(3, 64), 3);
        journal.append(hex"aa", tailsOf(512, 64), 512);
        compare();
        journal.append(hex"aa", tailsOf(511, 64), 511);
        compare();
    }

    function test_tails_that_cannot_be_cut_evenly_are_refused() public {
        refuse("", 1);
        refuse("", 0);
        refuse(hex"0102", 0);
        refuse(hex"010203", 2);
        refuse(hex"0102", 3);
    }

    function refuse(bytes memory tails, uint256 count) private {
        vm.expectRevert(abi.encodeWithSelector(IJournal.JournalUneven.selector, tails.length, count));
        journal.append(hex"aa", tails, count);
    }

    /// @dev Uneven batches, each checked against the reference over everything so far.
    function test_fuzz_any_sequence_of_batches_has_the_root_of_the_reference(
        uint8[6] memory counts,
        uint8 width
    ) public {
        for (uint256 i; i < counts.length; ++i) {
            uint256 count = within(counts[i], 1, 90);
            vm.warp(block.timestamp + counts[i]);
            eq(journal.append(abi.encode(i), tailsOf(count, within(width, 1, 120)), count), leaves.length);
            compare();
        }
    }

    /// @dev One call with n entries grows the same tree as n calls with one.
    function test_fuzz_how_entries_are_batched_does_not_change_the_root(uint8 before, uint8 size) public {
        uint256 n = within(size, 1, 130);
        uint256 start = within(before, 0, 40);
        Journal other = new Journal();
        bytes32[] memory expected = new bytes32[](start + n);
        bytes memory own = bytes.concat(prefix(address(this), uint64(START)), hex"aa");
        for (uint256 i; i < start + n; ++i) {
            other.append(hex"aa", abi.encode(i), 1);
            expected[i] = Reference.leaf(bytes.concat(own, abi.encode(i)));
        }
        bytes memory tails;
        for (uint256 i; i < start; ++i) journal.append(hex"aa", abi.encode(i), 1);
        for (uint256 i; i < n; ++i) tails = bytes.concat(tails, abi.encode(start + i));
        journal.append(hex"aa", tails, n);
        (, bytes32 root) = journal.head();
        (, bytes32 single) = other.head();
        eq(root, single);
        eq(root, Reference.root(expected));
    }
}

/// @notice Who may append.
contract JournalAccessTest is Setting {
    function setUp() public {
        found();
    }

    function refuseAuthor(address author) private {
        vm.expectRevert(abi.encodeWithSelector(IJournal.JournalNotAdmitted.selector, author));
        vm.prank(author);
        journal.append(hex"aa", hex"bb", 1);
    }

    function test_only_the_consortium_and_its_registries_append() public {
        refuseAuthor(address(this));
        refuseAuthor(controllerOf(CN));
        refuseAuthor(operatorOf(VCCI));
        vm.prank(address(registry));
        journal.append(hex"aa", hex"bb", 1);
        vm.prank(address(consortium));
        journal.append(hex"aa", hex"bb", 1);
        compare();
    }

    function test_a_retired_registry_appends_no_more_but_still_answers() public {
        bytes32 tag = anchored();
        decide(abi.encodeCall(IConsortium.retireRegistry, (address(registry))));
        refuseAuthor(address(registry));
        bytes memory retired = abi.encodeWithSelector(IJournal.JournalNotAdmitted.selector, address(registry));
        vm.expectRevert(retired);
        anchorAs(operatorOf(VCCI), someAnchors(1, 1));
        vm.expectRevert(retired);
        changeStatus(tag, IRegistry.Status.Revoked);
        eq(uint256(registry.recordOf(VCCI, tag).status), uint256(IRegistry.Status.Valid));
    }
}
