"""What stands beside the drafter's words: computed figures, reconciliation, gaps, earlier files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from issues.enums import ClaimKind, Level
from issues.models import ClaimedFigure, Inspection
from measures.enums import MoneyKind
from measures.models import Measure
from rectify.accounts.models import User
from rectify.jobs.models import Job
from rectify.lib.money import format_yuan
from reports.domain.notice import Counted, headline_paragraph, unprinted
from reports.jobs import BUILD_NOTICE
from reports.models import Document
from reports.rendering.notice_text import Heading1, Heading2, Heading3, NoticeText, Paragraph
from reports.views.figure_links import FigureLinks

SHOWN_GAPS = 12
SHOWN_JOBS = 5
WITHHELD = "withheld"


@dataclass(frozen=True)
class Reconciled:
    """Counting rule 1 for one level: claimed = listed + withheld."""

    label: str
    claimed: int
    listed: int
    withheld: int
    href: str


@dataclass(frozen=True)
class Claim:
    """A figure of the source text beside the ledger's; `counted` empty where nothing compares."""

    label: str
    claimed: str
    counted: str
    agrees: bool


@dataclass(frozen=True)
class Panel:
    headline: str
    levels: Sequence[Reconciled]
    claims: Sequence[Claim]
    gaps: Sequence[Measure]
    more_gaps: int
    jobs: Sequence[Job]


def notice_panel(inspection: Inspection, document: Document, counts: Counted, user: User) -> Panel:
    """Everything beside the form, from the same counts that are printed."""
    gaps = unprinted(inspection, counts)
    jobs = Job.objects.visible_to(user).filter(kind=BUILD_NOTICE, params__inspection=inspection.pk)
    return Panel(
        headline=headline_paragraph(inspection, counts),
        levels=_levels(inspection, counts, FigureLinks.of(inspection, document.as_of)),
        claims=_claims(inspection, counts),
        gaps=gaps[:SHOWN_GAPS],
        more_gaps=max(len(gaps) - SHOWN_GAPS, 0),
        jobs=list(jobs[:SHOWN_JOBS]),
    )


def preview_blocks(notice: NoticeText) -> list[dict[str, str | int]]:
    """The blocks of a notice for the screen: level 0 = paragraph, 1–3 = headings."""
    return [
        {"level": 0, "lead": block.lead, "text": block.text}
        if isinstance(block, Paragraph)
        else {"level": _level(block), "lead": "", "text": block.number + block.text}
        for block in notice.blocks
    ]


def _level(block: Heading1 | Heading2 | Heading3) -> int:
    return {Heading1: 1, Heading2: 2, Heading3: 3}[type(block)]


def _levels(inspection: Inspection, counts: Counted, links: FigureLinks) -> list[Reconciled]:
    found = []
    for level in (Level.ISSUE, Level.TASK):
        claimed = counts.tree.counts(level)["total"]
        listed = counts.public_tree.counts(level)["total"]
        found.append(
            Reconciled(
                inspection.label_of(level), claimed, listed, claimed - listed,
                links.tree(level, WITHHELD),
            )
        )  # fmt: skip
    claimed, listed = counts.all["total"], counts.public["total"]
    href = links.ledger("withheld")
    found.append(Reconciled(inspection.label_measure, claimed, listed, claimed - listed, href))
    return found


def _claims(inspection: Inspection, counts: Counted) -> list[Claim]:
    counted = {
        ClaimKind.AREAS: counts.tree.counts(Level.AREA)["total"],
        ClaimKind.ISSUES: counts.tree.counts(Level.ISSUE)["total"],
        ClaimKind.TASKS: counts.tree.counts(Level.TASK)["total"],
        ClaimKind.MEASURES: counts.all["total"],
        ClaimKind.MEASURES_DONE: counts.all["completed"],
        ClaimKind.MEASURES_MOSTLY_DONE: counts.all["basically_done"],
        ClaimKind.RULES: counts.outcomes.rules,
        ClaimKind.MONEY_RETURNED: counts.outcomes.money_of(MoneyKind.REFUND).paid_fen,
        ClaimKind.MEETINGS: sum(counts.outcomes.meetings.values()),
        ClaimKind.PERSONS_CRITICISED: sum(line.occasions for line in counts.outcomes.persons),
    }
    return [_claim(row, counted.get(ClaimKind(row.kind))) for row in _kept(inspection)]


def _kept(inspection: Inspection) -> list[ClaimedFigure]:
    return list(ClaimedFigure.objects.filter(inspection=inspection))


def _claim(row: ClaimedFigure, counted: int | None) -> Claim:
    money = row.kind == ClaimKind.MONEY_RETURNED

    def worded(value: int) -> str:
        return format_yuan(value) if money else f"{value}{row.unit}"

    return Claim(
        label=row.get_kind_display(),
        claimed=worded(row.value),
        counted="" if counted is None else worded(counted),
        agrees=counted is None or counted == row.value,
    )
