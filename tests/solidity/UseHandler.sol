// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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
        _fold();
    }

    /// @return The registry, and a type of document that it takes.
    function _registry() internal virtual returns (IUseRegistry, uint16);

    function _anchor(bytes32 tag, uint16 usePolicy, IUseRegistry.Terms memory terms) private {
        anchorOneAs(MOIT, issueOf(tag, _type, usePolicy, terms));
    }

    // --- acts ---

    function write(uint8 kind, uint8 who, uint8 what, uint8 which, uint8 quantity) external act {
        Choice memory one = _choose(who, what, which, quantity % 64);
        bool isNew = uses.useOf(one.customs, MOIT, one.tag, one.id).state == IUseRegistry.UseState.None;
        bool allowed =
            uses.allows(MOIT, one.tag, consortium.memberOf(one.customs).economy, one.id.office) &&
                uses.recordOf(MOIT, one.tag).status == IRegistry.Status.Valid;
        uint256 size = journal.size();
        bytes4 selector = [IUseRegistry.reserve.selector, IUseRegistry.consume.selector][kind % 2];
        bytes memory call = abi.encodeWithSelector(selector, one.customs, MOIT, one.tag, one.id, one.amount);
        if (!_do(one, call) || journal.size() == size) return;
        ++done[kind % 2];
        if (isNew && !allowed) drawnThoughNotAllowed = true;
    }

    function enter(uint8 who, uint8 what, uint8 which, uint8 quantity) external act {
        // Seldom, or every balance would be over-drawn.
        if (quantity > 40) return;
        Choice memory one = _choose(who, what, which, quantity);
        uint64 now_ = uint64(block.timestamp);
        if (_do(one, abi.encodeCall(uses.enter, (one.customs, MOIT, one.tag, one.id, one.amount, now_)))) ++done[2];
    }

    function release(uint8 who, uint8 what, uint8 which) external act {
        Choice memory one = _choose(who, what, which, 0);
        if (_do(one, abi.encodeCall(uses.release, (one.customs, MOIT, one.tag, one.id)))) ++done[3];
    }

    function correct(uint8 who, uint8 what, uint8 which, bool falls, uint8 quantity) external act {
        Choice memory one = _choose(who, what, which, 0);
        IUseRegistry.Use memory use = uses.useOf(one.customs, MOIT, one.tag, one.id);
        // Often all of it.
        uint72 change = quantity % 3 == 0 && falls ? use.consumed : quantity % 32;
        uint8 number = use.corrections + 1;
        bytes memory call = abi.encodeCall(
            uses.correct,
            (one.customs, MOIT, one.tag, one.id, number, falls, change, 7)
        );
        if (_do(one, call)) ++done[4];
    }

    function extract(uint8 number, uint8 quantity, bool ofTheLast) external act {
        IUseRegistry.Issue memory issue = child(
            _tags[4 + (number % 5)],
            IUseRegistry.Relation.ExtractOf,
            quantity % 64
        );
        issue.documentType = _type;
        issue.terms.tolerance = number % 12;
        if (ofTheLast) issue.link.tag = LAST;
        uint256 size = journal.size();
        vm.prank(operatorOf(MOIT));
        try uses.anchorOne(MOIT, issue) {
            if (journal.size() != size) ++done[5];
        } catch {}
    }

    /// @dev A child that is not used ends and gives back.
    function cancel(uint8 number) external act {
        vm.prank(operatorOf(MOIT));
        try uses.changeStatus(MOIT, _tags[4 + (number % 5)], IRegistry.Status.Cancelled, 1, 0) {} catch {}
    }

    function changeStatus(uint8 what, uint8 to, uint8 chance) external act {
        bytes32 tag = _tags[what % 9];
        IRegistry.Status status = IRegistry.Status(to % 6);
        // Roots seldom, and children often.
        if (what % 9 < 4 && chance > 20 && status != IRegistry.Status.Valid) return;
        vm.prank(operatorOf(MOIT));
        try uses.changeStatus(MOIT, tag, status, 1, 0) {
            ++done[6];
        } catch {}
    }

    function _choose(uint8 who, uint8 what, uint8 which, uint8 quantity) private view returns (Choice memory one) {
        one.customs = [CN, PORT, CN, AU][who % 4];
        one.sender = who < 220 ? operatorOf(one.customs) : operatorOf(who % 2 == 0 ? NZ : PORT);
        one.tag = _tags[what % 9];
        one.id = id(which % 3);
        if (which % 5 == 0) one.id.item = 1;
        if (which % 7 == 0) one.id.office = OTHER_OFFICE;
        if (one.tag != WHOLE) one.amount = IUseRegistry.Amount(one.tag == TAG && which > 160 ? 2 : 1, KGM, quantity);
    }

    /// @dev Whoever else than an operator of that customs member succeeds has done what must not be.
    function _do(Choice memory one, bytes memory call) private returns (bool ok) {
        vm.prank(one.sender);
        (ok, ) = address(uses).call(call);
        if (ok && one.sender != operatorOf(one.customs)) aStrangerWrote = true;
    }
}
