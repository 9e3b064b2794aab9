"""Files that must not be restored: damaged, foreign, from elsewhere, or lying about themselves."""

from __future__ import annotations

import io
import random
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event
from rectify.backups.domain.archive import SEAL, opened
from rectify.backups.domain.restoring import restore_from
from tests.backups.conftest import Good
from tests.backups.forging import Lie, Plain, forged, sealed
from tests.backups.places import Place

pytestmark = pytest.mark.django_db
Members = list[tuple[tarfile.TarInfo, bytes]]
NOT_OURS, DAMAGED = "不是本系统的备份文件", "已经损坏或被改动"


def media() -> dict[str, int]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path): path.stat().st_mtime_ns for path in root.rglob("*")}


def refusal(path: Path) -> str:
    """The sentence with which the file is refused; nothing has changed after it."""
    before = media(), Event.objects.count(), User.objects.count()
    with pytest.raises(Refused) as caught:
        restore_from(path, actor=SYSTEM)
    assert (media(), Event.objects.count(), User.objects.count()) == before
    return str(caught.value)


def test_a_good_file_is_found_whole_and_says_what_it_holds(good: Good) -> None:
    seen = 0

    def advance(size: int) -> None:
        nonlocal seen
        seen += size

    with opened(good.path, advance) as archive:
        assert archive.manifest == good.manifest
    pieces = sum(piece.size for piece in good.manifest.files.values())
    assert seen == good.path.stat().st_size - SEAL + pieces
    assert good.manifest.contents.rows["accounts_user"] == User.objects.count()


def test_a_flipped_bit_anywhere_is_refused(good: Good, tmp_path: Path) -> None:
    copy = Path(shutil.copy(good.path, tmp_path / "copy.backup"))
    size = copy.stat().st_size
    chosen = random.Random(7)  # noqa: S311 - places, not secrets
    places = [0, 1, size - SEAL, size - 1, *(chosen.randrange(size) for _ in range(40))]
    with copy.open("r+b") as handle:
        for place in places:
            handle.seek(place)
            (byte,) = handle.read(1)
            changed = byte ^ (1 << chosen.randrange(8))
            handle.seek(place)
            handle.write(bytes([changed]))
            handle.flush()
            with pytest.raises(Refused, match=f"{NOT_OURS}|{DAMAGED}"), opened(copy, len_of):
                pytest.fail(f"byte {place} of {size} was not missed")
            handle.seek(place)
            handle.write(bytes([byte]))
            handle.flush()
    with opened(copy, len_of) as archive:  # it was the flipping that was refused
        assert archive.manifest == good.manifest


def len_of(size: int) -> None:
    assert size > 0


