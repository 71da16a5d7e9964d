// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "./Balance.sol";
import {IUseRegistry} from "./interfaces/IUseRegistry.sol";
import {Registry} from "./Registry.sol";

/// @title UseAccounts
/// @dev Everything about use lies in the account of the root: of a true copy its original, else the record itself. Both
/// belong to the same member, so a root is told by its tag. Accounts are only kept and asked here: `UseTerms` is what
/// the issuer writes into them, `UseRegistry` what customs does.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses and
// states are compared for equality, which the analysis takes for a comparison of times because they lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract UseAccounts is Registry, IUseRegistry {
    using Balance for uint72;

    /// @dev What is known of a record besides its own word. The first line of members is one slot.
    struct Account {
        Relation relation;
        bool endorsed;
        bool onRemaining;
        uint8 tolerance;
        uint8 lines; // 0: no terms
        uint8 offices;
        uint8 economies;
        uint32 uses; // not given back, and children
        uint32 declarations; // with terms; else by economy
        bytes32 parent;
        bytes32 parentMember;
        bytes32 successor;
        mapping(uint256 line => Line) line;
        mapping(uint256 line => uint72) granted; // of an endorsed child, what its parent gave
        mapping(bytes2 economy => bool) allowsEconomy;
        mapping(bytes17 office => bool) allowsOffice;
        mapping(bytes2 economy => uint256) declarationsOf;
        mapping(bytes32 declaration => uint256) usesIn; // not given back
        mapping(bytes32 customs => mapping(bytes32 id => Use)) use;
    }

    /// @dev A use in work. `tag` is the root's, `presented` that of the certificate shown; `key` and `declaration` are
    /// keys of mappings.
    struct Case {
        uint8 act;
        bytes32 customs;
        bytes32 member;
        bytes32 tag;
        bytes32 presented;
        UseId id;
        bytes32 key;
        bytes32 declaration;
        uint256 limit;
        bytes2 economy;
    }

    uint8 internal constant _USE_RESERVED = 0x34;
    uint8 internal constant _USE_ENTERED = 0x38;

    mapping(bytes32 member => mapping(bytes32 tag => Account)) internal _accounts;

    /// @inheritdoc IUseRegistry
    function linkOf(bytes32 member, bytes32 tag) external view returns (Link memory) {
        Account storage account = _accounts[member][tag];
        return Link(account.relation, account.parentMember, account.parent);
    }

    /// @inheritdoc IUseRegistry
    function termsOf(bytes32 member, bytes32 tag) external view returns (TermsSummary memory terms) {
        Account storage account = _accountOf(member, tag);
        terms.set = account.lines != 0;
        terms.tolerance = account.tolerance;
        terms.onRemaining = account.onRemaining;
        terms.endorsed = account.endorsed;
        terms.lines = account.lines;
        terms.offices = account.offices;
        terms.economies = account.economies;
    }

    /// @inheritdoc IUseRegistry
    function allows(bytes32 member, bytes32 tag, bytes2 economy, bytes17 office) external view returns (bool) {
        Account storage account = _accountOf(member, tag);
        return _allowsEconomy(account, economy) && _allowsOffice(account, office);
    }

    /// @inheritdoc IUseRegistry
    function lineOf(bytes32 member, bytes32 tag, uint16 line) external view returns (Line memory) {
        return _line(_accountOf(member, tag), line);
    }

    /// @inheritdoc IUseRegistry
    function useOf(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id) external view returns (Use memory) {
        return _use(_accountOf(member, tag), customs, _hash(id));
    }

    /// @inheritdoc IUseRegistry
    function declarationsOf(bytes32 member, bytes32 tag, bytes2 economy) external view returns (uint256) {
        return _declarations(_accountOf(member, tag), economy);
    }

    /// @inheritdoc IUseRegistry
    function usesOf(bytes32 member, bytes32 tag) external view returns (uint256) {
        return _accountOf(member, tag).uses;
    }

    // --- what a registry may decide for itself ---

    /// @dev Gives back to a line what was reserved or consumed.
    function _give(Account storage account, uint16 number, uint72 reserved, uint72 consumed) internal virtual {
        if (number == 0) return;
        Line storage line = account.line[number];
        line.reserved -= reserved;
        line.consumed -= consumed;
    }

    /// @dev Takes a quantity from a line in the place of what was `held` there. What was held can always be taken; a
    /// late entry takes it all the same.
    /// @param most May not be exceeded, not by a late entry either.
    /// @return exceeds Whether the balance does not allow it.
    function _take(
        Account storage account,
        Case memory c,
        uint16 number,
        uint72 quantity,
        uint72 held,
        uint256 most
    ) internal virtual returns (bool exceeds) {
        if (number == 0) return false;
        Line memory line = _line(account, number);
        line.reserved -= held;
        uint256 taken = uint256(line.reserved) + line.consumed;
        exceeds = !line.authorised.allows(taken, account.tolerance, account.onRemaining, held, quantity);
        if (quantity > most || (exceeds && c.act != _USE_ENTERED) || taken + quantity > type(uint72).max) {
            revert UseBalanceExceeded(c.member, c.tag, number, quantity, line.authorised.free(taken));
        }

        if (c.act == _USE_RESERVED) line.reserved += quantity;
        else line.consumed += quantity;
        account.line[number] = line;
    }

    // --- asking ---

    function _rootOf(bytes32 member, bytes32 tag) internal view returns (bytes32) {
        Account storage account = _accounts[member][tag];
        return account.relation == Relation.TrueCopyOf ? account.parent : tag;
    }

    /// @dev An extract has no effect without the record that it is of, and none is of an extract.
    /// @return tag Of the certificate, its root or what that is an extract of, whichever is not valid first.
    /// @return status What it is, or valid.
    function _worst(
        bytes32 member,
        bytes32 presented,
        bytes32 root
    ) internal view returns (bytes32 tag, Status status) {
        status = _record(member, presented).status;
        if (status != Status.Valid) return (presented, status);
        tag = root;
        status = _record(member, tag).status;
        if (status != Status.Valid || _accounts[member][tag].relation != Relation.ExtractOf) return (tag, status);
        tag = _accounts[member][tag].parent;
        status = _record(member, tag).status;
    }

    function _requireValid(bytes32 member, bytes32 presented, bytes32 root) internal view {
        (bytes32 tag, Status status) = _worst(member, presented, root);
        if (status != Status.Valid) revert UseRecordNotValid(member, tag, status);
    }

    function _requireEconomy(bytes32 member, bytes32 tag, bytes2 economy) internal view {
        if (!_allowsEconomy(_accounts[member][tag], economy)) revert UseEconomyNotAllowed(member, tag, economy);
    }

    /// @return How many declarations may use a record; 0 for any number.
    function _limitOf(bytes32 member, bytes32 root) internal view returns (uint256) {
        uint16 usePolicy = _record(member, root).usePolicy;
        return usePolicy >> 8 == 1 ? 1 : usePolicy & 0xff;
    }

    function _accountOf(bytes32 member, bytes32 tag) internal view returns (Account storage) {
        return _accounts[member][_rootOf(member, tag)];
    }

    function _parentOf(Account storage child) internal view returns (Account storage) {
        return _accounts[child.parentMember][child.parent];
    }

    function _line(Account storage account, uint256 number) internal view returns (Line memory) {
        return account.line[number];
    }

    function _use(Account storage account, bytes32 customs, bytes32 key) internal view returns (Use memory) {
        return account.use[customs][key];
    }

    function _declarations(Account storage account, bytes2 economy) internal view returns (uint256) {
        return account.lines != 0 ? account.declarations : account.declarationsOf[economy];
    }

    function _allowsEconomy(Account storage account, bytes2 economy) internal view returns (bool) {
        return account.lines == 0 || account.allowsEconomy[economy];
    }

    function _allowsOffice(Account storage account, bytes17 office) internal view returns (bool) {
        return account.offices == 0 || account.allowsOffice[office];
    }

    function _economyOf(bytes32 member) internal view returns (bytes2) {
        return consortium.memberOf(member).economy;
    }

    function _isChild(Relation relation) internal pure returns (bool) {
        return relation == Relation.BackToBackOf || relation == Relation.ExtractOf;
    }

    /// @dev 1 character or more, printable, then zeros.
    function _isText(bytes32 text) internal pure returns (bool) {
        uint256 length = 0;
        while (length < 32 && text[length] > 0x20 && text[length] < 0x7f) ++length;
        return length != 0 && uint256(text) << (8 * length) == 0;
    }

    function _hash(UseId calldata id) internal pure returns (bytes32) {
        return keccak256(abi.encode(id.office, id.declaration, id.item));
    }
}
// slither-disable-end timestamp,incorrect-equality
