"""Settings: what an operator may choose, from ``tradeseal.toml`` in the home folder and from the environment.

The environment wins: ``TRADESEAL_<SECTION>_<NAME>``. Every mistake is reported at once, unknown names
included, because a misspelt setting would otherwise silently keep its default. Secrets are never settings:
they live in files that only their owner may read, and a setting names the file.
"""

# ruff: noqa: RUF009 - _setting is dataclasses.field with our own metadata
from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ledger.core.problems import Problem
from ledger.errors import Rejected

FILE_NAME = "tradeseal.toml"
PREFIX = "TRADESEAL_"
HOME_VARIABLE = "TRADESEAL_HOME"
ROLES = ("administration", "customs", "issuer", "auditor")
_MEMBER = re.compile(r"[!-~]{1,32}")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2})")
_SIGNERS = ("keystore:", "pkcs12:", "pkcs11:")
_Section = TypeVar("_Section")


class _Wrong(ValueError):
    """The value is not what the setting expects; the text is the expectation."""


Reader = Callable[[object, Path], Any]


def _setting(default: Any, read: Reader, means: str) -> Any:
    return field(default=default, metadata={"read": read, "means": means})


def _text(value: object, _home: Path) -> str:
    if not isinstance(value, str):
        raise _Wrong("a text")
    return value


def _member(value: object, _home: Path) -> str:
    if not isinstance(value, str) or (value and not _MEMBER.fullmatch(value)):
        raise _Wrong("a member code such as VN-VCCI: 1 to 32 printable ASCII characters without spaces")
    return value


def _offset(value: object, _home: Path) -> timedelta | None:
    if value == "":
        return None
    found = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found["hours"]) > 14 or int(found["minutes"]) > 59:
        raise _Wrong("an offset from UTC such as +08:00")
    shift = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -shift if found["sign"] == "-" else shift


def _roles(value: object, _home: Path) -> tuple[str, ...]:
    names = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(names, list) or any(name not in ROLES for name in names):
        raise _Wrong(f"a list of {', '.join(ROLES)}")
    return tuple(names)


def _path(value: object, home: Path) -> Path:
    if not isinstance(value, str) or not value:
        raise _Wrong("a path; a relative one starts at the home folder")
    return home / Path(value).expanduser()


def _maybe_path(value: object, home: Path) -> Path | None:
    return None if value == "" else _path(value, home)


def _url(value: object, _home: Path) -> str:
    if (
        not isinstance(value, str)
        or urlsplit(value).scheme not in ("http", "https")
        or not urlsplit(value).netloc
    ):
        raise _Wrong("an http or https URL")
    return value


def _store_url(value: object, home: Path) -> str:
    if not isinstance(value, str) or not value.startswith(("sqlite://", "postgresql+psycopg://")):
        raise _Wrong("sqlite:///FILE or postgresql+psycopg://...")
    file = value.removeprefix("sqlite:///")
    if file == value or not file or file == ":memory:" or file.startswith("/"):
        return value
    return f"sqlite:///{home / file}"


def _signer(value: object, home: Path) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or not value.startswith(_SIGNERS):
        raise _Wrong("keystore:FILE, pkcs12:FILE or pkcs11:token=...;object=...?module-path=...")
    kind, _, rest = value.partition(":")
    return value if kind == "pkcs11" else f"{kind}:{_path(rest, home)}"


def _whole(least: int, most: int) -> Reader:
    def read(value: object, _home: Path) -> int:
        expectation = f"a whole number from {least} to {most}"
        if isinstance(value, str):
            if not re.fullmatch(r"-?[0-9]{1,18}", value):
                raise _Wrong(expectation)
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _Wrong(expectation)
        return value

    return read


