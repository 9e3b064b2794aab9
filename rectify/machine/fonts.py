"""The Chinese fonts of the notice, fetched without root into a folder of their own.

Fandol (GPL 3 with font exception) lies inside Debian's ``texlive-lang-chinese``, whose 264 MB
nobody needs to install: the package is downloaded and six files are taken out. Noto SC (SIL
Open Font License), which has the rare characters that Fandol lacks, comes in a Python wheel.
What arrives is kept only if its SHA-256 is the one below, whichever mirror it came through.

``python -m rectify.machine.fonts [--to DIR]``
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rectify.machine.folders import one_at_a_time, var_dir
from rectify.machine.progress import SetupError, complain, run_logged, say


@dataclass(frozen=True)
class Source:
    """One download and what is taken out of it: file name here → (name inside, size, SHA-256)."""

    label: str
    files: Mapping[str, tuple[str, int, str]]


FANDOL = Source(
    "texlive-lang-chinese（Fandol，约 50 MB）",
    {
        "FandolFang-Regular.otf": (
            "FandolFang-Regular.otf",
            6961384,
            "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
        ),
        "FandolSong-Bold.otf": (
            "FandolSong-Bold.otf",
            5777588,
            "ffa76a70e128947a4dd22151d5ee829b23e24ce3cb6fe8ad49891cd1c2d9e9b9",
        ),
        "FandolSong-Regular.otf": (
            "FandolSong-Regular.otf",
            4947904,
            "a3820003227d4abe31fe28b493200d94a849ccfd078b50a019264f70353020b0",
        ),
        "FandolHei-Regular.otf": (
            "FandolHei-Regular.otf",
            5808908,
            "4afa97aa8751e0118617df88272b58d43691b5cffb7ea024c4580496e9f34d28",
        ),
        "FandolKai-Regular.otf": (
            "FandolKai-Regular.otf",
            7790552,
            "ea7e7fb4f9b3ac694a68d43946e04d21deed6e8c29a7c2d3081e1a4138f2f827",
        ),
        "COPYING.Fandol": ("fandol/COPYING.gz", 0, ""),
    },
)
NOTO = Source(
    "Noto SC（生僻字，约 17 MB）",
    {
        "NotoSerifSC-Regular.otf": (
            "NotoSerifSC-Regular.otf",
            11625800,
            "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3",
        ),
        "NotoSansSC-Regular.otf": (
            "NotoSansSC-Regular.otf",
            8331336,
            "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9",
        ),
        "LICENSE.Noto": ("licenses/LICENSE", 0, ""),
    },
)
DEBIAN_PACKAGE = "texlive-lang-chinese"
SCRATCH = ".fetching-"
WHEEL = "pylopdf-fonts-zh-cn==0.1.1"


def main(arguments: list[str] | None = None) -> int:
    """Fetches what is missing; 0 when every font is in place, 1 with a sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m rectify.machine.fonts")
    parser.add_argument("--to", type=Path, metavar="DIR", help="folder (default: var/fonts)")
    folder: Path = parser.parse_args(arguments).to or default_folder()
    try:
        fetch_fonts(folder)
    except SetupError as error:
        return complain(error)
    return 0


def default_folder() -> Path:
    """FONT_DIR of the environment, as in the settings, or ``var/fonts``."""
    value = os.environ.get("FONT_DIR", "").strip()
    return Path(value) if value else var_dir() / "fonts"


def fetch_fonts(folder: Path) -> bool:
    """Puts every missing font into ``folder``; True if anything had to be fetched.

    A second call only stats the files. A file appears under its name when it is whole and
    proved, never before. Raises ``SetupError`` with a sentence that names the remedy.
    """
    if not missing(folder):
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"字体目录 {folder} 不可写（cannot write）：{error.strerror}") from error
    with one_at_a_time("fonts"):
        for stale in folder.glob(f"{SCRATCH}*"):  # of a run that was killed
            shutil.rmtree(stale, ignore_errors=True)
        for source, archive in ((FANDOL, _debian_package), (NOTO, _wheel)):
            wanted = [name for name in source.files if not _in_place(folder, source, name)]
            if not any(source.files[name][1] for name in wanted):
                continue
            say(f"· 字体 {source.label}")
            # Beside the target, so that the last step is a rename on the same disk.
            with (
                tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder) as scratch,
                archive(Path(scratch)) as members,
            ):
                _take(source, wanted, members, Path(scratch), folder)
    say(f"✓ 字体已就位：{folder}")
    return True


