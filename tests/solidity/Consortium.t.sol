// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consortium} from "../../contracts/Consortium.sol";
import {OriginRegistry} from "../../contracts/OriginRegistry.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {Setting} from "./Setting.sol";

/// @notice Says the right thing of itself, but of a kind that the journal does not know.
contract RegistryOfUnknownKind {
    IConsortium public consortium;
    uint8 public constant kind = 4;

    constructor(IConsortium consortium_) {
        consortium = consortium_;
    }
}

contract ConsortiumTest is Setting {
    address private constant STRANGER = address(0xbad);
    bytes32 private constant OTHER = "TH-DFT";

    function setUp() public {
        found();
    }

    function admission(
        bytes32 code,
        bytes2 economy,
        uint32 roles,
        address controller
    ) private pure returns (bytes memory) {
        return abi.encodeCall(IConsortium.admitMember, (code, economy, roles, controller));
    }

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

    function numbered(uint256 i) private pure returns (bytes32) {
        return bytes32(abi.encodePacked("CN-", bytes1(uint8(65 + i / 16)), bytes1(uint8(65 + (i % 16)))));
    }

    // --- votes ---

    function test_two_of_three_thirds_are_not_more_than_two_thirds() public {
        decide(abi.encodeCall(IConsortium.setRoles, (VN, 16)));
        uint256 proposal = propose(CN, admission(OTHER, "TH", 6, STRANGER));
        vote(AU, proposal, true);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTooFewApprovals.selector, proposal, 2, 3));
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        vote(NZ, proposal, true);
        vm.prank(controllerOf(AU));
        consortium.execute(AU, proposal);
    }

    function test_an_approval_can_be_withdrawn() public {
        uint256 proposal = approved(admission(OTHER, "TH", 6, STRANGER));
        vote(CN, proposal, false);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTooFewApprovals.selector, proposal, 2, 4));
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
    }

    function test_voting_the_same_again_is_not_an_act() public {
        uint256 proposal = approved(admission(OTHER, "TH", 6, STRANGER));
        collect();
        uint256 before = journal.size();
        vote(AU, proposal, true);
        vote(VN, proposal, false);
        eq(journal.size(), before);
    }

    function test_who_was_suspended_since_no_longer_counts_for_a_proposal() public {
        uint256 proposal = propose(VN, admission(OTHER, "TH", 6, STRANGER));
        vote(CN, proposal, true);
        vote(AU, proposal, true);
        suspend(VN);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTooFewApprovals.selector, proposal, 2, 3));
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
    }

    function test_members_that_leave_lower_the_threshold_so_nobody_is_locked_out() public {
        uint256 proposal = propose(CN, admission(OTHER, "TH", 6, STRANGER));
        vm.prank(controllerOf(AU));
        consortium.resign(AU);
        vm.prank(controllerOf(NZ));
        consortium.resign(NZ);
        vm.prank(controllerOf(VN));
        consortium.resign(VN);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        eq(consortium.activeAdministrations(), 1);
    }

    function test_a_proposal_is_executed_exactly_once() public {
        uint256 proposal = approved(admission(OTHER, "TH", 6, STRANGER));
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        bytes memory again = abi.encodeWithSelector(IConsortium.ConsortiumProposalExecuted.selector, proposal);
        vm.expectRevert(again);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        vm.expectRevert(again);
        vm.prank(controllerOf(VN));
        consortium.vote(VN, proposal, true);
    }

    function test_an_expired_proposal_takes_no_votes_and_cannot_be_executed() public {
        uint256 proposal = approved(admission(OTHER, "TH", 6, STRANGER));
        uint64 expiresAt = consortium.proposalOf(proposal).expiresAt;
        vm.warp(expiresAt);
        bytes memory late = abi.encodeWithSelector(IConsortium.ConsortiumProposalExpired.selector, proposal, expiresAt);
        vm.expectRevert(late);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
        vm.expectRevert(late);
        vm.prank(controllerOf(VN));
        consortium.vote(VN, proposal, true);
        vm.warp(expiresAt - 1);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
    }

    function test_a_proposal_expires_within_90_days() public {
        uint64[3] memory bad = [uint64(0), uint64(START), uint64(START + 90 days + 1)];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumExpiryInvalid.selector, bad[i]));
            vm.prank(controllerOf(CN));
            consortium.propose(CN, abi.encodeCall(IConsortium.setRoles, (VCCI, 2)), bad[i]);
        }
        vm.prank(controllerOf(CN));
        consortium.propose(CN, abi.encodeCall(IConsortium.setRoles, (VCCI, 2)), uint64(START + 90 days));
    }

    function test_only_acts_that_are_decided_by_vote_can_be_proposed() public {
        refuseProposal(abi.encodeCall(IConsortium.addOperator, (VCCI, STRANGER)));
        refuseProposal(abi.encodeCall(IConsortium.resign, (VCCI)));
        refuseProposal(abi.encodeCall(IConsortium.execute, (CN, 1)));
        refuseProposal("");
        refuseProposal(hex"aabbcc");
        refuseProposal(bytes.concat(abi.encodeCall(IConsortium.setRoles, (VCCI, 2)), hex"00"));
        refuseProposal(abi.encodePacked(IConsortium.setRoles.selector, VCCI));
    }

    function refuseProposal(bytes memory act) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumActUnknown.selector, bytes4(act)));
        vm.prank(controllerOf(CN));
        consortium.propose(CN, act, uint64(START + 1 days));
    }

    function test_what_is_decided_by_vote_cannot_be_called_directly() public {
        bytes[8] memory acts = [
            admission(OTHER, "TH", 6, STRANGER),
            abi.encodeCall(IConsortium.setRoles, (VCCI, 2)),
            abi.encodeCall(IConsortium.suspendMember, (VCCI, 1)),
            abi.encodeCall(IConsortium.reinstateMember, (VCCI, 1)),
            abi.encodeCall(IConsortium.expelMember, (VCCI, 1)),
            abi.encodeCall(IConsortium.replaceController, (VCCI, STRANGER)),
            abi.encodeCall(IConsortium.admitRegistry, (address(registry), 1)),
            abi.encodeCall(IConsortium.retireRegistry, (address(registry)))
        ];
        for (uint256 i; i < acts.length; ++i) {
            vm.prank(controllerOf(CN));
            (bool done, bytes memory answer) = address(consortium).call(acts[i]);
            yes(!done, "called directly");
            eq(answer, abi.encodeWithSelector(IConsortium.ConsortiumOnlyByVote.selector));
        }
    }

    function test_an_unknown_proposal_is_refused() public {
        bytes memory unknown = abi.encodeWithSelector(IConsortium.ConsortiumProposalUnknown.selector, 99);
        vm.expectRevert(unknown);
        vm.prank(controllerOf(CN));
        consortium.vote(CN, 99, true);
        vm.expectRevert(unknown);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, 99);
    }

    function test_only_an_active_administrations_controller_proposes_votes_and_executes() public {
        uint256 proposal = approved(admission(OTHER, "TH", 6, STRANGER));
        refuseVoter(
            STRANGER,
            CN,
            proposal,
            abi.encodeWithSelector(IConsortium.ConsortiumNotController.selector, CN, STRANGER)
        );
        refuseVoter(
            controllerOf(VCCI),
            VCCI,
            proposal,
            abi.encodeWithSelector(IConsortium.ConsortiumNotAdministration.selector, VCCI)
        );
        refuseVoter(
            STRANGER,
            OTHER,
            proposal,
            abi.encodeWithSelector(IConsortium.ConsortiumUnknownMember.selector, OTHER)
        );
        suspend(VN);
        refuseVoter(
            controllerOf(VN),
            VN,
            proposal,
            abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VN)
        );
    }

    function refuseVoter(address account, bytes32 member, uint256 proposal, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(account);
        consortium.vote(member, proposal, true);
        vm.expectRevert(reason);
        vm.prank(account);
        consortium.execute(member, proposal);
        vm.expectRevert(reason);
        vm.prank(account);
        consortium.propose(member, abi.encodeCall(IConsortium.setRoles, (VCCI, 2)), uint64(block.timestamp + 1));
    }

    function test_an_act_with_arguments_that_do_not_decode_fails_and_stays_open() public {
        refuse(abi.encodePacked(IConsortium.setRoles.selector, VCCI, type(uint256).max), "");
    }

    /// @dev The approvals that are needed, against counting one by one.
    function test_fuzz_more_than_two_thirds_of_the_active_must_approve(
        uint8 members,
        uint8 approving,
        uint8 gone
    ) public {
        uint256 n = within(members, 2, 60);
        IConsortium.Founder[] memory all = new IConsortium.Founder[](n);
        for (uint256 i; i < n; ++i) all[i] = IConsortium.Founder(numbered(i), "CN", 1, controllerOf(numbered(i)));
        consortium = new Consortium(all);
        uint256 proposal = propose(numbered(0), admission(OTHER, "TH", 6, STRANGER));
        uint256 approvals = within(approving, 1, n);
        for (uint256 i = 1; i < approvals; ++i) vote(numbered(i), proposal, true);
        uint256 left = within(gone, 0, n - 1);
        for (uint256 i = n - left; i < n; ++i) {
            vm.prank(controllerOf(numbered(i)));
            consortium.resign(numbered(i));
        }
        uint256 active = n - left;
        uint256 counted = approvals < active ? approvals : active;
        bool enough = counted * 3 > active * 2;
        if (!enough) {
            vm.expectRevert(
                abi.encodeWithSelector(IConsortium.ConsortiumTooFewApprovals.selector, proposal, counted, active)
            );
        }
        vm.prank(controllerOf(numbered(0)));
        consortium.execute(numbered(0), proposal);
        yes(consortium.proposalOf(proposal).executed == enough, "executed if and only if enough");
    }

    // --- standing ---

    function test_a_suspended_member_can_be_reinstated() public {
        suspend(VCCI);
        eq(uint256(consortium.memberOf(VCCI).standing), uint256(IConsortium.Standing.Suspended));
        decide(abi.encodeCall(IConsortium.reinstateMember, (VCCI, 25)));
        eq(uint256(consortium.memberOf(VCCI).standing), uint256(IConsortium.Standing.Active));
    }

    function test_a_reinstated_administration_counts_again() public {
        suspend(VN);
        eq(consortium.activeAdministrations(), 3);
        decide(abi.encodeCall(IConsortium.reinstateMember, (VN, 25)));
        eq(consortium.activeAdministrations(), 4);
    }

    function test_a_suspended_member_gets_the_role_but_no_vote() public {
        suspend(VCCI);
        decide(abi.encodeCall(IConsortium.setRoles, (VCCI, 1)));
        eq(consortium.activeAdministrations(), 4);
    }

    function test_only_an_active_member_is_suspended_and_only_a_suspended_one_reinstated() public {
        refuse(
            abi.encodeCall(IConsortium.reinstateMember, (VCCI, 1)),
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Active)
        );
        suspend(VCCI);
        refuse(
            abi.encodeCall(IConsortium.suspendMember, (VCCI, 1)),
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Suspended)
        );
    }

    function test_an_expelled_member_can_do_nothing_and_nothing_can_be_done_with_it() public {
        decide(abi.encodeCall(IConsortium.expelMember, (VCCI, 24)));
        bytes memory left = abi.encodeWithSelector(
            IConsortium.ConsortiumWrongStanding.selector,
            VCCI,
            IConsortium.Standing.Left
        );
        refuse(abi.encodeCall(IConsortium.expelMember, (VCCI, 24)), left);
        refuse(abi.encodeCall(IConsortium.suspendMember, (VCCI, 24)), left);
        refuse(abi.encodeCall(IConsortium.reinstateMember, (VCCI, 24)), left);
        refuse(abi.encodeCall(IConsortium.setRoles, (VCCI, 2)), left);
        refuse(abi.encodeCall(IConsortium.replaceController, (VCCI, STRANGER)), left);
        refuseController(VCCI, left);
    }

    function refuseController(bytes32 member, bytes memory reason) private {
        bytes[7] memory acts = [
            abi.encodeCall(IConsortium.setController, (member, STRANGER)),
            abi.encodeCall(IConsortium.addOperator, (member, STRANGER)),
            abi.encodeCall(IConsortium.removeOperator, (member, operatorOf(member))),
            abi.encodeCall(IConsortium.registerKey, (member, "other", 3, new bytes(32), 0)),
            abi.encodeCall(IConsortium.retireKey, (member, KEY, 0)),
            abi.encodeCall(IConsortium.reportCompromise, (member, KEY, 1)),
            abi.encodeCall(IConsortium.resign, (member))
        ];
        for (uint256 i; i < acts.length; ++i) {
            vm.prank(controllerOf(member));
            (bool done, bytes memory answer) = address(consortium).call(acts[i]);
            yes(!done, "a controller that must not act acted");
            eq(answer, reason);
        }
    }

    function test_nobody_but_the_controller_looks_after_a_member() public {
        decide(abi.encodeCall(IConsortium.replaceController, (VCCI, address(0xc0ffee))));
        refuseController(
            VCCI,
            abi.encodeWithSelector(IConsortium.ConsortiumNotController.selector, VCCI, controllerOf(VCCI))
        );
        refuseController(OTHER, abi.encodeWithSelector(IConsortium.ConsortiumUnknownMember.selector, OTHER));
    }

    function test_the_last_active_administration_stays() public {
        decide(abi.encodeCall(IConsortium.expelMember, (VN, 1)));
        decide(abi.encodeCall(IConsortium.suspendMember, (NZ, 1)));
        vm.prank(controllerOf(AU));
        consortium.resign(AU);
        bytes memory last = abi.encodeWithSelector(IConsortium.ConsortiumLastAdministration.selector, CN);
        vm.expectRevert(last);
        vm.prank(controllerOf(CN));
        consortium.resign(CN);
        refuseAlone(abi.encodeCall(IConsortium.suspendMember, (CN, 1)), last);
        refuseAlone(abi.encodeCall(IConsortium.expelMember, (CN, 1)), last);
        refuseAlone(abi.encodeCall(IConsortium.setRoles, (CN, 16)), last);
        eq(consortium.activeAdministrations(), 1);
    }

    function refuseAlone(bytes memory act, bytes memory reason) private {
        uint256 proposal = propose(CN, act);
        vm.expectRevert(reason);
        vm.prank(controllerOf(CN));
        consortium.execute(CN, proposal);
    }

    function test_a_member_that_is_no_administration_leaves_beside_the_last_one() public {
        decide(abi.encodeCall(IConsortium.expelMember, (VN, 1)));
        decide(abi.encodeCall(IConsortium.suspendMember, (NZ, 1)));
        vm.prank(controllerOf(AU));
        consortium.resign(AU);
        vm.prank(controllerOf(VCCI));
        consortium.resign(VCCI);
        vm.prank(controllerOf(NZ));
        consortium.resign(NZ);
        eq(uint256(consortium.memberOf(NZ).standing), uint256(IConsortium.Standing.Left));
    }

    // --- controllers and operators ---

    function test_a_new_controller_takes_over() public {
        vm.prank(controllerOf(VCCI));
        consortium.setController(VCCI, address(0xc0ffee));
        vm.prank(address(0xc0ffee));
        consortium.addOperator(VCCI, STRANGER);
        yes(consortium.isOperator(VCCI, STRANGER), "the new controller's operator");
    }

    function test_a_controller_is_replaced_by_another_account() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumControllerMissing.selector, VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.setController(VCCI, address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumControllerKnown.selector, VCCI, controllerOf(VCCI))
        );
        vm.prank(controllerOf(VCCI));
        consortium.setController(VCCI, controllerOf(VCCI));
    }

    function test_an_operator_is_added_once_and_removed_once() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOperatorKnown.selector, VCCI, operatorOf(VCCI)));
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, operatorOf(VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.removeOperator(VCCI, operatorOf(VCCI));
        yes(!consortium.isOperator(VCCI, operatorOf(VCCI)), "removed");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOperatorUnknown.selector, VCCI, operatorOf(VCCI)));
        vm.prank(controllerOf(VCCI));
        consortium.removeOperator(VCCI, operatorOf(VCCI));
    }

    function test_the_zero_address_never_acts() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOperatorUnknown.selector, VCCI, address(0)));
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, address(0));
    }

    function test_a_suspended_member_still_looks_after_operators_and_keys() public {
        suspend(VCCI);
        vm.prank(controllerOf(VCCI));
        consortium.addOperator(VCCI, STRANGER);
        vm.prank(controllerOf(VCCI));
        consortium.removeOperator(VCCI, operatorOf(VCCI));
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START));
        consortium.requireOperator(VCCI, STRANGER);
    }

    function test_an_operator_of_a_member_that_left_acts_no_more() public {
        vm.prank(controllerOf(VCCI));
        consortium.resign(VCCI);
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumWrongStanding.selector, VCCI, IConsortium.Standing.Left)
        );
        consortium.requireOperator(VCCI, operatorOf(VCCI));
    }

    // --- document keys ---

    function register(bytes32 key, uint8 algorithm, uint256 length, uint64 from) private {
        vm.prank(controllerOf(VCCI));
        consortium.registerKey(VCCI, key, algorithm, new bytes(length), from);
    }

    function test_a_key_is_notified_now_and_effective_from_now_or_later() public {
        register("later", 3, 32, uint64(START + 5));
        IConsortium.DocumentKey memory key = consortium.documentKey(VCCI, "later");
        eq(key.notifiedAt, START);
        eq(key.effectiveFrom, START + 5);
        eq(key.retiredAt + key.compromisedSince, 0);
        eq(key.algorithm, 3);
        eq(consortium.documentKey(VCCI, KEY).effectiveFrom, START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, START - 1));
        register("early", 3, 32, uint64(START - 1));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, uint64(1) << 40));
        register("never", 3, 32, uint64(1) << 40);
    }

    function test_a_public_key_has_the_length_of_its_algorithm() public {
        uint256[2][6] memory good = [
            [uint256(1), 64],
            [uint256(2), 96],
            [uint256(3), 32],
            [uint256(4), 256],
            [uint256(4), 300],
            [uint256(4), 512]
        ];
        for (uint256 i; i < good.length; ++i) register(bytes32(i + 1), uint8(good[i][0]), good[i][1], 0);
        uint256[2][8] memory bad = [
            [uint256(0), 64],
            [uint256(1), 65],
            [uint256(2), 64],
            [uint256(3), 0],
            [uint256(3), 33],
            [uint256(4), 255],
            [uint256(4), 513],
            [uint256(5), 64]
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyInvalid.selector, bad[i][0], bad[i][1]));
            register(bytes32(i + 100), uint8(bad[i][0]), bad[i][1], 0);
        }
    }

    function test_a_key_is_registered_once_even_when_retired() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyKnown.selector, VCCI, KEY));
        register(KEY, 1, 64, 0);
    }

    function test_a_suspended_member_registers_no_key() public {
        suspend(VCCI);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VCCI));
        register("other", 1, 64, 0);
    }

    function test_a_retirement_is_fixed_once_and_not_in_the_past() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, START - 1));
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START - 1));
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 10));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyRetired.selector, VCCI, KEY));
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 20));
    }

    function test_a_compromised_key_is_retired_now_and_reported_once() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 10));
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START - 100));
        eq(consortium.documentKey(VCCI, KEY).compromisedSince, START - 100);
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyCompromised.selector, VCCI, KEY));
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START));
    }

    function test_a_key_that_retired_before_keeps_its_time_when_reported() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, 0);
        vm.warp(START + 10);
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START + 5));
        eq(consortium.documentKey(VCCI, KEY).retiredAt, START);
    }

    function test_a_compromise_has_a_time_that_is_not_in_the_future() public {
        uint64[2] memory bad = [uint64(0), uint64(START + 1)];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTimeInvalid.selector, bad[i]));
            vm.prank(controllerOf(VCCI));
            consortium.reportCompromise(VCCI, KEY, bad[i]);
        }
    }

    function test_an_unknown_key_is_neither_retired_nor_reported() public {
        bytes memory unknown = abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, VCCI, bytes32("none"));
        vm.expectRevert(unknown);
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, "none", 0);
        vm.expectRevert(unknown);
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, "none", 1);
    }

    // --- who may issue ---

    function test_an_entitled_operator_with_a_good_key_may_issue() public {
        consortium.requireIssuer(VCCI, operatorOf(VCCI), 4, KEY);
        register("later", 3, 32, uint64(START + 5));
        consortium.requireIssuer(VCCI, operatorOf(VCCI), 6, "later");
    }

    function refuseIssuer(address account, uint32 roles, bytes32 key, bytes memory reason) private {
        vm.expectRevert(reason);
        consortium.requireIssuer(VCCI, account, roles, key);
    }

    function test_a_stranger_the_controller_and_a_member_without_the_role_may_not_issue() public {
        bytes4 not = IConsortium.ConsortiumNotOperator.selector;
        refuseIssuer(STRANGER, 4, KEY, abi.encodeWithSelector(not, VCCI, STRANGER));
        refuseIssuer(controllerOf(VCCI), 4, KEY, abi.encodeWithSelector(not, VCCI, controllerOf(VCCI)));
        refuseIssuer(
            operatorOf(VCCI),
            12,
            KEY,
            abi.encodeWithSelector(IConsortium.ConsortiumRoleMissing.selector, VCCI, 12)
        );
    }

    function test_a_suspended_member_may_not_issue_but_recall() public {
        suspend(VCCI);
        refuseIssuer(operatorOf(VCCI), 4, KEY, abi.encodeWithSelector(IConsortium.ConsortiumNotActive.selector, VCCI));
        consortium.requireOperator(VCCI, operatorOf(VCCI));
    }

    function test_a_key_ends_at_the_second_of_its_retirement() public {
        vm.prank(controllerOf(VCCI));
        consortium.retireKey(VCCI, KEY, uint64(START + 10));
        vm.warp(START + 9);
        consortium.requireIssuer(VCCI, operatorOf(VCCI), 4, KEY);
        vm.warp(START + 10);
        bytes memory retired = abi.encodeWithSelector(IConsortium.ConsortiumKeyRetired.selector, VCCI, KEY);
        refuseIssuer(operatorOf(VCCI), 4, KEY, retired);
    }

    function test_nothing_is_issued_with_a_compromised_key() public {
        vm.prank(controllerOf(VCCI));
        consortium.reportCompromise(VCCI, KEY, uint64(START));
        bytes memory reported = abi.encodeWithSelector(IConsortium.ConsortiumKeyCompromised.selector, VCCI, KEY);
        refuseIssuer(operatorOf(VCCI), 4, KEY, reported);
    }

    function test_a_key_of_another_member_is_unknown() public {
        vm.prank(controllerOf(CN));
        consortium.registerKey(CN, "theirs", 3, new bytes(32), 0);
        refuseIssuer(
            operatorOf(VCCI),
            4,
            "theirs",
            abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, VCCI, bytes32("theirs"))
        );
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
