"""Measures: what is done about a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from issues.models import (
    Disclosed,
    Inspection,
    SourceSpan,
    Task,
    public_along,
    withheld_with_reason,
)
from measures.enums import Nature, Status
from rectify.accounts.enums import Ability, Role, Scope
from rectify.accounts.models import Organization, Section, User
from rectify.audit.models import VersionedRow

if TYPE_CHECKING:
    from rectify.accounts.rules import Access


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, user: User) -> MeasureQuerySet:
        """Measures that the person may read at least in summary (trust.md §1)."""
        return self.within(user.access, Ability.SEE_SUMMARY)

    def within(self, access: Access, ability: Ability) -> MeasureQuerySet:
        """Measures for which the ability is held, whole bureau or own part of it."""
        reach = Q(organization_id__in=access.whole(ability))
        section_scope = access.scope_of(ability, Role.SECTION)
        if access.sections and section_scope in (Scope.PORTFOLIO, Scope.LEAD):
            reach |= Q(lead_section_id__in=access.sections)
            if section_scope == Scope.PORTFOLIO:
                reach |= Q(
                    Exists(
                        MeasureSupport.objects.filter(
                            measure=OuterRef("pk"), section_id__in=access.sections
                        )
                    )
                )
        if access.scope_of(ability, Role.LEADER) == Scope.PORTFOLIO:
            led = access.by_role.get(Role.LEADER, frozenset())
            reach |= Q(organization_id__in=led) & (
                Q(leader_id=access.user_id)
                | Q(
                    Exists(
                        MeasureLeader.objects.filter(measure=OuterRef("pk"), user_id=access.user_id)
                    )
                )
            )
        return self.filter(reach)

    def public(self) -> MeasureQuerySet:
        """Measures that may be told to the public, parents included."""
        return self.filter(public_along("", "task", "task__issue"))

    def current(self) -> MeasureQuerySet:
        """Without archived ones."""
        return self.filter(archived_at__isnull=True)

    def in_order(self) -> MeasureQuerySet:
        """As the 一览表 lists them."""
        return self.order_by("place", "pk")

    def for_ledger(self) -> MeasureQuerySet:
        """The ledger's whole query: parents, people and counts in a fixed number of queries."""
        return (
            self.select_related("task__issue__area", "inspection")
            .prefetch_related("supports", "co_leads", "evidence_links__evidence")
            .in_order()
        )


class SameMeasure(VersionedRow):
    """同一措施: measures linked so that progress typed once shows in each of them.

    Each measure still counts as its own row. Joined and left by `measures.domain.twins`.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="same_measures")
    reason = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "同一措施"

    def __str__(self) -> str:
        return self.reason or f"同一措施 {self.pk}"


class Measure(Disclosed, SourceSpan, VersionedRow):
    """One 措施: the row that everything counts. Changed by `measures.domain.measures` only.

    People and sections are a foreign key plus the name at the time, so that a printed record
    survives a renamed section. `place` orders the ledger: area, issue, task and measure position,
    three digits each.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="measures")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="measures")
    task = models.ForeignKey(Task, models.PROTECT, related_name="measures")
    position = models.PositiveIntegerField("次序")
    place = models.BigIntegerField("台账次序", default=0, editable=False)
    text = models.TextField("整改措施")
    goal = models.TextField("整改目标", blank=True)
    root_cause = models.TextField("原因分析", blank=True)
    result_text = models.TextField("整改情况", blank=True)
    next_step = models.TextField("下一步措施", blank=True)
    remark = models.TextField("备注", blank=True)
    leader = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="led", verbose_name="责任领导"
    )
    leader_name = models.CharField(max_length=60, blank=True)
    lead_section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="led", verbose_name="牵头科室"
    )
    lead_section_name = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="owned", verbose_name="责任人"
    )
    owner_name = models.CharField(max_length=60, blank=True)
    nature = models.CharField(
        "整改类型", max_length=12, choices=Nature, default=Nature.TIME_LIMITED
    )
    deadline_text = models.CharField("整改时限", max_length=100, blank=True)
    due_on = models.DateField("到期日", null=True, blank=True)
    next_review_on = models.DateField("下次复核", null=True, blank=True)
    recurrence = models.CharField("频次", max_length=60, blank=True)
    stage_goal = models.TextField("阶段目标", blank=True)
    next_report_on = models.DateField("下次报送", null=True, blank=True)
    status = models.CharField("完成状态", max_length=16, choices=Status, default=Status.NOT_STARTED)
    completed_on = models.DateField("完成时间", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    same_as = models.ForeignKey(
        SameMeasure, models.PROTECT, null=True, blank=True, related_name="measures"
    )
    extra = models.JSONField("其他列", default=dict, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ("inspection", "place", "pk")
        verbose_name = "措施"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="measure_has_text",
                violation_error_message="请填写整改措施。",
            ),
            withheld_with_reason("measure_withheld_reason"),
            models.UniqueConstraint(
                fields=["task", "position"],
                name="measure_position",
                violation_error_message="同时有人新增了措施，请再保存一次。",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.COMPLETED) | Q(completed_on__isnull=False),
                name="measure_completed_date",
                violation_error_message="已完成的措施须有完成时间。",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.COMPLETED) | Q(completed_on__isnull=True),
                name="measure_open_no_date",
                violation_error_message="未完成的措施不能有完成时间。",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(status=Status.COMPLETED),
                name="measure_closed_completed",
                violation_error_message="只有已完成的措施可以销号。",
            ),
        ]
        indexes = [
            models.Index(fields=["inspection", "place", "id"], name="measure_ledger"),
            models.Index(fields=["organization", "lead_section"], name="measure_section"),
            models.Index(fields=["leader", "status"], name="measure_leader"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class MeasureLeader(models.Model):
    """A co-leader of a measure, in order, with the name at the time."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="co_leads")
    user = models.ForeignKey(User, models.PROTECT, related_name="co_leads")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("measure", "position")
        constraints = [
            models.UniqueConstraint(fields=["measure", "user"], name="co_leader_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MeasureSupport(models.Model):
    """A supporting section of a measure, in order, with the name at the time."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="supports")
    section = models.ForeignKey(Section, models.PROTECT, related_name="supported")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("measure", "position")
        constraints = [
            models.UniqueConstraint(fields=["measure", "section"], name="support_once"),
        ]

    def __str__(self) -> str:
        return self.name