def missing(folder: Path) -> list[str]:
    """Font files that are not in the folder, or not with their known size. The licences come
    along with a download but are not asked for where the fonts were put there by hand."""
    return [
        name
        for source in (FANDOL, NOTO)
        for name, (_, size, _) in source.files.items()
        if size and not _in_place(folder, source, name)
    ]


def _in_place(folder: Path, source: Source, name: str) -> bool:
    size = source.files[name][1]
    try:
        found = (folder / name).stat().st_size
    except OSError:
        return False
    return found == size if size else found > 0


Members = Iterator[tuple[str, bytes]]


def _take(source: Source, wanted: list[str], members: Members, scratch: Path, folder: Path) -> None:
    inside = {source.files[name][0]: name for name in wanted}
    for path, content in members:
        name = next((inside[end] for end in inside if path.endswith("/" + end)), None)
        if name is None:
            continue
        data = gzip.decompress(content) if path.endswith(".gz") else content
        digest = source.files[name][2]
        if digest and hashlib.sha256(data).hexdigest() != digest:
            raise SetupError(
                f"字体 {name} 与已知版本不符（SHA-256 mismatch），未使用；"
                "请检查软件源后重试 make fonts。"
            )
        part = scratch / name
        part.write_bytes(data)
        part.replace(folder / name)
        wanted = [other for other in wanted if other != name]
    if wanted:
        raise SetupError(f"{source.label} 中没有 {'、'.join(wanted)}（not in the download）。")


@contextmanager
def _debian_package(scratch: Path) -> Iterator[Members]:
    """The files of the Debian package, read as a stream: nothing else touches the disk."""
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if not apt or not dpkg:
        raise SetupError(
            "此系统没有 apt-get，无法自动下载 Fandol 字体：请将 "
            f"{'、'.join(name for name in FANDOL.files if name.endswith('.otf'))} "
            "放入字体目录后重试。This system has no apt-get; put these files into the font "
            "folder by hand (they are part of TeX Live, fonts/opentype/public/fandol)."
        )
    package = _download_package(apt, scratch)
    process = subprocess.Popen([dpkg, "--fsys-tarfile", str(package)], stdout=subprocess.PIPE)
    try:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            yield (
                (member.name, file.read())
                for member in archive
                if member.isfile()
                and "fandol/" in member.name
                and (file := archive.extractfile(member)) is not None
            )
    except tarfile.TarError as error:
        raise SetupError(
            f"下载的 {DEBIAN_PACKAGE} 已损坏（damaged），请重试 make fonts。"
        ) from error
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _download_package(apt: str, scratch: Path) -> Path:
    get = [apt, "-q", "-o", "APT::Sandbox::User=root", "download", DEBIAN_PACKAGE]
    # `apt-get download` writes into the current folder.
    inside = ["sh", "-c", 'cd "$0" && exec "$@"', str(scratch)]
    fetched = run_logged([*inside, *get], label="apt-get", log_name="fonts", quiet_failure=True)
    if not fetched:
        # A bare image has no package lists; private ones need no root.
        say("  … apt-get update（私有目录，无需 root）")
        lists, cache = scratch / "lists", scratch / "cache"
        (lists / "partial").mkdir(parents=True)
        (cache / "archives" / "partial").mkdir(parents=True)
        private = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={cache}"]
        update = [apt, "-q", *private, "-o", "APT::Sandbox::User=root", "update"]
        fetched = run_logged(update, label="apt-get update", log_name="fonts-update") and (
            run_logged([*inside, get[0], *private, *get[1:]], label="apt-get", log_name="fonts")
        )
    packages = list(scratch.glob("*.deb"))
    if not fetched or not packages:
        raise SetupError(
            f"无法下载 Debian 软件包 {DEBIAN_PACKAGE}（其中有 Fandol 字体）：请检查网络与软件源"
            "后重试 make fonts。Could not download it: check the network and apt's sources."
        )
    return packages[0]


@contextmanager
def _wheel(scratch: Path) -> Iterator[Members]:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(scratch), WHEEL]
    fetched = run_logged([*pip, *options], label="pip download", log_name="fonts-rare")
    wheels = list(scratch.glob("*.whl"))
    if not fetched or not wheels:
        raise SetupError(
            f"无法下载生僻字字体（{WHEEL}）：请检查网络与 pip 源后重试 make fonts。"
            "Could not download the fonts for rare characters: check the network and pip's index."
        )
    try:
        with zipfile.ZipFile(wheels[0]) as archive:
            yield (
                (str(PurePosixPath(info.filename)), archive.read(info))
                for info in archive.infolist()
                if not info.is_dir()
            )
    except zipfile.BadZipFile as error:
        raise SetupError("下载的字体包已损坏（damaged），请重试 make fonts。") from error


if __name__ == "__main__":
    sys.exit(main())
