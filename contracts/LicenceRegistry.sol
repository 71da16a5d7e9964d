// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Balance} from "./Balance.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {ILicenceRegistry} from "./interfaces/ILicenceRegistry.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Registry} from "./Registry.sol";
import {UseRegistry} from "./UseRegistry.sol";

/// @title Licences and permits
/// @dev Document types are UNTDID 1001 codes: 811 export licence, 911 import licence, 628 transit licence, 966 quota
/// prior allocation certificate, 626 CITES certificate. Whatever limits their use needs terms. What was exported is
/// counted, so an endorsed permit has no tolerance any more.
// Codes and statuses are compared for equality, which the analysis takes for a comparison of times because they lie in
// one word with one.
// slither-disable-start timestamp,incorrect-equality
contract LicenceRegistry is UseRegistry, ILicenceRegistry {
    using Balance for uint72;

    uint8 private constant _EXPORT_ENDORSED = 0x39;
    uint32 private constant _ISSUES_LICENCES = 8;

    constructor(IConsortium consortium_) Registry(consortium_) {}

    /// @inheritdoc ILicenceRegistry
    function endorse(bytes32 customs, bytes32 member, bytes32 tag, bytes17 office, uint72[] calldata actual) external {
        bytes2 economy = _requireActive(customs, _CUSTOMS);
        if (economy != _economyOf(member)) revert UseEconomyNotAllowed(member, tag, economy);
        if (!_isText(office)) revert UseOfficeNotAllowed(member, tag, office);
        _requireRecord(member, tag);
        bytes32 root = _rootOf(member, tag);
        Account storage account = _accounts[member][root];
        bool again = account.endorsed;
        if (!again) _requireValid(member, tag, root);
        bool fits = actual.length != 0 && actual.length == account.lines;
        bytes memory tails = "";
        for (uint16 n = 1; fits && n <= actual.length; ++n) {
            uint72 quantity = actual[n - 1];
            Line memory line = _line(account, n);
            tails = bytes.concat(tails, abi.encodePacked(n, quantity));
            if (again) {
                fits = quantity == line.authorised;
                continue;
            }
            uint256 most = line.authorised.withTolerance(account.tolerance);
            // No less than was taken, but for what late entries took beyond all that may be.
            if (quantity > most || (quantity < most && quantity < uint256(line.reserved) + line.consumed)) {
                revert UseLineInvalid(member, root, n);
            }
            if (_isChild(account.relation)) account.granted[n] = uint72(most);
            account.line[n].authorised = quantity;
        }
        if (!fits) revert LicenceEndorsementInvalid(member, root, actual.length);
        if (again) return;
        account.endorsed = true;
        account.tolerance = 0;

        _append(_EXPORT_ENDORSED, customs, abi.encodePacked(member, root, office), tails, actual.length);
    }

    /// @inheritdoc IRegistry
    function kind() external pure returns (uint8) {
        return 2;
    }

    function _rolesFor(uint16 documentType) internal pure override returns (uint32) {
        bool taken =
            documentType == 811 ||
                documentType == 911 ||
                documentType == 628 ||
                documentType == 966 ||
                documentType == 626;
        return taken ? _ISSUES_LICENCES : 0;
    }

    function _takes(uint16 usePolicy, bool terms) internal pure override returns (bool) {
        return terms || usePolicy == 0;
    }

    function _hangs(Relation relation) internal pure override returns (bool) {
        return relation != Relation.BackToBackOf;
    }
}
// slither-disable-end timestamp,incorrect-equality
