// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "./IRegistry.sol";

/// @title Use of records: terms, balances, lineage, write-off
/// @notice Status is the issuer's word, use is customs' word, and neither changes the other. A record without terms is
/// used as a whole and its policy counts for each economy by itself, so no customs can use up another's. A record with
/// terms has lines with balances, and only customs of the economies in the terms may draw on them. A certified true
/// copy has no use of its own: whatever is said of its use is said of its original. A child holds of its parent's
/// balance what may be drawn on it, so a family of records never has more than its root was authorised and tolerated.
/// @dev Quantities are in millionths of the line's unit. Lines are counted from 1, in the order of the document's
/// items.
interface IUseRegistry is IRegistry {
    /// @notice How a record hangs on another of the same registry: certificates of origin as copies or back to back,
    /// licences as copies or extracts.
    enum Relation {
        None,
        TrueCopyOf,
        BackToBackOf,
        ExtractOf
    }

    /// @notice Where a use stands. `Consumed` can only be corrected; `Released` is final.
    enum UseState {
        None,
        Reserved,
        Consumed,
        Released
    }

    /// @notice The record that another one hangs on; all zero for none.
    struct Link {
        Relation relation;
        bytes32 member;
        bytes32 tag;
    }

    /// @notice What a line is opened with. `parentLine` is 0 unless the record is a child.
    struct LineTerms {
        bytes3 unit; // UN/ECE Recommendation 20, or ISO 4217 for a balance of value; ASCII, padded with zeros
        uint16 parentLine;
        uint72 authorised;
    }

    /// @notice What may be drawn, by whom, where. No economies means the issuer's own; no offices means all of them.
    struct Terms {
        uint8 tolerance; // per cent, at most 100
        bool onRemaining; // tolerance of what remains, granted to the last lot; else of what was authorised
        bytes2[] economies;
        bytes17[] offices;
        LineTerms[] lines;
    }

    /// @notice A record that is anchored together with what it hangs on and what may be drawn on it.
    /// @dev Terms without lines are no terms.
    struct Issue {
        uint16 documentType;
        uint16 usePolicy;
        bytes32 key;
        Anchor anchor;
        Link link;
        Terms terms;
    }

    /// @notice A line's balance. `consumed` includes what was passed on to children.
    /// @dev One storage slot.
    struct Line {
        bytes3 unit;
        uint16 parentLine;
        uint72 authorised;
        uint72 reserved;
        uint72 consumed;
    }

    /// @notice The idempotency id of a use, together with the customs member that writes it and the record.
    /// @dev `declaration` is a keyed commitment to the declaration's number, never the number. `item` is the
    /// declaration's own item, 0 for the whole of it.
    struct UseId {
        bytes17 office;
        bytes32 declaration;
        uint16 item;
    }

    /// @notice How much of which line. For a record without lines all of it is 0.
    struct Amount {
        uint16 line;
        bytes3 unit;
        uint72 quantity;
    }

    /// @notice A use. `corrections` counts them; `lastFell` and `lastChange` are the last one's.
    /// @dev One storage slot.
    struct Use {
        UseState state;
        uint16 line;
        uint72 reserved;
        uint72 consumed;
        uint8 corrections;
        bool lastFell;
        uint72 lastChange;
    }

    /// @notice What is known of a record's terms without its lists.
    /// @dev One storage slot.
    struct TermsSummary {
        bool set;
        uint8 tolerance;
        bool onRemaining;
        bool endorsed;
        uint8 lines;
        uint8 offices;
        uint8 economies;
    }

    /// @notice The record needs terms with its use policy, or may not have them.
    error UseTermsInvalid(bytes32 member, bytes32 tag);
    /// @notice Terms were set before, or uses were written before there were any.
    error UseTermsFixed(bytes32 member, bytes32 tag);
    /// @notice `line` cannot be opened so: nothing authorised, no unit, or not what its parent's line allows.
    error UseLineInvalid(bytes32 member, bytes32 tag, uint16 line);
    /// @notice The record has no such line, or has lines and none was named.
    error UseLineUnknown(bytes32 member, bytes32 tag, uint16 line);
    /// @notice The line is kept in `unit`.
    error UseUnitDiffers(bytes32 member, bytes32 tag, uint16 line, bytes3 unit);
    /// @notice A record cannot hang on that one: unknown, not valid, itself hanging wrongly, not this member's, or not
    /// to be divided.
    error UseLinkInvalid(Relation relation, bytes32 member, bytes32 tag);
    /// @notice `asked` is more than may still be taken, or a late entry of 2^64 or more; `free` is what is left without
    /// tolerance. What a child asks of its parent includes its tolerance.
    error UseBalanceExceeded(bytes32 member, bytes32 tag, uint16 line, uint72 asked, uint72 free);
    /// @notice The policy allows `limit` declarations, and as many have used it.
    error UseLimitReached(bytes32 member, bytes32 tag, uint256 limit);
    /// @notice Customs of `economy` may not draw on this record.
    error UseEconomyNotAllowed(bytes32 member, bytes32 tag, bytes2 economy);
    /// @notice The record may not be used at `office`.
    error UseOfficeNotAllowed(bytes32 member, bytes32 tag, bytes17 office);
    /// @notice Nothing new can be taken from a record that is `status`, nor from an extract of it.
    error UseRecordNotValid(bytes32 member, bytes32 tag, Status status);
    /// @notice The use is `state` with `reserved` and `consumed`, which the act cannot follow or repeat.
    error UseDiffers(UseState state, uint72 reserved, uint72 consumed);
    /// @notice There is no such use.
    error UseUnknown();
    /// @notice The next correction has the number `expected`; or nothing would change; or less than nothing be left.
    error UseCorrectionInvalid(uint256 expected);
    /// @notice `time` is 0 or in the future.
    error UseTimeInvalid(uint64 time);
    /// @notice The record has `uses` uses or children, so it can only be revoked.
    error UseRecordUsed(bytes32 member, bytes32 tag, uint256 uses);

