// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUseRegistry} from "./IUseRegistry.sol";

/// @title Authorised economic operators, and who recognises whose
/// @notice An entry has types of authorisation (such as AEOC and AEOS), each with its own status over time. Recognition
/// is one administration's for another's AEOs, type by type, and needs the consent of both. Everything here takes
/// effect at a time of its own, past or future, never before what is in effect already: so the state at any time is the
/// last change in effect by then, and "recognised at that time" is a view. A change drops what was said before, of the
/// same type or by the same party, to take effect after it.
/// @dev An entry is relied on, not used up: everything that customs writes elsewhere is refused with `AeoNotUsed`.
interface IAeoRegistry is IUseRegistry {
    /// @notice Where recognition of one type stands. `Terminated` is final for the agreement, not for a later one.
    enum Recognition {
        None,
        InForce,
        Suspended,
        Terminated
    }

    /// @notice A type of authorisation, ASCII padded with zeros, and from when on.
    struct Grant {
        bytes8 name;
        uint64 effectiveFrom;
    }

    /// @notice That the other party of the agreement recognises `home`'s AEOs of type `name`.
    /// @dev Data are exchanged from `dataExchangeFrom` on, benefits granted from `benefitsFrom` on, which is not
    /// earlier.
    struct Cover {
        bytes32 home;
        bytes8 name;
        uint64 dataExchangeFrom;
        uint64 benefitsFrom;
    }

    /// @notice An agreement between two administrations. `closed` when it was declined or withdrawn before consent.
    struct Agreement {
        bytes32 proposer;
        bytes32 partner;
        bool consented;
        bool closed;
    }

    /// @notice `name` is empty, known already, or unknown where it must be known; or the batch is not 1 to 16 long.
    error AeoTypeInvalid(bytes32 member, bytes32 tag, bytes8 name);
    /// @notice A type that is `from` cannot become `to`.
    error AeoTransitionInvalid(bytes32 member, bytes32 tag, bytes8 name, Status from, Status to);
    /// @notice `time` is 0, after the year 9999, or before `earliest`, since when what it changes is in effect.
    error AeoTimeInvalid(uint64 time, uint64 earliest);
    /// @notice `aliasTag` is a record, an alias already, or not one of this record.
    error AeoAliasInvalid(bytes32 member, bytes32 aliasTag);
    /// @notice An AEO entry has no uses.
    error AeoNotUsed(bytes32 member, bytes32 tag);
    /// @notice `member` is not an active administration.
    error AeoNotAdministration(bytes32 member);
    /// @notice There is no such agreement, or it is not waiting for, or not beyond, consent.
    error AeoAgreementInvalid(uint256 agreement);
    /// @notice `member` is not the party that can do this.
    error AeoNotParty(uint256 agreement, bytes32 member);
    /// @notice The cover is not of a party, names no type, is repeated, or its times are in the wrong order; or 1 to 16
    /// were expected.
    error AeoCoverInvalid(bytes32 home, bytes8 name);
    /// @notice Recognition of that type is in force or suspended under another agreement at that time, or later.
    error AeoCoverTaken(bytes32 home, bytes32 partner, bytes8 name, uint256 agreement);
    /// @notice What the party says of recognition is `from`, or either has ended it, or the agreement does not cover it
    /// (`None`); it cannot say `to`.
    error AeoRecognitionInvalid(uint256 agreement, bytes32 home, bytes8 name, Recognition from, Recognition to);

    // --- entries, by the administration that keeps them ---

    /// @notice Grants types to an entry that `anchor` made. A record without types is authorised for nothing.
    function grantTypes(bytes32 member, bytes32 tag, Grant[] calldata grants) external;

    /// @notice Changes the status of one type: valid <-> suspended, and from both to revoked or cancelled (final).
    /// @dev A suspended member can still suspend, revoke and cancel. Repeating the status that holds withdraws what was
    /// said for later.
    /// @dev Warning: what was said for later than `effectiveFrom` is dropped, an end too; say it again.
    /// @param effectiveFrom Seconds; 0 means now, or when the grant takes effect if that is later.
    function changeType(
        bytes32 member,
        bytes32 tag,
        bytes8 name,
        Status status,
        uint16 reason,
        uint64 effectiveFrom
    ) external;

    /// @notice Lets another form of the trader's code find the entry.
    function addAlias(bytes32 member, bytes32 tag, bytes32 aliasTag) external;

    /// @notice Takes such a form away.
    function removeAlias(bytes32 member, bytes32 tag, bytes32 aliasTag) external;

    // --- agreements, by operators of administrations ---

    /// @notice Proposes recognition; nothing of it holds before the partner consents.
    /// @return agreement Its number, counted from 1.
    function proposeAgreement(
        bytes32 member,
        bytes32 partner,
        Cover[] calldata covers
    ) external returns (uint256 agreement);

    /// @notice Consents to a proposal of another administration. All of its covers hold from their own times on.
    function consent(bytes32 member, uint256 agreement) external;

    /// @notice Declines a proposal, or withdraws one's own, before consent.
    function decline(bytes32 member, uint256 agreement) external;

    /// @notice Suspends, lifts or ends recognition of one type under an agreement that was consented to.
    /// @dev Each party speaks for itself: recognition is in force while neither suspends it, and over once either ends
    /// it. A suspended member can suspend and end. Repeating what holds withdraws what the party said for later.
    /// @dev Warning: what the same party said for later than `effectiveFrom` is dropped, an end too; say it again.
    /// @param effectiveFrom Seconds; 0 means now.
    function changeRecognition(
        bytes32 member,
        uint256 agreement,
        bytes32 home,
        bytes8 name,
        Recognition recognition,
        uint16 reason,
        uint64 effectiveFrom
    ) external;

    // --- views ---

    /// @notice Whether `partner` recognised `home`'s AEOs of type `name` at `time`, as known now.
    /// @dev Never, at no time, when either has left the consortium: nobody could suspend or end it any more, and since
    /// when that is so only the journal tells.
    function recognisedAt(bytes32 home, bytes32 partner, bytes8 name, uint64 time) external view returns (bool);

    /// @notice Status of a type at `time`, as known now; `None` before it was granted.
    /// @dev A type is not valid, at no time, when the whole entry is not now: since when only the journal tells. Then
    /// the answer is the entry's status, or `None` when its member has left the consortium.
    function typeAt(bytes32 member, bytes32 tag, bytes8 name, uint64 time) external view returns (Status);

    /// @notice The record that an alias finds; 0 for none.
    function aliasOf(bytes32 member, bytes32 aliasTag) external view returns (bytes32 tag);

    /// @notice An agreement; all zero if there is none.
    function agreementOf(uint256 agreement) external view returns (Agreement memory);

    /// @notice What an agreement covers, whether or not it was consented to; empty if there is none.
    function coversOf(uint256 agreement) external view returns (Cover[] memory covers);
}
