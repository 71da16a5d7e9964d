// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {ILicenceRegistry} from "./interfaces/ILicenceRegistry.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Registry} from "./Registry.sol";
import {UseRegistry} from "./UseRegistry.sol";

/// @title Licences and permits
/// @dev Document types are UNTDID 1001 codes: 811 export licence, 911 import licence, 628 transit licence, 966 quota
/// prior allocation certificate, 626 CITES certificate. Whatever limits their use needs terms.
// Codes and statuses are compared for equality, which the analysis takes for a comparison of times because they lie in
// one word with one.
// slither-disable-start timestamp,incorrect-equality
contract LicenceRegistry is UseRegistry, ILicenceRegistry {
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
        if (actual.length == 0 || actual.length != account.lines) {
            revert LicenceEndorsementInvalid(member, root, actual.length);
        }
        if (account.endorsed && _isEndorsed(account, actual)) return;
        if (account.endorsed) revert LicenceEndorsementInvalid(member, root, actual.length);
        (bytes32 worst, Status status) = _worst(member, tag, root);
        if (status != Status.Valid) revert UseRecordNotValid(member, worst, status);

        account.endorsed = true;
        bytes memory tails = "";
        for (uint16 n = 1; n <= actual.length; ++n) {
            Line memory line = _line(account, n);
            uint72 quantity = actual[n - 1];
            bool fits = quantity <= line.authorised && quantity >= uint256(line.reserved) + line.consumed;
            if (!fits) revert UseLineInvalid(member, root, n);
            account.line[n].authorised = quantity;
            tails = bytes.concat(tails, abi.encodePacked(n, quantity));
        }

        _append(_EXPORT_ENDORSED, customs, abi.encodePacked(member, root, office), tails, actual.length);
    }

    /// @inheritdoc IRegistry
    function kind() external pure returns (uint8) {
        return 2;
    }

    function _isEndorsed(Account storage account, uint72[] calldata actual) private view returns (bool) {
        for (uint16 n = 1; n <= actual.length; ++n) {
            if (account.line[n].authorised != actual[n - 1]) return false;
        }
        return true;
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
}
// slither-disable-end timestamp,incorrect-equality
