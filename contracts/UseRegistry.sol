// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "./Balance.sol";
import {IUseRegistry} from "./interfaces/IUseRegistry.sol";
import {Registry} from "./Registry.sol";

/// @title UseRegistry
/// @dev Everything about use lies in the account of the root: of a true copy its original, else the record itself. Both
/// belong to the same member, so a root is told by its tag. One long contract, because what the issuer may undo depends
/// on what customs wrote, and what customs may write on the terms: apart they would share the same storage.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses and
// states are compared for equality, which the analysis takes for a comparison of times because they lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract UseRegistry is Registry, IUseRegistry {
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

    uint32 internal constant _CUSTOMS = 16;
    uint8 private constant _WHOLE = 100; // per cent

    uint8 private constant _RECORD_REPLACED = 0x22;
    uint8 private constant _RECORD_LINKED = 0x23;
    uint8 private constant _TERMS_SET = 0x30;
    uint8 private constant _LINE_AUTHORISED = 0x31;
    uint8 private constant _LINE_GRANTED = 0x32;
    uint8 private constant _LINE_RETURNED = 0x33;
    uint8 private constant _USE_RESERVED = 0x34;
    uint8 private constant _USE_CONSUMED = 0x35;
    uint8 private constant _USE_RELEASED = 0x36;
    uint8 private constant _USE_CORRECTED = 0x37;
    uint8 private constant _USE_ENTERED = 0x38;

    mapping(bytes32 member => mapping(bytes32 tag => Account)) internal _accounts;

    // --- by the issuer ---

    /// @inheritdoc IUseRegistry
    function anchorOne(bytes32 member, Issue memory issue) external {
        if (!_anchorOne(member, issue)) return _requireSame(member, issue);
        _open(member, issue);

        _appendAnchored(member, issue.documentType, issue.usePolicy, issue.key, issue.anchor);
        _appendOpened(member, issue);
    }

    /// @inheritdoc IUseRegistry
    function replace(bytes32 member, bytes32 old, uint16 reason, Issue memory issue) external {
        // Before the new record is there, so that none takes its own place.
        Status status = _requireRecord(member, old).status;
        bool isNew = _anchorOne(member, issue);
        bytes32 tag = issue.anchor.tag;
        Account storage account = _accounts[member][old];
        if (!isNew && account.successor == tag) return _requireSame(member, issue);
        if (_isFinal(status)) revert RegistryTransitionInvalid(member, old, status, Status.Replaced);
        if (!isNew) revert RegistryNumberTaken(member, tag);
        if (reason == 0) revert RegistryReasonMissing();

        Batch memory returned = _onCancel(member, old);
        _setStatus(member, old, Status.Replaced);
        account.successor = tag;
        _open(member, issue);

        _appendAnchored(member, issue.documentType, issue.usePolicy, issue.key, issue.anchor);
        _append(_RECORD_REPLACED, member, "", abi.encodePacked(old, tag, reason), 1);
        _appendBatch(member, returned);
        _appendOpened(member, issue);
    }

    /// @inheritdoc IUseRegistry
    function setTerms(bytes32 member, bytes32 tag, Terms memory terms) external {
        Record memory record = _requireRecord(member, tag);
        _requireActive(member, _rolesFor(record.documentType));
        Account storage account = _accounts[member][tag];
        if (record.status != Status.Valid) revert UseRecordNotValid(member, tag, record.status);
        if (account.lines != 0 || account.uses != 0) revert UseTermsFixed(member, tag);
        bool takes = _takes(record.usePolicy, true) && account.relation == Relation.None && terms.lines.length != 0;
        if (!takes) revert UseTermsInvalid(member, tag);

        _setTerms(account, member, tag, terms);

        _appendTerms(account, member, tag, terms);
    }

    // --- by customs ---

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

    // --- views ---

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

    /// @dev Whether the registry takes records of this policy with terms, or without them.
    function _takes(uint16 usePolicy, bool terms) internal pure virtual returns (bool);

    /// @dev Opens lines, which a child takes from its parent's. Virtual for a registry in which nothing has terms.
    function _setTerms(Account storage account, bytes32 member, bytes32 tag, Terms memory terms) internal virtual {
        if (terms.economies.length == 0) {
            terms.economies = new bytes2[](1);
            terms.economies[0] = _economyOf(member);
        }
        _requireTerms(account, member, tag, terms);

        account.onRemaining = terms.onRemaining;
        account.tolerance = terms.tolerance;
        account.lines = uint8(terms.lines.length);
        account.offices = uint8(terms.offices.length);
        account.economies = uint8(terms.economies.length);
        for (uint256 i; i < terms.economies.length; ++i) {
            bytes2 economy = terms.economies[i];
            if (!_isEconomy(economy) || account.allowsEconomy[economy]) revert UseTermsInvalid(member, tag);
            if (account.relation == Relation.ExtractOf) _requireEconomy(account, economy);
            account.allowsEconomy[economy] = true;
        }
        for (uint256 i; i < terms.offices.length; ++i) {
            bytes17 office = terms.offices[i];
            if (!_isText(office) || account.allowsOffice[office]) revert UseTermsInvalid(member, tag);
            account.allowsOffice[office] = true;
        }
        for (uint256 i; i < terms.lines.length; ++i) {
            if (!_openLine(account, uint16(i + 1), terms.lines[i])) revert UseLineInvalid(member, tag, uint16(i + 1));
        }
    }

    /// @dev `TermsSet`, `LineGranted` for a child, `LineAuthorised`.
    function _appendTerms(Account storage account, bytes32 member, bytes32 tag, Terms memory terms) internal virtual {
        bytes memory tail = abi.encodePacked(
            tag,
            terms.tolerance,
            terms.onRemaining,
            account.economies,
            account.offices
        );
        for (uint256 i; i < terms.economies.length; ++i) tail = bytes.concat(tail, terms.economies[i]);
        for (uint256 i; i < terms.offices.length; ++i) tail = bytes.concat(tail, terms.offices[i]);
        _append(_TERMS_SET, member, "", tail, 1);
        if (_isChild(account.relation)) _appendBatch(member, _lineage(_LINE_GRANTED, account, member, tag));
        tail = "";
        for (uint256 i; i < terms.lines.length; ++i) {
            tail = bytes.concat(tail, abi.encodePacked(uint16(i + 1), terms.lines[i].unit, terms.lines[i].authorised));
        }
        _append(_LINE_AUTHORISED, member, abi.encodePacked(tag), tail, terms.lines.length);
    }

    /// @dev Takes a quantity from a line in the place of what was `held` there. What was held can always be taken; a
    /// late entry takes it all the same.
    /// @param most May not be exceeded, whatever the balance.
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
        exceeds =
            quantity > most ||
            !line.authorised.allows(taken, account.tolerance, account.onRemaining, held, quantity);
        if ((exceeds && c.act != _USE_ENTERED) || taken + quantity > type(uint72).max) {
            revert UseBalanceExceeded(c.member, c.tag, number, quantity, line.authorised.free(taken));
        }

        if (c.act == _USE_RESERVED) line.reserved += quantity;
        else line.consumed += quantity;
        account.line[number] = line;
    }

    /// @dev Gives back to a line what was reserved or consumed.
    function _give(Account storage account, uint16 number, uint72 reserved, uint72 consumed) internal virtual {
        if (number == 0) return;
        Line storage line = account.line[number];
        line.reserved -= reserved;
        line.consumed -= consumed;
    }

    /// @dev Gives back to the parent what was not taken; a record that is used cannot be undone.
    function _onCancel(bytes32 member, bytes32 tag) internal virtual override returns (Batch memory returned) {
        uint256 uses = _accountOf(member, tag).uses;
        if (uses != 0) revert UseRecordUsed(member, tag, uses);
        Account storage child = _accounts[member][tag];
        if (!_isChild(child.relation)) return returned;

        Account storage parent = _parentOf(child);
        --parent.uses;
        for (uint256 n = 1; n <= child.lines; ++n) {
            Line memory line = _line(child, n);
            _give(parent, line.parentLine, 0, line.authorised);
        }
        return _lineage(_LINE_RETURNED, child, member, tag);
    }

    // --- opening ---

    function _anchorOne(bytes32 member, Issue memory issue) private returns (bool) {
        _requireIssuer(member, issue.documentType, issue.usePolicy, issue.key);
        return _storeOne(member, issue.documentType, issue.usePolicy, issue.anchor);
    }

    /// @dev Hangs a new record on its parent and opens its lines.
    function _open(bytes32 member, Issue memory issue) internal virtual {
        bytes32 tag = issue.anchor.tag;
        Account storage account = _accounts[member][tag];
        Relation relation = issue.link.relation;
        bool hasTerms = issue.terms.lines.length != 0;
        bool takes = _takes(issue.usePolicy, hasTerms) && (hasTerms || !_isChild(relation));
        if (relation == Relation.TrueCopyOf) {
            takes = !hasTerms && (takes || _takes(issue.usePolicy, true));
        }
        if (!takes) revert UseTermsInvalid(member, tag);
        _hang(account, member, tag, issue.link);
        if (hasTerms) _setTerms(account, member, tag, issue.terms);
    }

    function _hang(Account storage account, bytes32 member, bytes32 tag, Link memory link) private {
        Account storage parent = _accounts[link.member][link.tag];
        bool isNone = link.relation == Relation.None;
        bool fits =
            isNone
                ? link.member | link.tag == 0
                : _record(link.member, link.tag).status == Status.Valid &&
                    parent.relation != Relation.TrueCopyOf &&
                    (link.relation == Relation.TrueCopyOf || parent.lines != 0) &&
                    (link.relation == Relation.BackToBackOf || link.member == member) &&
                    (link.member != member || link.tag != tag);
        if (!fits) revert UseLinkInvalid(link.relation, link.member, link.tag);
        if (isNone) return;

        account.relation = link.relation;
        account.parentMember = link.member;
        account.parent = link.tag;
        if (_isChild(link.relation)) ++parent.uses;
        if (link.relation == Relation.BackToBackOf) _requireEconomy(account, _economyOf(member));
    }

    /// @return Whether the line can be opened so.
    function _openLine(Account storage account, uint16 number, LineTerms memory terms) private returns (bool) {
        bool fits =
            terms.authorised != 0 &&
                terms.authorised.withTolerance(account.tolerance) <= type(uint72).max &&
                _isText(terms.unit);
        if (!fits) return false;
        account.line[number] = Line(terms.unit, terms.parentLine, terms.authorised, 0, 0);
        if (!_isChild(account.relation)) return terms.parentLine == 0;

        Line memory line = _line(_parentOf(account), terms.parentLine);
        if (terms.parentLine == 0 || terms.unit != line.unit) return false;
        uint72 free = line.authorised.free(uint256(line.reserved) + line.consumed);
        if (terms.authorised > free) {
            revert UseBalanceExceeded(account.parentMember, account.parent, terms.parentLine, terms.authorised, free);
        }
        _parentOf(account).line[terms.parentLine].consumed += terms.authorised;
        return true;
    }

    function _appendOpened(bytes32 member, Issue memory issue) internal virtual {
        bytes32 tag = issue.anchor.tag;
        Link memory link = issue.link;
        if (link.relation != Relation.None) {
            _append(_RECORD_LINKED, member, "", abi.encodePacked(tag, link.relation, link.member, link.tag), 1);
        }
        if (issue.terms.lines.length != 0) _appendTerms(_accounts[member][tag], member, tag, issue.terms);
    }

    // --- using ---

    /// @dev What `reserve`, `consume` and `enter` have in common.
    function _write(Case memory c, Amount calldata amount, uint64 happenedAt) private {
        Account storage account = _accounts[c.member][c.tag];
        Use memory use = _use(account, c.customs, c.key);
        bool isNew = use.state == UseState.None;
        if (isNew || c.act == _USE_ENTERED) c.economy = _requireActive(c.customs, _CUSTOMS);
        else _requireOperator(c.customs);
        if (_isRepeated(c.act, use, amount)) return;
        _requireLine(account, c, amount);

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
        (bytes32 tag, Status status) = _worst(c.member, c.presented, c.tag);
        if (status != Status.Valid) {
            if (!anyway) revert UseRecordNotValid(c.member, tag, status);
            breaks = true;
        }
        if (!_allowsEconomy(account, c.economy)) {
            if (!anyway) revert UseEconomyNotAllowed(c.member, c.tag, c.economy);
            breaks = true;
        }
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
        uint256 most = type(uint256).max;
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

    // --- asking ---

    function _rootOf(bytes32 member, bytes32 tag) internal view returns (bytes32) {
        Account storage account = _accounts[member][tag];
        return account.relation == Relation.TrueCopyOf ? account.parent : tag;
    }

    /// @return tag Of the certificate or its root, whichever is not valid.
    /// @return status What it is, or valid.
    function _worst(
        bytes32 member,
        bytes32 presented,
        bytes32 root
    ) internal view returns (bytes32 tag, Status status) {
        status = _record(member, presented).status;
        if (status != Status.Valid) return (presented, status);
        return (root, _record(member, root).status);
    }

    function _line(Account storage account, uint256 number) internal view returns (Line memory) {
        return account.line[number];
    }

    function _economyOf(bytes32 member) internal view returns (bytes2) {
        return consortium.memberOf(member).economy;
    }

    /// @dev 1 character or more, printable, then zeros.
    function _isText(bytes32 text) internal pure returns (bool) {
        uint256 length = 0;
        while (length < 32 && text[length] > 0x20 && text[length] < 0x7f) ++length;
        return length != 0 && uint256(text) << (8 * length) == 0;
    }

    function _beforeBatch(bytes32 member, uint16 usePolicy, bytes32 tag) internal pure override {
        if (!_takes(usePolicy, false)) revert UseTermsInvalid(member, tag);
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
        uint16 usePolicy = _record(member, c.tag).usePolicy;
        c.limit = usePolicy >> 8 == 1 ? 1 : usePolicy & 0xff;
    }

    /// @dev A record that is there already must be the one that is asked for; statuses and balances may have moved on.
    function _requireSame(bytes32 member, Issue memory issue) private view {
        Account storage account = _accounts[member][issue.anchor.tag];
        Link memory link = issue.link;
        if (account.relation != link.relation) revert UseLinkInvalid(link.relation, link.member, link.tag);
        if (account.lines == 0 && issue.terms.lines.length != 0) revert UseTermsFixed(member, issue.anchor.tag);
    }

    function _requireTerms(Account storage account, bytes32 member, bytes32 tag, Terms memory terms) private view {
        uint256 most = type(uint8).max;
        bool fits = terms.lines.length <= most && terms.offices.length <= most && terms.economies.length <= most;
        if (terms.tolerance > _WHOLE) fits = false;
        if (_isChild(account.relation) && terms.tolerance > _parentOf(account).tolerance) fits = false;
        if (!fits) revert UseTermsInvalid(member, tag);
    }

    function _requireEconomy(Account storage child, bytes2 economy) private view {
        if (_parentOf(child).allowsEconomy[economy]) return;
        revert UseEconomyNotAllowed(child.parentMember, child.parent, economy);
    }

    /// @dev Without lines all of the amount must be 0.
    function _requireLine(Account storage account, Case memory c, Amount calldata amount) private view {
        uint16 number = amount.line;
        bytes3 unit = account.line[number].unit;
        bool known = account.lines == 0 ? number == 0 && amount.unit == 0 && amount.quantity == 0 : unit != 0;
        if (!known) revert UseLineUnknown(c.member, c.tag, number);
        if (amount.unit != unit) revert UseUnitDiffers(c.member, c.tag, number, unit);
    }

    /// @return batch What all lines of a child took, for a batch of entries about its parent.
    function _lineage(
        uint8 act,
        Account storage child,
        bytes32 member,
        bytes32 tag
    ) private view returns (Batch memory batch) {
        batch.act = act;
        batch.head = abi.encodePacked(child.parentMember, child.parent, member, tag);
        batch.count = child.lines;
        for (uint256 n = 1; n <= batch.count; ++n) {
            Line memory line = _line(child, n);
            batch.tails = bytes.concat(batch.tails, abi.encodePacked(line.parentLine, uint16(n), line.authorised));
        }
    }

    function _use(Account storage account, bytes32 customs, bytes32 key) private view returns (Use memory) {
        return account.use[customs][key];
    }

    function _declarations(Account storage account, bytes2 economy) private view returns (uint256) {
        return account.lines != 0 ? account.declarations : account.declarationsOf[economy];
    }

    function _allowsEconomy(Account storage account, bytes2 economy) private view returns (bool) {
        return account.lines == 0 || account.allowsEconomy[economy];
    }

    function _allowsOffice(Account storage account, bytes17 office) private view returns (bool) {
        return account.offices == 0 || account.allowsOffice[office];
    }

    function _accountOf(bytes32 member, bytes32 tag) private view returns (Account storage) {
        return _accounts[member][_rootOf(member, tag)];
    }

    function _parentOf(Account storage child) private view returns (Account storage) {
        return _accounts[child.parentMember][child.parent];
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

    function _isChild(Relation relation) private pure returns (bool) {
        return relation == Relation.BackToBackOf || relation == Relation.ExtractOf;
    }

    function _isEconomy(bytes2 economy) private pure returns (bool) {
        return economy[0] >= "A" && economy[0] <= "Z" && economy[1] >= "A" && economy[1] <= "Z";
    }

    function _hash(UseId calldata id) private pure returns (bytes32) {
        return keccak256(abi.encode(id.office, id.declaration, id.item));
    }
}
// slither-disable-end timestamp,incorrect-equality
