"""Tag keys: shared with partners by file, and never shown."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from ledger.core import numbers
from ledger.errors import Rejected
from ledger.keys.tags import TagKeys


def test_a_tag_key_travels_to_a_partner_by_file(tmp_path: Path) -> None:
    ours, theirs = TagKeys(tmp_path / "ours"), TagKeys(tmp_path / "theirs")
    made = ours.create("VN-VCCI")
    ours.export_to("VN-VCCI", tmp_path / "for-china.jwk")
    assert theirs.import_from(tmp_path / "for-china.jwk") == made
    assert theirs.find("VN-VCCI") == made
    assert theirs.members() == ["VN-VCCI"]


def test_a_tag_key_file_is_a_symmetric_jwk_for_its_owner_only(tmp_path: Path) -> None:
    made = TagKeys(tmp_path).create("VN-VCCI")
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    jwk = orjson.loads(path.read_bytes())
    assert (jwk["kty"], jwk["kid"], len(made.secret)) == ("oct", "VN-VCCI", 32)


def test_a_tag_key_is_not_shown(tmp_path: Path) -> None:
    made = TagKeys(tmp_path).create("VN-VCCI")
    assert repr(made) == "TagKey(member='VN-VCCI')"


def test_a_second_tag_key_for_a_member_is_refused(tmp_path: Path) -> None:
    keys = TagKeys(tmp_path)
    keys.create("VN-VCCI")
    with pytest.raises(Rejected, match="FILE_EXISTS"):
        keys.create("VN-VCCI")


def test_importing_again_changes_nothing_and_another_key_is_refused(tmp_path: Path) -> None:
    ours, other = TagKeys(tmp_path / "a"), TagKeys(tmp_path / "b")
    ours.create("VN-VCCI")
    other.create("VN-VCCI")
    ours.export_to("VN-VCCI", tmp_path / "ours.jwk")
    other.export_to("VN-VCCI", tmp_path / "other.jwk")
    assert ours.import_from(tmp_path / "ours.jwk") == ours.find("VN-VCCI")
    with pytest.raises(Rejected, match="TAG_KEY_DIFFERS"):
        ours.import_from(tmp_path / "other.jwk")


def test_a_member_without_a_tag_key_here_has_none(tmp_path: Path) -> None:
    keys = TagKeys(tmp_path / "none")
    assert keys.find("VN-VCCI") is None
    assert keys.members() == []
    with pytest.raises(Rejected, match="TAG_KEY_UNKNOWN"):
        keys.export_to("VN-VCCI", tmp_path / "x")


@pytest.mark.parametrize("member", ["../../etc/passwd", "", "a/b", "VN\0", "vn", "X" * 33])
def test_a_member_code_cannot_lead_out_of_the_folder(tmp_path: Path, member: str) -> None:
    keys = TagKeys(tmp_path)
    assert keys.find(member) is None
    with pytest.raises(Rejected, match="MEMBER_CODE_INVALID"):
        keys.create(member)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"k":"AA","kid":"VN-VCCI","kty":"oct","use":"tag"}',
        b'{"kty":"oct","use":"tag","k":1}',
    ],
)
def test_another_file_is_not_taken_for_a_tag_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jwk"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Rejected, match="TAG_KEY_INVALID"):
        TagKeys(tmp_path / "keys").import_from(path)


def test_a_tag_key_file_under_another_members_name_is_refused(tmp_path: Path) -> None:
    keys = TagKeys(tmp_path)
    keys.create("VN-VCCI")
    (tmp_path / "VN-VCCI.tagkey.jwk").rename(tmp_path / "VN-MOIT.tagkey.jwk")
    with pytest.raises(Rejected, match="TAG_KEY_OF_ANOTHER"):
        keys.find("VN-MOIT")


def test_a_number_is_tagged_with_the_key_of_its_issuer(tmp_path: Path) -> None:
    keys = TagKeys(tmp_path)
    secret = keys.create("VN-VCCI").secret
    assert keys.tag("VN-VCCI", 1, "vn-cn 26/01234") == numbers.tag(
        secret, 1, numbers.normalise("VN-CN26/01234")
    )


def test_what_keeps_a_number_from_being_tagged_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as rejected:
        TagKeys(tmp_path).tag("VN-VCCI", 1, " ")
    assert {problem.path for problem in rejected.value.problems} == {"issuer", "number"}
