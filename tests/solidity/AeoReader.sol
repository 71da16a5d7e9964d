// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "../../contracts/interfaces/IAeoRegistry.sol";
import {AeoSetting} from "./AeoSetting.sol";

/// @notice A reader of an AEO registry that knows only the journal. It keeps every change in a list and finds the state
/// at a time by walking it; what must not happen it notes.
abstract contract AeoReader is AeoSetting {
    struct Kept {
        uint64 time;
        uint8 state;
        uint256 agreement;
        bytes32 by;
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
    bytes32[2] internal _tags = [TAG, OTHER];
    bytes8[2] internal _names = [AEOC, AEOS];

    bool public anEndChanged;
    bool public aStrangerWrote;
    bool public outOfOrder;
    bool public notAgreed;
    mapping(uint256 act => uint256) public done;
    uint256 public together;
    uint256 private _folded;
    uint256 internal _proposals;
    uint256[] internal _agreed;
    mapping(bytes32 record => uint256) private _status;
    mapping(bytes32 record => bytes32) private _alias;
    mapping(bytes32 record => Kept[]) private _types;
    mapping(bytes32 direction => Kept[]) private _recognition;
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
        _status[record] = kind == 0x20 ? 1 : _number(entry, 122, 1);
    }

    function _foldEntry(uint256 kind, bytes32 member, bytes memory entry) private {
        if (kind == 0x42) _alias[member] = bytes32(_number(entry, 122, 32));
        if (kind == 0x43) delete _alias[member];
        if (kind > 0x41) return;
        bytes32 key = _typeKey(member, bytes32(_number(entry, 90, 32)), _name(entry, 122));
        Kept[] storage all = _types[key];
        bool grants = kind == 0x40;
        if (!grants && all[all.length - 1].state > 2) anEndChanged = true;
        if (grants && all.length != 0) notAgreed = true;
        uint8 state = grants ? 1 : uint8(entry[130]);
        _keep(all, Kept(uint64(_number(entry, grants ? 130 : 133, 8)), state, 0, member));
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
        else if (kind == 0x47) _foldChange(pact, number, member, entry);
        else {
            pact.consented = true;
            _agreed.push(number);
            for (uint256 i; i < pact.covers.length; ++i) _foldCover(pact, number, pact.covers[i]);
        }
    }

    /// @dev Begins only what no other agreement has under way.
    function _foldCover(Pact storage pact, uint256 number, CoverKept storage cover) private {
        Kept[] storage all = _recognition[_directionOf(pact, cover.home, cover.name)];
        if (all.length != 0 && all[all.length - 1].state != 3) notAgreed = true;
        _keep(all, Kept(cover.from, 1, number, 0));
    }

    function _foldChange(Pact storage pact, uint256 number, bytes32 member, bytes memory entry) private {
        Kept[] storage all = _recognition[_directionOf(pact, bytes32(_number(entry, 122, 32)), _name(entry, 154))];
        Kept memory last = all[all.length - 1];
        uint8 state = uint8(entry[162]);
        if (last.state == 3) anEndChanged = true;
        if (last.agreement != number || (state == 1 && last.by != member)) notAgreed = true;
        _keep(all, Kept(uint64(_number(entry, 165, 8)), state, number, member));
    }

    function _keep(Kept[] storage all, Kept memory kept) private {
        if (all.length != 0) {
            uint64 last = all[all.length - 1].time;
            if (kept.time < last) outOfOrder = true;
            if (kept.time == last) ++together;
        }
        all.push(kept);
    }

    function _walk(Kept[] storage all, uint64 time) private view returns (uint256 state) {
        for (uint256 i; i < all.length; ++i) if (all[i].time <= time) state = all[i].state;
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
                bytes32 tag = _tags[(k / 2) % 2];
                bytes32 other = _members[(i + 1 + ((k / 2) % 2)) % 3];
                Kept[] storage types = _types[_typeKey(_members[i], tag, name)];
                Kept[] storage changes = _recognition[_typeKey(_members[i], other, name)];
                if (!_sameType(_members[i], tag, name, types, any)) return false;
                if (!_sameRecognition(_members[i], other, name, changes, any)) return false;
                for (uint256 n; n < types.length * 3; ++n) {
                    uint64 time = types[n / 3].time + uint64(n % 3) - 1;
                    if (!_sameType(_members[i], tag, name, types, time)) return false;
                }
                for (uint256 n; n < changes.length * 3; ++n) {
                    uint64 time = changes[n / 3].time + uint64(n % 3) - 1;
                    if (!_sameRecognition(_members[i], other, name, changes, time)) return false;
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
        return uint256(aeo.typeAt(member, tag, name, time)) == _walk(all, time);
    }

    function _sameRecognition(
        bytes32 home,
        bytes32 partner,
        bytes8 name,
        Kept[] storage all,
        uint64 time
    ) private view returns (bool) {
        return aeo.recognisedAt(home, partner, name, time) == (_walk(all, time) == 1);
    }

    /// @dev Statuses, aliases and agreements.
    function sameStory() external view returns (bool) {
        for (uint256 i; i < 6; ++i) {
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
