"""Documents: validate, import, issue, disclose. All but ``issue`` work without a gateway."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.cli import exits, files
from ledger.cli.console import FAINT, GREEN, RED, YELLOW, Progress, coloured, say, say_json, show, table
from ledger.cli.home import opened
from ledger.core.problems import Problem, Severity
from ledger.errors import Rejected
from ledger.service.wire import hex_text, issue_shape, plain, problem_shape, read_reason

if TYPE_CHECKING:
    from ledger.core.codes import Reference
    from ledger.service.answers import IssueResult
    from ledger.service.ledger import Ledger

# Not a certificate with mistakes, but nothing that could be read as one.
_UNREADABLE: Final = {
    "FILE_UNREADABLE", "NOT_JSON", "NOT_UTF8", "BYTE_ORDER_MARK", "TOO_LARGE", "TOO_DEEP", "NOT_AN_OBJECT",
    "NO_CERTIFICATES", "NOT_CSV", "NO_HEADER", "TOO_MANY_COLUMNS", "COLUMN_UNKNOWN", "COLUMN_REPEATED", "COLUMN_CONTRADICTS",
}  # fmt: skip
_MARKS: Final = {
    "anchored": ("anchored", GREEN),
    "already_anchored": ("already anchored", GREEN),
    "refused": ("refused", RED),
    "pending": ("pending", YELLOW),
}
_COUNTED: Final = {
    "anchored": "anchored",
    "already_anchored": "already anchored, unchanged",
    "refused": "refused",
    "pending": "pending",
}


def validate(options: argparse.Namespace) -> int:
    """Say everything that is wrong with certificates."""
    from ledger.reference import read_reference

    reference = read_reference()
    worst = exits.DONE
    for path in options.files:
        for name, problems in _validated(path, reference):
            worst = max(worst, _validation_code(problems))
            _show_validation(name, problems, options.json)
    return worst


def _validated(path: Path, reference: Reference) -> Iterator[tuple[str, Sequence[Problem]]]:
    from ledger.core.documents.validation import validate as validate_certificate

    today = datetime.now(UTC).date()
    seen = False
    try:
        for name, data in files.certificates([path]):
            seen = True
            if isinstance(data, bytes):
                yield name, validate_certificate(data, reference, today=today)[1]
            else:
                yield name, data
    except Rejected as error:
        yield str(path), error.problems
    else:
        if not seen:
            yield str(path), [Problem("", "no certificate", "at least one", code="NO_CERTIFICATES")]


def _validation_code(problems: Sequence[Problem]) -> int:
    errors = [one for one in problems if one.severity is Severity.ERROR]
    if any(one.code in _UNREADABLE for one in errors):
        return exits.BAD_INPUT
    return exits.PROBLEMS if errors else exits.DONE


def _show_validation(name: str, problems: Sequence[Problem], as_json: bool) -> None:
    errors = sum(one.severity is Severity.ERROR for one in problems)
    if as_json:
        say_json({"source": name, "valid": errors == 0, "problems": [problem_shape(one) for one in problems]})
        return
    warnings = len(problems) - errors
    word = coloured("ok", GREEN) if not errors else coloured("wrong", RED)
    counts = ", ".join(
        f"{count} {what}{'s' * (count > 1)}"
        for count, what in ((errors, "error"), (warnings, "warning"))
        if count
    )
    say(f"{show(name)}: {word}" + (f" ({counts})" if counts else ""), *map(_problem_line, problems))


def _problem_line(problem: Problem) -> str:
    mark = coloured("error  ", RED) if problem.severity is Severity.ERROR else coloured("warning", YELLOW)
    found = f"found {show(problem.value)}, " if problem.value else ""
    place = show(problem.path) or "document"
    return f"  {mark}  {place}: {found}expected {show(problem.expectation)} [{problem.code}]"


def import_foreign(options: argparse.Namespace) -> int:
    """Turn a foreign shape into ours and report every field."""
    import orjson

    from ledger.importers.edi3 import import_edi3
    from ledger.importers.report import Outcome
    from ledger.reference import read_reference

    data = files.read_whole(options.file, files.MOST_DOCUMENT)
    report = import_edi3(data, read_reference(), issuer=options.issuer)
    if options.out is not None:
        files.write_new(options.out, orjson.dumps(report.certificate, option=orjson.OPT_INDENT_2) + b"\n")
    if options.json:
        say_json({"certificate": report.certificate, "rows": [plain(row) for row in report.rows]})
        return exits.DONE
    rows = [(row.outcome.value, row.source_path or "-", row.target_path or "-", row.value, row.note)
            for row in report.rows]  # fmt: skip
    say(*table(("outcome", "source", "ours", "value", "note"), rows), "")
    say(", ".join(f"{report.count(outcome)} {outcome.value}" for outcome in Outcome))
    if options.out is not None:
        say(f"written to {show(options.out)}; tradeseal validate says what is still missing")
    else:
        say("nothing was written; --out FILE keeps the certificate")
    return exits.DONE


def issue(options: argparse.Namespace) -> int:
    """Validate, seal and anchor; one line per certificate."""
    paths = [file for path in options.paths for file in files.certificate_files(path)]
    total = files.count_certificates(paths)
    if options.out is not None:
        _make_folder(options.out)
    worst, seen, tally = exits.DONE, 0, dict.fromkeys(_COUNTED, 0)
    with opened(options) as ledger, Progress("issuing", total) as progress:
        for result in ledger.issue(files.certificates(paths), progress.reach):
            seen += 1
            progress.clear()
            _show_result(result, options.json)
            if options.out is not None and result.document_id is not None:
                _write_sealed(ledger, result.document_id, options.out)
            worst = max(worst, _code_of(result))
            tally[result.outcome.value] += 1
    if not seen:
        names = " ".join(map(str, options.paths))
        raise Rejected([Problem(names, "no certificate", "at least one", code="NO_CERTIFICATES")])
    if seen > 1 and not options.json:
        say("; ".join(f"{count} {_COUNTED[outcome]}" for outcome, count in tally.items() if count))
    return worst


def replace(options: argparse.Namespace) -> int:
    """Anchor a certificate in the place of an earlier one."""
    reason = read_reason("--reason", options.reason)
    data = files.read_whole(options.file, files.MOST_DOCUMENT)
    if options.out is not None:
        _make_folder(options.out)
    with opened(options) as ledger:
        result = ledger.replace(options.number, reason, (options.file.name, data))
        if options.out is not None and result.document_id is not None:
            _write_sealed(ledger, result.document_id, options.out)
    _show_result(result, options.json)
    return _code_of(result)


def _code_of(result: IssueResult) -> int:
    codes = {"refused": exits.PROBLEMS, "pending": exits.UNAVAILABLE}
    return codes.get(result.outcome.value, exits.DONE)


def _show_result(result: IssueResult, as_json: bool) -> None:
    if as_json:
        say_json(issue_shape(result))
        return
    word, colour = _MARKS[result.outcome.value]
    parts = [coloured(word, colour), show(result.number) or show(result.source)]
    if result.problems and result.number and result.source:
        parts.append(f"in {show(result.source)}")
    if result.document_id is not None:
        parts.append(f"document {hex_text(result.document_id)}")
    if result.journal_index is not None:
        parts.append(f"journal {result.journal_index}")
    if result.reason:
        parts.append(show(result.reason))
    say("  ".join(parts), *map(_problem_line, result.problems))


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = error.strerror or type(error).__name__
        raise Rejected([Problem(str(path), text, "a folder to write to", code="FILE_UNWRITABLE")]) from None


def _write_sealed(ledger: Ledger, document_id: bytes, folder: Path) -> None:
    path = folder / f"{document_id.hex()}.sdjwt"
    held = ledger.document(document_id)
    if held is not None and not path.exists():
        files.write_new(path, held.sealed)


def disclose(options: argparse.Namespace) -> int:
    """Make a redacted copy of a sealed document."""
    from ledger.core.envelope import redact
    from ledger.core.forms import MalformedEnvelope

    try:
        copy = redact(files.read_sealed(options.file), options.hide)
    except MalformedEnvelope as error:
        raise Rejected(error.problems) from None
    if options.out is None:
        say(copy.decode("ascii"))
        return exits.DONE
    files.write_new(options.out, copy)
    say(f"written to {show(options.out)}", coloured("same document id, same signature", FAINT))
    return exits.DONE
