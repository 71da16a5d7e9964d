// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice Who may use what, where and of which line.
contract UseRightsTest is UseSetting {
    IUseRegistry.UseState private constant RESERVED = IUseRegistry.UseState.Reserved;

    function setUp() public {
        foundUse();
        licensed(QUANTITY, oneLine(100, 10));
    }

    function test_only_an_operator_of_an_active_customs_member_uses_anything_up() public {
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, CN, operatorOf(AU)));
        vm.prank(operatorOf(AU));
        uses.consume(CN, MOIT, TAG, id(1), kilograms(1));
        refused(abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, MOIT, 16));
        reserve(MOIT, 1, 1);
        suspend(PORT);
        bytes memory inactive = abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, PORT);
        refused(inactive);
        reserve(PORT, 1, 1);
        refused(inactive);
        consume(PORT, 1, 1);
        refused(inactive);
        enter(PORT, 1, 1);
    }

    function test_a_stranger_completes_nothing() public {
        reserve(CN, 1, 60);
        consume(CN, 2, 20);
        bytes memory stranger = abi.encodeWithSelector(
            IConsortium.ConsortiumNotOperator.selector,
            CN,
            operatorOf(PORT)
        );
        for (uint256 i; i < 4; ++i) {
            refused(stranger);
            vm.prank(operatorOf(PORT));
            if (i == 0) uses.consume(CN, MOIT, TAG, id(1), kilograms(60));
            else if (i == 1) uses.release(CN, MOIT, TAG, id(1));
            else if (i == 2) uses.correct(CN, MOIT, TAG, id(2), 1, true, 1, 7);
            else uses.reserve(CN, MOIT, TAG, id(1), kilograms(60));
        }
    }

    function test_a_suspended_customs_member_completes_what_it_began() public {
        reserve(PORT, 1, 30);
        reserve(PORT, 2, 30);
        suspend(PORT);
        consume(PORT, 1, 20);
        release(PORT, 2);
        correct(PORT, 1, 1, true, 5);
        refused(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, PORT));
        correct(PORT, 1, 2, false, 1);
        balance(100, 0, 15);
    }

    function test_customs_of_another_economy_may_not_draw() public {
        bytes memory reason = about(IUseRegistry.UseEconomyNotAllowed.selector, TAG, uint256(bytes32("AU")));
        refused(reason);
        reserve(AU, 1, 1);
        refused(reason);
        consume(AU, 1, 1);
        yes(uses.allows(MOIT, TAG, "CN", OFFICE), "China");
        yes(!uses.allows(MOIT, TAG, "AU", OFFICE), "Australia");
    }

    function test_a_licence_for_one_office_is_used_there_only() public {
        IUseRegistry.Terms memory terms = oneLine(100, 0);
        terms.offices = new bytes17[](1);
        terms.offices[0] = OTHER_OFFICE;
        anchorOneAs(MOIT, issueOf("one office", LICENCE, QUANTITY, terms));
        refused(about(IUseRegistry.UseOfficeNotAllowed.selector, "one office", uint256(bytes32(OFFICE))));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "one office", id(1), kilograms(1));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "one office", IUseRegistry.UseId(OTHER_OFFICE, 0, 0), kilograms(1));
        yes(uses.allows(MOIT, "one office", "CN", OTHER_OFFICE), "there");
        yes(!uses.allows(MOIT, "one office", "CN", OFFICE), "not here");
    }

    function test_an_office_is_printable_text() public {
        bytes17[4] memory bad = [bytes17(0), "CN SHA", bytes17(hex"434e0053"), bytes17(hex"434eff")];
        for (uint256 i; i < bad.length; ++i) {
            for (uint256 k; k < 3; ++k) {
                refused(about(IUseRegistry.UseOfficeNotAllowed.selector, TAG, uint256(bytes32(bad[i]))));
                vm.prank(operatorOf(CN));
                IUseRegistry.UseId memory there = IUseRegistry.UseId(bad[i], 0, 0);
                if (k == 0) uses.reserve(CN, MOIT, TAG, there, kilograms(1));
                else if (k == 1) uses.consume(CN, MOIT, TAG, there, kilograms(1));
                else uses.enter(CN, MOIT, TAG, there, kilograms(1), uint64(START));
            }
        }
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, TAG, IUseRegistry.UseId("!~CNSHA0123456789", 0, 0), kilograms(1));
    }

    function test_nothing_new_is_taken_from_a_record_that_is_not_valid() public {
        reserve(CN, 1, 60);
        IRegistry.Status[2] memory ends = [IRegistry.Status.Suspended, IRegistry.Status.Revoked];
        for (uint256 i; i < ends.length; ++i) {
            change(TAG, ends[i]);
            bytes memory reason = about(IUseRegistry.UseRecordNotValid.selector, TAG, uint256(ends[i]));
            refused(reason);
            reserve(CN, 2, 1);
            refused(reason);
            consume(CN, 2, 1);
        }
        consume(CN, 1, 50);
        correct(CN, 1, 1, true, 10);
        balance(100, 0, 40);
    }

    function test_a_record_that_is_not_there_is_not_used() public {
        refused(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, MOIT, bytes32("none")));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "none", id(1), nothing());
        refused(abi.encodeWithSelector(IRegistry.RegistryRecordUnknown.selector, MOIT, bytes32("none")));
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, "none", id(1), nothing(), uint64(START));
    }

    function test_a_line_must_be_named_and_be_there() public {
        uint16[3] memory bad = [uint16(0), 2, 257];
        for (uint256 i; i < bad.length; ++i) {
            for (uint256 k; k < 3; ++k) {
                refused(about(IUseRegistry.UseLineUnknown.selector, TAG, bad[i]));
                write(k, IUseRegistry.Amount(bad[i], i == 0 ? bytes3(0) : KGM, 1));
            }
        }
    }

    function test_a_quantity_is_in_the_unit_of_its_line() public {
        for (uint256 k; k < 3; ++k) {
            refused(abi.encodeWithSelector(IUseRegistry.UseUnitDiffers.selector, MOIT, TAG, 1, KGM));
            write(k, IUseRegistry.Amount(1, "TNE", 1));
        }
    }

    function test_a_use_in_another_unit_is_no_repetition() public {
        for (uint256 k; k < 3; ++k) {
            write(k, IUseRegistry.Amount(1, KGM, 1));
            refused(abi.encodeWithSelector(IUseRegistry.UseUnitDiffers.selector, MOIT, TAG, 1, KGM));
            write(k, IUseRegistry.Amount(1, "TNE", 1));
        }
    }

    /// @dev The `k`-th way to begin a use.
    function write(uint256 k, IUseRegistry.Amount memory amount) private {
        vm.prank(operatorOf(CN));
        if (k == 0) uses.reserve(CN, MOIT, TAG, id(1), amount);
        else if (k == 1) uses.consume(CN, MOIT, TAG, id(1), amount);
        else uses.enter(CN, MOIT, TAG, id(1), amount, uint64(START));
    }

    function test_what_was_reserved_of_one_line_is_not_written_off_another() public {
        IUseRegistry.Terms memory terms = oneLine(100, 0);
        terms.lines = new IUseRegistry.LineTerms[](2);
        terms.lines[0] = terms.lines[1] = IUseRegistry.LineTerms(KGM, 0, 100);
        anchorOneAs(MOIT, issueOf("two lines", LICENCE, QUANTITY, terms));
        vm.prank(operatorOf(CN));
        uses.reserve(CN, MOIT, "two lines", id(1), kilograms(10));
        refused(differs(RESERVED, 10, 0));
        vm.prank(operatorOf(CN));
        uses.consume(CN, MOIT, "two lines", id(1), IUseRegistry.Amount(2, KGM, 10));
        vm.prank(operatorOf(CN));
        uses.enter(CN, MOIT, "two lines", id(1), IUseRegistry.Amount(2, KGM, 10), uint64(START));
        balanceOf("two lines", 100, 0, 0);
        eq(uses.lineOf(MOIT, "two lines", 2).consumed, 10);
    }
}
