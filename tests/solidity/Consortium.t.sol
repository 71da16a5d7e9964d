// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consortium} from "../../contracts/Consortium.sol";
import {OriginRegistry} from "../../contracts/OriginRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ConsortiumSetting} from "./ConsortiumSetting.sol";

/// @notice Says the right thing of itself, but of a kind that the journal does not know.
contract RegistryOfUnknownKind {
    IConsortium public consortium;
    uint8 public constant kind = 4;

    constructor(IConsortium consortium_) {
        consortium = consortium_;
    }
}

/// @notice How a consortium is founded, and whom and what it admits.
contract ConsortiumTest is ConsortiumSetting {
    // --- founding ---

    function test_founders_are_active_members_with_seats_in_order() public view {
        IConsortium.Member memory member = consortium.memberOf(NZ);
        eq(bytes32(member.economy), bytes32(bytes2("NZ")));
        eq(uint256(member.standing), uint256(IConsortium.Standing.Active));
        eq(member.controller, controllerOf(NZ));
        eq(member.seat, 2);
        eq(member.roles, 17);
        eq(consortium.activeAdministrations(), 4);
    }

    function test_a_consortium_without_an_administration_cannot_be_founded() public {
        IConsortium.Founder[] memory all = new IConsortium.Founder[](1);
        all[0] = IConsortium.Founder(VCCI, "VN", 6, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNoFounder.selector));
        new Consortium(all);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNoFounder.selector));
        new Consortium(new IConsortium.Founder[](0));
    }

    function test_two_founders_cannot_share_a_code() public {
        IConsortium.Founder[] memory all = founders();
        all[3].code = CN;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumCodeTaken.selector, CN));
        new Consortium(all);
    }

    function test_a_single_administration_decides_alone() public {
        IConsortium.Founder[] memory all = new IConsortium.Founder[](1);
        all[0] = founders()[0];
        consortium = new Consortium(all);
        uint256 proposal = propose(CN, admission(VCCI, "VN", 6, STRANGER));
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        eq(consortium.memberOf(VCCI).roles, 6);
    }

    // --- admitting members ---

    function test_a_code_needs_two_to_32_letters_digits_or_hyphens() public {
        bytes32[7] memory bad = [
            bytes32(0),
            "A",
            "vn-vcci",
            "VN VCCI",
            "VN_VCCI",
            bytes32(hex"564e00564e"),
            bytes32(hex"00564e2d56434349")
        ];
        for (uint256 i; i < bad.length; ++i) {
            refuse(
                admission(bad[i], "VN", 6, STRANGER),
                abi.encodeWithSelector(IConsortium.ConsortiumCodeInvalid.selector, bad[i])
            );
        }
        decide(admission("A0", "VN", 6, STRANGER));
        decide(admission("ABCDEFGHIJKLMNOPQRSTUVWXYZ-01289", "VN", 6, STRANGER));
    }

    function test_an_economy_is_two_capital_letters() public {
        bytes2[3] memory bad = [bytes2("V"), "vn", "1N"];
        for (uint256 i; i < bad.length; ++i) {
            refuse(
                admission(OTHER, bad[i], 6, STRANGER),
                abi.encodeWithSelector(IConsortium.ConsortiumEconomyInvalid.selector, bad[i])
            );
        }
    }

    function test_an_unknown_role_is_refused() public {
        refuse(
            admission(OTHER, "TH", 32, STRANGER),
            abi.encodeWithSelector(IConsortium.ConsortiumRolesInvalid.selector, 32)
        );
        refuse(
            abi.encodeCall(IConsortium.setRoles, (VCCI, 64)),
            abi.encodeWithSelector(IConsortium.ConsortiumRolesInvalid.selector, 64)
        );
    }

    function test_a_member_needs_a_controller() public {
        bytes memory missing = abi.encodeWithSelector(IConsortium.ConsortiumControllerMissing.selector, OTHER);
        refuse(admission(OTHER, "TH", 6, address(0)), missing);
    }

    function test_a_code_is_taken_even_after_its_member_left() public {
        bytes memory taken = abi.encodeWithSelector(IConsortium.ConsortiumCodeTaken.selector, VCCI);
        refuse(admission(VCCI, "VN", 6, STRANGER), taken);
        vm.prank(controllerOf(VCCI));
        consortium.resign(VCCI);
        refuse(admission(VCCI, "VN", 6, STRANGER), taken);
    }

    function test_an_admitted_administration_takes_the_next_seat_and_counts() public {
        decide(admission(OTHER, "TH", 1, STRANGER));
        eq(consortium.memberOf(OTHER).seat, 4);
        eq(consortium.activeAdministrations(), 5);
    }

    function test_a_seat_is_kept_when_the_role_is_lost_and_given_back() public {
        decide(abi.encodeCall(IConsortium.setRoles, (VN, 16)));
        eq(consortium.activeAdministrations(), 3);
        decide(admission(OTHER, "TH", 1, STRANGER));
        decide(abi.encodeCall(IConsortium.setRoles, (VN, 1)));
        eq(consortium.memberOf(VN).seat, 3);
        eq(consortium.memberOf(OTHER).seat, 4);
        eq(consortium.activeAdministrations(), 5);
    }

    function test_a_member_may_become_an_administration_later() public {
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 7)));
        eq(consortium.memberOf(VCCI).seat, 4);
        eq(consortium.activeAdministrations(), 5);
    }

    function test_setting_the_same_roles_is_refused() public {
        refuse(
            abi.encodeCall(IConsortium.setRoles, (VCCI, 6)),
            abi.encodeWithSelector(IConsortium.ConsortiumRolesInvalid.selector, 6)
        );
    }

    function test_the_257th_administration_finds_no_seat() public {
        IConsortium.Founder[] memory all = new IConsortium.Founder[](256);
        for (uint256 i; i < 256; ++i) {
            all[i] = IConsortium.Founder(numbered(i), "CN", 1, controllerOf(numbered(i)));
        }
        consortium = new Consortium(all);
        eq(consortium.activeAdministrations(), 256);
        uint256 proposal = propose(numbered(0), admission(OTHER, "TH", 1, STRANGER));
        for (uint256 i = 1; i < 171; ++i) vote(numbered(i), proposal, true);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumSeatsTaken.selector));
        vm.prank(controllerOf(numbered(0)));
        consortium.execute(numbered(0), proposal);
    }

    // --- registries ---

    function test_a_registry_is_admitted_once_and_a_retired_one_does_not_come_back() public {
        bytes memory again = abi.encodeCall(IConsortium.admitRegistry, (address(registry), 1));
        bytes memory known = abi.encodeWithSelector(IConsortium.ConsortiumRegistryKnown.selector, address(registry));
        eq(consortium.registryKind(address(registry)), 1);
        refuse(again, known);
        decide(abi.encodeCall(IConsortium.retireRegistry, (address(registry))));
        eq(consortium.registryKind(address(registry)), 0);
        refuse(again, known);
        refuse(
            abi.encodeCall(IConsortium.retireRegistry, (address(registry))),
            abi.encodeWithSelector(IConsortium.ConsortiumRegistryUnknown.selector, address(registry))
        );
    }

    function test_only_a_registry_of_this_consortium_and_of_the_named_kind_is_admitted() public {
        address ours = address(new OriginRegistry(consortium));
        address theirs = address(new OriginRegistry(new Consortium(founders())));
        refuseRegistry(ours, 0);
        refuseRegistry(ours, 2);
        refuseRegistry(ours, 4);
        refuseRegistry(theirs, 1);
        refuseRegistry(STRANGER, 1);
        refuseRegistry(address(new RegistryOfUnknownKind(consortium)), 4);
        decide(abi.encodeCall(IConsortium.admitRegistry, (ours, 1)));
    }

    function refuseRegistry(address other, uint8 kind) private {
        refuse(
            abi.encodeCall(IConsortium.admitRegistry, (other, kind)),
            abi.encodeWithSelector(IConsortium.ConsortiumRegistryInvalid.selector, other, kind)
        );
    }
}
