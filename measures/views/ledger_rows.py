"""The lines of the ledger as its table draws them: merged cells, words of a lamp, next steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from measures.domain.conditions import CONDITIONS
from measures.domain.moment import Moment
from measures.enums import Lamp
from measures.models import Measure, ProgressEntry
from measures.models.measure import MeasureQuerySet
from measures.reading import Reading, may, reading
from measures.rules import Transition, targets, transition
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Section, User
from rectify.lib.clock import today

# Conditions whose answer a line words; asked of the database, so that word and figure agree.
_ASKED = ("overdue", "due_soon", "unanswered", "returned", "completed_late")


@dataclass(frozen=True)
class Week:
    """What the lead section said this week. `word` "" = nothing is expected."""

    word: str = ""
    tone: str = ""
    text: str = ""


@dataclass(frozen=True)
class Inline:
    """The small status form of one line: plain steps, and whether more steps need a reason."""

    steps: Sequence[Transition] = ()
    with_reason: Sequence[Transition] = ()


@dataclass
class Line:
    """One measure. A span of 0 means that the cell is covered by the merged one above."""

    measure: Measure
    number: int
    parts: Reading
    status: str
    nature: str
    leader: str
    section: str
    due_on: date | None
    completed_on: date | None
    closed: bool
    lamp: str
    lamp_word: str
    late: bool
    week: Week
    inline: Inline | None = None
    spans: dict[str, int] = field(default_factory=lambda: {"area": 0, "issue": 0, "task": 0})

    @property
    def reads_result(self) -> bool:
        return Reading.RESULT in self.parts


def asked(rows: MeasureQuerySet, moment: Moment) -> MeasureQuerySet:
    """The rows with everything that a line shows, in a fixed number of queries."""
    flags = {
        f"is_{key}": Case(
            When(CONDITIONS[key].applies(moment), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for key in _ASKED
    }
    return (
        rows.annotate(**flags)
        .select_related("task__issue__area", "inspection__organization")
        .prefetch_related("supports", "co_leads")
        .in_order()
    )


def lines(
    measures: Sequence[Measure], *, user: User, moment: Moment, first_number: int = 1
) -> list[Line]:
    """Lines for the measures of one page (from `asked`). One query, and two more where somebody
    was responsible then who is not now."""
    entries = _entries(measures, moment)
    names = _names_then(measures)
    roles: dict[int, frozenset[Role]] = {}
    found = []
    for number, measure in enumerate(measures, first_number):
        line = _line(measure, number, user, moment, names, entries.get(measure.pk))
        bureau = measure.organization_id
        if bureau not in roles:
            roles[bureau] = roles_in(user, bureau)
        line.inline = inline_of(measure, user, roles[bureau]) if moment.as_of >= today() else None
        found.append(line)
    _merge(found)
    return found


def roles_in(user: User, organization_id: int) -> frozenset[Role]:
    return frozenset(role for role in Role if user.access.has_role(role, organization_id))


def inline_of(measure: Measure, user: User, roles: frozenset[Role]) -> Inline | None:
    """The steps that this person may take from the list; None where nothing may be changed."""
    if measure.closed_at is not None or measure.archived_at is not None:
        return None
    if not may(user, Ability.REPORT_STATUS, measure):
        return None
    open_steps = targets(measure.status, roles)
    if not open_steps:
        return None
    return Inline(
        steps=[step for step in open_steps if not step.needs_reason],
        with_reason=[step for step in open_steps if step.needs_reason],
    )


def undo_of(measure: Measure, former: str, user: User) -> Transition | None:
    """The step back to the former status, where the table knows it and the person may take it."""
    step = transition(measure.status, former)
    roles = roles_in(user, measure.organization_id)
    return step if step is not None and not roles.isdisjoint(step.roles) else None


def lamp_word(measure: Measure, moment: Moment) -> str:
    """Why the lamp of a `asked` measure burns as it does."""
    due: date | None = _state(measure, "due_on")
    colour = _flag(measure, "lamp")
    if colour == Lamp.RED:
        late = _flag(measure, "is_overdue") and due is not None
        return f"超期{(moment.as_of - due).days}天" if late and due else "退回修改"
    if colour == Lamp.YELLOW:
        if _flag(measure, "is_due_soon") and due is not None:
            left = (due - moment.as_of).days
            return f"{left}天后到期" if left else "今天到期"
        return "本周未报"
    return "正常" if colour == Lamp.GREEN else "—"


def _line(
    measure: Measure,
    number: int,
    user: User,
    moment: Moment,
    names: Callable[[Measure, str], str],
    entry: ProgressEntry | None,
) -> Line:
    parts = reading(user, measure)
    return Line(
        measure=measure,
        number=number,
        parts=parts,
        status=_state(measure, "status"),
        nature=_state(measure, "nature"),
        leader=names(measure, "leader"),
        section=names(measure, "lead_section"),
        due_on=_state(measure, "due_on"),
        completed_on=_state(measure, "completed_on"),
        closed=_state(measure, "closed_at") is not None,
        lamp=_flag(measure, "lamp"),
        lamp_word=lamp_word(measure, moment),
        late=_flag(measure, "is_completed_late"),
        week=_week(measure, entry, Reading.FULL in parts),
    )


def _week(measure: Measure, entry: ProgressEntry | None, full: bool) -> Week:
    if entry is None:
        silent = _flag(measure, "is_unanswered")
        return Week("未报", "soon") if silent else Week()
    if _flag(measure, "is_returned"):
        return Week("退回修改", "soon", entry.return_reason if full else "")
    if entry.no_change:
        return Week("无变化", "none")
    return Week("已报", "done", entry.text if full else "")


def _entries(measures: Sequence[Measure], moment: Moment) -> dict[int, ProgressEntry]:
    """The lead section's entry of the week, by measure. One query."""
    if moment.week is None:
        return {}
    section = {measure.pk: _state(measure, "lead_section_id") for measure in measures}
    rows = ProgressEntry.objects.filter(measure__in=list(section), week_start=moment.week)
    return {row.measure_id: row for row in rows if row.section_id == section[row.measure_id]}


def _names_then(measures: Sequence[Measure]) -> Callable[[Measure, str], str]:
    """Names of leader and lead section at the moment: the snapshot, or of whoever it was then."""
    people = {_state(m, "leader_id") for m in measures if _state(m, "leader_id") != m.leader_id}
    places = {
        _state(m, "lead_section_id")
        for m in measures
        if _state(m, "lead_section_id") != m.lead_section_id
    }
    then = {
        "leader": dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
        if people - {None}
        else {},
        "lead_section": dict(Section.objects.filter(pk__in=places).values_list("pk", "name"))
        if places - {None}
        else {},
    }

    def name(measure: Measure, column: str) -> str:
        key = _state(measure, f"{column}_id")
        if key == getattr(measure, f"{column}_id"):
            return str(getattr(measure, f"{column}_name"))
        return str(then[column].get(key, ""))

    return name


def _merge(found: Sequence[Line]) -> None:
    """Give the first line of each run of the same area, issue and task the length of the run."""
    heads: dict[str, Line] = {}
    previous: tuple[int, ...] = ()
    for line in found:
        task = line.measure.task
        place = (task.issue.area_id, task.issue_id, task.pk)
        for depth, level in enumerate(("area", "issue", "task"), 1):
            if place[:depth] != previous[:depth]:
                heads[level] = line
            heads[level].spans[level] += 1
        previous = place


def _state(measure: Measure, name: str) -> Any:
    return getattr(measure, f"state_{name}")


def _flag(measure: Measure, name: str) -> Any:
    return getattr(measure, name)
