"""Composing the public notice from the ledger: every figure computed, every word from its row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from issues.enums import Level
from issues.models import Inspection
from issues.schemes import SCHEMES, area_heading, issue_heading, measure_paragraph, task_heading
from measures.domain.conditions import counted
from measures.domain.figures import Headline, headline
from measures.domain.moment import Moment, moment_of
from measures.domain.outcome_figures import OutcomeFigures, outcome_figures
from measures.domain.rollup import Node, Tree, tree
from measures.enums import MoneyKind, PersonForm, Status
from measures.models import Measure
from rectify.lib.chinese_dates import format_date
from rectify.lib.money import format_yuan
from rectify.lib.numerals import to_chinese
from reports.domain.starter_texts import starter_sections
from reports.models import Document
from reports.rendering.notice_text import (
    Block,
    Heading1,
    Heading2,
    Heading3,
    NoticeText,
    Paragraph,
)

# Printed where nothing under a heading has a result yet; the plan is never printed in its place.
NOTHING_YET = "正在按整改方案推进，尚无可公布的整改结果。"


@dataclass(frozen=True)
class Counted:
    """Everything that the headline paragraph states, all and public scope side by side."""

    as_of: str
    moment: Moment
    all: Headline
    public: Headline
    tree: Tree
    public_tree: Tree
    outcomes: OutcomeFigures


def count_for_notice(inspection: Inspection, document: Document | None) -> Counted:
    """The figures as of the document's 统计截至日; a draft without one follows the ledger."""
    day = document.as_of if document else None
    moment = moment_of(inspection, day)
    whole = tree(inspection, moment, None)
    return Counted(
        as_of=format_date(day) if day else "目前",
        moment=moment,
        all=headline(inspection, moment, None),
        public=headline(inspection, moment, None, public_only=True),
        tree=whole,
        public_tree=_told(tree(inspection, moment, None, public_only=True), whole),
        outcomes=outcome_figures(inspection, moment, None),
    )


def _told(public: Tree, whole: Tree) -> Tree:
    """The public tree without nodes of which every measure is withheld: they are not listed, and
    so count among what is not published."""
    kept_back = {
        (node.level, node.row.pk)
        for level in (Level.AREA, Level.ISSUE, Level.TASK)
        for node in whole.nodes(level)
        if node.measures
    }

    def told(nodes: list[Node]) -> list[Node]:
        return [
            replace(node, children=told(node.children))
            for node in nodes
            if node.measures or (node.level, node.row.pk) not in kept_back
        ]

    return Tree(told(public.areas))


def compose_notice(inspection: Inspection, document: Document | None) -> NoticeText:
    """The whole notice as blocks, in the inspection's numbering scheme; withheld items left out.

    `document` gives the drafter's own sections and dates; without one the starter texts stand in.
    """
    organization = inspection.organization
    counts = count_for_notice(inspection, document)
    sections = (document.sections if document else None) or starter_sections(inspection)
    signature = organization.party_group_name or organization.name
    dated_on = (document.dated_on if document else None) or counts.moment.as_of
    blocks: list[Block] = [Paragraph(sections["intro"])] if sections.get("intro") else []
    blocks += _part("一、", "整改工作组织情况", sections.get("organisation") or [])
    blocks.append(Heading1("二、", "反馈问题整改落实情况"))
    if sections.get("results_lead"):
        blocks.append(Paragraph(sections["results_lead"]))
    blocks.append(Paragraph(headline_paragraph(inspection, counts)))
    blocks += results(inspection, counts)
    blocks += _part("三、", "下一步工作安排", sections.get("next_steps") or [])
    blocks.append(Paragraph(_contact(inspection, str(sections.get("contact_note") or ""))))
    return NoticeText(
        title=document.title if document else notice_title(inspection),
        blocks=tuple(blocks),
        signature=signature,
        date=format_date(dated_on),
    )


def notice_title(inspection: Inspection) -> str:
    organization = inspection.organization
    return (
        f"{organization.party_group_name or organization.name}"
        f"关于{inspection.name}整改进展情况的通报"
    )


def headline_paragraph(inspection: Inspection, counts: Counted) -> str:
    """The computed sentence: levels, statuses, rules, money by kind, person-times, withheld."""
    areas, issues, tasks = (
        counts.tree.counts(level) for level in (Level.AREA, Level.ISSUE, Level.TASK)
    )
    head = counts.all
    started = (
        f"，全部{inspection.label_issue}均已启动整改"
        if issues["started"] == issues["total"]
        else f"，{issues['started']}个{inspection.label_issue}已启动整改"
    )
    text = (
        f"截至{counts.as_of}，巡察反馈的{areas['total']}个"
        f"{inspection.label_area}{issues['total']}个{inspection.label_issue}，"
        f"分解为{tasks['total']}个{inspection.label_task}，制定{head['total']}项"
        f"{inspection.label_measure}{started}。其中，{_statuses(head)}，"
        f"{_rate_level(inspection)}完成率{head.rates.strict}，含基本完成{head.rates.inclusive}。"
    )
    return text + _came(counts.outcomes) + _withheld(inspection, counts)


