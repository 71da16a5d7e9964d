// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAeoRegistry} from "./interfaces/IAeoRegistry.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {Change, Timeline} from "./Timeline.sol";
import {UseTerms} from "./UseTerms.sol";

/// @title Agreements on mutual recognition
/// @dev Which agreement holds from when on is kept by whose AEOs, recognised by whom, and of which type. What a party
/// says of recognition under an agreement is its stance; each has its own, so that neither can undo or hold up what the
/// other says.
// Times are compared with the block's: the members are the validators, and seconds do not matter to days. States are
// compared for equality, which the analysis takes for a comparison of times because both lie in one word.
// slither-disable-start timestamp,incorrect-equality
abstract contract AeoAgreements is UseTerms, IAeoRegistry {
    using Timeline for Change;
    using Timeline for Timeline.Changes;

    /// @dev A cover of a proposal, of the proposer's AEOs or of the partner's. One storage slot.
    struct Covered {
        bytes8 name;
        uint64 dataExchangeFrom;
        uint64 benefitsFrom;
        bool ofProposer;
    }

    /// @dev An agreement with its covers, of which there are none only if there is no agreement.
    struct Pact {
        bytes32 proposer;
        bytes32 partner;
        bool consented;
        bool closed;
        uint8 covers;
        mapping(uint256 index => Covered) cover;
        mapping(bytes32 party => mapping(bytes32 home => mapping(bytes8 name => Timeline.Changes))) stance;
    }

    uint32 internal constant _ADMINISTRATION = 1;
    uint256 internal constant _MOST = 16;

    uint8 private constant _AGREEMENT_PROPOSED = 0x44;
    uint8 private constant _AGREEMENT_CONSENTED = 0x45;
    uint8 private constant _AGREEMENT_DECLINED = 0x46;
    uint8 private constant _RECOGNITION_CHANGED = 0x47;

    mapping(bytes32 home => mapping(bytes32 partner => mapping(bytes8 name => Timeline.Changes))) private _agreed;
    mapping(uint256 agreement => Pact) private _pacts;
    uint64 private _agreements;

    /// @inheritdoc IAeoRegistry
    function proposeAgreement(
        bytes32 member,
        bytes32 partner,
        Cover[] calldata covers
    ) external returns (uint256 agreement) {
        _requireActive(member, _ADMINISTRATION);
        _requireAdministration(partner);
        if (partner == member) revert AeoNotParty(0, partner);
        if (covers.length == 0 || covers.length > _MOST) revert AeoCoverInvalid(0, 0);

        agreement = ++_agreements;
        Pact storage pact = _pacts[agreement];
        pact.proposer = member;
        pact.partner = partner;
        pact.covers = uint8(covers.length);
        bytes memory tails = "";
        for (uint256 i; i < covers.length; ++i) {
            Cover calldata cover = covers[i];
            _requireCover(member, partner, covers, i);
            pact.cover[i] = Covered(cover.name, cover.dataExchangeFrom, cover.benefitsFrom, cover.home == member);
            tails = bytes.concat(
                tails,
                abi.encodePacked(cover.home, cover.name, cover.dataExchangeFrom, cover.benefitsFrom)
            );
        }

        _append(_AGREEMENT_PROPOSED, member, abi.encodePacked(agreement, partner), tails, covers.length);
    }

    /// @inheritdoc IAeoRegistry
    function consent(bytes32 member, uint256 agreement) external {
        _requireActive(member, _ADMINISTRATION);
        Pact storage pact = _requirePact(agreement, false);
        if (member != pact.partner) revert AeoNotParty(agreement, member);
        bytes32 proposer = pact.proposer;
        _requireAdministration(proposer);

        pact.consented = true;
        for (uint256 i; i < pact.covers; ++i) {
            Covered memory cover = pact.cover[i];
            (bytes32 home, bytes32 other) = cover.ofProposer ? (proposer, member) : (member, proposer);
            _bringInForce(agreement, home, other, cover);
        }

        _append(_AGREEMENT_CONSENTED, member, "", abi.encodePacked(agreement), 1);
    }

    /// @inheritdoc IAeoRegistry
    function decline(bytes32 member, uint256 agreement) external {
        _requireOperator(member);
        Pact storage pact = _requirePact(agreement, false);
        _otherParty(pact, agreement, member);

        pact.closed = true;

        _append(_AGREEMENT_DECLINED, member, "", abi.encodePacked(agreement), 1);
    }

    /// @inheritdoc IAeoRegistry
    function changeRecognition(
        bytes32 member,
        uint256 agreement,
        bytes32 home,
        bytes8 name,
        Recognition recognition,
        uint16 reason,
        uint64 effectiveFrom
    ) external {
        if (recognition == Recognition.InForce) _requireActive(member, _ADMINISTRATION);
        else _requireOperator(member);
        Pact storage pact = _requirePact(agreement, true);
        bytes32 other = _otherParty(pact, agreement, member);
        Timeline.Changes storage own = pact.stance[member][home][name];
        effectiveFrom = own.next(effectiveFrom, 0);
        Recognition from = _stanceAt(own, effectiveFrom);
        bool ended = _stanceAt(pact.stance[other][home][name], _orNow(effectiveFrom)) == Recognition.Terminated;
        if (ended) from = Recognition.Terminated;
        if (!_covers(pact, home, name)) from = Recognition.None;
        if (!_maySay(from, recognition, own.drops(effectiveFrom))) {
            revert AeoRecognitionInvalid(agreement, home, name, from, recognition);
        }
        if (reason == 0) revert RegistryReasonMissing();

        own.add(effectiveFrom, uint8(recognition), 0);

        bytes memory tail = abi.encodePacked(agreement, home, name, recognition, reason, effectiveFrom);
        _append(_RECOGNITION_CHANGED, member, "", tail, 1);
    }

    /// @inheritdoc IAeoRegistry
    function recognisedAt(bytes32 home, bytes32 partner, bytes8 name, uint64 time) external view returns (bool) {
        Change agreed = _agreed[home][partner][name].changeAt(time);
        if (!agreed.exists() || _hasLeft(home) || _hasLeft(partner)) return false;
        Pact storage pact = _pacts[agreed.agreementOf()];
        return
            _stanceAt(pact.stance[home][home][name], time) == Recognition.InForce &&
            _stanceAt(pact.stance[partner][home][name], time) == Recognition.InForce;
    }

    /// @inheritdoc IAeoRegistry
    function agreementOf(uint256 agreement) external view returns (Agreement memory) {
        Pact storage pact = _pacts[agreement];
        return Agreement(pact.proposer, pact.partner, pact.consented, pact.closed);
    }

    /// @inheritdoc IAeoRegistry
    function coversOf(uint256 agreement) external view returns (Cover[] memory covers) {
        Pact storage pact = _pacts[agreement];
        covers = new Cover[](pact.covers);
        for (uint256 i; i < covers.length; ++i) {
            Covered memory cover = pact.cover[i];
            bytes32 home = cover.ofProposer ? pact.proposer : pact.partner;
            covers[i] = Cover(home, cover.name, cover.dataExchangeFrom, cover.benefitsFrom);
        }
    }

    /// @dev Lets recognition begin that no other agreement has under way then.
    function _bringInForce(uint256 agreement, bytes32 home, bytes32 partner, Covered memory cover) private {
        Timeline.Changes storage agreed = _agreed[home][partner][cover.name];
        uint64 from = cover.benefitsFrom;
        Change before = agreed.last;
        // What ended before it began does not keep its place.
        if (before.timeOf() > from && _hasEnded(before, home, partner, cover.name, before.timeOf())) {
            before = agreed.previous();
        }
        bool taken = before.exists() && (before.timeOf() > from || !_hasEnded(before, home, partner, cover.name, from));
        if (taken) revert AeoCoverTaken(home, partner, cover.name, before.agreementOf());

        agreed.add(from, uint8(Recognition.InForce), agreement);
    }

    /// @return Whether either party had terminated by `time` what was `agreed`.
    function _hasEnded(
        Change agreed,
        bytes32 home,
        bytes32 partner,
        bytes8 name,
        uint64 time
    ) private view returns (bool) {
        Pact storage pact = _pacts[agreed.agreementOf()];
        return
            _stanceAt(pact.stance[home][home][name], time) == Recognition.Terminated ||
            _stanceAt(pact.stance[partner][home][name], time) == Recognition.Terminated;
    }

    /// @return Whether nobody can speak for the member any more. Since when is not known here.
    function _hasLeft(bytes32 member) internal view returns (bool) {
        return consortium.memberOf(member).standing == IConsortium.Standing.Left;
    }

    function _requireAdministration(bytes32 member) private view {
        IConsortium.Member memory found = consortium.memberOf(member);
        bool fits = found.standing == IConsortium.Standing.Active && found.roles & _ADMINISTRATION != 0;
        if (!fits) revert AeoNotAdministration(member);
    }

    /// @return pact An agreement that waits for consent, or was consented to.
    function _requirePact(uint256 agreement, bool consented) private view returns (Pact storage pact) {
        pact = _pacts[agreement];
        bool fits = pact.covers != 0 && !pact.closed && pact.consented == consented;
        if (!fits) revert AeoAgreementInvalid(agreement);
    }

    function _otherParty(Pact storage pact, uint256 agreement, bytes32 member) private view returns (bytes32) {
        (bytes32 proposer, bytes32 partner) = (pact.proposer, pact.partner);
        if (member == proposer) return partner;
        if (member == partner) return proposer;
        revert AeoNotParty(agreement, member);
    }

    function _covers(Pact storage pact, bytes32 home, bytes8 name) private view returns (bool) {
        bool ofProposer = home == pact.proposer;
        if (!ofProposer && home != pact.partner) return false;
        for (uint256 i; i < pact.covers; ++i) {
            Covered memory cover = pact.cover[i];
            if (cover.name == name && cover.ofProposer == ofProposer) return true;
        }
        return false;
    }

    /// @return What a party said last of what takes effect by `time`; its consent lets it be in force.
    function _stanceAt(Timeline.Changes storage stance, uint64 time) private view returns (Recognition) {
        Recognition said = Recognition(stance.changeAt(time).stateOf());
        return said == Recognition.None ? Recognition.InForce : said;
    }

    function _orNow(uint64 time) private view returns (uint64) {
        return time < block.timestamp ? uint64(block.timestamp) : time;
    }

    /// @dev To say again what holds withdraws what was said for later.
    function _maySay(Recognition from, Recognition to, bool drops) private pure returns (bool) {
        if (to == Recognition.None || from == Recognition.None || from == Recognition.Terminated) return false;
        return from != to || drops;
    }

    /// @dev Checks the `i`-th cover of a proposal.
    function _requireCover(bytes32 proposer, bytes32 partner, Cover[] calldata covers, uint256 i) private pure {
        Cover calldata cover = covers[i];
        bool fits =
            (cover.home == proposer || cover.home == partner) &&
                _isText(cover.name) &&
                cover.dataExchangeFrom <= cover.benefitsFrom;
        for (uint256 k; k < i; ++k) {
            if (covers[k].home == cover.home && covers[k].name == cover.name) fits = false;
        }
        if (!fits) revert AeoCoverInvalid(cover.home, cover.name);
        Timeline.requireTime(cover.dataExchangeFrom, 0);
        Timeline.requireTime(cover.benefitsFrom, 0);
    }
}
// slither-disable-end timestamp,incorrect-equality
