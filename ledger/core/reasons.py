"""Reasons: the stable codes that say why a check came out as it did.

The one rule: append only. A code never changes its meaning, is never used again, and its name stays. ``R01`` to
``R99`` are the consortium's reason codes, which also travel in the journal as numbers; ``X01`` and on are remarks and
findings of a verdict that no issuer or customs office ever gives as a reason. What follows from a code in a given case
is decided in ``verify``.
"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """A code with its sentence; ``name`` is the stable name."""

    FORM_INCOMPLETE = ("R01", "The form is incomplete.")
    SIGNER_NOT_NOTIFIED = ("R02", "The signing key was not notified by the issuing body.")
    SIGNER_NOT_EFFECTIVE_YET = ("R03", "The signing key was notified, but not yet effective.")
    SIGNATURE_INVALID = ("R04", "The signature does not fit the document and the key.")
    KEY_REVOKED_BEFORE_ISSUE = ("R05", "The signing key had been withdrawn before.")
    DIGEST_MISMATCH = ("R06", "The document is not what was anchored.")
    NUMBER_NOT_FOUND = ("R07", "There is no record with this number.")
    EXPIRED_AT_IMPORT_DATE = ("R08", "The validity had ended on the import date.")
    ISSUED_TOO_LATE = ("R09", "It was issued later than the agreement allows.")
    RETRO_MARK_MISSING = ("R10", "The mark for retroactive issue is missing.")
    ALREADY_USED = ("R11", "It has been used already.")
    BALANCE_EXCEEDED = ("R12", "More is asked for than is left.")
    OFFICE_NOT_ALLOWED = ("R13", "It may not be used at this office.")
    UNIT_MISMATCH = ("R14", "The units cannot be compared.")
    HS_MISMATCH = ("R15", "The HS codes differ.")
    QUANTITY_MISMATCH = ("R16", "The declared quantity is more than the certified one.")
    ORIGIN_CRITERION_MISMATCH = ("R17", "The origin criteria differ.")
    ORIGIN_COUNTRY_MISMATCH = ("R18", "The countries of origin differ.")
    CONSIGNMENT_RULE = ("R19", "The rule on direct consignment is not met.")
    THIRD_PARTY_INVOICE_NOT_DECLARED = ("R20", "A third party's invoice is not declared.")
    PARENT_INVALID = ("R21", "The certificate that this one builds on is not valid.")
    PARENT_BALANCE_EXCEEDED = (
        "R22",
        "More is certified than the certificate that this one builds on has left.",
    )
    ISSUER_NO_AUTHORITY = ("R23", "The body was not entitled to issue this kind of document.")
    REVOKED = ("R24", "The issuing body revoked it.")
    SUSPENDED = ("R25", "The issuing body suspended it.")
    REPLACED = ("R26", "The issuing body replaced it.")
    CTC_OF_USED_ORIGINAL = ("R27", "It is a certified true copy of an original that was used.")
    VERIFICATION_NOT_CONFIRMED = ("R28", "The issuing body did not confirm it.")
    VERIFICATION_NO_REPLY = ("R29", "The issuing body did not reply.")
    VISIT_REFUSED = ("R30", "A verification visit was refused.")
    IMPORTER_NO_REPLY = ("R31", "The importer did not reply.")
    SERIES_OF_SMALL_CONSIGNMENTS = ("R32", "It is one of a series of small consignments.")
    MRA_NOT_IN_FORCE = ("R33", "Mutual recognition was not in force.")
    AEO_NOT_ACTIVE_AT = ("R34", "The AEO authorisation was not active.")
    AEO_TYPE_NOT_COVERED = ("R35", "Mutual recognition does not cover this type of authorisation.")
    EXPORT_ENDORSEMENT_MISSING = ("R36", "The export endorsement is missing.")
    OTHER = ("R99", "Another reason, told outside of the ledger.")

    CHAIN_UNREACHABLE = ("X01", "The chain cannot be asked now.")
    NODE_CONTRADICTS_JOURNAL = ("X02", "The node's answer and the journal contradict each other.")
    JOURNAL_BEHIND = ("X03", "The journal is still being read.")
    CACHE_AGE = ("X04", "The answer comes from an earlier reading of the chain.")
    CANCELLED = ("X05", "The issuing body cancelled it.")
    KEY_COMPROMISED = ("X06", "The signing key may have been in other hands.")
    KEY_RETIRED_LATER = ("X07", "The signing key was retired later.")
    KEY_NOT_RELIABLE = ("X08", "The signing key's entry in the registry is not consistent.")
    KEY_OF_RECORD_DIFFERS = ("X09", "The record names another key than the one that sealed the document.")
    ISSUER_STANDING_LATER = ("X10", "The issuing body was suspended or left later.")
    LATE_ANCHORED = ("X11", "It was recorded long after its issue.")
    LOOK_ALIKE = ("X12", "Another number differs only in signs that look alike.")
    OTHER_LEDGER = ("X13", "The document belongs to another chain or registry.")
    TAG_DIFFERS = ("X14", "The document is recorded under another number than its own.")
    TAG_NOT_CHECKED = ("X15", "The number tag could not be checked.")
    USE_POLICY_DIFFERS = ("X16", "The record has another use policy than the agreement.")
    STATUS_CHANGED_LATER = ("X17", "The status changed after the time that was asked about.")
    SUSPENSION_LIFTED = ("X18", "It had been suspended, and the suspension was lifted.")
    NOT_YET_VALID = ("X19", "The validity had not begun on the import date.")
    VALIDITY_UNKNOWN = ("X20", "Neither document nor agreement says how long it is valid.")
    VALIDITY_NOT_CHECKED = ("X21", "The validity is in the document only.")
    NO_DOCUMENT = ("X22", "There is no document to compare with.")
    USE_NOT_RECORDED = ("X23", "Use is not recorded here yet.")
    NO_DECLARATION = ("X24", "There is no declaration to compare with.")
    ITEM_NOT_CERTIFIED = ("X25", "The declaration has an item that the certificate has not.")
    DESTINATION_DIFFERS = ("X26", "The certificate was issued for another destination.")
    PARENT_NOT_CHECKED = ("X27", "A certificate that this one refers to could not be checked.")
    QUESTION_DIFFERS = ("X28", "The document is not the one that was asked about.")
    SECOND_KEY_DIFFERS = ("X29", "The second key does not fit the certificate.")
    NOT_ISSUED_DOCUMENT = ("X30", "The file is not a sealed document as issuing bodies hand it out.")
    KEY_COMPROMISED_LATER = ("X31", "The signing key may have been in other hands from a later time on.")
    CONFIRMED_AGAIN = ("X32", "The issuing body confirmed it after its key was reported.")
    NOT_ANCHORED_THEN = ("X33", "At the time that was asked about, it was not on the ledger yet.")
    PRESENTED_LATE = ("X34", "It is presented after its validity has ended.")
    INVOICE_DIFFERS = ("X35", "No declared invoice is on the certificate.")
    ANCHORED_AFTER_VALIDITY = ("X36", "It was recorded after its validity had ended.")
    OWN_USE = ("X37", "This declaration uses it already.")
    USE_LEFT = ("X38", "Use is left.")
    OVERDRAWN = ("X39", "More was used than was certified.")
    USED_LATER = ("X40", "It was used after the time that was asked about.")
    USE_NOT_ASKED = ("X41", "Whose use is asked about is not known.")
    QUANTITY_NOT_BOUND = ("X42", "Its quantity is not bound to that of the certificate that it builds on.")
    LINEAGE_DIFFERS = ("X43", "Document and record name different certificates that it builds on.")
    ORIGINAL_USED_LATER = ("X44", "Its original was used after it was recorded.")
    ACCEPTED_BEFORE_SUSPENSION = ("X45", "The declaration was accepted before the suspension.")
    RECORDED_LATER = ("X46", "A change was recorded later than it took effect.")
    RECOGNITION_NOT_CHECKED = ("X47", "Mutual recognition could not be checked.")
    WAIVER_APPLIES = ("X48", "The agreement asks for no certificate for an amount this small.")
    OFFICES_NAMED = ("X49", "It may be used at certain offices only.")
    RULES_NOT_KNOWN = (
        "X50",
        "The rules that it names are not known here, or are not those of such a document.",
    )
    NOT_COMPARED = ("X51", "It was not compared, because one side does not say it.")
    SHIPMENT_NOT_DISCLOSED = ("X52", "The day of shipment is not disclosed, and a period runs from it.")
    PARTICULARS_DIFFER = ("X53", "A particular of the declaration differs from the document.")
    ENQUIRY_PERIODS = ("X54", "The agreement has periods for an enquiry.")
    CONSIGNEE_DIFFERS = ("X55", "The consignee is not written as on the certificate.")

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence


_BY_NUMBER = {int(reason.code[1:]): reason for reason in Reason if reason.code.startswith("R")}


def reason_text(number: int) -> str:
    """Return a journal's reason number as text, such as ``R24 REVOKED``; unknown numbers keep their number."""
    reason = _BY_NUMBER.get(number)
    return f"R{number:02d}" if reason is None else f"{reason.code} {reason.name}"