def results(inspection: Inspection, counts: Counted) -> list[Block]:
    """Areas → issues (→ tasks) with what was done; numbering closes up over what is printed."""
    scheme = SCHEMES[inspection.scheme]
    texts: dict[int, list[str]] = {}
    rows = counted(inspection, counts.moment, None, public_only=True).in_order()
    for task_id, result in rows.values_list("task_id", "result_text"):
        if result.strip():
            texts.setdefault(task_id, []).append(result)
    blocks: list[Block] = []
    printed_areas = [area for area in counts.public_tree.areas if area.children]
    for number, area in enumerate(printed_areas, 1):
        mark = area_heading(scheme, number, area.row.title)
        blocks.append(Heading2(mark.number, mark.text))
        for position, issue in enumerate(area.children, 1):
            mark = issue_heading(scheme, position, issue.row.title)
            blocks.append(Heading3(mark.number, mark.text))
            blocks += _issue_body(inspection, issue, texts)
    return blocks


def unprinted(inspection: Inspection, counts: Counted) -> list[Measure]:
    """Public measures without a result text: told to the drafter, printed nowhere."""
    rows = counted(inspection, counts.moment, None, public_only=True)
    return list(rows.filter(result_text="").for_ledger())


def _issue_body(inspection: Inspection, issue: Node, texts: dict[int, list[str]]) -> list[Block]:
    scheme = SCHEMES[inspection.scheme]
    if not (inspection.prints_tasks and scheme.prints_tasks):
        together = [text for task in issue.children for text in texts.get(task.row.pk, [])]
        return [_body(inspection, together)]
    blocks: list[Block] = []
    for number, task in enumerate(issue.children, 1):
        mark = task_heading(scheme, number, task.row.title)
        if mark is not None:
            blocks.append(Paragraph(mark.text, lead=mark.number))
        preamble = str(getattr(task.row, "preamble", ""))
        blocks.append(_body(inspection, texts.get(task.row.pk, []), preamble))
    return blocks


def _body(inspection: Inspection, texts: list[str], preamble: str = "") -> Paragraph:
    scheme = SCHEMES[inspection.scheme]
    text = measure_paragraph(scheme, texts, preamble) if texts else ""
    lead = scheme.points.lead_in
    return Paragraph(text.removeprefix(lead) or NOTHING_YET, lead=lead)


def _part(number: str, title: str, items: list[dict[str, Any]]) -> list[Block]:
    """A section of titled paragraphs: 一、…（一）…; nothing where it is empty."""
    if not items:
        return []
    blocks: list[Block] = [Heading1(number, title)]
    for position, item in enumerate(items, 1):
        blocks.append(Heading2(f"（{to_chinese(position)}）", item["title"]))
        blocks.append(Paragraph(item["text"]))
    return blocks


def _statuses(head: Headline) -> str:
    parts = [f"已完成{head['completed']}项", f"基本完成{head['basically_done']}项"]
    for status in (Status.IN_PROGRESS, Status.NOT_STARTED):
        if head[status.value]:
            parts.append(f"{status.label}{head[status.value]}项")
    return "，".join(parts)


def _rate_level(inspection: Inspection) -> str:
    """Said only where the rate does not count measures, of which the sentence speaks."""
    level = Level(inspection.rate_level)
    return "" if level == Level.MEASURE else f"按{inspection.rate_label}计"


def _came(came: OutcomeFigures) -> str:
    parts = [f"制定和完善制度{came.rules}项"]
    if came.rules_repealed:
        parts.append(f"废止制度{came.rules_repealed}项")
    for kind in MoneyKind:
        line = came.money_of(kind)
        fen = line.due_fen if kind == MoneyKind.LOSS_AVERTED else line.paid_fen
        if fen:
            parts.append(f"{kind.label}{format_yuan(fen)}")
    for form in PersonForm:
        person = came.persons_of(form)
        if person.occasions:
            parts.append(f"{form.label}{person.occasions}人次")
    return f"整改期间，{'，'.join(parts)}。"


def _withheld(inspection: Inspection, counts: Counted) -> str:
    """Counting rule 1: claimed = listed + withheld, said in so many words."""
    claimed = counts.tree.counts(Level.ISSUE)["total"]
    listed = counts.public_tree.counts(Level.ISSUE)["total"]
    hidden = counts.all["total"] - counts.public["total"]
    if not hidden and claimed == listed:
        return ""
    issues = f"{claimed - listed}个{inspection.label_issue}" if claimed != listed else ""
    measures = f"{hidden}项{inspection.label_measure}"
    both = f"{issues}（涉及{measures}）" if issues and hidden else issues or measures
    return (
        f"上述事项中有{both}按规定不予公开，"
        f"本通报列出其余{listed}个{inspection.label_issue}的整改情况。"
    )


def _contact(inspection: Inspection, note: str) -> str:
    organization = inspection.organization
    ways = [
        f"{label}：{value}"
        for label, value in (
            ("联系电话", organization.phone),
            ("通信地址", organization.address),
            ("邮政编码", organization.postcode),
            ("电子邮箱", organization.email),
        )
        if value
    ]
    return note + (f"联系方式：{'；'.join(ways)}。" if ways else "")
