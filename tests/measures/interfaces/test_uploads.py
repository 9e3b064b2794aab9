"""Evidence is taken by extension and content, and its name cannot deceive."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from measures.interfaces.uploads import CHECKS, check_upload, clean_name
from measures.interfaces.uploads.names import LONGEST_NAME
from measures.interfaces.uploads.sheets import LEAST, LOOKED_AT, SheetLook
from tests.measures.interfaces.compound_files import compound_file
from tests.measures.interfaces.good_files import (
    GOOD,
    SHEET,
    bound_sheet,
    package,
    picture,
    scan,
    sheet,
    workbook,
    zipped,
)
from tests.measures.interfaces.hostile_files import CORPUS, FAR, Hostile, vba_atom

MOST_SECONDS = 1.0
MOST_MEMORY = 50 << 20
LINE = '<row r="9"><c r="B9"/></row>'


def refusal(name: str, content: bytes) -> ValidationError | None:
    try:
        check_upload(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return error
    return None


def code_of(error: ValidationError | None) -> str:
    return str(error.code) if error is not None else ""


def turn_off(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in hostile.off:
        place, _, name = rule.rpartition(".")
        if place.endswith(".CHECKS"):
            monkeypatch.setitem(CHECKS, name, lambda file, extension: None)
        else:
            monkeypatch.setattr(rule, lambda *args, **kwargs: ())
    for name, value in hostile.also_set.items():
        monkeypatch.setattr(name, value)


def test_every_listed_kind_has_a_sample() -> None:
    assert set(GOOD) == set(CHECKS)


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_listed_kind_is_taken_whatever_the_case_of_its_extension(extension: str) -> None:
    upload = SimpleUploadedFile(f"材料.{extension.upper()}", GOOD[extension])
    checked = check_upload(upload)
    assert checked.name == f"材料.{extension.upper()}"
    assert checked.file.read() == GOOD[extension]


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda one: one.name[:40])
def test_every_file_of_the_corpus_is_refused_quickly_and_for_its_reason(hostile: Hostile) -> None:
    upload = SimpleUploadedFile(hostile.name, hostile.build())
    started = time.perf_counter()
    with pytest.raises(ValidationError) as caught:
        check_upload(upload)
    assert time.perf_counter() - started < MOST_SECONDS
    assert caught.value.code == hostile.code
    assert "。" in "".join(caught.value.messages)


@pytest.mark.parametrize(
    "hostile", [one for one in CORPUS if one.off], ids=lambda one: one.name[:40]
)
def test_without_its_rule_the_file_is_not_refused_for_that_reason(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each refusal above rests on the rule that it names."""
    turn_off(hostile, monkeypatch)
    assert code_of(refusal(hostile.name, hostile.build())) != hostile.code


def test_the_whole_corpus_is_refused_within_fifty_megabytes(tmp_path: Path) -> None:
    """Highest resident size of a process of its own, over what it needs for good files."""
    grown = weighed(tmp_path, "check")
    assert grown < MOST_MEMORY, f"{grown / (1 << 20):.0f} MiB"


def test_the_scale_notices_a_check_that_unfolds_a_package_whole(tmp_path: Path) -> None:
    assert weighed(tmp_path, "unfold") > MOST_MEMORY


def weighed(folder: Path, way: str) -> int:
    """Bytes by which a process grows that looks at every file of the corpus."""
    for kind, files in {
        "good": {f"材料.{extension}": content for extension, content in GOOD.items()},
        "hostile": {f"{number}-{one.name[-20:].replace('/', '')}": one.build()
                    for number, one in enumerate(CORPUS)},
    }.items():  # fmt: skip
        (folder / kind).mkdir()
        for name, content in files.items():
            (folder / kind / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "tests.measures.interfaces.scale", str(folder), way],
        cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    said: dict[str, int] = json.loads(done.stdout)
    assert said["looked_at"] == len(GOOD) + len(CORPUS)
    return said["grown"]