    // --- by the issuer ---

    /// @notice Anchors one record with its link and terms; all or nothing.
    /// @dev Anchoring the same document under the same number again, with the same link and lines, does nothing. A true
    /// copy needs a valid original of the same member that is no copy itself, and has no terms. A child (back-to-back,
    /// extract) needs terms; each line takes its quantity and the tolerance on it from `parentLine` of a valid parent
    /// that has terms and is no copy, as a use would, in the same unit, with at most the parent's tolerance. An extract
    /// belongs to the parent's member, allows no economy and no office that the parent does not, and counts its uses by
    /// itself: so it is of a licence that is no extract and has no number of uses. The issuer of a back-to-back child
    /// belongs to one of the parent's economies.
    function anchorOne(bytes32 member, Issue calldata issue) external;

    /// @notice Anchors a record in the place of `old`, which becomes `Replaced`, in one step.
    /// @dev Refused while `old` is used (`UseRecordUsed`) or final. What `old` had taken from a parent goes back before
    /// the new record takes its own. Repeating it does nothing.
    function replace(bytes32 member, bytes32 old, uint16 reason, Issue calldata issue) external;

    /// @notice Opens the balance of a record that was anchored without terms and has not been used.
    function setTerms(bytes32 member, bytes32 tag, Terms calldata terms) external;

    // --- by customs: an operator of a member with the customs role ---

    /// @notice Holds a quantity, or one use, for a lodged declaration.
    /// @dev Repeating it does nothing. The record must be valid.
    function reserve(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id, Amount calldata amount) external;

    /// @notice Writes off what was really taken; the rest of the reservation is free again. Needs no reservation.
    /// @dev Of a reservation at most its quantity and the tolerance on it; the line named must be the reserved one. Up
    /// to its quantity a reservation can always be written off, whatever others wrote since. Only without a reservation
    /// must the record be valid. Repeating it does nothing.
    function consume(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id, Amount calldata amount) external;

    /// @notice Gives a reservation back. Repeating it does nothing.
    function release(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id) external;

    /// @notice Changes what was consumed, after clearance. A use that falls to nothing is `Released`.
    /// @dev For a record without lines the only correction is `falls` with quantity 0, which takes the use back. The
    /// same number with the same change does nothing. A rise must fit the balance of a valid record, and needs the
    /// customs role as a new use does.
    /// @param reason Number of the reason code, not 0.
    /// @param number Place among this use's corrections, counted from 1, at most 255.
    function correct(
        bytes32 customs,
        bytes32 member,
        bytes32 tag,
        UseId calldata id,
        uint8 number,
        bool falls,
        uint72 quantity,
        uint16 reason
    ) external;

    /// @notice Writes down a use that happened while the chain could not be reached.
    /// @dev It stands whatever the balance, the limit or the office say, because it happened: an entry that breaks one
    /// of them is marked as a conflict, and nobody else's use is undone. So is one of a record that was cancelled or
    /// replaced, which holds nothing any more. Whether the record was valid when it happened is told by the journal
    /// alone, as changes of status may be recorded after they took effect. Only customs of an
    /// economy that may draw writes one, of less than 2^64. Takes the place of a reservation with the same id.
    /// Repeating it does nothing; what it repeats is told by line and quantity.
    /// @param happenedAt Seconds, not in the future.
    function enter(
        bytes32 customs,
        bytes32 member,
        bytes32 tag,
        UseId calldata id,
        Amount calldata amount,
        uint64 happenedAt
    ) external;

    // --- views ---

    /// @notice What the record hangs on.
    function linkOf(bytes32 member, bytes32 tag) external view returns (Link memory);

    /// @notice Terms of the record, of a copy those of its original.
    function termsOf(bytes32 member, bytes32 tag) external view returns (TermsSummary memory);

    /// @notice Whether terms allow customs of `economy` and `office`; true without terms.
    function allows(bytes32 member, bytes32 tag, bytes2 economy, bytes17 office) external view returns (bool);

    /// @notice A line's balance; all zero if there is no such line.
    function lineOf(bytes32 member, bytes32 tag, uint16 line) external view returns (Line memory);

    /// @notice A use as `customs` wrote it.
    function useOf(bytes32 customs, bytes32 member, bytes32 tag, UseId calldata id) external view returns (Use memory);

    /// @notice How many declarations of `economy` count against the policy; with terms those of all economies together.
    function declarationsOf(bytes32 member, bytes32 tag, bytes2 economy) external view returns (uint256);

    /// @notice How many uses that were not given back, and children, the record has.
    function usesOf(bytes32 member, bytes32 tag) external view returns (uint256);
}
