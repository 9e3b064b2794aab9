"""The single place that narrows the rows of a ledger: the screen, its figures and its export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict

from issues.models import Inspection, Issue, ProblemArea
from measures.domain.conditions import CONDITIONS, counted
from measures.domain.moment import Moment, moment_of
from measures.enums import Lamp, Nature, Status
from measures.interfaces.search import matching
from measures.models.measure import MeasureQuerySet
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.form_fields import ChineseDateField
from rectify.lib.chinese_dates import ChineseDateError, format_date, parse_date
from rectify.lib.clock import today

# 未指定: without a leader or a section, as the figures' last line counts it.
NOBODY = "none"
PARAMETERS = (
    "area", "issue", "section", "leader", "status", "nature", "lamp", "figure", "q", "as_of",
)  # fmt: skip
_LONGEST_WORD = 24
# Names that `counted` adds to the rows.
_SECTION_THEN, _LEADER_THEN = "state_lead_section_id", "state_leader_id"


@dataclass(frozen=True)
class Chip:
    """A chosen filter as words, and the query string of the page without it."""

    label: str
    value: str
    without: str


class AsOfFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter is untyped
    field_class = ChineseDateField


def _choice(label: str, method: str) -> Any:
    return django_filters.ChoiceFilter(label=label, method=method, empty_label="全部")


class LedgerFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """Rows of one inspection as the person may see them, narrowed by the query string.

    `rows` are exactly those that a figure of the same name counts. A value that means nothing
    (or names something out of the person's sight) is left out and listed in `ignored`.
    """

    area = _choice("方面", "by_area")
    issue = _choice("问题", "by_issue")
    section = _choice("牵头科室", "by_section")
    leader = _choice("责任领导", "by_leader")
    status = _choice("完成状态", "by_status")
    nature = _choice("整改类型", "by_nature")
    lamp = _choice("亮灯", "by_lamp")
    figure = _choice("指标", "by_figure")
    q = django_filters.CharFilter(
        label="搜索",
        method="by_words",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "文字、科室、姓名或拼音"}),
    )
    as_of = AsOfFilter(label="截至", method="as_it_is", latest_today=True)

    def __init__(
        self, data: QueryDict | Mapping[str, str], *, inspection: Inspection, user: User
    ) -> None:
        self.inspection, self.user = inspection, user
        self.moment: Moment = moment_of(inspection, _day(data.get("as_of")))
        base = counted(inspection, self.moment, user)
        super().__init__(data, queryset=base)
        self.ids: dict[str, dict[str, int]] = {}
        self._offer(base)

    @property
    def rows(self) -> MeasureQuerySet:
        return cast(MeasureQuerySet, self.qs)

    @property
    def ignored(self) -> list[str]:
        """Labels of the filters whose value was left out."""
        return [str(self.form.fields[name].label) for name in self.form.errors]

    def chosen(self) -> dict[str, str]:
        """The parameters that narrow, as text: what an export form and a link carry on."""
        self.form.is_valid()  # fills cleaned_data with what is understood
        cleaned = self.form.cleaned_data
        return {
            name: str(self.data.get(name, "")).strip()
            for name in PARAMETERS
            if cleaned.get(name) not in (None, "")
        }

    def chips(self) -> list[Chip]:
        chosen = self.chosen()
        return [
            Chip(str(self.form.fields[name].label), self._word(name, value), _without(chosen, name))
            for name, value in chosen.items()
        ]

    def by_area(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(task__issue__area_id=self.ids["area"][value])

    def by_issue(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(task__issue_id=self.ids["issue"][value])

    def by_section(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        if value == NOBODY:
            listed = list(self.ids["section"].values())
            return rows.filter(
                Q(state_lead_section_id__isnull=True) | ~Q(state_lead_section_id__in=listed)
            )
        return rows.filter(Q(state_lead_section_id=self.ids["section"][value]))

    def by_leader(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        if value == NOBODY:
            return rows.filter(Q(state_leader_id__isnull=True))
        return rows.filter(Q(state_leader_id=self.ids["leader"][value]))

    def by_status(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(Q(state_status=value))

    def by_nature(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(Q(state_nature=value))

    def by_lamp(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(Q(lamp=value))

    def by_figure(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(CONDITIONS[value].applies(self.moment))

    def by_words(self, rows: MeasureQuerySet, name: str, value: str) -> MeasureQuerySet:
        return rows.filter(matching(value, self.user.access))

    def as_it_is(self, rows: MeasureQuerySet, name: str, value: date) -> MeasureQuerySet:
        """The day was already taken into account by `counted`."""
        return rows

    def _offer(self, base: MeasureQuerySet) -> None:
        """Fill the choices: in the fixed order, and only what the person may know of."""
        inspection, bureau = self.inspection, self.inspection.organization_id
        areas = ProblemArea.objects.filter(inspection=inspection, archived_at__isnull=True)
        issues = Issue.objects.filter(inspection=inspection, archived_at__isnull=True)
        sections = Section.objects.filter(organization=bureau, archived_at__isnull=True)
        if bureau not in self.user.access.whole(Ability.SEE_SUMMARY):
            areas = areas.filter(pk__in=base.values("task__issue__area_id"))
            issues = issues.filter(pk__in=base.values("task__issue_id"))
            sections = sections.filter(pk__in=base.values(_SECTION_THEN))
        leaders = User.objects.filter(pk__in=base.values(_LEADER_THEN))
        nobody = [(NOBODY, "未指定")]
        self._choices("area", areas.order_by("position", "pk").values_list(*_keys("title")))
        self._choices(
            "issue",
            issues.order_by("area__position", "position", "pk").values_list(*_keys("title")),
        )
        self._choices(
            "section", sections.order_by("sort_order", "pk").values_list(*_keys("name")), nobody
        )
        self._choices(
            "leader", leaders.order_by("sort_order", "pk").values_list(*_keys("name")), nobody
        )
        for name, choices in (
            ("status", Status.choices),
            ("nature", Nature.choices),
            ("lamp", Lamp.choices),
            ("figure", [(key, one.label) for key, one in CONDITIONS.items()]),
        ):
            self.filters[name].extra["choices"] = choices

    def _choices(self, name: str, rows: Any, more: Sequence[tuple[str, str]] = ()) -> None:
        found = list(rows)
        self.ids[name] = {str(public_id): pk for public_id, pk, _ in found}
        self.filters[name].extra["choices"] = [
            *((str(public_id), _short(title)) for public_id, _, title in found), *more,
        ]  # fmt: skip

    def _word(self, name: str, value: str) -> str:
        if name == "as_of":
            return format_date(self.form.cleaned_data["as_of"])
        if name == "q":
            return value
        return str(dict(self.filters[name].extra["choices"]).get(value, value))


def _keys(title: str) -> tuple[str, str, str]:
    return "public_id", "pk", title


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_WORD else f"{title[: _LONGEST_WORD - 1]}…"


def _day(text: object) -> date | None:
    """The day asked for, or None where there is none that could be counted."""
    try:
        day = parse_date(str(text or ""))
    except ChineseDateError:
        return None
    return day if day <= today() else None


def _without(chosen: Mapping[str, str], name: str) -> str:
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in chosen.items() if key != name})
    return f"?{query.urlencode()}"
