"""Every countable condition of a measure, by name: what a card counts is what its list filters.

The names are the contract of figures, ledger filter, export, digest and document. Each condition
reads the MeasureState that held at the moment, joined as `state` by `counted`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
    When,
)

from issues.models import Inspection, public_along
from measures.domain.moment import Moment
from measures.enums import Lamp, LookBackVerdict, Nature, Status
from measures.models import LookBack, Measure, MeasureState, ProgressEntry
from measures.models.measure import MeasureQuerySet
from measures.models.state import holding_at_end_of
from rectify.accounts.models import User
from rectify.lib.shanghai import start_of_day


@dataclass(frozen=True)
class Condition:
    """`label` is shown; `applies` gives the Q over `counted` measures."""

    key: str
    label: str
    applies: Callable[[Moment], Q]


def counted(
    inspection: Inspection, moment: Moment, user: User | None, *, public_only: bool = False
) -> MeasureQuerySet:
    """The measures that a count of the inspection is about, with the state that held joined.

    `user` None = the whole inspection (commands, digests, documents). `public_only` leaves out
    what is withheld: scope public of counting rule 1.
    """
    measures = Measure.objects.filter(inspection=inspection)
    if user is not None:
        measures = measures.visible_to(user)
    if public_only:
        measures = measures.public()
    joined = measures.annotate(
        state=FilteredRelation("states", condition=holding_at_end_of(moment.as_of))
    ).filter(state__isnull=False)
    # Plain names, because a negated condition across a joined relation becomes a subquery.
    return (
        joined.annotate(**{f"state_{name}": F(f"state__{name}") for name in MeasureState.FIELDS})
        .filter(state_archived_at__isnull=True)
        .annotate(lamp=_lamp(moment))
    )


_WITHHELD = ~public_along("", "task", "task__issue")
_COMPLETED = Q(state_status=Status.COMPLETED)
_DONE = Q(state_status__in=Status.done_states())
_STARTED = Q(state_status__in=[status for status in Status if status != Status.NOT_STARTED])
_CLOSED = Q(state_closed_at__isnull=False)
_NOT_CLOSED = Q(state_closed_at__isnull=True)
OPEN = Q(state_status__in=[status for status in Status if status != Status.COMPLETED])


def _overdue(moment: Moment) -> Q:
    return OPEN & Q(state_due_on__lt=moment.as_of)


def _due_soon(moment: Moment) -> Q:
    return OPEN & Q(state_due_on__gte=moment.as_of, state_due_on__lte=moment.due_soon_until)


def _reporting(moment: Moment) -> Q:
    """Expected to report: open, and not resting until a review or report date."""
    day = moment.week or moment.as_of
    rests = Q(next_report_on__gt=day) | Q(
        state_nature=Nature.LONG_TERM, state_status=Status.BASICALLY_DONE, next_review_on__gt=day
    )
    return OPEN & ~rests


def _lead_entries(**narrow: object) -> Exists:
    return Exists(
        ProgressEntry.objects.filter(
            measure=OuterRef("pk"), section_id=OuterRef("state__lead_section_id"), **narrow
        )
    )


def _unanswered(moment: Moment) -> Q:
    if moment.week is None:
        return Q(pk__in=[])
    return _reporting(moment) & ~Q(_lead_entries(week_start=moment.week))


def _returned(moment: Moment) -> Q:
    if moment.week is None:
        return Q(pk__in=[])
    return OPEN & Q(_lead_entries(week_start=moment.week, returned_by__isnull=False))


def _stalled(moment: Moment) -> Q:
    if len(moment.past_weeks) < 3:
        return Q(pk__in=[])
    condition = OPEN
    for week in moment.past_weeks:
        condition &= Q(_lead_entries(week_start=week, no_change=True))
    return condition


def _unsampled(moment: Moment) -> Q:
    """Closed, and no look-back issued by the end of the day confirms it. One that denies does not
    count: it ended the close-out that it looked at."""
    end = start_of_day(moment.as_of + timedelta(days=1))
    confirmed = LookBack.objects.filter(
        measure=OuterRef("pk"), verdict=LookBackVerdict.CONFIRMED, issued_at__lt=end
    )
    return _CLOSED & ~Q(Exists(confirmed))


def _lamp(moment: Moment) -> Case:
    """Counting rule 5: red, then yellow, then green; none once completed."""
    return Case(
        When(_COMPLETED, then=Value(Lamp.NONE)),
        When(_overdue(moment), then=Value(Lamp.RED)),
        When(_returned(moment), then=Value(Lamp.RED)),
        When(_due_soon(moment), then=Value(Lamp.YELLOW)),
        When(_unanswered(moment), then=Value(Lamp.YELLOW)),
        default=Value(Lamp.GREEN),
        output_field=CharField(),
    )


def _status(status: Status) -> Condition:
    return Condition(status.value, status.label, lambda _: Q(state_status=status))


def _lamp_is(lamp: Lamp) -> Condition:
    return Condition(f"lamp_{lamp.value}", lamp.label, lambda _: Q(lamp=lamp))


def _condition(key: str, label: str, applies: Callable[[Moment], Q]) -> tuple[str, Condition]:
    return key, Condition(key, label, applies)


CONDITIONS: Mapping[str, Condition] = {
    **{status.value: _status(status) for status in Status},
    **{f"lamp_{lamp.value}": _lamp_is(lamp) for lamp in Lamp},
    **dict(
        (
            _condition("total", "全部措施", lambda _: Q()),
            _condition("started", "已启动", lambda _: _STARTED),
            _condition("done", "完成和基本完成", lambda _: _DONE),
            _condition("open", "未完成", lambda _: OPEN),
            _condition("closed", "已销号", lambda _: _CLOSED),
            _condition("closed_unsampled", "未抽核", _unsampled),
            _condition("awaiting_closure", "待销号", lambda _: _COMPLETED & _NOT_CLOSED),
            _condition("overdue", "超期", _overdue),
            _condition(
                "basically_overdue", "基本完成超期",
                lambda m: _overdue(m) & Q(state_status=Status.BASICALLY_DONE),
            ),
            _condition("withheld", "不向社会公开", lambda _: _WITHHELD),
            _condition(
                "completed_late", "超期完成",
                lambda _: _COMPLETED & Q(state_completed_on__gt=F("state_due_on")),
            ),
            _condition("due_soon", "临期", _due_soon),
            _condition("unanswered", "本周未报", _unanswered),
            _condition("returned", "退回修改", _returned),
            _condition("stalled", "停滞", _stalled),
            _condition(
                "completed_long_term", "已完成并长期坚持",
                lambda _: _COMPLETED & Q(state_nature=Nature.LONG_TERM),
            ),
        )
    ),
}  # fmt: skip
