// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Base} from "./Base.sol";
import {Setting} from "./Setting.sol";

/// @notice Everybody who tries everything, allowed or not, and a memory of what happened that owes nothing to the contracts.
/// @dev Members, accounts, tags and documents are few, so that acts meet each other. What must not happen is written to
/// `violation`, which holds whether or not the runner takes a revert for a failure.
contract Handler is Setting {
    uint256 private constant TAGS = 8;
    bytes32[7] private _codes = [CN, AU, NZ, VN, VCCI, bytes32("TH-DFT"), "VN-MOIT"];

    string public violation;
    bool public aFinalStatusChanged;
    uint256 public acts;
    uint256 public written;
    uint256 public changed;
    uint256 public executed;
    uint256 private _lastSize;
    uint256 private _proposals;
    mapping(bytes32 member => mapping(bytes32 tag => bytes)) private _first;
    mapping(bytes32 member => mapping(bytes32 tag => IRegistry.Status)) private _status;
    mapping(uint256 proposal => mapping(bytes32 member => bool)) private _approves;
    mapping(uint256 proposal => bool) private _done;

    constructor() {
        found();
        _proposals = 2;
    }

    modifier act() {
        _;
        ++acts;
        collect();
        if (journal.size() < _lastSize) violation = "the journal shrank";
        _lastSize = journal.size();
    }

    // --- acts ---

    function anchor(uint8 member, uint8 account, uint8 count, uint8 from, bool otherDocument) external act {
        bytes32 code = _code(member);
        IRegistry.Anchor[] memory anchors = new IRegistry.Anchor[](within(count, 1, 9));
        for (uint256 i; i < anchors.length; ++i) {
            uint256 number = (from + i) % TAGS;
            // Mostly the document that belongs to the number; now and then another one.
            bool other = otherDocument && i == anchors.length - 1;
            anchors[i] = IRegistry.Anchor(_tag(number), keccak256(abi.encode(number, other ? from : 0)));
        }
        address sender = _account(account, code);
        bool entitled = consortium.isOperator(code, sender) && _standing(code) == IConsortium.Standing.Active;
        vm.prank(sender);
        try registry.anchor(code, TYPE, SINGLE, KEY, anchors) returns (uint256, uint256 added) {
            if (!entitled) violation = "anchored by who was not entitled";
            written += added;
            for (uint256 i; i < anchors.length; ++i) _remember(code, anchors[i].tag);
        } catch {}
    }

    function changeStatus(uint8 member, uint8 account, uint8 tag, uint8 to, uint16 reason, uint8 ago) external act {
        bytes32 code = _code(member);
        uint64 from = ago < 128 ? 0 : uint64(block.timestamp - ago);
        _changeStatus(code, _account(account, code), _tag(tag % TAGS), to, reason, from);
    }

    /// @dev What has ended stays as it is, so to end a record and to try again is tried on purpose.
    function endAndTryAgain(uint8 number, uint8 end, uint8 to) external act {
        bytes32 tag = _tag(number % TAGS);
        IRegistry.Anchor[] memory anchors = new IRegistry.Anchor[](1);
        anchors[0] = IRegistry.Anchor(tag, keccak256(abi.encode(uint256(number % TAGS), 0)));
        vm.prank(operatorOf(VCCI));
        try registry.anchor(VCCI, TYPE, SINGLE, KEY, anchors) returns (uint256, uint256 added) {
            written += added;
            _remember(VCCI, tag);
        } catch {}
        _changeStatus(VCCI, operatorOf(VCCI), tag, 3 + (end % 2), 1, 0);
        _changeStatus(VCCI, operatorOf(VCCI), tag, to, 1, 0);
    }

    function _changeStatus(bytes32 code, address sender, bytes32 tag, uint8 to, uint16 reason, uint64 from) private {
        bool entitled = consortium.isOperator(code, sender) && _standing(code) != IConsortium.Standing.Left;
        IRegistry.Status before = _status[code][tag];
        vm.prank(sender);
        try registry.changeStatus(code, tag, IRegistry.Status(to % 6), reason, from) {
            if (!entitled) violation = "status changed by who was not entitled";
            if (before != IRegistry.Status.Valid && before != IRegistry.Status.Suspended) aFinalStatusChanged = true;
            _status[code][tag] = IRegistry.Status(to % 6);
            ++changed;
        } catch {}
    }

    function propose(uint8 member, uint8 account, uint8 what, uint8 whom, uint8 roles) external act {
        bytes32 code = _code(member);
        vm.prank(_account(account, code));
        try consortium.propose(code, _actOf(what, _code(whom), roles), uint64(block.timestamp + 1 hours)) returns (
            uint256 n
        ) {
            _approves[n][code] = true;
            _proposals = n;
        } catch {}
    }

    function vote(uint8 member, uint8 account, uint8 proposal, bool approves) external act {
        bytes32 code = _code(member);
        uint256 n = _recent(proposal);
        vm.prank(_account(account, code));
        try consortium.vote(code, n, approves) {
            _approves[n][code] = approves;
        } catch {}
    }

    function execute(uint8 member, uint8 proposal) external act {
        bytes32 code = _code(member);
        _execute(code, _recent(proposal));
    }

    /// @dev Without it hardly any proposal would find its approvals; some lack one. Executes twice: once must fail.
    function decideTogether(uint8 what, uint8 whom, uint8 roles, uint8 voters) external act {
        bytes memory call = _actOf(what, _code(whom), roles);
        for (uint256 i; i < _codes.length; ++i) {
            vm.prank(controllerOf(_codes[i]));
            try consortium.propose(_codes[i], call, uint64(block.timestamp + 1)) returns (uint256 n) {
                _proposals = n;
                _approves[n][_codes[i]] = true;
                _voteOf(n, i + 1 + (voters % 7));
                _execute(_codes[i], n);
                return _execute(_codes[i], n);
            } catch {}
        }
    }

    function _voteOf(uint256 n, uint256 members) private {
        for (uint256 k; k < members && k < _codes.length; ++k) {
            vm.prank(controllerOf(_codes[k]));
            try consortium.vote(_codes[k], n, true) {
                _approves[n][_codes[k]] = true;
            } catch {}
        }
    }

    /// @dev Now and then all but a few want to leave, in any order.
    function resignTogether(uint8 from, uint8 chance) external act {
        if (chance > 25) return;
        for (uint256 i; i < _codes.length; ++i) {
            bytes32 code = _codes[(from + i) % _codes.length];
            vm.prank(controllerOf(code));
            try consortium.resign(code) {} catch {}
        }
    }

    function changeOperators(uint8 member, uint8 account, uint8 operator, bool add) external act {
        bytes32 code = _code(member);
        address who = _account(operator, code);
        bool controls = consortium.memberOf(code).controller == _account(account, code);
        bool before = consortium.isOperator(code, who);
        vm.prank(_account(account, code));
        (bool done, ) = address(consortium).call(
            add
                ? abi.encodeCall(IConsortium.addOperator, (code, who))
                : abi.encodeCall(IConsortium.removeOperator, (code, who))
        );
        if (done && !controls) violation = "operators changed by who does not control the member";
        if (!done && consortium.isOperator(code, who) != before) violation = "a refused change was made";
    }

    function changeKeys(uint8 member, uint8 account, uint8 what) external act {
        bytes32 code = _code(member);
        bytes[3] memory calls = [
            abi.encodeCall(IConsortium.registerKey, (code, KEY, 1, new bytes(64), 0)),
            abi.encodeCall(IConsortium.retireKey, (code, KEY, uint64(block.timestamp + 1 hours * (account % 4)), 4)),
            abi.encodeCall(IConsortium.reportCompromise, (code, KEY, uint64(block.timestamp - 1 hours * (account % 4))))
        ];
        IConsortium.DocumentKey memory before = consortium.documentKey(code, KEY);
        // A key is soon gone for good, so it is seldom ended.
        vm.prank(_account(account, code));
        (bool done, ) = address(consortium).call(calls[what < 240 ? 0 : what % 3]);
        if (done && consortium.memberOf(code).controller != _account(account, code))
            violation = "keys changed by a stranger";
        IConsortium.DocumentKey memory found = consortium.documentKey(code, KEY);
        if (before.retiredAt != 0 && found.retiredAt > before.retiredAt) violation = "a key ends later";
        if (before.compromisedSince != 0 && found.compromisedSince > before.compromisedSince)
            violation = "a key is doubtful later";
    }

    function resign(uint8 member, uint8 account, uint8 chance) external act {
        if (chance > 40) return;
        bytes32 code = _code(member);
        vm.prank(_account(account, code));
        try consortium.resign(code) {
            if (_account(account, code) != controllerOf(code)) violation = "resigned by a stranger";
        } catch {}
    }

    function wait(uint16 seconds_) external act {
        vm.warp(block.timestamp + seconds_);
    }

    // --- what the invariants ask ---

    /// @dev Compares the journal with the reference over every entry since the beginning.
    function sameRoot() external {
        compare();
    }

    /// @dev Every record is the one that was anchored first, and its status the last one that was allowed.
    function sameRecords() external view returns (bool) {
        for (uint256 i; i < _codes.length; ++i) {
            for (uint256 k; k < TAGS; ++k) {
                IRegistry.Record memory record = registry.recordOf(_codes[i], _tag(k));
                if (record.status != _status[_codes[i]][_tag(k)]) return false;
                if (keccak256(_constant(record)) != keccak256(_expected(_codes[i], _tag(k)))) return false;
            }
        }
        return true;
    }

    /// @dev At least one administration is active, and as many as there are by asking every member.
    function sameAdministrations() external view returns (bool) {
        (uint256 active, ) = _counts(0);
        return active != 0 && active == consortium.activeAdministrations();
    }

    // --- memory ---

    function _execute(bytes32 code, uint256 n) private {
        (uint256 active, uint256 approvals) = _counts(n);
        vm.prank(controllerOf(code));
        try consortium.execute(code, n) {
            if (approvals * 3 <= active * 2) violation = "executed with too few approvals";
            if (_done[n]) violation = "executed twice";
            _done[n] = true;
            ++executed;
        } catch {}
    }

    function _counts(uint256 n) private view returns (uint256 active, uint256 approvals) {
        for (uint256 i; i < _codes.length; ++i) {
            IConsortium.Member memory member = consortium.memberOf(_codes[i]);
            if (member.standing != IConsortium.Standing.Active || member.roles & 1 == 0) continue;
            ++active;
            if (_approves[n][_codes[i]]) ++approvals;
        }
    }

    function _remember(bytes32 code, bytes32 tag) private {
        if (_first[code][tag].length != 0) return;
        IRegistry.Record memory record = registry.recordOf(code, tag);
        _first[code][tag] = _constant(record);
        _status[code][tag] = record.status;
    }

    function _expected(bytes32 code, bytes32 tag) private view returns (bytes memory) {
        IRegistry.Record memory nothing;
        return _first[code][tag].length == 0 ? _constant(nothing) : _first[code][tag];
    }

    function _constant(IRegistry.Record memory record) private pure returns (bytes memory) {
        return abi.encode(record.commitment, record.anchoredAt, record.documentType, record.usePolicy);
    }

    // --- choices ---

    function _code(uint8 any) private view returns (bytes32) {
        // The issuing body more often than the others.
        return any < 100 ? VCCI : _codes[any % _codes.length];
    }

    function _account(uint8 any, bytes32 code) private view returns (address) {
        if (any < 120) return operatorOf(code);
        if (any < 190) return controllerOf(code);
        bytes32 other = _codes[any % _codes.length];
        if (any < 240) return any % 2 == 0 ? operatorOf(other) : controllerOf(other);
        return address(uint160(any));
    }

    function _recent(uint8 any) private view returns (uint256) {
        return _proposals > 3 ? _proposals - (any % 4) : _proposals;
    }

    function _tag(uint256 number) private pure returns (bytes32) {
        return keccak256(abi.encode("number", number));
    }

    function _standing(bytes32 code) private view returns (IConsortium.Standing) {
        return consortium.memberOf(code).standing;
    }

    function _actOf(uint8 any, bytes32 code, uint8 roles) private pure returns (bytes memory) {
        uint256 what = any % 6;
        if (what == 0) return abi.encodeCall(IConsortium.admitMember, (code, "TH", roles % 33, controllerOf(code)));
        if (what == 1) return abi.encodeCall(IConsortium.setRoles, (code, roles % 33));
        if (what == 2) return abi.encodeCall(IConsortium.suspendMember, (code, roles));
        if (what == 3) return abi.encodeCall(IConsortium.reinstateMember, (code, roles));
        if (what == 4 && roles < 60) return abi.encodeCall(IConsortium.expelMember, (code, roles));
        return abi.encodeCall(IConsortium.replaceController, (code, controllerOf(code)));
    }
}

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

    function invariant_a_final_status_never_changes() public view {
        yes(!_handler.aFinalStatusChanged(), "an end was changed");
    }

    /// @dev The journal only grows, only operators of a member write its records, nothing is executed twice or with too
    /// few approvals, only controllers look after members.
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
            uint256 what = uint8(random[3]) % 9;
            if (what < 3) _handler.anchor(a, b, c, uint8(random[4]), c > 200);
            else if (what < 5) _handler.changeStatus(a, b, c, uint8(random[4]), c, uint8(random[5]));
            else if (what == 5) _handler.endAndTryAgain(a, b, c);
            else if (what == 6) _handler.decideTogether(a, b, c, uint8(random[4]));
            else if (what == 7) _handler.changeOperators(a, b, c, b > 127);
            else _handler.wait(uint16(bytes2(random)) % 100);
        }
        yes(_handler.written() > 4, "records written");
        yes(_handler.changed() > 4, "statuses changed");
        yes(_handler.executed() > 4, "proposals executed");
        _handler.resignTogether(3, 0);
        _handler.sameRoot();
        yes(_handler.sameRecords() && _handler.sameAdministrations(), "as remembered");
        yes(!_handler.aFinalStatusChanged(), "an end was changed");
        eq(bytes(_handler.violation()), "");
    }
}
