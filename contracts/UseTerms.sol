// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "./Balance.sol";
import {IUseRegistry} from "./interfaces/IUseRegistry.sol";
import {UseAccounts} from "./UseAccounts.sol";

/// @title UseTerms
/// @dev What the issuer writes: records with what they hang on and what may be drawn on them, one in the place of
/// another, and what goes back to a parent.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. Statuses and
// states are compared for equality, which the analysis takes for a comparison of times because they lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract UseTerms is UseAccounts {
    using Balance for uint72;

    uint8 private constant _WHOLE = 100; // per cent
    uint8 private constant _RECORD_REPLACED = 0x22;
    uint8 private constant _RECORD_LINKED = 0x23;
    uint8 private constant _TERMS_SET = 0x30;
    uint8 private constant _LINE_AUTHORISED = 0x31;
    uint8 private constant _LINE_GRANTED = 0x32;
    uint8 private constant _LINE_RETURNED = 0x33;

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
        _requireValid(member, tag, tag);
        if (account.lines != 0 || account.uses != 0) revert UseTermsFixed(member, tag);
        bool takes = _takes(record.usePolicy, true) && account.relation == Relation.None && terms.lines.length != 0;
        _requireFit(takes, member, tag);

        _setTerms(account, member, tag, terms);

        _appendTerms(account, member, tag, terms);
    }

    // --- what a registry may decide for itself ---

    /// @dev Whether the registry takes records of this policy with terms, or without them.
    function _takes(uint16 usePolicy, bool terms) internal pure virtual returns (bool);

    /// @dev Whether records of the registry hang on others so.
    function _hangs(Relation relation) internal pure virtual returns (bool);

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
        _requireFit(takes, member, tag);
        _hang(account, member, tag, issue.link);
        if (hasTerms) _setTerms(account, member, tag, issue.terms);
    }

    function _appendOpened(bytes32 member, Issue memory issue) internal virtual {
        bytes32 tag = issue.anchor.tag;
        Link memory link = issue.link;
        if (link.relation != Relation.None) {
            _append(_RECORD_LINKED, member, "", abi.encodePacked(tag, link.relation, link.member, link.tag), 1);
        }
        if (issue.terms.lines.length != 0) _appendTerms(_accounts[member][tag], member, tag, issue.terms);
    }

    /// @dev Opens lines, which a child takes from its parent's. Virtual for a registry in which nothing has terms.
    function _setTerms(Account storage account, bytes32 member, bytes32 tag, Terms memory terms) internal virtual {
        if (terms.economies.length == 0) {
            terms.economies = new bytes2[](1);
            terms.economies[0] = _economyOf(member);
        }
        _requireTerms(account, member, tag, terms);
        bool isExtract = account.relation == Relation.ExtractOf;
        // Without offices it would be for all.
        _requireFit(!isExtract || terms.offices.length != 0 || _parentOf(account).offices == 0, member, tag);

        account.onRemaining = terms.onRemaining;
        account.tolerance = terms.tolerance;
        account.lines = uint8(terms.lines.length);
        account.offices = uint8(terms.offices.length);
        account.economies = uint8(terms.economies.length);
        for (uint256 i; i < terms.economies.length; ++i) {
            bytes2 economy = terms.economies[i];
            _requireFit(_isEconomy(economy) && !account.allowsEconomy[economy], member, tag);
            if (isExtract) _requireEconomy(member, account.parent, economy);
            account.allowsEconomy[economy] = true;
        }
        for (uint256 i; i < terms.offices.length; ++i) {
            bytes17 office = terms.offices[i];
            _requireFit(_isText(office) && !account.allowsOffice[office], member, tag);
            if (isExtract && !_allowsOffice(_parentOf(account), office)) {
                revert UseOfficeNotAllowed(member, account.parent, office);
            }
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

    /// @dev Gives back to the parent what was not taken; a record that is used cannot be undone.
    function _onCancel(bytes32 member, bytes32 tag) internal virtual override returns (Batch memory returned) {
        uint256 uses = _accountOf(member, tag).uses;
        if (uses != 0) revert UseRecordUsed(member, tag, uses);
        Account storage child = _accounts[member][tag];
        if (!_isChild(child.relation)) return returned;

        Account storage parent = _parentOf(child);
        --parent.uses;
        for (uint256 n = 1; n <= child.lines; ++n) {
            _give(parent, child.line[n].parentLine, 0, _granted(child, n));
        }
        return _lineage(_LINE_RETURNED, child, member, tag);
    }

    // --- opening ---

    function _anchorOne(bytes32 member, Issue memory issue) private returns (bool) {
        _requireIssuer(member, issue.documentType, issue.usePolicy, issue.key);
        return _storeOne(member, issue.documentType, issue.usePolicy, issue.anchor);
    }

    function _hang(Account storage account, bytes32 member, bytes32 tag, Link memory link) private {
        Account storage parent = _accounts[link.member][link.tag];
        bool isNone = link.relation == Relation.None;
        bool fits =
            isNone
                ? link.member | link.tag == 0
                : _hangs(link.relation) &&
                    _record(link.member, link.tag).status == Status.Valid &&
                    parent.relation != Relation.TrueCopyOf &&
                    (link.relation != Relation.ExtractOf || _divides(parent, link)) &&
                    (link.relation == Relation.TrueCopyOf || parent.lines != 0) &&
                    (link.relation == Relation.BackToBackOf || link.member == member) &&
                    (link.member != member || link.tag != tag);
        _requireLink(fits, link);
        if (isNone) return;

        account.relation = link.relation;
        account.parentMember = link.member;
        account.parent = link.tag;
        if (_isChild(link.relation)) ++parent.uses;
        if (link.relation == Relation.BackToBackOf) _requireEconomy(link.member, link.tag, _economyOf(member));
    }

    /// @dev Extracts count their uses by themselves, so what they are of must not; and each is of a whole licence.
    function _divides(Account storage parent, Link memory link) private view returns (bool) {
        return parent.relation == Relation.None && _limitOf(link.member, link.tag) == 0;
    }

    /// @dev A child takes what it may be drawn for, tolerance and all, as a use of its parent would.
    /// @return Whether the line can be opened so.
    function _openLine(Account storage account, uint16 number, LineTerms memory terms) private returns (bool) {
        uint256 most = terms.authorised.withTolerance(account.tolerance);
        if (terms.authorised == 0 || most > type(uint72).max || !_isText(terms.unit)) return false;
        account.line[number] = Line(terms.unit, terms.parentLine, terms.authorised, 0, 0);
        if (!_isChild(account.relation)) return terms.parentLine == 0;

        Account storage parent = _parentOf(account);
        if (terms.parentLine == 0 || terms.unit != parent.line[terms.parentLine].unit) return false;
        // slither-disable-next-line uninitialized-local
        Case memory c;
        (c.member, c.tag) = (account.parentMember, account.parent);
        _take(parent, c, terms.parentLine, uint72(most), 0, most);
        return true;
    }

    /// @return What a child's line took from its parent's.
    function _granted(Account storage child, uint256 number) internal view returns (uint72) {
        if (child.endorsed) return child.granted[number];
        return uint72(_line(child, number).authorised.withTolerance(child.tolerance));
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
            bytes memory tail = abi.encodePacked(child.line[n].parentLine, uint16(n), _granted(child, n));
            batch.tails = bytes.concat(batch.tails, tail);
        }
    }

    function _beforeBatch(bytes32 member, uint16 usePolicy, bytes32 tag) internal pure override {
        _requireFit(_takes(usePolicy, false), member, tag);
    }

    /// @dev A record that is there already must be the one that is asked for; statuses and balances may have moved on.
    function _requireSame(bytes32 member, Issue memory issue) private view {
        Account storage account = _accounts[member][issue.anchor.tag];
        Link memory link = issue.link;
        bool same =
            account.relation == link.relation && account.parentMember == link.member && account.parent == link.tag;
        _requireLink(same, link);
        bool hasTerms = issue.terms.lines.length != 0;
        if (hasTerms && !_isSame(account, issue.terms)) revert UseTermsFixed(member, issue.anchor.tag);
    }

    /// @return same Whether the lines are those that were opened, with the same tolerance and as many offices.
    /// Once a permit is endorsed its quantities are others.
    function _isSame(Account storage account, Terms memory terms) private view returns (bool same) {
        bool endorsed = account.endorsed;
        same =
            account.lines == terms.lines.length &&
            account.offices == terms.offices.length &&
            account.onRemaining == terms.onRemaining &&
            (endorsed || account.tolerance == terms.tolerance);
        for (uint256 i; same && i < terms.lines.length; ++i) {
            Line memory line = _line(account, i + 1);
            LineTerms memory asked = terms.lines[i];
            same =
                line.unit == asked.unit &&
                line.parentLine == asked.parentLine &&
                (endorsed || line.authorised == asked.authorised);
        }
    }

    function _requireTerms(Account storage account, bytes32 member, bytes32 tag, Terms memory terms) private view {
        uint256 most = type(uint8).max;
        bool fits = terms.lines.length <= most && terms.offices.length <= most && terms.economies.length <= most;
        if (terms.tolerance > _WHOLE) fits = false;
        if (_isChild(account.relation) && terms.tolerance > _parentOf(account).tolerance) fits = false;
        _requireFit(fits, member, tag);
    }

    function _requireFit(bool fits, bytes32 member, bytes32 tag) private pure {
        if (!fits) revert UseTermsInvalid(member, tag);
    }

    function _requireLink(bool fits, Link memory link) private pure {
        if (!fits) revert UseLinkInvalid(link.relation, link.member, link.tag);
    }

    function _isEconomy(bytes2 economy) private pure returns (bool) {
        return economy[0] >= "A" && economy[0] <= "Z" && economy[1] >= "A" && economy[1] <= "Z";
    }
}
// slither-disable-end timestamp,incorrect-equality
