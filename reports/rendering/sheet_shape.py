"""What a merged-cell sheet looks like, as data: columns, rows, headings, and a summary."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "date", "status", "int", "id"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet.

    `key` names the value in each row; `width` is in spreadsheet units (about one half-width
    character). `kind` decides the cell type: `text` and `status` take str, `int` takes int,
    `date` takes date (or str, for a deadline that is words), `id` takes str or int and is
    centred like the short kinds. None and "" are empty cells.
    Neighbouring columns with the same `group_header` share one merged cell above their titles;
    without one the title itself spans both header rows. With `merge_by`, cells of consecutive
    rows are merged while the row's value under that name and the text stay the same; None under
    that name is never merged. Inner levels need keys that contain the outer ones.
    `choices` become a drop-down list.
    """

    key: str
    title: str
    width: float
    kind: Kind = "text"
    group_header: str | None = None
    hidden: bool = False
    merge_by: str | None = None
    wrap: bool = True
    centred: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: a title, an optional line below it, two header rows, and one line per row.

    `rows` may be an iterator; it is read once. The panes freeze below the header and right of
    the column with the key `freeze_after`. `footer` is printed at the left of each page beside
    the page numbers. `status_choices` are the drop-down of the columns of kind `status`, and
    `status_colours` ("#RRGGBB" by word) their fills, which follow when a reader picks another.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Mapping[str, object]]
    subtitle: str = ""
    freeze_after: str | None = None
    footer: str = ""
    status_choices: tuple[str, ...] = ()
    status_colours: Mapping[str, str] = field(default_factory=dict)
    name: str = "一览表"


@dataclass(frozen=True, slots=True)
class SummarySection:
    """One block of the summary: a heading and its figures as (label, value); int or text."""

    heading: str
    figures: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The second sheet: figures only, so that the ledger sheet holds rows and nothing else."""

    title: str
    sections: tuple[SummarySection, ...]
    subtitle: str = ""
    name: str = "汇总"
