// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUseRegistry} from "../../contracts/interfaces/IUseRegistry.sol";
import {UseSetting} from "./UseSetting.sol";

/// @notice A reader of a registry of uses that knows only the journal.
/// @dev It folds every entry as the specification says, in signed numbers: what falls below nothing is seen and not
/// reverted. What must not happen it notes.
abstract contract UseReader is UseSetting {
    struct Sum {
        int256 authorised;
        int256 reserved;
        int256 consumed;
        int256 granted; // to children, part of what is consumed
        int256 conflicts; // quantities of late entries that broke a rule
        bytes32 parent; // of a child's line
        uint256 parentLine;
    }

    struct Told {
        uint8 state;
        uint16 line;
        int256 reserved;
        int256 consumed;
    }

    struct Opened {
        uint8 tolerance;
        uint8 limit;
        bool hasTerms;
        mapping(bytes2 economy => bool) allows;
    }

    bytes32 internal constant WHOLE = "whole";
    bytes32 internal constant COPY = "copy";
    bytes32 internal constant LAST = "last lot";
    bytes32 internal constant LATER = "later";
    bytes32[14] internal _tags = [
        TAG,
        LAST,
        WHOLE,
        COPY,
        bytes32("child 0"),
        "child 1",
        "child 2",
        "child 3",
        "child 4",
        "child 5",
        "child 6",
        "child 7",
        "child 8",
        LATER
    ];

    bool public aFinalStatusChanged;
    bool public aStrangerWrote;
    bool public anotherEconomyWrote;
    bool public overdrawnInSilence;
    mapping(uint256 act => uint256) public done;
    uint256 private _folded;
    mapping(bytes32 tag => mapping(uint256 line => Sum)) private _sums;
    mapping(bytes32 tag => Opened) private _opened;
    mapping(bytes32 key => Told) private _told;
    mapping(bytes32 tag => int256) private _live;
    mapping(bytes32 tag => uint256) private _status;
    mapping(bytes32 key => uint256) private _usesIn;
    mapping(bytes32 tag => mapping(bytes2 economy => uint256)) private _declarations;
    mapping(bytes32 tag => uint256) private _lateConflicts;
    mapping(bytes32 tag => uint256) private _endorsed;

    modifier act() {
        _;
        _fold();
    }

    /// @return The member that a record is of: children may be somebody else's.
    function _ownerOf(bytes32 tag) internal view virtual returns (bytes32) {
        return tag == 0 ? bytes32(0) : MOIT;
    }

    function _fold() internal {
        collect();
        for (; _folded < entries.length; ++_folded) {
            bytes memory entry = entries[_folded];
            if (address(uint160(_number(entry, 9, 20))) != address(uses)) continue;
            uint256 kind = uint8(entry[37]);
            bytes32 tag = bytes32(_number(entry, 90, 32));
            if (address(uint160(_number(entry, 70, 20))) != operatorOf(bytes32(_number(entry, 38, 32)))) {
                aStrangerWrote = true;
            }
            if (kind == 0x20) _foldAnchor(bytes32(_number(entry, 126, 32)), _number(entry, 92, 2));
            else if (kind == 0x21) _foldStatus(tag, _number(entry, 122, 1));
            else if (kind == 0x22) _foldStatus(tag, 5);
            else if (kind == 0x30) _foldTerms(tag, entry);
            else if (kind == 0x39) _foldEndorsement(bytes32(_number(entry, 122, 32)), entry);
            else if (kind == 0x31) _sums[tag][_number(entry, 122, 2)].authorised += int256(_number(entry, 127, 9));
            else if (kind == 0x32) _foldChild(entry, 1);
            else if (kind == 0x33) _foldChild(entry, -1);
            else if (kind >= 0x34 && kind <= 0x38) _foldUse(kind, entry);
        }
    }

    function _foldAnchor(bytes32 tag, uint256 usePolicy) private {
        _foldStatus(tag, 1);
        _opened[tag].limit = usePolicy >> 8 == 1 ? 1 : uint8(usePolicy);
    }

    function _foldTerms(bytes32 tag, bytes memory entry) private {
        Opened storage opened = _opened[tag];
        opened.hasTerms = true;
        opened.tolerance = uint8(entry[122]);
        for (uint256 i; i < uint8(entry[124]); ++i)
            opened.allows[bytes2(uint16(_number(entry, 126 + 2 * i, 2)))] = true;
    }

    function _foldEndorsement(bytes32 tag, bytes memory entry) private {
        uint256 line = _number(entry, 171, 2);
        _sums[tag][line].authorised = int256(_number(entry, 173, 9));
        // With its last line, after which the tolerance is gone.
        if (_sums[tag][line + 1].authorised == 0) _opened[tag].tolerance = 0;
        ++done[8];
    }

    function _foldStatus(bytes32 tag, uint256 status) private {
        if (_status[tag] > 2) aFinalStatusChanged = true;
        _status[tag] = status;
    }

    function _foldChild(bytes memory entry, int256 sign) private {
        bytes32 tag = bytes32(_number(entry, 122, 32));
        int256 quantity = sign * int256(_number(entry, 222, 9));
        _sums[tag][_number(entry, 218, 2)].consumed += quantity;
        _sums[tag][_number(entry, 218, 2)].granted += quantity;
        Sum storage own = _sums[bytes32(_number(entry, 186, 32))][_number(entry, 220, 2)];
        // Also of what gave its share back: whatever is drawn on it after that counts in the family.
        (own.parent, own.parentLine) = (tag, _number(entry, 218, 2));
        if (_number(entry, 220, 2) == 1) _live[tag] += sign;
        if (sign < 0) ++done[7];
    }

    function _foldUse(uint256 kind, bytes memory entry) private {
        bytes32 tag = bytes32(_number(entry, 122, 32));
        bytes32 customs = bytes32(_number(entry, 38, 32));
        bytes32 declaration = keccak256(abi.encode(tag, customs, _number(entry, 186, 17), _number(entry, 203, 32)));
        Told storage told = _told[keccak256(abi.encode(declaration, _number(entry, 235, 2)))];
        int256 quantity = int256(_number(entry, kind == 0x37 ? 241 : 239, 9));
        bool conflict = kind == 0x38 && entry[256] != 0;
        _foldWriter(kind, tag, customs, told.state == 0);
        _sums[tag][told.line].reserved -= told.reserved;
        _sums[tag][told.line].consumed -= told.consumed;
        if (told.state == 0) _foldCount(tag, customs, declaration, true);
        int256 before = told.line == _number(entry, 237, 2) ? told.reserved + told.consumed : int256(0);
        told.reserved = kind == 0x34 ? quantity : int256(0);
        if (kind == 0x37) told.consumed += _number(entry, 240, 1) == 1 ? -quantity : quantity;
        else told.consumed = kind == 0x34 || kind == 0x36 ? int256(0) : quantity;
        told.line = uint16(_number(entry, 237, 2));
        told.state =
            kind == 0x34
                ? 1
                : kind == 0x36 || (kind == 0x37 && told.consumed == 0)
                    ? 3
                    : 2;
        if (told.state == 3) _foldCount(tag, customs, declaration, false);
        _sums[tag][told.line].reserved += told.reserved;
        _sums[tag][told.line].consumed += told.consumed;
        // Whatever takes more than it held before stays within the limit, or is a late entry that says so.
        bool more = told.reserved + told.consumed > before;
        if (more && !conflict && _beyond(tag, _sums[tag][told.line]) > 0) overdrawnInSilence = true;
        if (conflict) {
            _sums[tag][told.line].conflicts += quantity;
            ++_lateConflicts[tag];
        }
    }

    /// @dev Customs of an economy that may draw begins a use, and goes on with its own.
    function _foldWriter(uint256 kind, bytes32 tag, bytes32 customs, bool begins) private {
        bytes2 economy = _economyOf(customs);
        if (economy == 0 || (begins && (kind == 0x36 || kind == 0x37))) aStrangerWrote = true;
        Opened storage opened = _opened[tag];
        if (begins && opened.hasTerms && !opened.allows[economy]) anotherEconomyWrote = true;
    }

    function _economyOf(bytes32 customs) private pure returns (bytes2) {
        if (customs == CN || customs == PORT) return "CN";
        if (customs == AU) return "AU";
        return
            customs == VN
                ? bytes2("VN")
                : customs == NZ
                    ? bytes2("NZ")
                    : bytes2(0);
    }

    function _foldCount(bytes32 tag, bytes32 customs, bytes32 declaration, bool up) private {
        _live[tag] += up ? int256(1) : int256(-1);
        if (_opened[tag].limit == 0) return;
        bytes2 economy = _opened[tag].hasTerms ? bytes2(0) : _economyOf(customs);
        if (up && ++_usesIn[declaration] == 1) ++_declarations[tag][economy];
        if (!up && --_usesIn[declaration] == 0) --_declarations[tag][economy];
    }

    function _number(bytes memory entry, uint256 offset, uint256 size) private pure returns (uint256 number) {
        for (uint256 i; i < size; ++i) number = (number << 8) | uint8(entry[offset + i]);
    }

    // --- what the invariants ask ---

    /// @dev Storage is what the entries say: balances, statuses, counts.
    function sameStory() external view returns (bool) {
        for (uint256 i; i < _tags.length; ++i) {
            bytes32 tag = _tags[i];
            bytes32 owner = _ownerOf(tag);
            if (uint256(uses.recordOf(owner, tag).status) != _status[tag]) return false;
            if (tag == COPY) continue;
            if (int256(uses.usesOf(owner, tag)) != _live[tag]) return false;
            for (uint256 k; k < 3; ++k) {
                bytes2 economy = tag == WHOLE ? [bytes2("CN"), "AU", "NZ"][k] : bytes2(0);
                if (uses.declarationsOf(owner, tag, economy) != _declarations[tag][economy]) return false;
                IUseRegistry.Line memory line = uses.lineOf(owner, tag, uint16(k));
                Sum memory sum = _sums[tag][k];
                if (int256(uint256(line.authorised)) != sum.authorised) return false;
                if (int256(uint256(line.reserved)) != sum.reserved) return false;
                if (int256(uint256(line.consumed)) != sum.consumed) return false;
            }
        }
        return true;
    }

    /// @dev consumed + reserved <= authorised + tolerance, and beyond it at most what late entries broke it by.
    function withinWhatWasAuthorised() external view returns (bool) {
        return _everywhere(_within);
    }

    function neverNegative() external view returns (bool) {
        return _everywhere(_positive);
    }

    function childrenWithinTheirParents() external view returns (bool) {
        return _everywhere(_granting);
    }

    /// @dev What is drawn on a record and on all that took from it is no more than it was authorised and tolerated, but
    /// for late entries that say so.
    function familiesWithinWhatWasAuthorised() external view returns (bool) {
        return _everywhere(_familyWithin);
    }

    /// @dev More declarations than the policy allows only by late entries that say so.
    function withinTheCount() external view returns (bool) {
        return
            _declarations[WHOLE]["CN"] + _declarations[WHOLE]["AU"] <= 2 + _lateConflicts[WHOLE] &&
            _declarations[LAST][0] <= 3 + _lateConflicts[LAST];
    }

    function _everywhere(
        function(bytes32, uint256, Sum memory) internal view returns (bool) holds
    ) private view returns (bool) {
        for (uint256 i; i < _tags.length; ++i) {
            for (uint256 k; k < 3; ++k) if (!holds(_tags[i], k, _sums[_tags[i]][k])) return false;
        }
        return true;
    }

    function _within(bytes32 tag, uint256, Sum memory sum) private view returns (bool) {
        return _beyond(tag, sum) <= sum.conflicts;
    }

    function _beyond(bytes32 tag, Sum memory sum) private view returns (int256) {
        int256 tolerance = int256(uint256(_opened[tag].tolerance));
        return sum.reserved + sum.consumed - sum.authorised - (sum.authorised * tolerance) / 100;
    }

    function _positive(bytes32 tag, uint256, Sum memory sum) private view returns (bool) {
        return sum.reserved >= 0 && sum.consumed >= 0 && _live[tag] >= 0;
    }

    /// @dev All that children were granted, and were not to give back, is part of what may be taken from the parent.
    function _granting(bytes32 tag, uint256, Sum memory sum) private view returns (bool) {
        int256 most = sum.authorised + (sum.authorised * int256(uint256(_opened[tag].tolerance))) / 100;
        return sum.granted >= 0 && sum.granted <= most && sum.granted <= sum.consumed;
    }

    function _familyWithin(bytes32 tag, uint256 line, Sum memory sum) private view returns (bool) {
        sum.consumed -= sum.granted;
        for (uint256 i; i < _tags.length; ++i) {
            for (uint256 k = 1; k < 3; ++k) {
                Sum memory own = _sums[_tags[i]][k];
                if (own.parent != tag || own.parentLine != line) continue;
                sum.consumed += own.reserved + own.consumed;
                sum.conflicts += own.conflicts;
            }
        }
        return _beyond(tag, sum) <= sum.conflicts;
    }

    function conflictsOf(bytes32 tag) external view returns (uint256) {
        return _lateConflicts[tag];
    }
}