@pytest.mark.parametrize(
    "trailer",
    [b"SEFT\x01\x00\x00\x00" + bytes(4000), b"\x00\x00\x00\x18ftypmp42" + bytes(200_000),
     b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/>'],
    ids=["maker", "moving", "metadata"],
)  # fmt: skip
def test_a_photograph_with_its_makers_trailer_is_taken(trailer: bytes) -> None:
    assert refusal("现场.jpg", GOOD["jpg"] + trailer) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("整列格式.xlsx", sheet('<dimension ref="A1:AD1048576"/><sheetData/>')),
        ("整行格式.xlsx", sheet('<dimension ref="A1:XFD300"/><sheetData/>')),
        ("长表.xlsx", sheet("<sheetData>" + 90_000 * LINE + "</sheetData>")),
        ("套表.docx", package(inside={"word/embeddings/1.xlsx": GOOD["xlsx"]})),
        ("套旧表.pptx", package("pptx", {"ppt/embeddings/1.xls": GOOD["xls"]})),
        ("图表.xls", compound_file({"Workbook": workbook(bound_sheet(0), bound_sheet(2))})),
        ("无宏.ppt", compound_file({"PowerPoint Document": vba_atom(0)})),
        ("多页.tif", scan(40)),
        ("大照片.jpg", picture("JPEG", (9000, 6000), quality=30)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_unusual_but_honest_files_are_taken(name: str, content: bytes) -> None:
    assert refusal(name, content) is None


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_page_under_a_listed_extension_is_refused(extension: str) -> None:
    page = b"<html><script>alert(1)</script></html>"
    assert code_of(refusal(f"材料.{extension}", page)) in {"content", "disguise"}


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_the_first_bytes_alone_are_not_enough(extension: str) -> None:
    if extension in {"jpg", "jpeg"}:
        pytest.skip("a photograph cut short still shows its upper part")
    assert code_of(refusal(f"材料.{extension}", GOOD[extension][:120])) == "content"


def test_of_a_book_of_many_full_sheets_only_a_part_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A small file may unfold to a hundred full sheets: each element costs time."""
    seen = []

    def element(look: SheetLook, name: str, attributes: dict[str, str]) -> None:
        seen.append(name)

    monkeypatch.setattr(SheetLook, "_element", element)
    full = b"<x>" + b"<c/>" * (LOOKED_AT // 8) + b"</x>"
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, 7)]
    book = package("xlsx", dict.fromkeys(names, full), dict.fromkeys(names, SHEET[1]))
    assert refusal("满表.xlsx", book) is None
    assert len(seen) <= (LOOKED_AT + len(names) * LEAST) // 4


def test_a_far_cell_behind_full_sheets_is_still_found() -> None:
    full = b"<x>" + b"<c/>" * (LOOKED_AT // 4) + b"</x>"
    names = ["xl/worksheets/a.xml", "xl/worksheets/b.xml"]
    inside = {names[0]: full, names[1]: f"<x>{FAR}</x>".encode()}
    book = package("xlsx", inside, dict.fromkeys(names, SHEET[1]))
    assert code_of(refusal("远表在后.xlsx", book)) == "extent"


def test_a_file_past_the_limit_is_refused_with_both_figures(settings: Settings) -> None:
    settings.EVIDENCE_MAX_BYTES = 1 << 20
    error = refusal("材料.pdf", bytes(3 << 19))
    assert error is not None
    assert "1.5 MB，超过 1 MB" in error.messages[0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/材料.pdf", "材料.pdf"),
        ("C:\\我的文档\\材料.pdf", "材料.pdf"),
        ("材\u202efdp.料.pdf", "材fdp.料.pdf"),
        ("材\x00\r\n料\u200b.pdf", "材料.pdf"),
        ('引"号<b>.pdf', "引_号_b_.pdf"),
        ("  表情\U0001f4c4.pdf. ", "表情\U0001f4c4.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul .tar.pdf", "_nul .tar.pdf"),
        ("控制.pdf", "控制.pdf"),
        ("....", ""),
    ],
)
def test_a_name_loses_what_could_deceive_and_keeps_the_rest(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ["关于" * 200 + ".docx", "长" * 300, "x." + "长" * 300])
def test_a_long_name_is_cut_before_its_extension_and_shows_it(name: str) -> None:
    cut = clean_name(name)
    assert len(cut.encode()) <= LONGEST_NAME
    assert "…" in cut
    assert cut.endswith("….docx") or not name.endswith(".docx")


def test_a_package_with_a_wide_directory_is_taken() -> None:
    """Some spreadsheet writers add the record of a zip64 archive to small files too."""
    plain = zipped({"OFD.xml": b"<x/>"})
    end = plain.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<10xHLL", plain, end)
    wide = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    assert refusal("材料.ofd", plain[:end] + wide + locator + plain[end:]) is None
