// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "./Balance.sol";
import {IUseRegistry} from "./interfaces/IUseRegistry.sol";
import {UseTerms} from "./UseTerms.sol";

/// @title UseRegistry
/// @dev What customs writes: uses that are reserved, written off, released, corrected or entered late, each once.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses and
// states are compared for equality, which the analysis takes for a comparison of times because they lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract UseRegistry is UseTerms {
    using Balance for uint72;

    uint32 internal constant _CUSTOMS = 16;
    uint8 private constant _USE_CONSUMED = 0x35;
    uint8 private constant _USE_RELEASED = 0x36;
    uint8 private constant _USE_CORRECTED = 0x37;

    /// @inheritdoc IUseRegistry
    function reserve(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id, Amount calldata amount) external {
        _write(_find(_USE_RESERVED, customs, member, tag, id), amount, 0);
    }

    /// @inheritdoc IUseRegistry
    function consume(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id, Amount calldata amount) external {
        _write(_find(_USE_CONSUMED, customs, member, tag, id), amount, 0);
    }

    /// @inheritdoc IUseRegistry
    function release(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id) external {
        _requireOperator(customs);
        Case memory c = _find(_USE_RELEASED, customs, member, tag, id);
        Account storage account = _accounts[member][c.tag];
        Use memory use = _use(account, c.customs, c.key);
        if (use.state == UseState.None) revert UseUnknown();
        if (use.state == UseState.Released) return;
        if (use.state == UseState.Consumed) _refuse(use);

        uint72 held = use.reserved;
        use.reserved = 0;
        use.state = UseState.Released;
        _give(account, use.line, held, 0);
        _count(account, c, false);
        _keep(account, c, use);

        _appendUse(c, use.line, abi.encodePacked(held));
    }

    /// @inheritdoc IUseRegistry
    function correct(
        bytes32 customs,
        bytes32 member,
        bytes32 tag,
        UseId calldata id,
        uint8 number,
        bool falls,
        uint72 quantity,
        uint16 reason
    ) external {
        _requireOperator(customs);
        Case memory c = _find(_USE_CORRECTED, customs, member, tag, id);
        Account storage account = _accounts[member][c.tag];
        Use memory use = _use(account, c.customs, c.key);
        if (_isCorrected(use, number, falls, quantity)) return;
        if (reason == 0) revert RegistryReasonMissing();
        if (!falls) {
            _requireActive(customs, _CUSTOMS);
            _requireValid(member, tag, c.tag);
        }

        _change(account, c, use, falls, quantity);
        use.corrections = number;
        use.lastFell = falls;
        use.lastChange = quantity;
        _keep(account, c, use);

        _appendUse(c, use.line, abi.encodePacked(number, falls, quantity, reason));
    }

    /// @inheritdoc IUseRegistry
    function enter(
        bytes32 customs,
        bytes32 member,
        bytes32 tag,
        UseId calldata id,
        Amount calldata amount,
        uint64 happenedAt
    ) external {
        if (happenedAt == 0 || happenedAt > block.timestamp) revert UseTimeInvalid(happenedAt);
        _write(_find(_USE_ENTERED, customs, member, tag, id), amount, happenedAt);
    }

    // --- using ---

    /// @dev What `reserve`, `consume` and `enter` have in common.
    function _write(Case memory c, Amount calldata amount, uint64 happenedAt) private {
        Account storage account = _accounts[c.member][c.tag];
        Use memory use = _use(account, c.customs, c.key);
        bool isNew = use.state == UseState.None;
        if (isNew || c.act == _USE_ENTERED) c.economy = _requireActive(c.customs, _CUSTOMS);
        else _requireOperator(c.customs);
        _requireLine(account, c, amount);
        if (_isRepeated(c.act, use, amount)) return;

        bool conflict = isNew && _begin(account, c);
        conflict = _book(account, c, use, amount) || conflict;

        bytes memory rest = abi.encodePacked(amount.quantity);
        if (c.act == _USE_ENTERED) rest = abi.encodePacked(amount.quantity, happenedAt, conflict);
        _appendUse(c, amount.line, rest);
    }

    /// @dev Checks everything but the balance of a use that was not there before, and counts it.
    /// @return breaks Whether it breaks a rule and is counted all the same, because it happened.
    function _begin(Account storage account, Case memory c) private returns (bool breaks) {
        bool anyway = c.act == _USE_ENTERED;
        // Whether a record was valid when a late use happened is a question to its history, which may still be written.
        // But one that was cancelled or replaced holds nothing any more: what it had others may have taken.
        if (anyway) breaks = _record(c.member, c.tag).status > Status.Revoked;
        else _requireValid(c.member, c.presented, c.tag);
        _requireEconomy(c.member, c.tag, c.economy);
        bool isText = _isText(c.id.office);
        if (!isText || !_allowsOffice(account, c.id.office)) {
            if (!anyway || !isText) revert UseOfficeNotAllowed(c.member, c.tag, c.id.office);
            breaks = true;
        }
        // A declaration that counts already may have more uses.
        if (c.limit != 0 && account.usesIn[c.declaration] == 0 && _declarations(account, c.economy) >= c.limit) {
            if (!anyway) revert UseLimitReached(c.member, c.tag, c.limit);
            breaks = true;
        }

        _count(account, c, true);
    }

    /// @return exceeds Whether the balance does not allow a late entry.
    function _book(
        Account storage account,
        Case memory c,
        Use memory use,
        Amount calldata amount
    ) private returns (bool exceeds) {
        // One late entry is bounded, so that it leaves others room to be counted.
        uint256 most = c.act == _USE_ENTERED ? type(uint64).max : type(uint256).max;
        if (c.act == _USE_CONSUMED && use.state == UseState.Reserved) {
            most = use.reserved.withTolerance(account.tolerance);
        }
        if (use.line != amount.line) {
            _give(account, use.line, use.reserved, 0);
            use.reserved = 0;
            use.line = amount.line;
        }
        exceeds = _take(account, c, amount.line, amount.quantity, use.reserved, most);
        bool isHeld = c.act == _USE_RESERVED;
        use.state = isHeld ? UseState.Reserved : UseState.Consumed;
        use.reserved = isHeld ? amount.quantity : 0;
        use.consumed = isHeld ? 0 : amount.quantity;
        _keep(account, c, use);
    }

    function _change(Account storage account, Case memory c, Use memory use, bool falls, uint72 quantity) private {
        if (!falls) {
            _take(account, c, use.line, quantity, 0, type(uint256).max);
            use.consumed += quantity;
            return;
        }
        use.consumed -= quantity;
        _give(account, use.line, 0, quantity);
        if (use.consumed != 0) return;
        use.state = UseState.Released;
        _count(account, c, false);
    }

    /// @dev Counts a use, and its declaration with its first one; or takes both back.
    function _count(Account storage account, Case memory c, bool up) private {
        account.uses = up ? account.uses + 1 : account.uses - 1;
        if (c.limit == 0) return;
        uint256 uses = account.usesIn[c.declaration];
        account.usesIn[c.declaration] = up ? uses + 1 : uses - 1;
        if (uses != (up ? 0 : 1)) return;
        bytes2 economy = up ? c.economy : _economyOf(c.customs);
        uint256 declarations = _declarations(account, economy);
        declarations = up ? declarations + 1 : declarations - 1;
        if (account.lines != 0) account.declarations = uint32(declarations);
        else account.declarationsOf[economy] = declarations;
    }

    function _keep(Account storage account, Case memory c, Use memory use) private {
        account.use[c.customs][c.key] = use;
    }

    function _appendUse(Case memory c, uint16 line, bytes memory rest) private {
        UseId memory id = c.id;
        bytes memory use = abi.encodePacked(c.member, c.tag, c.presented, id.office, id.declaration, id.item, line);
        _append(c.act, c.customs, "", bytes.concat(use, rest), 1);
    }

    function _find(
        uint8 act,
        bytes32 customs,
        bytes32 member,
        bytes32 tag,
        UseId calldata id
    ) private view returns (Case memory c) {
        _requireRecord(member, tag);
        c.act = act;
        c.customs = customs;
        c.member = member;
        c.tag = _rootOf(member, tag);
        c.presented = tag;
        c.id = id;
        c.key = _hash(id);
        c.declaration = keccak256(abi.encode(customs, id.office, id.declaration));
        c.limit = _limitOf(member, c.tag);
    }

    /// @dev Without lines all of the amount must be 0.
    function _requireLine(Account storage account, Case memory c, Amount calldata amount) private view {
        uint16 number = amount.line;
        bytes3 unit = account.line[number].unit;
        bool known = account.lines == 0 ? number == 0 && amount.unit == 0 && amount.quantity == 0 : unit != 0;
        if (!known) revert UseLineUnknown(c.member, c.tag, number);
        if (amount.unit != unit) revert UseUnitDiffers(c.member, c.tag, number, unit);
    }

    /// @return repeated Whether the act was done before; reverts if something else was.
    function _isRepeated(uint8 act, Use memory use, Amount calldata amount) private pure returns (bool repeated) {
        if (use.state == UseState.None) return false;
        bool sameLine = use.line == amount.line;
        if (use.state == UseState.Reserved) {
            if (act == _USE_ENTERED || (act == _USE_CONSUMED && sameLine)) return false;
            if (act == _USE_RESERVED && sameLine && use.reserved == amount.quantity) return true;
        }
        if (use.state == UseState.Consumed && act != _USE_RESERVED) {
            if (use.corrections == 0 && sameLine && use.consumed == amount.quantity) return true;
        }
        _refuse(use);
    }

    /// @return Whether it is the correction that was made last; reverts if it cannot be the next one.
    function _isCorrected(Use memory use, uint8 number, bool falls, uint72 quantity) private pure returns (bool) {
        if (use.state == UseState.None) revert UseUnknown();
        bool isLast = number != 0 && number == use.corrections;
        if (isLast && falls == use.lastFell && quantity == use.lastChange) return true;
        if (use.state != UseState.Consumed) _refuse(use);
        // A fall to nothing gives the use back; nothing else may change by nothing, and only lines can rise.
        bool fits =
            falls ? quantity <= use.consumed && (quantity != 0 || use.consumed == 0) : quantity != 0 && use.line != 0;
        uint256 expected = uint256(use.corrections) + 1;
        if (!fits || number != expected) revert UseCorrectionInvalid(expected);
        return false;
    }

    function _refuse(Use memory use) private pure {
        revert UseDiffers(use.state, use.reserved, use.consumed);
    }
}
// slither-disable-end timestamp,incorrect-equality