@dataclass(frozen=True, slots=True)
class MemberSettings:
    """Whose gateway this is."""

    code: str = _setting("", _member, "code of the member that this gateway acts for; empty: it only reads")
    roles: tuple[str, ...] = _setting((), _roles, f"what the gateway is used for: {', '.join(ROLES)}")
    utc_offset: timedelta | None = _setting(
        "", _offset, "offset of its offices, such as +08:00, by which days and times are told; empty: UTC"
    )


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """The chain and the node that is asked about it."""

    url: str = _setting("http://127.0.0.1:8545", _url, "JSON-RPC endpoint of the node")
    chain_id: int = _setting(
        648_001, _whole(1, 2**53 - 1), "EIP-155 chain id; a node on another chain is not used"
    )
    manifest: Path = _setting("deployment.json", _path, "deployment manifest: the contracts' addresses")
    timeout: int = _setting(10, _whole(1, 600), "seconds to wait for one answer of the node")
    log_range: int = _setting(1000, _whole(1, 100_000), "blocks to ask events for at once")
    freshness_seconds: int = _setting(
        0, _whole(0, 86_400), "age up to which the cache may answer; 0: ask the chain"
    )


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the gateway keeps what it knows."""

    url: str = _setting(
        "sqlite:///tradeseal.db",
        _store_url,
        "sqlite:///FILE (a relative one starts at the home folder) or postgresql+psycopg://USER@HOST/NAME",
    )


@dataclass(frozen=True, slots=True)
class KeySettings:
    """Where the keys are. Passphrases and PINs are in files of mode 0600, never here."""

    document_signer: str = _setting(
        "", _signer, "keystore:FILE, pkcs12:FILE or pkcs11:URI (RFC 7512); empty: none"
    )
    passphrase_file: Path = _setting("passphrase", _path, "file with the passphrase or PIN, mode 0600")
    account: Path = _setting("account.json", _path, "Ethereum keystore of the gateway's operator account")
    controller: Path | None = _setting(
        "", _maybe_path, "Ethereum keystore of the member's controller; empty: none"
    )
    tag_keys: Path = _setting("tag-keys", _path, "folder of tag keys")
    declaration_key: Path = _setting(
        "declaration.key", _path, "key that commits to declarations' numbers; made at the first use"
    )


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How much is taken at once."""

    document_bytes: int = _setting(1_048_576, _whole(1_000, 100_000_000), "bytes of one document")
    depth: int = _setting(16, _whole(4, 64), "levels of arrays and objects in a document")
    disclosures: int = _setting(4096, _whole(1, 1_000_000), "disclosures of one document")
    batch: int = _setting(500, _whole(1, 512), "documents anchored by one transaction")
    in_flight: int = _setting(8, _whole(1, 64), "transactions that may wait for the chain at once")


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The HTTP interface."""

    host: str = _setting("127.0.0.1", _text, "address to listen on")
    port: int = _setting(8080, _whole(0, 65_535), "port to listen on; 0: any free one")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one gateway; paths are absolute, starting at ``home`` where they were relative."""

    home: Path
    member: MemberSettings
    chain: ChainSettings
    store: StoreSettings
    keys: KeySettings
    limits: LimitSettings
    api: ApiSettings


_SECTIONS: dict[str, type[Any]] = {
    "member": MemberSettings,
    "chain": ChainSettings,
    "store": StoreSettings,
    "keys": KeySettings,
    "limits": LimitSettings,
    "api": ApiSettings,
}


