// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consortium} from "../../contracts/Consortium.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ConsortiumSetting} from "./ConsortiumSetting.sol";

/// @notice Proposals, votes, and what it takes to carry a decision out.
contract VotesTest is ConsortiumSetting {
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
}
