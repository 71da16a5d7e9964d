// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Setting} from "./Setting.sol";

contract RegistryTest is Setting {
    address private constant STRANGER = address(0xbad);

    function setUp() public {
        found();
    }

    function anchorWith(uint16 documentType, uint16 usePolicy) private {
        vm.prank(operatorOf(VCCI));
        registry.anchor(VCCI, documentType, usePolicy, KEY, someAnchors(1, (uint256(documentType) << 16) | usePolicy));
    }

    function taken(bytes32 tag) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRegistry.RegistryNumberTaken.selector, VCCI, tag);
    }

    function eq(IRegistry.Status got, IRegistry.Status expected) private pure {
        eq(uint256(got), uint256(expected));
    }

    // --- anchoring ---

    function test_a_record_holds_commitment_time_status_type_and_policy() public {
        IRegistry.Anchor[] memory anchors = someAnchors(2, 0);
        anchorAs(operatorOf(VCCI), anchors);
        IRegistry.Record memory record = registry.recordOf(VCCI, anchors[1].tag);
        eq(bytes32(record.commitment), bytes32(bytes22(anchors[1].documentId)));
        eq(record.anchoredAt, START);
        eq(record.status, IRegistry.Status.Valid);
        eq(record.documentType, TYPE);
        eq(record.usePolicy, SINGLE);
    }

    function test_a_record_is_one_slot_with_its_members_in_order() public {
        IRegistry.Anchor[] memory anchors = someAnchors(1, 0);
        anchorAs(operatorOf(VCCI), anchors);
        bytes32 slot = keccak256(abi.encode(anchors[0].tag, keccak256(abi.encode(VCCI, uint256(0)))));
        eq(
            abi.encode(vm.load(address(registry), slot)),
            bytes.concat(bytes22(anchors[0].documentId), bytes5(uint40(START)), hex"01", hex"0360", hex"0100")
        );
    }

    function test_anchoring_writes_one_slot_for_each_record_and_no_other() public {
        vm.record();
        anchorAs(operatorOf(VCCI), someAnchors(5, 0));
        (, bytes32[] memory writes) = vm.accesses(address(registry));
        eq(writes.length, 5);
    }

    function test_a_batch_has_1_to_512_anchors() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryBatchInvalid.selector, 0));
        anchorAs(operatorOf(VCCI), someAnchors(0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryBatchInvalid.selector, 513));
        anchorAs(operatorOf(VCCI), someAnchors(513, 0));
        anchorAs(operatorOf(VCCI), someAnchors(512, 0));
        compare();
    }

    function test_no_number_has_the_tag_of_zeros() public {
        IRegistry.Anchor[] memory anchors = someAnchors(2, 0);
        anchors[1].tag = 0;
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryTagInvalid.selector, bytes32(0)));
        anchorAs(operatorOf(VCCI), anchors);
    }

    function test_only_types_of_certificates_of_origin_are_taken() public {
        uint16[5] memory good = [861, 862, 864, 865, 954];
        for (uint256 i; i < good.length; ++i) anchorWith(good[i], 0);
        uint16[4] memory bad = [0, 811, 863, 380];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryDocumentTypeInvalid.selector, bad[i]));
            anchorWith(bad[i], 0);
        }
    }

    function test_each_type_needs_its_role() public {
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 2)));
        anchorWith(861, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 4));
        anchorWith(864, 0);
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 4)));
        anchorWith(864, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 2));
        anchorWith(861, 0);
    }

    function test_a_use_policy_is_none_single_up_to_n_or_quantity() public {
        uint16[4] memory good = [0x0000, 0x0100, 0x0201, 0x02ff];
        for (uint256 i; i < good.length; ++i) anchorWith(864, good[i]);
        uint16[7] memory bad = [0x0001, 0x00ff, 0x0101, 0x0200, 0x0400, 0x0401, 0xff00];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryUsePolicyInvalid.selector, bad[i]));
            anchorWith(864, bad[i]);
        }
    }

    function test_a_stranger_and_a_suspended_member_cannot_anchor() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, VCCI, STRANGER));
        anchorAs(STRANGER, someAnchors(1, 0));
        suspend(VCCI);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VCCI));
        anchorAs(operatorOf(VCCI), someAnchors(1, 0));
    }

    function test_anchoring_needs_a_registered_key() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, VCCI, bytes32("none")));
        vm.prank(operatorOf(VCCI));
        registry.anchor(VCCI, TYPE, SINGLE, "none", someAnchors(1, 0));
    }

    function test_anchoring_the_same_again_changes_and_appends_nothing() public {
        IRegistry.Anchor[] memory anchors = someAnchors(3, 0);
        anchorAs(operatorOf(VCCI), anchors);
        vm.warp(START + 10);
        uint256 size = journal.size();
        (uint256 first, uint256 added) = anchorAs(operatorOf(VCCI), anchors);
        eq(first + added, 0);
        eq(journal.size(), size);
        eq(registry.recordOf(VCCI, anchors[0].tag).anchoredAt, START);
        compare();
    }

    function test_anchoring_a_revoked_record_again_leaves_it_revoked() public {
        bytes32 tag = anchored();
        changeStatus(tag, IRegistry.Status.Revoked);
        (, uint256 added) = anchorAs(operatorOf(VCCI), someAnchors(1, 0));
        eq(added, 0);
        eq(registry.recordOf(VCCI, tag).status, IRegistry.Status.Revoked);
    }

    function test_a_number_is_not_taken_by_another_document() public {
        bytes32 tag = anchored();
        IRegistry.Anchor[] memory anchors = someAnchors(2, 7);
        anchors[1].tag = tag;
        vm.expectRevert(taken(tag));
        anchorAs(operatorOf(VCCI), anchors);
        eq(uint256(registry.recordOf(VCCI, anchors[0].tag).status), 0);
    }

    /// @dev Else an issuer would believe in a limit that was never recorded.
    function test_a_document_is_not_anchored_again_with_another_type_or_use_policy() public {
        anchorWith(864, 0x0201);
        IRegistry.Anchor[] memory anchors = someAnchors(1, (uint256(864) << 16) | 0x0201);
        uint16[2] memory policies = [uint16(0x0100), 0x0201];
        uint16[2] memory types = [uint16(864), 865];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(taken(anchors[0].tag));
            vm.prank(operatorOf(VCCI));
            registry.anchor(VCCI, types[i], policies[i], KEY, anchors);
        }
    }

    function test_a_batch_may_repeat_itself_but_not_contradict_itself() public {
        IRegistry.Anchor[] memory anchors = someAnchors(4, 0);
        anchors[2] = anchors[0];
        (, uint256 added) = anchorAs(operatorOf(VCCI), anchors);
        eq(added, 3);
        compare();
        anchors = someAnchors(2, 1);
        anchors[1].tag = anchors[0].tag;
        vm.expectRevert(taken(anchors[0].tag));
        anchorAs(operatorOf(VCCI), anchors);
    }

    function test_members_do_not_share_numbers() public {
        bytes32 other = "VN-MOIT";
        decide(abi.encodeCall(IConsortium.admitMember, (other, "VN", 6, controllerOf(other))));
        vm.prank(controllerOf(other));
        consortium.addOperator(other, operatorOf(other));
        vm.prank(controllerOf(other));
        consortium.registerKey(other, KEY, 1, new bytes(64), 0);
        bytes32 tag = anchored();
        IRegistry.Anchor[] memory anchors = someAnchors(1, 7);
        anchors[0].tag = tag;
        vm.prank(operatorOf(other));
        registry.anchor(other, TYPE, SINGLE, KEY, anchors);
        eq(bytes32(registry.recordOf(other, tag).commitment), bytes32(bytes22(anchors[0].documentId)));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, VCCI, operatorOf(other)));
        vm.prank(operatorOf(other));
        registry.changeStatus(VCCI, tag, IRegistry.Status.Revoked, 1, 0);
    }

    /// @dev Any part of a batch may be known: only the rest is appended, in order.
    function test_fuzz_only_what_is_new_is_appended_in_the_order_of_the_batch(uint256 known, uint8 size) public {
        uint256 n = within(size, 1, 100);
        IRegistry.Anchor[] memory anchors = someAnchors(n, 0);
        for (uint256 i; i < n; ++i) {
            if ((known >> i) & 1 == 0) continue;
            IRegistry.Anchor[] memory one = new IRegistry.Anchor[](1);
            one[0] = anchors[i];
            anchorAs(operatorOf(VCCI), one);
        }
        compare();
        uint256 next = entries.length;
        (uint256 first, uint256 added) = anchorAs(operatorOf(VCCI), anchors);
        compare();
        eq(added, entries.length - next);
        if (added != 0) eq(first, next);
        for (uint256 i; i < n; ++i) {
            if ((known >> i) & 1 == 1) continue;
            eq(tailOf(entries[next++]), abi.encode(anchors[i].tag, anchors[i].documentId));
        }
    }

    function tailOf(bytes memory entry) private pure returns (bytes memory tail) {
        tail = new bytes(64);
        for (uint256 i; i < 64; ++i) tail[i] = entry[126 + i];
    }

    /// @dev The array of anchors may lie anywhere in the calldata; its place is not always that of common encoders.
    function test_anchors_that_lie_elsewhere_in_the_calldata_are_appended_just_the_same() public {
        IRegistry.Anchor[] memory anchors = someAnchors(2, 0);
        bytes memory call = abi.encodePacked(
            abi.encodeWithSelector(IRegistry.anchor.selector, VCCI, TYPE, SINGLE, KEY, uint256(7 * 32)),
            keccak256("nothing"),
            keccak256("of interest"),
            abi.encode(uint256(2), anchors[0], anchors[1])
        );
        vm.prank(operatorOf(VCCI));
        (bool done, ) = address(registry).call(call);
        yes(done, "anchored");
        compare();
        eq(tailOf(entries[entries.length - 2]), abi.encode(anchors[0].tag, anchors[0].documentId));
        eq(tailOf(entries[entries.length - 1]), abi.encode(anchors[1].tag, anchors[1].documentId));
    }

    function test_fuzz_uneven_batches_keep_every_record_and_the_reference_root(uint8[4] memory sizes) public {
        for (uint256 i; i < sizes.length; ++i) {
            IRegistry.Anchor[] memory anchors = someAnchors(within(sizes[i], 1, 60), i);
            vm.warp(START + i);
            anchorAs(operatorOf(VCCI), anchors);
            IRegistry.Anchor memory last = anchors[anchors.length - 1];
            eq(registry.recordOf(VCCI, last.tag).anchoredAt, START + i);
            eq(bytes32(registry.recordOf(VCCI, last.tag).commitment), bytes32(bytes22(last.documentId)));
            compare();
        }
    }

    // --- status ---

    /// @dev Every pair of statuses against the table in the interface.
    function test_valid_and_suspended_change_into_each_other_and_end_and_nothing_follows_the_end() public {
        IRegistry.Status[4] memory from = [
            IRegistry.Status.Valid,
            IRegistry.Status.Suspended,
            IRegistry.Status.Revoked,
            IRegistry.Status.Cancelled
        ];
        string[4] memory allowed = ["001110", "010110", "000000", "000000"];
        for (uint256 i; i < 24; ++i) {
            bytes32 tag = keccak256(abi.encode("tag", i, 0));
            anchorAs(operatorOf(VCCI), someAnchors(1, i));
            if (i >= 6) changeStatus(tag, from[i / 6]);
            IRegistry.Status to = IRegistry.Status(i % 6);
            bool may = bytes(allowed[i / 6])[i % 6] == "1";
            if (!may) {
                vm.expectRevert(
                    abi.encodeWithSelector(IRegistry.RegistryTransitionInvalid.selector, VCCI, tag, from[i / 6], to)
                );
            }
            changeStatus(tag, to);
            eq(registry.recordOf(VCCI, tag).status, may ? to : from[i / 6]);
        }
        compare();
    }

    function test_a_change_of_status_changes_nothing_else() public {
        bytes32 tag = anchored();
        IRegistry.Record memory expected = registry.recordOf(VCCI, tag);
        vm.warp(START + 100);
        changeStatus(tag, IRegistry.Status.Cancelled);
        expected.status = IRegistry.Status.Cancelled;
        eq(abi.encode(registry.recordOf(VCCI, tag)), abi.encode(expected));
    }

    function test_an_unknown_record_has_no_status_to_change() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, VCCI, bytes32("none")));
        changeStatus("none", IRegistry.Status.Revoked);
    }

    function test_a_change_of_status_needs_a_reason() public {
        bytes32 tag = anchored();
        vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryReasonMissing.selector));
        vm.prank(operatorOf(VCCI));
        registry.changeStatus(VCCI, tag, IRegistry.Status.Revoked, 0, 0);
    }

    function test_a_change_takes_effect_between_anchoring_and_now() public {
        bytes32 tag = anchored();
        vm.warp(START + 10);
        uint64[3] memory bad = [uint64(1), uint64(START - 1), uint64(START + 11)];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistry.RegistryTimeInvalid.selector, bad[i]));
            vm.prank(operatorOf(VCCI));
            registry.changeStatus(VCCI, tag, IRegistry.Status.Suspended, 1, bad[i]);
        }
        vm.prank(operatorOf(VCCI));
        registry.changeStatus(VCCI, tag, IRegistry.Status.Suspended, 1, uint64(START));
    }

    function test_only_an_operator_changes_a_status() public {
        bytes32 tag = anchored();
        address[3] memory others = [STRANGER, controllerOf(VCCI), controllerOf(CN)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, VCCI, others[i]));
            vm.prank(others[i]);
            registry.changeStatus(VCCI, tag, IRegistry.Status.Revoked, 1, 0);
        }
    }

    function test_a_suspended_member_recalls_but_does_not_make_valid_again() public {
        bytes32 tag = anchored();
        suspend(VCCI);
        changeStatus(tag, IRegistry.Status.Suspended);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VCCI));
        changeStatus(tag, IRegistry.Status.Valid);
        changeStatus(tag, IRegistry.Status.Revoked);
    }

    function test_a_member_without_the_role_still_recalls_but_does_not_make_valid_again() public {
        bytes32 tag = anchored();
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 2)));
        changeStatus(tag, IRegistry.Status.Suspended);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 4));
        changeStatus(tag, IRegistry.Status.Valid);
        changeStatus(tag, IRegistry.Status.Revoked);
    }

    function test_a_member_that_left_changes_nothing_any_more() public {
        bytes32 tag = anchored();
        decide(abi.encodeCall(IConsortium.expelMember, (VCCI, 1)));
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Left)
        );
        changeStatus(tag, IRegistry.Status.Revoked);
    }

    // --- looking ---

    function test_a_look_answers_block_head_and_records_in_the_order_asked() public {
        bytes32 tag = anchored();
        bytes32[] memory tags = new bytes32[](3);
        tags[1] = tag;
        IRegistry.Look memory seen = registry.look(VCCI, tags);
        (uint256 size, bytes32 root) = journal.head();
        eq(seen.blockNumber, block.number);
        eq(seen.time, START);
        eq(seen.size, size);
        eq(seen.root, root);
        eq(seen.records.length, 3);
        eq(seen.records[1].status, IRegistry.Status.Valid);
        eq(seen.records[0].status, IRegistry.Status.None);
        eq(abi.encode(seen.records[1]), abi.encode(registry.recordOf(VCCI, tag)));
    }

    function test_the_origin_registry_is_of_kind_1_and_knows_its_consortium() public view {
        eq(registry.kind(), 1);
        eq(address(registry.consortium()), address(consortium));
    }
}
