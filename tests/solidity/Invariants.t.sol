// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Handler} from "./Handler.sol";

/// @notice What holds after any sequence of acts, whoever tries them.
contract InvariantsTest is Base {
    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_the_journals_root_is_that_of_the_reference_over_all_events() public {
        _handler.sameRoot();
    }

    function invariant_no_record_changes_but_in_status_and_none_appears_by_itself() public view {
        yes(_handler.sameRecords(), "a record is not what it was");
    }

    function invariant_an_administration_remains_and_their_number_is_right() public view {
        yes(_handler.sameAdministrations(), "administrations");
    }

    /// @dev The journal only grows, only operators of a member write its records, no final status changes, nothing is
    /// executed twice or with too few approvals, only controllers look after members.
    function invariant_nothing_happens_that_must_not() public view {
        eq(bytes(_handler.violation()), "");
    }

    /// @dev Invariants over acts that all fail would prove nothing.
    function test_the_acts_of_the_handler_reach_what_the_invariants_are_about() public {
        for (uint256 i; i < 400; ++i) {
            bytes32 random = keccak256(abi.encode(i));
            uint8 a = uint8(random[0]);
            uint8 b = uint8(random[1]);
            uint8 c = uint8(random[2]);
            uint256 what = uint8(random[3]) % 8;
            if (what < 3) _handler.anchor(a, b, c, uint8(random[4]), c > 200);
            else if (what < 5) _handler.changeStatus(a, b, c, uint8(random[4]), c, uint8(random[5]));
            else if (what == 5) _handler.decideTogether(a, b, c);
            else if (what == 6) _handler.changeOperators(a, b, c, b > 127);
            else _handler.wait(uint16(bytes2(random)) % 100);
        }
        yes(_handler.written() > 20, "records written");
        yes(_handler.executed() > 10, "proposals executed");
        _handler.sameRoot();
        yes(_handler.sameRecords() && _handler.sameAdministrations(), "as remembered");
        eq(bytes(_handler.violation()), "");
    }
}
