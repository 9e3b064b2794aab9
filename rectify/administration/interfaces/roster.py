"""A list of people as pasted from a spreadsheet or kept in a .csv file, read and judged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from rectify.accounts.domain.roster import MOST_ROWS
from rectify.accounts.models import Organization
from rectify.administration.interfaces.forms import NewAccountForm
from rectify.lib.clean_text import without_control_characters
from rectify.lib.login_names import canonical_login_name

# Columns in their standing order; the first word is shown, all are recognised in a heading.
COLUMNS: dict[str, tuple[str, ...]] = {
    "username": ("登录名", "账号", "用户名"),
    "name": ("姓名",),
    "position": ("职务",),
    "email": ("电子邮箱", "邮箱", "电子邮件"),
    "sort_order": ("排序", "班子排序", "序号"),
}
LARGEST = 1024 * 1024  # bytes


class RosterError(ValueError):
    """The list cannot be read at all; the message says what to do."""


@dataclass(frozen=True)
class Line:
    """One person of the list: `number` counts lines as a spreadsheet does."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any]
    problems: Sequence[str]


def text_of(upload: UploadedFile[Any]) -> str:
    """The text of an uploaded .csv. Raises RosterError for what is none."""
    if upload.size is None or upload.size > LARGEST:
        raise RosterError("文件超过 1 MB，请分批导入。")
    content: bytes = upload.read()
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise RosterError("这是表格文件。请在 WPS 中另存为 CSV，或复制单元格后粘贴到上面的框内。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError("文件的文字编码无法识别，请另存为“CSV UTF-8”后重试。")


def read_roster(text: str, *, bureau: QuerySet[Organization]) -> list[Line]:
    """Every person of the list with all that is wrong with the line.

    A line of column names at the top is recognised and may put the columns in any order. Raises
    RosterError for an empty list, one that is too long, and one that is no list.
    """
    rows = _rows(text)
    order = list(COLUMNS)
    if rows and (heading := _heading(rows[0][1])):
        order = heading
        rows = rows[1:]
    if not rows:
        raise RosterError("名单是空的。请从表格中复制人员后粘贴，或选择 .csv 文件。")
    if len(rows) > MOST_ROWS:
        raise RosterError(f"名单有 {len(rows)} 人，每次最多 {MOST_ROWS} 人，请分批导入。")
    return list(_judged(rows, order, bureau))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Numbered lines of cells, empty lines left out."""
    text = without_control_characters(text)
    reader = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ",")
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise RosterError("名单的格式无法识别，请从表格中重新复制后粘贴。") from error
    return found


def _heading(cells: Sequence[str]) -> list[str]:
    """The columns that a heading names, "" for one that is not kept; [] for no heading."""
    known = {word: name for name, words in COLUMNS.items() for word in words}
    order = [known.get(cell, "") for cell in cells]
    return order if "username" in order and "name" in order else []


def _judged(
    rows: Sequence[tuple[int, list[str]]], order: Sequence[str], bureau: QuerySet[Organization]
) -> Iterator[Line]:
    first_line: dict[str, int] = {}
    for number, row in rows:
        cells = {name: cell for name, cell in zip(order, row, strict=False) if name}
        form = NewAccountForm(cells, bureaus=bureau)
        problems = [] if form.is_valid() else _problems(form)
        if len(row) > len(order) and any(row[len(order) :]):
            problems.append(f"多出第 {len(order) + 1} 列，应为：{'、'.join(_words(order))}。")
        login = canonical_login_name(cells.get("username", ""))
        if login and login in first_line:
            problems.append(f"登录名与第 {first_line[login]} 行重复，请改用另一个。")
        first_line.setdefault(login, number)
        yield Line(number, cells, form.values(), problems)


def _words(order: Sequence[str]) -> list[str]:
    return [COLUMNS[name][0] if name else "（不用）" for name in order]


def _problems(form: NewAccountForm) -> list[str]:
    return [
        f"{form.fields[name].label}：{message}"
        for name, messages in form.errors.items()
        for message in messages
    ]
