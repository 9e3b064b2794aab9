"""The design system keeps its promises: old browsers, contrast, one shape per state, no inline."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from issues.enums import Disclosure
from measures.enums import ApplicationState, Lamp, Nature, Status
from rectify.jobs.enums import DeliveryStatus, JobStatus
from rectify.marks import KINDS, LAMPS, MARKS
from reports.enums import DocumentState

ROOT = Path(settings.BASE_DIR)
CSS = sorted((ROOT / "static/css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Not in Chromium 86, with which offices still work.
TOO_NEW = re.compile(
    r":has\(|:is\(|:where\(|color-mix|@container|@layer|popover|\binset:|(margin|padding)-(inline|block):"
    r"|aspect-ratio|^\s*&|\d[ds]v[hw]\b|accent-color: auto|oklch|text-wrap"
)
SET = re.compile(r"(--[\w-]+):\s*(#[0-9a-fA-F]{6})")


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_style_sheets_use_nothing_newer_than_the_baseline_browser(path: Path) -> None:
    assert not TOO_NEW.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [p for p in CSS if p.name not in {"tokens.css", "print.css"}])
def test_colours_come_from_tokens_alone(path: Path) -> None:
    # The veil behind a dialog is the one exception: a backdrop does not inherit tokens.
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", path.read_text(encoding="utf-8"))
    assert found in ([], ["rgba("])


def test_no_template_carries_inline_script_or_style() -> None:
    inline = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|hx-on|hx-vals='js")
    screens = [path for path in TEMPLATES if "print" not in path.parts]
    assert [path.name for path in screens if inline.search(path.read_text(encoding="utf-8"))] == []


def themes() -> dict[str, dict[str, str]]:
    """Token values of each theme: the rule's own over the root's."""
    text = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    root = dict(SET.findall(text.split("html {")[0]))
    found = {"blue": root}
    for name, mark in (("red", '[data-theme="red"]'), ("high", '[data-contrast="high"]')):
        own = dict(SET.findall(text.split(f"html{mark} {{")[1].split("}")[0]))
        found[name] = {**root, **own}
    found["high and red"] = {**found["red"], **found["high"]}
    for tokens in found.values():
        for name, grey in (("--ink", "--g-9"), ("--ink-2", "--g-8"), ("--ink-3", "--g-7")):
            tokens.setdefault(name, tokens[grey])
        tokens.setdefault("--surface", tokens["--g-0"])
        tokens.setdefault("--page-ground", tokens["--g-2"])
        tokens.setdefault("--line-field", tokens["--g-6"])
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["blue", "red", "high", "high and red"])
def test_words_have_the_contrast_of_level_aa_in_every_theme(theme: str) -> None:
    tokens = themes()[theme]
    least = 7.0 if theme.startswith("high") else 4.5
    on_grounds = product(
        ("--ink", "--ink-2", "--ink-3", "--link", "--primary", "--error"),
        ("--surface", "--page-ground"),
    )
    tones = [(f"--{tone}-ink", f"--{tone}-soft") for tone in
             ("none", "run", "near", "done", "late", "soon")]  # fmt: skip
    for ink, ground in [*on_grounds, *tones, ("--on-primary", "--primary")]:
        ratio = contrast(tokens[ink], tokens[ground])
        assert ratio >= least, f"{theme}: {ink} on {ground} is {ratio:.2f}"


@pytest.mark.parametrize("theme", ["blue", "red", "high", "high and red"])
def test_bars_fields_and_focus_stand_out_from_their_ground(theme: str) -> None:
    tokens = themes()[theme]
    names = ["--line-field", "--focus-ring"]
    names += [f"--{tone}-solid" for tone in ("run", "near", "done", "late")]
    for name in names:
        ratio = contrast(tokens[name], tokens["--surface"])
        assert ratio >= 3, f"{theme}: {name} is {ratio:.2f}"


def test_every_state_has_a_mark_and_states_that_meet_have_different_shapes() -> None:
    for choices in (Status, Nature, JobStatus, DeliveryStatus, Disclosure):
        marks = [MARKS[str(value)] for value in choices.values]
        assert [mark.word for mark in marks] == list(choices.labels) or choices is DeliveryStatus
        assert len({mark.icon for mark in marks}) == len(marks)
    assert set(KINDS["application"]) == set(ApplicationState.values)
    assert set(KINDS["document"]) == set(DocumentState.values)
    assert set(LAMPS) == set(Lamp.values)
    assert len({mark.icon for mark in LAMPS.values()}) == len(Lamp)


def test_red_is_the_colour_of_overdue_alone() -> None:
    late = {key for key, mark in MARKS.items() if mark.tone == "late"}
    assert late == {"overdue"}


def test_every_icon_that_is_used_is_drawn() -> None:
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    used = {mark.icon for marks in (MARKS, LAMPS, *KINDS.values()) for mark in marks.values()}
    for path in TEMPLATES:
        used |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8")))
    assert used <= drawn
