"""Parser: the commands, their options and their help. A command's module is imported when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

from ledger.cli import exits

_REASON = "reason code such as R24"
_EXITS = "exit codes: "
_GENERAL = "1 refused, 3 not available now, 4 bad input"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # Not argparse's 2: for ``verify`` that would say REFER.
        self.print_usage(sys.stderr)
        self.exit(exits.BAD_INPUT, f"{self.prog}: {message}\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"tradeseal {version('tradeseal')}\n")
        parser.exit(exits.DONE)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; parsed options carry what to call as ``target``, as ``module:function``."""
    parser = _Parser(
        prog="tradeseal",
        description="Seal, anchor and verify certificates on a ledger that customs offices run together.",
        epilog="Certificate numbers contain slashes and spaces: quote them.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="the gateway's folder (default: $TRADESEAL_HOME or ~/.tradeseal)",
    )
    parser.add_argument("--debug", action="store_true", help="show all of a fault; it may contain secrets")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    _documents(commands)
    _verification(commands)
    _records(commands)
    _members(commands)
    _keys(commands)
    _proposals(commands)
    _operation(commands)
    return parser


def _documents(commands: Any) -> None:
    one = _command(
        commands, "validate", "documents:validate", "say what is wrong with certificates; a dry run",
        "0 clean or warnings only, 1 problems, 4 unreadable",
    )  # fmt: skip
    one.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".json, or .jsonl with one a line")
    _json(one)

    one = _command(
        commands, "import", "documents:import_foreign", "turn a foreign shape into ours, field by field",
        "0 done, 4 unreadable",
    )  # fmt: skip
    one.add_argument("--from", dest="shape", required=True, choices=["edi3"], help="the foreign shape")
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument(
        "--issuer", metavar="CODE", help="member code of the issuing body, where the source names none"
    )
    one.add_argument("--out", type=Path, metavar="FILE", help="write the certificate to this new file")
    _json(one)

    one = _command(
        commands, "issue", "documents:issue", "validate, seal and anchor; again anchors nothing twice",
        "0 all anchored, 1 some refused, 3 pending or not available, 4 bad input",
    )  # fmt: skip
    one.add_argument("paths", nargs="+", type=Path, metavar="FILE|DIR|FILE.jsonl")
    one.add_argument("--out", type=Path, metavar="DIR", help="write the sealed documents into this folder")
    _json(one)

    one = _command(
        commands, "disclose", "documents:disclose", "make a redacted copy that still verifies",
        "0 done, 4 bad input",
    )  # fmt: skip
    one.add_argument("file", type=Path, metavar="FILE", help="a sealed document")
    one.add_argument(
        "--hide",
        nargs="+",
        required=True,
        metavar="PATH",
        help="such as exporter, items[0].fob or 'items[*].fob'",
    )
    one.add_argument(
        "--out", type=Path, metavar="FILE", help="write to this new file, not to standard output"
    )


def _verification(commands: Any) -> None:
    one = _command(
        commands, "verify", "verification:verify", "one verdict on a sealed document or a certificate number",
        "0 ACCEPT or ACCEPT_WITH_REMARKS, 1 REJECT, 2 REFER, 3 CANNOT_VERIFY_NOW, 4 bad input",
    )  # fmt: skip
    one.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a sealed document")
    one.add_argument("--issuer", metavar="CODE", help="member code of the issuing body, such as VN-VCCI")
    one.add_argument("--number", metavar="N", help="certificate number as printed")
    one.add_argument("--second-key", metavar="K", help="invoice number or issue date as printed")
    one.add_argument("--as-of", metavar="T", help="the moment to judge, such as 2026-11-23T09:30:00+08:00")
    one.add_argument("--declaration", type=Path, metavar="FILE", help="the import declaration as JSON")
    one.add_argument(
        "--kind", choices=["origin"], default="origin", help="kind of document (default: origin)"
    )
    one.add_argument("--purpose", default="", metavar="TEXT", help="what the look-up is for; it is logged")
    _json(one)


def _records(commands: Any) -> None:
    for name, text in (
        ("revoke", "revoke a record for good"),
        ("suspend", "suspend a record"),
        ("reinstate", "end a suspension"),
        ("cancel", "withdraw a record before its use, at the applicant's request"),
    ):
        one = _command(commands, name, "records:change_status", text, f"0 done, {_GENERAL}")
        _record(one)
        one.add_argument("--reason", required=True, metavar="Rnn", help=_REASON)
        one.add_argument("--effective-from", metavar="T", help="since when (default: now)")
        one.set_defaults(action=name)
        _json(one)
    one = _command(
        commands, "history", "records:history", "a record's entries, re-read from the chain",
        "0 found, 2 no record with this number, 3 not available now, 4 bad input",
    )  # fmt: skip
    _record(one)
    _json(one)


