// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseReader} from "./UseReader.sol";

/// @notice Several offices of three economies, an issuer and its extracts, allowed or not.
/// @dev Records are few and small, so that acts meet each other.
abstract contract UseHandler is UseReader {
    struct Choice {
        bytes32 customs;
        address sender;
        bytes32 tag;
        IUseRegistry.UseId id;
        IUseRegistry.Amount amount;
    }

    bool public drawnThoughNotAllowed;
    uint16 private _type;

    constructor() {
        foundUse();
        (uses, _type) = _registry();
        IUseRegistry.Terms memory terms = oneLine(100, 10);
        terms.lines = new IUseRegistry.LineTerms[](2);
        terms.lines[0] = IUseRegistry.LineTerms(KGM, 0, 100);
        terms.lines[1] = IUseRegistry.LineTerms(KGM, 0, 40);
        _anchor(TAG, QUANTITY, terms);
        terms = oneLine(100, 10);
        terms.onRemaining = true;
        terms.economies = new bytes2[](2);
        (terms.economies[0], terms.economies[1]) = ("CN", "AU");
        _anchor(LAST, 0x0303, terms);
        delete terms;
        // Licences that limit their use have terms.
        _anchor(WHOLE, uses.kind() == 1 ? SINGLE : NO_POLICY, terms);
        IUseRegistry.Issue memory copy = copyOf(TAG, COPY);
        copy.documentType = _type;
        anchorOneAs(MOIT, copy);
        // Its terms are set later.
        _anchor(LATER, NO_POLICY, terms);
        _fold();
    }

    /// @return Whose records the children are.
    function _issuer() internal view virtual returns (bytes32) {
        return MOIT;
    }

    function _ownerOf(bytes32 tag) internal view override returns (bytes32) {
        for (uint256 i = 4; i < 13; ++i) if (_tags[i] == tag) return _issuer();
        return MOIT;
    }

    /// @dev A record takes from another as registries of this kind know it.
    function _taking(
        bytes32 tag,
        uint8 quantity,
        uint8 tolerance,
        bool ofTheLast
    ) private view returns (IUseRegistry.Issue memory issue) {
        bool isLicence = uses.kind() == 2;
        IUseRegistry.Relation relation =
            isLicence ? IUseRegistry.Relation.ExtractOf : IUseRegistry.Relation.BackToBackOf;
        issue = child(tag, relation, quantity % 64);
        issue.documentType = _type;
        issue.terms.tolerance = tolerance % 12;
        if (ofTheLast) issue.link.tag = LAST;
    }

    /// @return The registry, and a type of document that it takes.
    function _registry() internal virtual returns (IUseRegistry, uint16);

    function _anchor(bytes32 tag, uint16 usePolicy, IUseRegistry.Terms memory terms) private {
        anchorOneAs(MOIT, issueOf(tag, _type, usePolicy, terms));
    }

    // --- acts ---

    function write(uint8 kind, uint8 who, uint8 what, uint8 which, uint8 quantity) external act {
        Choice memory one = _choose(who, what, which, quantity % 64);
        bool isNew = uses.useOf(one.customs, _ownerOf(one.tag), one.tag, one.id).state == IUseRegistry.UseState.None;
        bool allowed =
            uses.allows(_ownerOf(one.tag), one.tag, consortium.memberOf(one.customs).economy, one.id.office) &&
                uses.recordOf(_ownerOf(one.tag), one.tag).status == IRegistry.Status.Valid &&
                consortium.memberOf(one.customs).standing == IConsortium.Standing.Active;
        IUseRegistry.Link memory link = uses.linkOf(_ownerOf(one.tag), one.tag);
        if (link.relation == IUseRegistry.Relation.ExtractOf) {
            allowed = allowed && uses.recordOf(link.member, link.tag).status == IRegistry.Status.Valid;
        }
        uint256 size = journal.size();
        bytes4 selector = [IUseRegistry.reserve.selector, IUseRegistry.consume.selector][kind % 2];
        bytes memory call = abi.encodeWithSelector(
            selector,
            one.customs,
            _ownerOf(one.tag),
            one.tag,
            one.id,
            one.amount
        );
        if (!_do(one, call) || journal.size() == size) return;
        ++done[kind % 2];
        if (isNew && !allowed) drawnThoughNotAllowed = true;
    }

    function enter(uint8 who, uint8 what, uint8 which, uint8 quantity) external act {
        // Seldom, or every balance would be over-drawn.
        if (quantity > 80) return;
        Choice memory one = _choose(who, what, which, quantity);
        uint64 then = uint64(block.timestamp) - which;
        bytes32 owner = _ownerOf(one.tag);
        if (_do(one, abi.encodeCall(uses.enter, (one.customs, owner, one.tag, one.id, one.amount, then)))) ++done[2];
    }

    function release(uint8 who, uint8 what, uint8 which) external act {
        Choice memory one = _choose(who, what, which, 0);
        if (_do(one, abi.encodeCall(uses.release, (one.customs, _ownerOf(one.tag), one.tag, one.id)))) ++done[3];
    }

    function correct(uint8 who, uint8 what, uint8 which, bool falls, uint8 quantity) external act {
        Choice memory one = _choose(who, what, which, 0);
        IUseRegistry.Use memory use = uses.useOf(one.customs, _ownerOf(one.tag), one.tag, one.id);
        // Often all of it.
        uint72 change = quantity % 3 == 0 && falls ? use.consumed : quantity % 32;
        uint8 number = use.corrections + 1;
        bytes memory call = abi.encodeCall(
            uses.correct,
            (one.customs, _ownerOf(one.tag), one.tag, one.id, number, falls, change, 7)
        );
        if (_do(one, call)) ++done[4];
    }

    function take(uint8 number, uint8 quantity, bool ofTheLast) external act {
        IUseRegistry.Issue memory issue = _taking(_tags[4 + (number % 9)], quantity, number, ofTheLast);
        uint256 size = journal.size();
        vm.prank(operatorOf(_issuer()));
        try uses.anchorOne(_issuer(), issue) {
            if (journal.size() != size) ++done[5];
        } catch {}
    }

    /// @dev A child that is not used ends and gives back.
    function cancel(uint8 number) external act {
        vm.prank(operatorOf(_issuer()));
        try uses.changeStatus(_issuer(), _tags[4 + (number % 9)], IRegistry.Status.Cancelled, 1, 0) {} catch {}
    }

    /// @dev A child takes the place of another one.
    function replace(uint8 number, uint8 by, uint8 quantity, bool ofTheLast) external act {
        IUseRegistry.Issue memory issue = _taking(_tags[4 + (by % 9)], quantity % 8, by, ofTheLast);
        uint256 size = journal.size();
        vm.prank(operatorOf(_issuer()));
        try uses.replace(_issuer(), _tags[4 + (number % 9)], 1, issue) {
            if (journal.size() != size) ++done[9];
        } catch {}
    }

    function setTerms(uint8 quantity, uint8 tolerance) external act {
        if (quantity < 128) return;
        uint256 size = journal.size();
        vm.prank(operatorOf(MOIT));
        try uses.setTerms(MOIT, LATER, oneLine(quantity % 64, tolerance % 12)) {
            if (journal.size() != size) ++done[10];
        } catch {}
    }

    /// @dev A customs member is suspended for a while.
    function suspendCustoms(uint8 chance) external act {
        bool isActive = consortium.memberOf(PORT).standing == IConsortium.Standing.Active;
        if (isActive && chance > 30) return;
        if (isActive) decide(abi.encodeCall(IConsortium.suspendMember, (PORT, 24)));
        else decide(abi.encodeCall(IConsortium.reinstateMember, (PORT, 25)));
        ++done[11];
    }

    function changeStatus(uint8 what, uint8 to, uint8 chance) external act {
        bytes32 tag = _tags[what % 14];
        IRegistry.Status status = IRegistry.Status(to % 6);
        // Roots seldom, and children often.
        if (what % 14 < 4 && chance > 20 && status != IRegistry.Status.Valid) return;
        vm.prank(operatorOf(_ownerOf(tag)));
        try uses.changeStatus(_ownerOf(tag), tag, status, 1, 0) {
            ++done[6];
        } catch {}
    }

    function _choose(uint8 who, uint8 what, uint8 which, uint8 quantity) private view returns (Choice memory one) {
        one.customs = [CN, PORT, CN, AU][who % 4];
        one.sender = who < 220 ? operatorOf(one.customs) : operatorOf(who % 2 == 0 ? NZ : PORT);
        one.tag = _tags[what % 14];
        one.id = id(which % 3);
        if (which % 5 == 0) one.id.item = 1;
        if (which % 7 == 0) one.id.office = OTHER_OFFICE;
        bool hasLines = one.tag != WHOLE && (one.tag != LATER || uses.termsOf(MOIT, LATER).set);
        if (hasLines) one.amount = IUseRegistry.Amount(one.tag == TAG && which > 160 ? 2 : 1, KGM, quantity);
    }

    /// @dev Whoever else than an operator of that customs member succeeds has done what must not be.
    function _do(Choice memory one, bytes memory call) private returns (bool ok) {
        vm.prank(one.sender);
        (ok, ) = address(uses).call(call);
        if (ok && one.sender != operatorOf(one.customs)) aStrangerWrote = true;
    }
}
