"""One demo inspection as timed steps, carried out in order through the domain functions."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from issues.domain.inspections import create_inspection, move_to_stage
from issues.domain.tree import add_area, add_issue, add_task
from issues.enums import Stage
from issues.models import Inspection
from measures.domain.applications import decide
from measures.domain.closure import apply_closure
from measures.domain.evidence import attach_evidence
from measures.domain.measures import add_measure
from measures.domain.plan import approve_plan
from measures.domain.progress import write_progress
from measures.domain.reporting import report
from measures.domain.rounds import close_round, open_round
from measures.enums import EvidenceKind, Status, Verdict
from measures.models import Measure, WeeklyRound
from rectify.accounts.models import User
from rectify.audit.domain.operations import begin
from rectify.audit.models import Operation
from rectify.lib.clock import at
from rectify.lib.shanghai import SHANGHAI
from reports.domain.digests import build_digest
from reports.domain.documents import draft_notice
from reports.enums import Audience
from seeds.affairs import affair_steps
from seeds.bureaus import Bureau, read_yaml
from seeds.calendar import DemoCalendar, calendar_of
from seeds.outcomes import outcome_steps
from seeds.sample_files import sample_file

Step = tuple[datetime, int, Callable[[], object]]
# Said every third week by measures without a text of their own: a standstill (three weeks of
# "no change") is told of those alone that the YAML names.
GOING_ON = (
    "本周继续推进，进度与计划一致。",
    "与配合科室对接一次，按分工继续落实。",
    "已完成阶段性工作，后续材料正在整理。",
)
KEPT_UP = (
    "按既定做法继续执行，本周检查一次，未发现新的问题。",
    "已落实事项运行正常，相关台账按周更新。",
    "对照整改目标抽查一次，执行情况符合要求。",
)


@dataclass
class Story:
    """Everything that happens in one inspection; `measures` by "area.issue.task.measure"."""

    bureau: Bureau
    spec: dict[str, Any]
    calendar: DemoCalendar
    inspection: Inspection
    operation: Operation
    measures: dict[str, Measure] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def then(self, moment: datetime, step: Callable[[], object]) -> None:
        """Steps of the same moment keep the order in which they were added."""
        self.steps.append((moment, len(self.steps), step))


def tell(folder: Path, bureau: Bureau, today: date, progress: Callable[[int, int], None]) -> None:
    """Create the inspection of a folder and live through its weeks."""
    spec = read_yaml(folder / "inspection.yaml")
    calendar = calendar_of(spec, today)
    feedback = calendar.day(spec, "feedback") or today
    with at(datetime.combine(feedback + timedelta(days=1), time(9, 0), SHANGHAI)):
        operation = begin(
            actor=bureau.office, organization=bureau.organization, kind="load_demo",
            reason=spec["name"],
        )  # fmt: skip
        story = Story(bureau, spec, calendar, _inspection(spec, bureau, calendar), operation)
    approved = calendar.day({"x_on": spec["plan_approved"].get("on"),
                             "x_in": spec["plan_approved"].get("in")}, "x") or feedback  # fmt: skip
    with at(datetime.combine(approved - timedelta(days=3), time(10, 0), SHANGHAI)):
        for number, path in enumerate(sorted(folder.glob("area_*.yaml")), 1):
            _area(story, number, read_yaml(path))
    with at(datetime.combine(approved, time(16, 0), SHANGHAI)):
        approve_plan(story.inspection, actor=bureau.office, approved_on=approved,
                     meeting=spec["plan_approved"]["meeting"])  # fmt: skip
        move_to_stage(story.inspection, Stage.RECTIFYING, actor=bureau.office)
    _rounds(story)
    if (folder / "affairs.yaml").exists():
        affairs = read_yaml(folder / "affairs.yaml")
        for moment, step in affair_steps(affairs, story.measures, bureau, calendar):
            story.then(moment, step)
    ordered = sorted(story.steps, key=lambda step: step[:2])
    for done, (moment, _, step) in enumerate(ordered, 1):
        with at(moment):
            step()
        progress(done, len(ordered))


def _inspection(spec: dict[str, Any], bureau: Bureau, calendar: DemoCalendar) -> Inspection:
    return create_inspection(
        actor=bureau.office, organization=bureau.organization,
        entered_on=calendar.day(spec, "entered"), left_on=calendar.day(spec, "left"),
        feedback_on=calendar.day(spec, "feedback"), plan_due_on=calendar.day(spec, "plan_due"),
        intensive_until=spec.get("intensive_until") or calendar.day(spec, "intensive"),
        **{key: spec[key] for key in (
            "code", "name", "tier", "kind", "team", "scheme", "prints_tasks", "cadence",
            "rate_level", "rate_decimals")},
    )  # fmt: skip


def _disclosure(row: dict[str, Any], approver: User) -> dict[str, Any]:
    if not row.get("disclosure"):
        return {}
    return {
        "disclosure": row["disclosure"],
        "disclosure_basis": row.get("disclosure_basis", ""),
        "disclosure_reason": row.get("disclosure_reason", ""),
        "disclosure_approver": approver,
    }


def _area(story: Story, number: int, data: dict[str, Any]) -> None:
    office, secretary = story.bureau.office, story.bureau.by_role["secretary"]
    area = add_area(story.inspection, actor=office, title=data["title"],
                    operation=story.operation)  # fmt: skip
    for i, issue in enumerate(data["issues"], 1):
        issue_row = add_issue(
            area, actor=office, title=issue["title"], source_text=issue["source_text"],
            source=issue.get("source", "feedback"), operation=story.operation,
            **_disclosure(issue, secretary),
        )  # fmt: skip
        for t, task in enumerate(issue["tasks"], 1):
            task_row = add_task(
                issue_row, actor=office, title=task["title"], operation=story.operation,
                **_disclosure(task, secretary),
            )  # fmt: skip
            for m, row in enumerate(task["measures"], 1):
                measure = _measure(story, task_row, row)
                story.measures[f"{number}.{i}.{t}.{m}"] = measure
                _life(story, measure, row)
    for moment, step in outcome_steps(data.get("outcomes") or {}, number, story.inspection,
                                      story.measures, office, story.calendar):  # fmt: skip
        story.then(moment, step)


def _measure(story: Story, task: Any, row: dict[str, Any]) -> Measure:
    bureau, calendar = story.bureau, story.calendar
    return add_measure(
        task, actor=bureau.office, text=row["text"], goal=row.get("goal", ""),
        root_cause=row.get("root_cause", ""), remark=row.get("remark", ""),
        leader=bureau.leaders[row["leader"]],
        co_leaders=[bureau.leaders[key] for key in row.get("co_leaders") or []],
        lead_section=bureau.sections[row["section"]],
        support_sections=[bureau.sections[name] for name in row.get("support") or []],
        owner=bureau.clerks[row["section"]], nature=row["nature"],
        deadline_text=calendar.deadline_text(row), due_on=calendar.day(row, "due"),
        next_review_on=calendar.day(row, "next_review") or calendar.day(row, "review"),
        operation=story.operation,
    )  # fmt: skip


def _life(story: Story, measure: Measure, row: dict[str, Any]) -> None:
    """Weekly entries, steps of status, evidence and close-out of one measure."""
    calendar = story.calendar
    clerk = story.bureau.clerks[row["section"]]
    start, basically, done = row.get("start"), row.get("basically"), row.get("done")
    texts = {entry["week"]: entry for entry in row.get("progress") or []}
    for week in range(1, calendar.weeks + 1):
        _entry(story, measure, row, texts, week, clerk)
    steps = ((start, Status.IN_PROGRESS), (basically, Status.BASICALLY_DONE),
             (done, Status.COMPLETED))  # fmt: skip
    final = done or basically
    latest: int = max(texts, default=start or 1)
    for reached, status in steps:
        if reached is not None:
            values: dict[str, Any] = {"status": status}
            if reached == final and row.get("result"):
                values["result_text"] = row["result"]
            hour = 9 if status == Status.IN_PROGRESS else 15
            story.then(calendar.moment(reached, 2, hour), _reported(measure, clerk, values))
    if row.get("result") and not final:
        story.then(calendar.moment(latest, 2, 15),
                   _reported(measure, clerk, {"result_text": row["result"]}))  # fmt: skip
    for file in row.get("evidence") or []:
        story.then(calendar.moment(final or latest, 2, 16), _attached(measure, clerk, file))
    if row.get("closed"):
        story.then(calendar.moment(row["closed"], 3, 10), _closed(story, measure, clerk, row))


def _entry(
    story: Story,
    measure: Measure,
    row: dict[str, Any],
    texts: dict[int, dict[str, Any]],
    week: int,
    clerk: User,
) -> None:
    """The entry of one week, if the section wrote one: a text, "no change", or nothing."""
    first, last = row.get("start"), row.get("done") or story.calendar.weeks
    explicit = week in (row.get("no_change") or ())
    silent = story.calendar.weeks if row.get("unanswered") else None
    if week in texts:
        entry = texts[week]
        values = {"text": entry["text"], "difficulty": entry.get("difficulty", "")}
    elif explicit:
        values = {"no_change": True}
    elif first is None or not first <= week <= last or week == silent:
        return
    elif week % 3 == 1:
        kept_up = row.get("basically") and week > row["basically"]
        values = {"text": (KEPT_UP if kept_up else GOING_ON)[measure.place % 3]}
    else:
        values = {"no_change": True}
    story.then(
        story.calendar.moment(week, 2, 11),
        lambda: write_progress(
            measure, actor=clerk, week_start=story.calendar.monday(week), **values
        ),
    )


def _reported(measure: Measure, clerk: User, values: dict[str, Any]) -> Callable[[], object]:
    return lambda: report(_fresh(measure), actor=clerk, version=measure.version, values=values)


def _attached(measure: Measure, clerk: User, file: dict[str, str]) -> Callable[[], object]:
    about = f"{file['name']} · {measure.lead_section_name} · {measure.place}"

    def step() -> object:
        content = sample_file(file["name"], about)
        return attach_evidence(
            _fresh(measure), actor=clerk, file=io.BytesIO(content), name=file["name"],
            size=len(content), kind=EvidenceKind(file.get("kind", "other")),
        )  # fmt: skip

    return step


def _closed(
    story: Story, measure: Measure, clerk: User, row: dict[str, Any]
) -> Callable[[], object]:
    def step() -> object:
        fresh = _fresh(measure)
        application = apply_closure(fresh, actor=clerk, reason="措施已落实，佐证材料齐全。")
        application = decide(
            application, actor=story.bureau.office, version=application.version,
            verdict=Verdict.ACCEPTED, comment="材料齐全，同意报审。",
        )  # fmt: skip
        return decide(
            application, actor=story.bureau.leaders[row["leader"]], version=application.version,
            verdict=Verdict.ACCEPTED, comment="同意销号。",
        )  # fmt: skip

    return step


def _fresh(measure: Measure) -> Measure:
    measure.refresh_from_db()
    return measure


def _rounds(story: Story) -> None:
    """Open and close every week, build its digests, and draft the notice at the end."""
    calendar, office = story.calendar, story.bureau.office
    for week in range(1, calendar.weeks + 1):
        monday = calendar.monday(week)
        story.then(
            calendar.moment(week, 1, 8, 30),
            lambda monday=monday: open_round(story.inspection, actor=office, week_start=monday),  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        )
        # The present week of a running inspection stays open.
        if week < calendar.weeks or calendar.last_day != calendar.today:
            story.then(calendar.moment(week, 5, 17, 30), _end_of_week(story, monday))
    if calendar.last_day != calendar.today:
        story.then(calendar.moment(calendar.weeks, 5, 18), lambda: _published(story))
    else:
        story.then(calendar.moment(calendar.weeks, 5, 18), lambda: _drafted(story))


def _end_of_week(story: Story, monday: date) -> Callable[[], object]:
    def step() -> object:
        row = WeeklyRound.objects.get(inspection=story.inspection, week_start=monday)
        close_round(row, actor=story.bureau.office, version=row.version)
        return [
            build_digest(story.inspection, monday, audience=audience, actor=story.bureau.office)
            for audience in (Audience.OFFICE, Audience.PARTY_GROUP)
        ]

    return step


def _drafted(story: Story) -> object:
    return draft_notice(
        story.inspection, actor=story.bureau.office, sections=story.spec["documents"],
        dated_on=story.calendar.day(story.spec, "notice"),
    )  # fmt: skip


def _published(story: Story) -> object:
    """The notice is drafted; long-term measures go on, so the inspection stays open."""
    story.inspection.refresh_from_db()
    move_to_stage(story.inspection, Stage.CONTINUING, actor=story.bureau.office)
    return _drafted(story)