def _members(commands: Any) -> None:
    member = _group(commands, "member", "members of the consortium")
    _json(_command(member, "list", "consortium:members", "all members with roles, standing and keys"))
    one = _act(member, "admit", "propose-admit-member", "propose to admit a member", proposal=True)
    _code(one)
    one.add_argument("--economy", required=True, metavar="XX", help="ISO 3166-1 alpha-2 code")
    _roles(one)
    one.add_argument("--controller", required=True, metavar="ADDRESS")
    one = _act(member, "set-roles", "propose-set-roles", "propose other roles for a member", proposal=True)
    _code(one)
    _roles(one)
    for name in ("suspend", "reinstate", "expel"):
        one = _act(member, name, f"propose-{name}-member", f"propose to {name} a member", proposal=True)
        _code(one)
        one.add_argument("--reason", metavar="Rnn", help=_REASON)
    one = _act(
        member,
        "replace-controller",
        "propose-replace-controller",
        "propose another controller",
        proposal=True,
    )
    _code(one)
    one.add_argument("--controller", required=True, metavar="ADDRESS")
    one = _act(
        member, "set-controller", "set-controller", "hand this member over to another controller account"
    )
    one.add_argument("--controller", required=True, metavar="ADDRESS")
    one = _act(member, "leave", "leave", "leave the consortium for good")
    one.add_argument("--yes", action="store_true", required=True, help="yes, for good")
    operator = _group(member, "operator", "gateway accounts that act for this member")
    for name in ("add", "remove"):
        one = _act(operator, name, f"{name}-operator", f"{name} a gateway account")
        one.add_argument("operator", metavar="ADDRESS")


def _keys(commands: Any) -> None:
    key = _group(commands, "key", "document keys and tag keys")
    one = _command(key, "create", "keys:create", "make a new document key in an encrypted file")
    one.add_argument("file", type=Path, metavar="FILE", help="a new file, written with mode 0600")
    one.add_argument(
        "--passphrase-file", type=Path, required=True, metavar="FILE", help="its first line is used"
    )
    one.add_argument("--algorithm", choices=["ES256", "ES384", "EdDSA", "PS256"], default="ES256")
    one = _command(
        key, "register", "keys:register", "notify the consortium of a document key", f"0 done, {_GENERAL}"
    )
    one.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="key file (default: this gateway's key)"
    )
    one.add_argument("--passphrase-file", type=Path, metavar="FILE")
    one.add_argument("--effective-from", metavar="T", help="from when (default: now)")
    _json(one)
    one = _act(key, "retire", "retire-key", "stop a document key at a time")
    _thumbprint(one)
    one.add_argument("--at", dest="retired_at", metavar="T", help="when (default: now)")
    one = _act(key, "compromise", "report-compromise", "distrust a document key from a time on")
    _thumbprint(one)
    one.add_argument("--since", dest="compromised_since", required=True, metavar="T")
    _json(_command(key, "list", "keys:listing", "all document keys of all members with their times"))
    tag = _group(key, "tag", "the key that hides certificate numbers on the chain")
    one = _command(
        tag, "export", "keys:export_tag", "write this member's tag key for a partner customs office"
    )
    one.add_argument("file", type=Path, metavar="FILE", help="a new file; hand it over by a safe way")
    one = _command(tag, "import", "keys:import_tag", "take over a partner's tag key")
    one.add_argument("file", type=Path, metavar="FILE")


def _proposals(commands: Any) -> None:
    proposal = _group(commands, "proposal", "what the administrations decide on")
    _json(_command(proposal, "list", "consortium:proposals", "all proposals with their approvals"))
    one = _act(proposal, "vote", "vote", "approve a proposal, or take the approval back")
    one.add_argument("proposal", type=int, metavar="NUMBER")
    one.add_argument("--against", dest="approves", action="store_false", help="take the approval back")
    one = _act(proposal, "execute", "execute", "carry out a proposal that has enough approvals")
    one.add_argument("proposal", type=int, metavar="NUMBER")
    for name in ("admit", "retire"):
        one = _act(
            proposal, f"{name}-registry", f"propose-{name}-registry", f"propose to {name} a registry", True
        )
        one.add_argument("registry", metavar="ADDRESS")
        if name == "admit":
            one.add_argument(
                "--kind", type=int, default=1, choices=[1, 2, 3], help="1 origin, 2 licences, 3 AEO"
            )


