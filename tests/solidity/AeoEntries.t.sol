// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice The bytes of the entries 40 to 47, written out from `docs/spec/journal.md` section 4.
contract AeoEntriesTest is AeoSetting {
    bytes32 private constant ONE = bytes32(uint256(1));
    bytes8 private constant AEOC_PADDED = 0x41454f4300000000;
    bytes8 private constant AEOS_PADDED = 0x41454f5300000000;

    function setUp() public {
        foundAeo();
    }

    /// @dev Type, acting member, operator: the part at offset 37 that all entries have.
    function acted(bytes1 act, bytes32 member) private pure returns (bytes memory) {
        return bytes.concat(act, member, bytes20(operatorOf(member)));
    }

    function expectAeoEntry(bytes memory rest) private {
        expectEntry(address(aeo), rest);
    }

    function test_20_record_anchored() public {
        anchorAeo(CN, OTHER);
        bytes32 documentId = keccak256(abi.encode("document", OTHER));
        expectAeoEntry(bytes.concat(acted(0x20, CN), hex"036f", hex"0000", KEY, OTHER, documentId));
    }

    function test_40_type_granted_for_each_in_order() public {
        grantAs(operatorOf(CN), CN, twoGrants());
        bytes[] memory rests = new bytes[](2);
        rests[0] = bytes.concat(acted(0x40, CN), TAG, AEOC_PADDED, hex"000000006b49d200");
        rests[1] = bytes.concat(acted(0x40, CN), TAG, AEOS_PADDED, bytes8(uint64(START + 30 days)));
        expectAeoEntries(rests);
        eq(rests[0].length, 53 + 48);
    }

    function test_41_type_changed_with_the_time_that_was_given() public {
        grant(AEOS, NOW);
        collect();
        vm.warp(START + 9);
        changeType(AEOS, IRegistry.Status.Suspended, NOW + 5);
        bytes memory rest = bytes.concat(TAG, AEOS_PADDED, hex"02", hex"0022", bytes8(uint64(START + 5)));
        eq(rest.length, 51);
        expectAeoEntry(bytes.concat(acted(0x41, CN), rest));
    }

    function test_41_type_changed_now_or_with_the_change_before() public {
        grantAs(operatorOf(CN), CN, twoGrants());
        collect();
        vm.warp(START + 9);
        changeType(AEOC, IRegistry.Status.Revoked, 0);
        bytes memory rest = bytes.concat(TAG, AEOC_PADDED, hex"03", hex"0022", bytes8(uint64(START + 9)));
        expectAeoEntry(bytes.concat(acted(0x41, CN), rest));
        changeType(AEOS, IRegistry.Status.Cancelled, 0);
        rest = bytes.concat(TAG, AEOS_PADDED, hex"04", hex"0022", bytes8(uint64(START + 30 days)));
        expectAeoEntry(bytes.concat(acted(0x41, CN), rest));
    }

    function test_42_alias_added_and_43_removed_are_about_the_alias() public {
        addAlias(TAG, ALIAS);
        expectAeoEntry(bytes.concat(acted(0x42, CN), ALIAS, TAG));
        removeAlias(TAG, ALIAS);
        expectAeoEntry(bytes.concat(acted(0x43, CN), ALIAS, TAG));
    }

    function test_44_agreement_proposed_for_each_cover_in_order() public {
        proposeAs(CN, AU, bothCovers());
        bytes memory head = bytes.concat(acted(0x44, CN), ONE, AU);
        bytes[] memory rests = new bytes[](2);
        rests[0] = bytes.concat(head, CN, AEOS_PADDED, bytes8(NOW), bytes8(NOW + 1 days));
        rests[1] = bytes.concat(head, AU, AEOS_PADDED, bytes8(NOW), bytes8(NOW + 2 days));
        expectAeoEntries(rests);
        eq(rests[0].length, 53 + 120);
    }

    function test_45_agreement_consented_is_one_entry_for_all_covers() public {
        proposeAs(CN, AU, bothCovers());
        collect();
        consentAs(AU, 1);
        expectAeoEntry(bytes.concat(acted(0x45, AU), ONE));
    }

    function test_46_agreement_declined_by_either() public {
        proposeAs(CN, AU, bothCovers());
        proposeAs(CN, AU, bothCovers());
        collect();
        declineAs(AU, 1);
        expectAeoEntry(bytes.concat(acted(0x46, AU), ONE));
        declineAs(CN, 2);
        expectAeoEntry(bytes.concat(acted(0x46, CN), bytes32(uint256(2))));
    }

    function test_47_recognition_changed() public {
        agreed();
        IAeoRegistry.Recognition[3] memory all = [
            IAeoRegistry.Recognition.Suspended,
            IAeoRegistry.Recognition.InForce,
            IAeoRegistry.Recognition.Terminated
        ];
        bytes3 numbers = hex"020103";
        for (uint64 i; i < 3; ++i) {
            recognise(AU, all[i], NOW + 60 + i);
            bytes memory rest = bytes.concat(ONE, CN, AEOS_PADDED, numbers[i], hex"0022", bytes8(NOW + 60 + i));
            eq(rest.length, 83);
            expectAeoEntry(bytes.concat(acted(0x47, AU), rest));
        }
    }

    function test_47_recognition_changed_now() public {
        agreed();
        vm.warp(START + 77);
        recognise(CN, IAeoRegistry.Recognition.Suspended, 0);
        bytes memory rest = bytes.concat(ONE, CN, AEOS_PADDED, hex"02", hex"0022", bytes8(uint64(START + 77)));
        expectAeoEntry(bytes.concat(acted(0x47, CN), rest));
    }

    function test_what_is_refused_appends_nothing() public {
        uint256 size = journal.size();
        vm.expectRevert(typeInvalid(0));
        grantAs(operatorOf(CN), CN, new IAeoRegistry.Grant[](0));
        eq(journal.size(), size);
        compare();
    }
}
