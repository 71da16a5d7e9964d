// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consortium} from "../../contracts/Consortium.sol";
import {OriginRegistry} from "../../contracts/OriginRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Base, Vm} from "./Base.sol";
import {Reference} from "./Reference.sol";

/// @notice A consortium at work: four administrations, an issuing body with an operator and a key, an origin registry.
/// Every entry of the journal is collected from its events as a reader would.
abstract contract Setting is Base {
    uint256 internal constant START = 1_800_000_000;
    bytes32 internal constant CN = "CN-CUSTOMS";
    bytes32 internal constant AU = "AU-ABF";
    bytes32 internal constant NZ = "NZ-CUSTOMS";
    bytes32 internal constant VN = "VN-CUSTOMS";
    bytes32 internal constant VCCI = "VN-VCCI";
    bytes32 internal constant KEY = keccak256("document key");
    uint16 internal constant TYPE = 864;
    uint16 internal constant SINGLE = 0x0100;

    Consortium internal consortium;
    IJournal internal journal;
    OriginRegistry internal registry;
    bytes[] internal entries;
    bytes32[] internal leaves;

    /// @dev Brings all of it about.
    function found() internal {
        vm.warp(START);
        vm.recordLogs();
        consortium = new Consortium(founders());
        journal = consortium.journal();
        registry = new OriginRegistry(consortium);
        decide(abi.encodeCall(IConsortium.admitRegistry, (address(registry), 1)));
        decide(abi.encodeCall(IConsortium.admitMember, (VCCI, "VN", 6, controllerOf(VCCI))));
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, operatorOf(VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.registerKey(VCCI, KEY, 1, new bytes(64), 0);
        collect();
    }

    function founders() internal pure returns (IConsortium.Founder[] memory all) {
        all = new IConsortium.Founder[](4);
        all[0] = IConsortium.Founder(CN, "CN", 17, controllerOf(CN));
        all[1] = IConsortium.Founder(AU, "AU", 17, controllerOf(AU));
        all[2] = IConsortium.Founder(NZ, "NZ", 17, controllerOf(NZ));
        all[3] = IConsortium.Founder(VN, "VN", 17, controllerOf(VN));
    }

    function controllerOf(bytes32 member) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("controller", member)))));
    }

    function operatorOf(bytes32 member) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("operator", member)))));
    }

    /// @dev Proposes, collects three of four approvals, executes.
    function decide(bytes memory act) internal {
        uint256 proposal = approved(act);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
    }

    /// @dev Expects that an approved act fails with `reason`.
    function refuse(bytes memory act, bytes memory reason) internal {
        uint256 proposal = approved(act);
        vm.expectRevert(reason);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        yes(!consortium.proposalOf(proposal).executed, "a failed act leaves the proposal open");
    }

    function approved(bytes memory act) internal returns (uint256 proposal) {
        proposal = propose(CN, act);
        vote(AU, proposal, true);
        vote(NZ, proposal, true);
    }

    function propose(bytes32 member, bytes memory act) internal returns (uint256) {
        vm.prank(controllerOf(member));
        return consortium.propose(member, act, uint64(block.timestamp + 1 days));
    }

    function vote(bytes32 member, uint256 proposal, bool approves) internal {
        vm.prank(controllerOf(member));
        consortium.vote(member, proposal, approves);
    }

    function suspend(bytes32 member) internal {
        decide(abi.encodeCall(IConsortium.suspendMember, (member, 24)));
    }

    function someAnchors(uint256 count, uint256 salt) internal pure returns (IRegistry.Anchor[] memory anchors) {
        anchors = new IRegistry.Anchor[](count);
        for (uint256 i; i < count; ++i) {
            anchors[i] = IRegistry.Anchor(keccak256(abi.encode("tag", salt, i)), keccak256(abi.encode("id", salt, i)));
        }
    }

    function anchorAs(address account, IRegistry.Anchor[] memory anchors) internal returns (uint256, uint256) {
        vm.prank(account);
        return registry.anchor(VCCI, TYPE, SINGLE, KEY, anchors);
    }

    /// @dev Anchors one document and returns its tag.
    function anchored() internal returns (bytes32) {
        IRegistry.Anchor[] memory anchors = someAnchors(1, 0);
        anchorAs(operatorOf(VCCI), anchors);
        return anchors[0].tag;
    }

    function changeStatus(bytes32 tag, IRegistry.Status status) internal {
        vm.prank(operatorOf(VCCI));
        registry.changeStatus(VCCI, tag, status, 24, 0);
    }

    /// @dev Reads the journal's events since the last time, as `docs/spec/journal.md` section 2 says.
    function collect() internal {
        uint256 known = entries.length;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(journal)) continue;
            eq(logs[i].topics[0], IJournal.Appended.selector);
            uint256 first = uint256(logs[i].topics[1]);
            yes(first >= known && first <= entries.length, "entries follow each other");
            _forget(first);
            _collect(address(uint160(uint256(logs[i].topics[2]))), logs[i].data);
        }
        if (entries.length > known) _forget(journal.size());
    }

    /// @dev The runner also records events of calls that reverted: their entries never came to be.
    function _forget(uint256 size) private {
        while (entries.length > size) {
            entries.pop();
            leaves.pop();
        }
    }

    function _collect(address author, bytes memory data) private {
        (uint64 time, uint32 count, bytes memory head, bytes memory tails) = abi.decode(
            data,
            (uint64, uint32, bytes, bytes)
        );
        uint256 width = tails.length / count;
        for (uint256 i; i < count; ++i) {
            bytes memory tail = new bytes(width);
            for (uint256 k; k < width; ++k) tail[k] = tails[i * width + k];
            bytes memory entry = bytes.concat(prefix(author, time), head, tail);
            entries.push(entry);
            leaves.push(Reference.leaf(entry));
        }
    }

    /// @dev The part of an entry that the journal adds.
    function prefix(address author, uint64 time) internal view returns (bytes memory) {
        return bytes.concat(hex"01", bytes8(uint64(block.chainid)), bytes20(author), bytes8(time));
    }

    /// @dev Compares the journal with the reference over all entries so far.
    function compare() internal {
        collect();
        (uint256 size, bytes32 root) = journal.head();
        eq(size, entries.length);
        eq(root, Reference.root(leaves));
    }

    /// @dev Expects that exactly one entry was appended, with these parts, at this time.
    function expectEntry(address author, bytes memory rest) internal {
        uint256 before = entries.length;
        compare();
        eq(entries.length, before + 1);
        eq(entries[before], bytes.concat(prefix(author, uint64(block.timestamp)), rest));
    }
}