@pytest.mark.parametrize("keep", [0, 1, SEAL, 512, 5000, -1, -SEAL, -SEAL - 1])
def test_a_file_that_breaks_off_is_refused(good: Good, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "short.backup"
    path.write_bytes(good.path.read_bytes()[:keep])
    assert NOT_OURS in refusal(path)


def test_bytes_after_the_end_are_refused(good: Good, tmp_path: Path) -> None:
    path = tmp_path / "long.backup"
    path.write_bytes(good.path.read_bytes() + b"\n")
    assert NOT_OURS in refusal(path)


def a_zip() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("manifest.json", "{}" * 100)
    return body.getvalue()


def a_tar(name: str = "manifest.json", data: bytes = b"{}") -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return body.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param("这不是备份\n".encode() * 50, id="text"),
        pytest.param(a_zip(), id="zip"),
        pytest.param(a_tar(), id="tar without a seal"),
        pytest.param(sealed(b"anything" * 200), id="sealed but no tar"),
        pytest.param(sealed(a_tar("other.json")), id="sealed tar without a manifest"),
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.backup"
    path.write_bytes(content)
    assert NOT_OURS in refusal(path)


@pytest.mark.parametrize(
    "told", [b"{}", b"[]", b"null", b"\xff", b'{"format": 1}', b'{"format": "x"}']
)
def test_a_manifest_that_is_incomplete_is_refused(tmp_path: Path, told: bytes) -> None:
    path = tmp_path / "incomplete.backup"
    path.write_bytes(sealed(a_tar(data=told)))
    assert "清单不完整" in refusal(path)


def first_media(plain: Plain) -> str:
    return next(str(name) for name in plain["files"] if name.startswith("media/"))


def newer_format(plain: Plain, members: Members) -> None:
    plain["format"] = 2


def newer_migration(plain: Plain, members: Members) -> None:
    plain["migrations"].append(["measures", "9999_from_the_future"])


def other_engine(plain: Plain, members: Members) -> None:
    engine, name = ("postgresql", "database.dump")
    if plain["engine"] == "postgresql":
        engine, name = ("sqlite", "database.sqlite3")
    old = members[0][0].name
    plain["engine"] = engine
    plain["files"][name] = plain["files"].pop(old)
    members[0][0].name = name


def wrong_hash(plain: Plain, members: Members) -> None:
    plain["files"][first_media(plain)][1] = "0" * 64


def wrong_size(plain: Plain, members: Members) -> None:
    plain["files"][first_media(plain)][0] += 1


def changed_content(plain: Plain, members: Members) -> None:
    info, data = members[1]
    members[1] = (info, data[:-1] + bytes([data[-1] ^ 1]))


def missing_file(plain: Plain, members: Members) -> None:
    members.pop()


def unnamed_file(plain: Plain, members: Members) -> None:
    members.append((tarfile.TarInfo("media/extra.pdf"), b"x"))


def twice_the_same(plain: Plain, members: Members) -> None:
    members.append(members[-1])


def no_database(plain: Plain, members: Members) -> None:
    plain["files"].pop(members.pop(0)[0].name)


def a_link(plain: Plain, members: Members) -> None:
    info = tarfile.TarInfo(members[-1][0].name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members[-1] = (info, b"")


def renamed(name: str) -> Lie:
    def lie(plain: Plain, members: Members) -> None:
        info = members[-1][0]
        plain["files"][name] = plain["files"].pop(info.name)
        info.name = name

    return lie


LIES: dict[str, tuple[Lie, str]] = {
    "newer format": (newer_format, "由更新的版本制作（格式 2）"),
    "newer migration": (newer_migration, "measures.9999_from_the_future"),
    "another engine": (other_engine, "两者不能互换"),
    "a wrong hash": (wrong_hash, DAMAGED),
    "a wrong size": (wrong_size, DAMAGED),
    "changed content": (changed_content, DAMAGED),
    "a missing file": (missing_file, DAMAGED),
    "a file that is not named": (unnamed_file, DAMAGED),
    "a file twice": (twice_the_same, DAMAGED),
    "no database": (no_database, DAMAGED),
    "a link": (a_link, DAMAGED),
    "a way out": (renamed("media/../../outside.pdf"), "不合规的文件名"),
    "an absolute name": (renamed("/outside.pdf"), "不合规的文件名"),
    "a name beside media": (renamed("settings.py"), "不合规的文件名"),
    "the folder itself": (renamed("media/."), "不合规的文件名"),
}


@pytest.mark.parametrize("name", sorted(LIES))
def test_a_file_that_lies_under_a_valid_seal_is_refused(
    good: Good, tmp_path: Path, name: str
) -> None:
    lie, sentence = LIES[name]
    assert sentence in refusal(forged(good.path, tmp_path / "forged.backup", lie))


def test_forging_without_a_lie_makes_a_file_that_is_accepted(good: Good, tmp_path: Path) -> None:
    """The control of the lies above."""
    path = forged(good.path, tmp_path / "same.backup", lambda plain, members: None)
    with opened(path, len_of) as archive:
        assert archive.manifest == good.manifest


def one_row_less(plain: Plain, members: Members) -> None:
    plain["rows"]["accounts_user"] -= 1


def another_head(plain: Plain, members: Members) -> None:
    plain["chains"]["system" if "system" in plain["chains"] else "organization:1"] = [1, "0" * 64]


@pytest.mark.parametrize(
    ("lie", "sentence"), [(one_row_less, "表 accounts_user"), (another_head, "审计链")]
)
def test_a_database_that_is_not_the_one_described_leaves_an_empty_place_empty(
    good: Good, target: Place, tmp_path: Path, lie: Any, sentence: str
) -> None:
    done = target.manage("restore", str(forged(good.path, tmp_path / "lie.backup", lie)))
    assert done.returncode == 2
    assert "没有恢复" in done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert target.files() == {}
    # The place is as empty as before: the true backup goes in.
    again = target.manage("restore", str(good.path))
    assert again.returncode == 0, again.stderr


def test_a_place_with_accounts_is_left_alone(good: Good) -> None:
    assert "已有账号" in refusal(good.path)


def test_a_place_with_files_is_left_alone(good: Good, target: Place) -> None:
    kept = target.media / "kept.pdf"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"kept")
    done = target.manage("restore", str(good.path))
    assert done.returncode == 2
    assert "已有文件" in done.stderr
    assert target.files() == {"kept.pdf": b"kept"}


def test_a_place_with_empty_tables_is_filled_and_what_a_broken_restore_left_is_cleared(
    good: Good, target: Place
) -> None:
    assert target.manage("migrate", "--noinput").returncode == 0
    left = target.media / ".restoring" / "half.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    done = target.manage("restore", str(good.path))
    assert done.returncode == 0, done.stderr
    assert set(target.files()) == {name.removeprefix("media/") for name in good.manifest.media}
    assert target.facts()["broken_chains"] == []


def test_a_file_that_is_not_there_is_named(target: Place, tmp_path: Path) -> None:
    done = target.manage("restore", str(tmp_path / "nothing.backup"))
    assert done.returncode == 2
    assert "nothing.backup" in done.stderr
    assert "Traceback" not in done.stderr