def read_settings(home: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of the gateway whose folder is ``home``; a missing file means defaults.

    Args:
        environment: variables, such as ``os.environ``; those that do not begin with ``TRADESEAL_`` are not
        looked at.

    Raises:
        Rejected: with every mistake in the file and the environment.
    """
    home = home.expanduser().absolute()
    problems: list[Problem] = []
    found = _from_file(home / FILE_NAME, problems)
    for variable, value in sorted(environment.items()):
        if variable.startswith(PREFIX) and variable != HOME_VARIABLE:
            _take_variable(variable, value, found, problems)
    read = {
        name: _section(kind, name, found.get(name, {}), home, problems) for name, kind in _SECTIONS.items()
    }
    if problems:
        raise Rejected(problems)
    return Settings(home=home, **read)


def describe() -> str:
    """Return the page about settings, in Markdown (``docs/settings.md``)."""
    lines = [
        "# Settings",
        "",
        f"A gateway reads `{FILE_NAME}` in its home folder (`--home`, else `{HOME_VARIABLE}`). A variable",
        f"`{PREFIX}<SECTION>_<NAME>` overrides it; lists are separated by commas there. All mistakes are",
        "reported at once, and an unknown name is a mistake. Relative paths start at the home folder.",
        "Passphrases, PINs and keys are never settings: a setting names the file of mode 0600 that holds them.",
    ]
    for name, kind in _SECTIONS.items():
        lines += [
            "",
            f"## [{name}]",
            "",
            str(kind.__doc__),
            "",
            "| name | default | meaning |",
            "|---|---|---|",
        ]
        for one in fields(kind):
            means = str(one.metadata["means"]).replace("|", "\\|")
            lines.append(f"| `{one.name}` | {_shown(one.default)} | {means} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default == "":
        return "empty"
    return "none" if default == () else f"`{default}`"


# Where a value came from, for the reader of a problem: the file's path of names, or the variable.
_Found = dict[str, dict[str, tuple[str, object]]]


def _from_file(path: Path, problems: list[Problem]) -> _Found:
    try:
        with path.open("rb") as handle:
            mode = os.fstat(handle.fileno()).st_mode
            content = tomllib.load(handle)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(Problem(str(path), str(error), "a readable TOML file", code="SETTINGS_UNREADABLE"))
        return {}
    found: _Found = {}
    for section, values in content.items():
        if section not in _SECTIONS or not isinstance(values, dict):
            expectation = f"one of the sections {', '.join(_SECTIONS)}"
            problems.append(Problem(f"{FILE_NAME}: {section}", "", expectation, code="SETTING_UNKNOWN"))
            continue
        found[section] = {name: (f"{FILE_NAME}: {section}.{name}", value) for name, value in values.items()}
    place, url = found.get("store", {}).get("url", ("", ""))
    if _has_password(url) and mode & 0o077:
        expectation = "mode 0600, because it holds a password"
        problems.append(
            Problem(place, f"a file of mode {mode & 0o777:04o}", expectation, code="SECRET_FILE_OPEN")
        )
    return found


def _take_variable(variable: str, value: str, found: _Found, problems: list[Problem]) -> None:
    section, _, name = variable.removeprefix(PREFIX).lower().partition("_")
    # The value is not repeated: a misspelt variable may well hold a secret.
    if section not in _SECTIONS or name not in {one.name for one in fields(_SECTIONS[section])}:
        problems.append(Problem(variable, "", "the name of a setting", code="SETTING_UNKNOWN"))
    elif _has_password(value):
        expectation = f"no password in the environment (use {FILE_NAME} of mode 0600, or a password file)"
        problems.append(Problem(variable, "a URL with a password", expectation, code="SECRET_IN_ENVIRONMENT"))
    else:
        found.setdefault(section, {})[name] = (variable, value)


def _has_password(value: object) -> bool:
    try:
        return isinstance(value, str) and "://" in value and urlsplit(value).password is not None
    except ValueError:
        return False


def _section(
    kind: type[_Section],
    section: str,
    found: dict[str, tuple[str, object]],
    home: Path,
    problems: list[Problem],
) -> _Section:
    known: dict[str, Field[Any]] = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    for name in sorted(found.keys() - known.keys()):
        expectation = f"one of {', '.join(known)}"
        problems.append(Problem(found[name][0], "", expectation, code="SETTING_UNKNOWN"))
    values: dict[str, Any] = {}
    for name, one in known.items():
        assert one.default is not MISSING
        place, value = found.get(name, (f"{section}.{name}", one.default))
        if name not in found and value == ():
            values[name] = value
            continue
        try:
            values[name] = one.metadata["read"](value, home)
        except _Wrong as wrong:
            shown = repr(value)[:100].rpartition("@")[2]
            problems.append(Problem(place, shown, str(wrong), code="SETTING_WRONG"))
        except ValueError:
            problems.append(Problem(place, "", "a value that can be read", code="SETTING_WRONG"))
    return kind(**values) if values.keys() == known.keys() else kind()