def _operation(commands: Any) -> None:
    one = _command(
        commands, "demo", "operation:demo", "embedded chain, sample consortium, three gateways, an auditor",
        "0 every step came out as expected, 1 otherwise",
    )  # fmt: skip
    one.add_argument("--once", action="store_true", help="stop everything after the journey")
    one.add_argument("--stop", action="store_true", help="only stop what an earlier demo left running")
    one.add_argument("--json", action="store_true", help="one JSON object a step")
    one = _command(
        commands, "found", "operation:found", "deploy a new consortium's contracts and write its manifest",
        f"0 done, {_GENERAL}",
    )  # fmt: skip
    one.add_argument(
        "--founder", dest="founders", action="append", required=True, metavar="CODE:XX:ADDRESS",
        help="a founding administration, its economy (ISO 3166-1) and its controller account; repeat for each",
    )  # fmt: skip
    one.add_argument(
        "--node", default="http://127.0.0.1:8545", metavar="URL", help="the chain's JSON-RPC address"
    )
    one.add_argument(
        "--chain-id", type=int, default=648_001, metavar="N", help="the chain's id (default: 648001)"
    )
    one.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="write the deployment manifest here"
    )
    one = _command(
        commands, "init", "operation:init", "make a gateway's folder: settings, keys, passphrase file"
    )
    one.add_argument("--member", default="", metavar="CODE", help="member code; none for one that only reads")
    one.add_argument(
        "--roles", nargs="+", required=True, choices=["administration", "customs", "issuer", "auditor"],
        help="what the gateway is used for: administration, customs, issuer, auditor",
    )  # fmt: skip
    one.add_argument(
        "--node", default="http://127.0.0.1:8545", metavar="URL", help="the chain's JSON-RPC address"
    )
    one.add_argument(
        "--chain-id", type=int, default=648_001, metavar="N", help="the chain's id (default: 648001)"
    )
    one.add_argument("--deployment", type=Path, metavar="FILE", help="the consortium's deployment manifest")
    one.add_argument("--port", type=int, default=8080, help="port of the HTTP interface (default: 8080)")
    one.add_argument(
        "--no-controller", dest="controller", action="store_false", help="make no controller account"
    )
    one = _command(commands, "serve", "operation:serve", "run the gateway: HTTP interface and worker")
    one.add_argument("--host", help="address to listen on (default: as set)")
    one.add_argument("--port", type=int, help="port to listen on; 0 for any (default: as set)")
    one.add_argument(
        "--no-worker", dest="worker", action="store_false", help="another process runs the worker"
    )
    one = _command(
        commands, "rebuild", "operation:rebuild", "drop the cache, replay the chain, compare",
        "0 equal, 1 different, 3 not available now",
    )  # fmt: skip
    _json(one)
    node = _group(commands, "node", "the embedded chain, kept across restarts")
    one = _command(node, "up", "operation:node_up", "start it")
    one.add_argument("--port", type=int, default=8545, help="port on this machine only (default: 8545)")
    _command(node, "down", "operation:node_down", "stop it")
    _command(node, "status", "operation:node_status", "say whether it runs", "0 it runs, 3 it does not")
    apikey = _group(commands, "apikey", "keys of those who call the HTTP interface")
    one = _command(apikey, "create", "apikeys:create", "make a key; it is printed once and not kept")
    one.add_argument("label", help="who uses it")
    one.add_argument("--role", required=True, choices=["issuer", "verifier", "auditor", "administrator"])
    one.add_argument(
        "--scope",
        dest="scopes",
        nargs="+",
        action="extend",
        default=[],
        help="allow only these of the role's scopes",
    )
    one.add_argument("--rate", type=int, default=0, metavar="N", help="requests a minute (default: no limit)")
    _json(one)
    _json(_command(apikey, "list", "apikeys:listing", "all keys without their secrets"))
    one = _command(apikey, "disable", "apikeys:disable", "switch a key off for good")
    one.add_argument("label")


# --- parts that several commands share ----------------------------------------------------------------------


def _command(commands: Any, name: str, target: str, text: str, codes: str = "") -> argparse.ArgumentParser:
    epilog = _EXITS + codes if codes else None
    one: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog, allow_abbrev=False
    )
    one.set_defaults(target=target)
    # Also after the command; the default must not hide what stands before it.
    one.add_argument("--home", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return one


def _act(commands: Any, name: str, act: str, text: str, proposal: bool = False) -> argparse.ArgumentParser:
    one = _command(commands, name, "consortium:act", text, f"0 done, {_GENERAL}")
    one.set_defaults(act=act)
    if proposal:
        one.add_argument("--expires", metavar="T", dest="expires_at", help="until when it can be voted on")
    _json(one)
    return one


def _group(commands: Any, name: str, text: str) -> Any:
    one = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    return one.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)


def _json(one: argparse.ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="print JSON")


def _record(one: argparse.ArgumentParser) -> None:
    one.add_argument("--issuer", required=True, metavar="CODE", help="member code of the issuing body")
    one.add_argument("--number", required=True, metavar="N", help="certificate number as printed")


def _code(one: argparse.ArgumentParser) -> None:
    one.add_argument("code", metavar="CODE", help="member code, such as VN-VCCI")


def _roles(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--roles", nargs="+", required=True, metavar="ROLE",
        choices=["administration", "non-preferential-origin", "preferential-origin", "licences", "customs"],
        help="administration, non-preferential-origin, preferential-origin, licences, customs",
    )  # fmt: skip


def _thumbprint(one: argparse.ArgumentParser) -> None:
    one.add_argument("key", metavar="THUMBPRINT", help="as key list shows it")
