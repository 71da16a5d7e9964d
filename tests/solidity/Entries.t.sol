// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consortium} from "../../contracts/Consortium.sol";
import {OriginRegistry} from "../../contracts/OriginRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Setting} from "./Setting.sol";

/// @notice The bytes of every type of entry, written out from `docs/spec/journal.md` sections 3 and 4.
contract EntriesTest is Setting {
    address private constant ACCOUNT = 0x1111111111111111111111111111111111111111;
    bytes32 private constant TH = "TH-DFT";

    function setUp() public {
        found();
    }

    /// @dev Type, acting member, operator: the part at offset 37 that all entries have.
    function acted(bytes1 act, bytes32 member, address account) private pure returns (bytes memory) {
        return bytes.concat(act, member, bytes20(account));
    }

    /// @dev Executes an approved act and expects `Executed` and then the act, both by the executing member.
    function expectDecided(bytes memory call, bytes1 act, bytes memory detail) private {
        uint256 proposal = approved(call);
        collect();
        uint256 before = entries.length;
        vm.warp(block.timestamp + 7);
        vm.prank(controllerOf(AU));
        consortium.execute(AU, proposal);
        compare();
        eq(entries.length, before + 2);
        bytes memory own = prefix(address(consortium), uint64(block.timestamp));
        eq(entries[before], bytes.concat(own, acted(0x0e, AU, controllerOf(AU)), bytes32(proposal)));
        eq(entries[before + 1], bytes.concat(own, acted(act, AU, controllerOf(AU)), detail));
    }

    function expectOwn(bytes1 act, bytes memory detail) private {
        expectEntry(address(consortium), bytes.concat(acted(act, VCCI, controllerOf(VCCI)), detail));
    }

    function asController() private {
        vm.prank(controllerOf(VCCI));
    }

    function test_the_journal_begins_with_the_founders_admitted_by_themselves_through_the_deployer() public view {
        bytes32[4] memory codes = [CN, AU, NZ, VN];
        bytes2[4] memory economies = [bytes2("CN"), "AU", "NZ", "VN"];
        for (uint256 i; i < 4; ++i) {
            bytes memory rest = bytes.concat(
                acted(0x01, codes[i], address(this)),
                codes[i],
                economies[i],
                hex"00000011",
                bytes20(controllerOf(codes[i]))
            );
            eq(entries[i], bytes.concat(prefix(address(consortium), uint64(START)), rest));
            eq(entries[i].length, 90 + 32 + 2 + 4 + 20);
        }
    }

    function test_01_member_admitted() public {
        expectDecided(
            abi.encodeCall(IConsortium.admitMember, (TH, "TH", 6, ACCOUNT)),
            0x01,
            bytes.concat(TH, "TH", hex"00000006", bytes20(ACCOUNT))
        );
    }

    function test_02_roles_changed() public {
        expectDecided(abi.encodeCall(IConsortium.setRoles, (VCCI, 10)), 0x02, bytes.concat(VCCI, hex"0000000a"));
    }

    function test_03_member_suspended_and_04_reinstated() public {
        expectDecided(abi.encodeCall(IConsortium.suspendMember, (VCCI, 24)), 0x03, bytes.concat(VCCI, hex"0018"));
        expectDecided(abi.encodeCall(IConsortium.reinstateMember, (VCCI, 0)), 0x04, bytes.concat(VCCI, hex"0000"));
    }

    function test_05_member_left_by_vote() public {
        expectDecided(abi.encodeCall(IConsortium.expelMember, (VCCI, 258)), 0x05, bytes.concat(VCCI, hex"0102"));
    }

    function test_05_member_left_by_itself() public {
        asController();
        consortium.resign(VCCI);
        expectOwn(0x05, bytes.concat(VCCI, hex"0000"));
    }

    function test_06_controller_changed_by_vote() public {
        expectDecided(
            abi.encodeCall(IConsortium.replaceController, (VCCI, ACCOUNT)),
            0x06,
            bytes.concat(VCCI, bytes20(ACCOUNT))
        );
    }

    function test_06_controller_changed_by_the_controller_that_goes() public {
        asController();
        consortium.setController(VCCI, ACCOUNT);
        expectOwn(0x06, bytes.concat(VCCI, bytes20(ACCOUNT)));
    }

    function test_07_operator_added_and_08_removed() public {
        asController();
        consortium.addOperator(VCCI, ACCOUNT);
        expectOwn(0x07, bytes.concat(VCCI, bytes20(ACCOUNT)));
        asController();
        consortium.removeOperator(VCCI, ACCOUNT);
        expectOwn(0x08, bytes.concat(VCCI, bytes20(ACCOUNT)));
    }

    function test_09_key_registered() public {
        bytes memory publicKey = bytes.concat(keccak256("x"), keccak256("y"));
        asController();
        consortium.registerKey(VCCI, "key", 1, publicKey, uint64(START + 1));
        expectOwn(0x09, bytes.concat(bytes32("key"), hex"01", bytes8(uint64(START + 1)), publicKey));
    }

    function test_09_key_registered_from_now_on_names_the_time() public {
        vm.warp(START + 9);
        asController();
        consortium.registerKey(VCCI, "key", 3, abi.encode(1), 0);
        expectOwn(0x09, bytes.concat(bytes32("key"), hex"03", bytes8(uint64(START + 9)), abi.encode(1)));
    }

    function test_0a_key_retired() public {
        asController();
        consortium.retireKey(VCCI, KEY, uint64(START + 300), 4);
        expectOwn(0x0a, bytes.concat(KEY, bytes8(uint64(START + 300)), hex"0004"));
    }

    function test_0a_key_retired_earlier_says_its_own_reason_or_none() public {
        asController();
        consortium.retireKey(VCCI, KEY, uint64(START + 300), 4);
        collect();
        asController();
        consortium.retireKey(VCCI, KEY, uint64(START + 200), 0);
        expectOwn(0x0a, bytes.concat(KEY, bytes8(uint64(START + 200)), hex"0000"));
        asController();
        consortium.retireKey(VCCI, KEY, 0, type(uint16).max);
        expectOwn(0x0a, bytes.concat(KEY, bytes8(uint64(START)), hex"ffff"));
    }

    function test_0b_key_compromised_is_one_entry_although_it_also_retires() public {
        asController();
        consortium.reportCompromise(VCCI, KEY, uint64(START - 300));
        expectOwn(0x0b, bytes.concat(KEY, bytes8(uint64(START - 300))));
    }

    function test_0c_proposed_carries_the_act_and_0d_voted_both_ways() public {
        bytes memory act = abi.encodeCall(IConsortium.setRoles, (VCCI, 2));
        uint256 proposal = propose(CN, act);
        bytes memory detail = bytes.concat(bytes32(proposal), bytes8(uint64(START + 1 days)), act);
        expectEntry(address(consortium), bytes.concat(acted(0x0c, CN, controllerOf(CN)), detail));
        vote(AU, proposal, true);
        detail = bytes.concat(bytes32(proposal), hex"01");
        expectEntry(address(consortium), bytes.concat(acted(0x0d, AU, controllerOf(AU)), detail));
        vote(CN, proposal, false);
        detail = bytes.concat(bytes32(proposal), hex"00");
        expectEntry(address(consortium), bytes.concat(acted(0x0d, CN, controllerOf(CN)), detail));
    }

    function test_0f_registry_admitted_and_10_retired() public {
        address other = address(new OriginRegistry(consortium));
        expectDecided(
            abi.encodeCall(IConsortium.admitRegistry, (other, 1)),
            0x0f,
            bytes.concat(bytes20(other), hex"01")
        );
        expectDecided(abi.encodeCall(IConsortium.retireRegistry, (other)), 0x10, bytes.concat(bytes20(other), hex"01"));
    }

    function test_20_record_anchored_shares_its_head_and_gives_each_record_an_entry() public {
        IRegistry.Anchor[] memory anchors = someAnchors(3, 0);
        uint256 before = entries.length;
        vm.prank(operatorOf(VCCI));
        (uint256 first, uint256 added) = registry.anchor(VCCI, 864, 0x0205, KEY, anchors);
        eq(first, before);
        eq(added, 3);
        compare();
        bytes memory head = bytes.concat(acted(0x20, VCCI, operatorOf(VCCI)), hex"0360", hex"0205", KEY);
        for (uint256 i; i < 3; ++i) {
            bytes memory rest = bytes.concat(head, anchors[i].tag, anchors[i].documentId);
            eq(entries[before + i], bytes.concat(prefix(address(registry), uint64(START)), rest));
            eq(entries[before + i].length, 190);
        }
    }

    function test_21_status_changed() public {
        bytes32 tag = anchored();
        collect();
        vm.warp(START + 50);
        vm.prank(operatorOf(VCCI));
        registry.changeStatus(VCCI, tag, IRegistry.Status.Revoked, 24, uint64(START + 20));
        bytes memory detail = bytes.concat(tag, hex"03", hex"0018", bytes8(uint64(START + 20)));
        expectEntry(address(registry), bytes.concat(acted(0x21, VCCI, operatorOf(VCCI)), detail));
    }

    function test_21_status_changed_from_now_on_names_the_time() public {
        bytes32 tag = anchored();
        collect();
        vm.warp(START + 50);
        changeStatus(tag, IRegistry.Status.Suspended);
        bytes memory detail = bytes.concat(tag, hex"02", hex"0018", bytes8(uint64(START + 50)));
        expectEntry(address(registry), bytes.concat(acted(0x21, VCCI, operatorOf(VCCI)), detail));
    }
}
