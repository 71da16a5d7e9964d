// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LicenceRegistry} from "../../contracts/LicenceRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {Setting} from "./Setting.sol";

/// @notice Adds a licence registry, a licensing authority, a second customs member of China, and operators for customs.
abstract contract UseSetting is Setting {
    bytes32 internal constant MOIT = "VN-MOIT";
    bytes32 internal constant PORT = "CN-PORT";
    bytes17 internal constant OFFICE = "CNSHA01";
    bytes17 internal constant OTHER_OFFICE = "CNNGB01";
    bytes3 internal constant KGM = "KGM";
    uint16 internal constant LICENCE = 911;
    uint16 internal constant NO_POLICY = 0;
    uint16 internal constant QUANTITY = 0x0300;
    bytes32 internal constant TAG = keccak256("licence");

    LicenceRegistry internal licences;
    /// @dev The registry that `reserve` and the other acts below write to.
    IUseRegistry internal uses;

    function foundUse() internal {
        found();
        licences = new LicenceRegistry(consortium);
        uses = licences;
        decide(abi.encodeCall(IConsortium.admitRegistry, (address(licences), 2)));
        decide(abi.encodeCall(IConsortium.admitMember, (MOIT, "VN", 14, controllerOf(MOIT))));
        decide(abi.encodeCall(IConsortium.admitMember, (PORT, "CN", 16, controllerOf(PORT))));
        bytes32[6] memory members = [MOIT, PORT, CN, AU, NZ, VN];
        for (uint256 i; i < members.length; ++i) {
            vm.prank(controllerOf(members[i]));
            consortium.addOperator(members[i], operatorOf(members[i]));
        }
        vm.prank(controllerOf(MOIT));
        consortium.registerKey(MOIT, KEY, 1, new bytes(64), 0);
        collect();
    }

    // --- what is issued ---

    /// @dev One line of `quantity` kilograms for China, tolerance in per cent of what was authorised.
    function oneLine(uint72 quantity, uint8 tolerance) internal pure returns (IUseRegistry.Terms memory terms) {
        terms.tolerance = tolerance;
        terms.economies = new bytes2[](1);
        terms.economies[0] = "CN";
        terms.lines = new IUseRegistry.LineTerms[](1);
        terms.lines[0] = IUseRegistry.LineTerms(KGM, 0, quantity);
    }

    function issueOf(
        bytes32 tag,
        uint16 documentType,
        uint16 usePolicy,
        IUseRegistry.Terms memory terms
    ) internal pure returns (IUseRegistry.Issue memory issue) {
        issue.documentType = documentType;
        issue.usePolicy = usePolicy;
        issue.key = KEY;
        issue.anchor = IRegistry.Anchor(tag, keccak256(abi.encode("document", tag)));
        issue.terms = terms;
    }

    /// @dev A licence of MOIT under `TAG`.
    function licensed(uint16 usePolicy, IUseRegistry.Terms memory terms) internal {
        anchorOneAs(MOIT, issueOf(TAG, LICENCE, usePolicy, terms));
        collect();
    }

    function child(
        bytes32 tag,
        IUseRegistry.Relation relation,
        uint72 quantity
    ) internal pure returns (IUseRegistry.Issue memory issue) {
        issue = issueOf(tag, LICENCE, QUANTITY, oneLine(quantity, 0));
        issue.terms.lines[0].parentLine = 1;
        issue.link = IUseRegistry.Link(relation, MOIT, TAG);
    }

    function copyOf(bytes32 original, bytes32 tag) internal pure returns (IUseRegistry.Issue memory issue) {
        IUseRegistry.Terms memory none;
        issue = issueOf(tag, LICENCE, QUANTITY, none);
        issue.link = IUseRegistry.Link(IUseRegistry.Relation.TrueCopyOf, MOIT, original);
    }

    function anchorOneAs(bytes32 member, IUseRegistry.Issue memory issue) internal {
        vm.prank(operatorOf(member));
        uses.anchorOne(member, issue);
    }

    function change(bytes32 tag, IRegistry.Status status) internal {
        vm.prank(operatorOf(MOIT));
        uses.changeStatus(MOIT, tag, status, 24, 0);
    }

    // --- what is used; by default of `TAG`, at `OFFICE`, of line 1 ---

    /// @dev The whole of the `n`-th declaration at `OFFICE`.
    function id(uint256 n) internal pure returns (IUseRegistry.UseId memory) {
        return IUseRegistry.UseId(OFFICE, keccak256(abi.encode("declaration", n)), 0);
    }

    function kilograms(uint72 quantity) internal pure returns (IUseRegistry.Amount memory) {
        return IUseRegistry.Amount(1, KGM, quantity);
    }

    function nothing() internal pure returns (IUseRegistry.Amount memory amount) {}

    function reserve(bytes32 customs, uint256 n, uint72 quantity) internal {
        vm.prank(operatorOf(customs));
        uses.reserve(customs, MOIT, TAG, id(n), kilograms(quantity));
    }

    function consume(bytes32 customs, uint256 n, uint72 quantity) internal {
        vm.prank(operatorOf(customs));
        uses.consume(customs, MOIT, TAG, id(n), kilograms(quantity));
    }

    function release(bytes32 customs, uint256 n) internal {
        vm.prank(operatorOf(customs));
        uses.release(customs, MOIT, TAG, id(n));
    }

    function correct(bytes32 customs, uint256 n, uint8 number, bool falls, uint72 quantity) internal {
        vm.prank(operatorOf(customs));
        uses.correct(customs, MOIT, TAG, id(n), number, falls, quantity, 7);
    }

    function enter(bytes32 customs, uint256 n, uint72 quantity) internal {
        vm.prank(operatorOf(customs));
        uses.enter(customs, MOIT, TAG, id(n), kilograms(quantity), uint64(block.timestamp));
    }

    // --- what is expected ---

    function balance(uint72 authorised, uint72 reserved, uint72 consumed) internal view {
        balanceOf(TAG, authorised, reserved, consumed);
    }

    function balanceOf(bytes32 tag, uint72 authorised, uint72 reserved, uint72 consumed) internal view {
        IUseRegistry.Line memory line = uses.lineOf(MOIT, tag, 1);
        eq(line.authorised, authorised);
        eq(line.reserved, reserved);
        eq(line.consumed, consumed);
    }

    function useIs(
        bytes32 customs,
        uint256 n,
        IUseRegistry.UseState state,
        uint72 reserved,
        uint72 consumed
    ) internal view {
        IUseRegistry.Use memory use = uses.useOf(customs, MOIT, TAG, id(n));
        eq(uint256(use.state), uint256(state));
        eq(use.reserved, reserved);
        eq(use.consumed, consumed);
    }

    function refused(bytes memory reason) internal {
        vm.expectRevert(reason);
    }

    function exceeded(uint72 asked, uint72 free) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IUseRegistry.UseBalanceExceeded.selector, MOIT, TAG, 1, asked, free);
    }

    function differs(
        IUseRegistry.UseState state,
        uint72 reserved,
        uint72 consumed
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IUseRegistry.UseDiffers.selector, state, reserved, consumed);
    }

    /// @dev Of an error whose arguments are a record and one thing more.
    function about(bytes4 selector, bytes32 tag, uint256 more) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, MOIT, tag, more);
    }

    /// @dev Expects that exactly these entries were appended, in this order, at this time.
    function expectEntries(bytes[] memory rests) internal {
        uint256 before = entries.length;
        compare();
        eq(entries.length, before + rests.length);
        for (uint256 i; i < rests.length; ++i) {
            eq(entries[before + i], bytes.concat(prefix(address(uses), uint64(block.timestamp)), rests[i]));
        }
    }

    /// @dev Whether the last entry says that a late use is a conflict: its last byte.
    function conflicts() internal returns (bool) {
        compare();
        bytes memory last = entries[entries.length - 1];
        eq(uint8(last[37]), 0x38);
        return last[last.length - 1] != 0;
    }
}
