// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice A reader of an AEO registry that knows only the journal. It keeps every change in a list, takes away those
/// that a later one drops, and finds the state at a time by walking it; what must not happen it notes.
abstract contract AeoReader is AeoSetting {
    struct Kept {
        uint64 time;
        uint256 state; // of a direction: which agreement
    }

    struct CoverKept {
        bytes32 home;
        bytes8 name;
        uint64 from;
    }

    struct Pact {
        bytes32 proposer;
        bytes32 partner;
        bool consented;
        bool closed;
        CoverKept[] covers;
    }

    bytes32[3] internal _members = [CN, AU, NZ];
    bytes32[3] internal _tags = [TAG, OTHER, THIRD];
    bytes8[2] internal _names = [AEOC, AEOS];

    bool public anEndChanged;
    bool public aStrangerWrote;
    bool public outOfOrder;
    bool public notAgreed;
    mapping(uint256 act => uint256) public done;
    uint256 public together;
    uint256 public dropped;
    uint256 private _folded;
    uint256 internal _proposals;
    uint256[] internal _agreed;
    mapping(bytes32 record => uint256) private _status;
    mapping(bytes32 record => bytes32) private _alias;
    mapping(bytes32 record => Kept[]) private _types;
    mapping(bytes32 direction => Kept[]) private _agreedOn;
    mapping(bytes32 direction => uint64[]) private _times;
    mapping(bytes32 stance => Kept[]) private _stances;
    mapping(uint256 agreement => Pact) internal _pacts;

    function _fold() internal {
        collect();
        for (; _folded < entries.length; ++_folded) {
            bytes memory entry = entries[_folded];
            if (address(uint160(_number(entry, 9, 20))) != address(aeo)) continue;
            uint256 kind = uint8(entry[37]);
            bytes32 member = bytes32(_number(entry, 38, 32));
            if (address(uint160(_number(entry, 70, 20))) != operatorOf(member)) aStrangerWrote = true;
            ++done[kind];
            if (kind < 0x34) _foldRecord(kind, member, entry);
            else if (kind < 0x44) _foldEntry(kind, member, entry);
            else _foldAgreement(kind, member, entry);
        }
    }

    function _foldRecord(uint256 kind, bytes32 member, bytes memory entry) private {
        bytes32 record = _key(member, bytes32(_number(entry, kind == 0x20 ? 126 : 90, 32)));
        if (_status[record] > 2) anEndChanged = true;
        _status[record] =
            kind == 0x20
                ? 1
                : kind == 0x22
                    ? 5
                    : _number(entry, 122, 1);
    }

    function _foldEntry(uint256 kind, bytes32 member, bytes memory entry) private {
        if (kind == 0x42) _alias[member] = bytes32(_number(entry, 122, 32));
        if (kind == 0x43) delete _alias[member];
        if (kind > 0x41) return;
        bytes32 key = _typeKey(member, bytes32(_number(entry, 90, 32)), _name(entry, 122));
        Kept[] storage all = _types[key];
        bool grants = kind == 0x40;
        if (grants && all.length != 0) notAgreed = true;
        uint8 state = grants ? 1 : uint8(entry[130]);
        uint64 time = uint64(_number(entry, grants ? 130 : 133, 8));
        uint256 drops = _drop(all, time, _timeOf(entry));
        if (!grants && all.length == 0) notAgreed = true;
        if (all.length != 0) {
            uint256 before = all[all.length - 1].state;
            if (before > 2) anEndChanged = true;
            if (before == state && drops == 0) notAgreed = true;
        }
        _keep(all, time, state);
    }

    function _foldAgreement(uint256 kind, bytes32 member, bytes memory entry) private {
        uint256 number = _number(entry, 90, 32);
        Pact storage pact = _pacts[number];
        if (kind == 0x44) {
            (pact.proposer, pact.partner) = (member, bytes32(_number(entry, 122, 32)));
            pact.covers.push(
                CoverKept(bytes32(_number(entry, 154, 32)), _name(entry, 186), uint64(_number(entry, 202, 8)))
            );
            _proposals = number;
            return;
        }
        if (member != pact.partner && (kind == 0x45 || member != pact.proposer)) notAgreed = true;
        if (pact.closed || pact.consented != (kind == 0x47)) notAgreed = true;
        if (kind == 0x46) pact.closed = true;
        else if (kind == 0x47) _foldStance(pact, number, member, entry);
        else {
            pact.consented = true;
            _agreed.push(number);
            for (uint256 i; i < pact.covers.length; ++i) _foldCover(pact, number, pact.covers[i]);
        }
    }

    /// @dev Begins only what no other agreement has under way, then or later.
    function _foldCover(Pact storage pact, uint256 number, CoverKept storage cover) private {
        bytes32 direction = _directionOf(pact, cover.home, cover.name);
        Kept[] storage all = _agreedOn[direction];
        while (all.length != 0 && all[all.length - 1].time > cover.from) {
            Kept storage never = all[all.length - 1];
            if (!_isEnded(never.state, cover.home, cover.name, never.time)) notAgreed = true;
            ++dropped;
            all.pop();
        }
        if (all.length != 0) {
            if (!_isEnded(all[all.length - 1].state, cover.home, cover.name, cover.from)) notAgreed = true;
        }
        _keep(all, cover.from, number);
        _times[direction].push(cover.from);
    }

    function _foldStance(Pact storage pact, uint256 number, bytes32 member, bytes memory entry) private {
        (bytes32 home, bytes8 name) = (bytes32(_number(entry, 122, 32)), _name(entry, 154));
        (uint64 time, uint64 now_) = (uint64(_number(entry, 165, 8)), _timeOf(entry));
        bytes32 other = member == pact.proposer ? pact.partner : pact.proposer;
        uint256 state = uint8(entry[162]);
        Kept[] storage own = _stances[_stanceKey(number, member, home, name)];
        uint256 drops = _drop(own, time, now_);
        uint256 before = own.length == 0 ? 1 : own[own.length - 1].state;
        if (before == 3) anEndChanged = true;
        if (_said(number, other, home, name, time < now_ ? now_ : time) == 3) anEndChanged = true;
        if ((before == state && drops == 0) || !_isCovered(pact, home, name)) notAgreed = true;
        _keep(own, time, state);
        _times[_directionOf(pact, home, name)].push(time);
    }

    function _isCovered(Pact storage pact, bytes32 home, bytes8 name) private view returns (bool covered) {
        for (uint256 i; i < pact.covers.length; ++i) {
            if (pact.covers[i].home == home && pact.covers[i].name == name) covered = true;
        }
    }

    /// @return Whether either party had ended it by `time`.
    function _isEnded(uint256 agreement, bytes32 home, bytes8 name, uint64 time) private view returns (bool) {
        Pact storage pact = _pacts[agreement];
        return
            _said(agreement, pact.proposer, home, name, time) == 3 ||
            _said(agreement, pact.partner, home, name, time) == 3;
    }

    /// @return What a party said last of what takes effect by `time`: 1 if nothing.
    function _said(
        uint256 agreement,
        bytes32 party,
        bytes32 home,
        bytes8 name,
        uint64 time
    ) private view returns (uint256) {
        uint256 state = _walk(_stances[_stanceKey(agreement, party, home, name)], time);
        return state == 0 ? 1 : state;
    }

    function _stanceKey(uint256 agreement, bytes32 party, bytes32 home, bytes8 name) private pure returns (bytes32) {
        return keccak256(abi.encode(agreement, party, home, name));
    }

    /// @dev Takes away what was said to take effect after `time`.
    function _drop(Kept[] storage all, uint64 time, uint64 now_) private returns (uint256 drops) {
        while (all.length != 0 && all[all.length - 1].time > time) {
            if (all[all.length - 1].time <= now_) outOfOrder = true;
            all.pop();
            ++drops;
        }
        dropped += drops;
    }

    function _keep(Kept[] storage all, uint64 time, uint256 state) private {
        if (all.length != 0 && all[all.length - 1].time == time) ++together;
        all.push(Kept(time, state));
    }

    function _walk(Kept[] storage all, uint64 time) private view returns (uint256 state) {
        for (uint256 i; i < all.length; ++i) if (all[i].time <= time) state = all[i].state;
    }

    function _timeOf(bytes memory entry) private pure returns (uint64) {
        return uint64(_number(entry, 29, 8));
    }

    function _key(bytes32 member, bytes32 tag) private pure returns (bytes32) {
        return keccak256(abi.encode(member, tag));
    }

    function _typeKey(bytes32 member, bytes32 tag, bytes8 name) private pure returns (bytes32) {
        return keccak256(abi.encode(member, tag, name));
    }

    function _directionOf(Pact storage pact, bytes32 home, bytes8 name) private view returns (bytes32) {
        return _typeKey(home, home == pact.proposer ? pact.partner : pact.proposer, name);
    }

    function _name(bytes memory entry, uint256 offset) private pure returns (bytes8) {
        return bytes8(uint64(_number(entry, offset, 8)));
    }

    function _number(bytes memory entry, uint256 offset, uint256 size) private pure returns (uint256 number) {
        for (uint256 i; i < size; ++i) number = (number << 8) | uint8(entry[offset + i]);
    }

    // --- what the invariants ask ---

    /// @dev Types of every entry and recognition of every direction, at every time at which something changed, the
    /// second before and after it, and any other time.
    function sameAtEveryTime(uint64 any) external view returns (bool) {
        for (uint256 i; i < 3; ++i) {
            for (uint256 k; k < 12; ++k) {
                bytes8 name = _names[k % 2];
                bytes32 tag = _tags[(k / 2) % 3];
                bytes32 other = _members[(i + 1 + ((k / 2) % 2)) % 3];
                Kept[] storage types = _types[_typeKey(_members[i], tag, name)];
                uint64[] storage times = _times[_typeKey(_members[i], other, name)];
                if (!_sameType(_members[i], tag, name, types, any)) return false;
                if (!_sameRecognition(_members[i], other, name, any)) return false;
                for (uint256 n; n < types.length * 3; ++n) {
                    uint64 time = types[n / 3].time + uint64(n % 3) - 1;
                    if (!_sameType(_members[i], tag, name, types, time)) return false;
                }
                for (uint256 n; n < times.length * 3; ++n) {
                    uint64 time = times[n / 3] + uint64(n % 3) - 1;
                    if (!_sameRecognition(_members[i], other, name, time)) return false;
                }
            }
        }
        return true;
    }

    function _sameType(
        bytes32 member,
        bytes32 tag,
        bytes8 name,
        Kept[] storage all,
        uint64 time
    ) private view returns (bool) {
        uint256 state = _walk(all, time);
        if (state == 1) state = _status[_key(member, tag)];
        return uint256(aeo.typeAt(member, tag, name, time)) == state;
    }

    function _sameRecognition(bytes32 home, bytes32 partner, bytes8 name, uint64 time) private view returns (bool) {
        uint256 agreement = _walk(_agreedOn[_typeKey(home, partner, name)], time);
        bool expected =
            agreement != 0 &&
                _said(agreement, home, home, name, time) == 1 &&
                _said(agreement, partner, home, name, time) == 1;
        return aeo.recognisedAt(home, partner, name, time) == expected;
    }

    /// @dev Statuses, aliases and agreements.
    function sameStory() external view returns (bool) {
        for (uint256 i; i < 9; ++i) {
            (bytes32 member, bytes32 tag) = (_members[i % 3], _tags[i / 3]);
            if (uint256(aeo.recordOf(member, tag).status) != _status[_key(member, tag)]) return false;
            if (aeo.aliasOf(member, ALIAS) != _alias[member]) return false;
        }
        for (uint256 n; n <= _proposals + 1; ++n) {
            IAeoRegistry.Agreement memory told = aeo.agreementOf(n);
            Pact storage pact = _pacts[n];
            bool same =
                told.proposer == pact.proposer &&
                    told.partner == pact.partner &&
                    told.consented == pact.consented &&
                    told.closed == pact.closed;
            if (!same) return false;
        }
        return true;
    }
}
