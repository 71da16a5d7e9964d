// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "../../../contracts/Balance.sol";
import {Registry} from "../../../contracts/Registry.sol";
import {UseRegistry} from "../../../contracts/UseRegistry.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {IJournal} from "../../../contracts/interfaces/IJournal.sol";

/// @notice Stands for a consortium; nothing of it is asked.
contract Nobody {
    function journal() external view returns (IJournal) {
        return IJournal(address(this));
    }
}

/// @notice What `make prove` shows of the two functions that move what a line holds for uses, as the registry has them:
/// for any record, line, balance, terms and quantity.
/// @dev With `BalanceProof` it follows that reserved + consumed <= authorised + tolerance is kept by every act but a late
/// entry. A child takes from its parent by the same function as a use does. An act that would bring a balance below nothing reverts, so it proves nothing here and changes nothing there.
contract LinesProof is UseRegistry {
    using Balance for uint72;

    struct Given {
        bytes32 member;
        bytes32 tag;
        uint16 number;
        uint72 authorised;
        uint72 reserved;
        uint72 consumed;
        uint8 tolerance;
        bool onRemaining;
    }

    uint8 private constant _RESERVED = 0x34;
    uint8 private constant _ENTERED = 0x38;

    constructor() Registry(IConsortium(address(new Nobody()))) {}

    function kind() external pure returns (uint8) {
        return 2;
    }

    // Opening lines is left out: this contract is never deployed, and would be too large.

    function _open(bytes32, Issue memory) internal pure override {}

    function _appendOpened(bytes32, Issue memory) internal pure override {}

    function _setTerms(Account storage, bytes32, bytes32, Terms memory) internal pure override {}

    function _appendTerms(Account storage, bytes32, bytes32, Terms memory) internal pure override {}

    function _rolesFor(uint16) internal pure override returns (uint32) {
        return 8;
    }

    function _takes(uint16, bool) internal pure override returns (bool) {
        return true;
    }

    function _hangs(Relation) internal pure override returns (bool) {
        return true;
    }

    function _account(Given memory given) private returns (Account storage account) {
        account = _accounts[given.member][given.tag];
        account.tolerance = given.tolerance;
        account.onRemaining = given.onRemaining;
        account.lines = 1;
        account.line[given.number] = Line("KGM", 0, given.authorised, given.reserved, given.consumed);
    }

    function _after(Given memory given, uint8 act, uint72 quantity, uint72 held) private returns (Line memory, bool) {
        Account storage account = _account(given);
        Case memory one;
        one.act = act;
        bool exceeds = _take(account, one, given.number, quantity, held, type(uint256).max);
        return (account.line[given.number], exceeds);
    }

    function _allows(Given memory given, uint72 quantity, uint72 held) private pure returns (bool) {
        uint256 taken = uint256(given.reserved) + given.consumed - held;
        return given.authorised.allows(taken, given.tolerance, given.onRemaining, held, quantity);
    }

    /// @dev Whatever is taken other than by a late entry, `Balance.allows` allowed.
    function check_nothing_is_taken_that_the_balance_does_not_allow(
        Given memory given,
        uint8 act,
        uint72 quantity,
        uint72 held
    ) external {
        if (given.number == 0 || act == _ENTERED) return;
        _after(given, act, quantity, held);
        assert(_allows(given, quantity, held));
    }

    /// @dev A late entry is booked in full, and says so exactly when the balance does not allow it.
    function check_a_late_entry_says_when_it_exceeds_the_balance(
        Given memory given,
        uint72 quantity,
        uint72 held
    ) external {
        if (given.number == 0) return;
        (, bool exceeds) = _after(given, _ENTERED, quantity, held);
        assert(exceeds == !_allows(given, quantity, held));
    }

    /// @dev What was held goes, what is taken comes, and nothing else moves.
    function check_taking_moves_exactly_what_is_taken(
        Given memory given,
        uint8 act,
        uint72 quantity,
        uint72 held
    ) external {
        if (given.number == 0) return;
        (Line memory line, ) = _after(given, act, quantity, held);
        bool reserves = act == _RESERVED;
        assert(held <= given.reserved);
        assert(line.reserved == uint256(given.reserved) - held + (reserves ? quantity : 0));
        assert(line.consumed == uint256(given.consumed) + (reserves ? 0 : quantity));
        assert(line.authorised == given.authorised);
    }

    /// @dev Nothing is given back that was not taken, and nothing else moves.
    function check_giving_back_moves_exactly_what_is_given(
        Given memory given,
        uint72 reserved,
        uint72 consumed
    ) external {
        if (given.number == 0) return;
        Account storage account = _account(given);
        _give(account, given.number, reserved, consumed);
        Line memory line = account.line[given.number];
        assert(reserved <= given.reserved && line.reserved == given.reserved - reserved);
        assert(consumed <= given.consumed && line.consumed == given.consumed - consumed);
        assert(line.authorised == given.authorised);
    }
}
