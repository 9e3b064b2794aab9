"""The weekly cycle: rounds, what sections wrote, what leaders asked."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from issues.models import Inspection
from measures.enums import InstructionKind, Medium, Status
from measures.models.measure import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.audit.models import VersionedRow


def require_monday(day: object) -> None:
    """Model validator. Raises ValidationError for a week that does not start on a Monday."""
    if getattr(day, "isoweekday", lambda: 0)() != 1:
        raise ValidationError("周次须以星期一的日期表示。", code="not_monday")


class RoundQuerySet(models.QuerySet["WeeklyRound"]):
    def visible_to(self, user: User) -> RoundQuerySet:
        return self.filter(
            inspection__organization_id__in=user.access.anywhere(Ability.SEE_SUMMARY)
        )


class WeeklyRound(VersionedRow):
    """One collection of progress. Closing freezes figures and rows, which are never recomputed.

    Opened and closed by `measures.domain.rounds`. `frozen` holds {figures, rows} as JSON.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="rounds")
    week_start = models.DateField("周一", validators=[require_monday])
    revision = models.PositiveSmallIntegerField("版次", default=1)
    opened_at = models.DateTimeField("开始")
    due_at = models.DateTimeField("截止")
    closed_at = models.DateTimeField("结束", null=True, blank=True)
    frozen = models.JSONField("冻结数据", default=dict, blank=True)
    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ("inspection", "-week_start")
        verbose_name = "周调度"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "week_start"],
                name="round_once_a_week",
                violation_error_message="本周调度已经建立。",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=models.F("opened_at")), name="round_due_after_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week_start:%Y-%m-%d}"


class ProgressEntryQuerySet(models.QuerySet["ProgressEntry"]):
    def visible_to(self, user: User) -> ProgressEntryQuerySet:
        """Entries of measures whose progress the person may read."""
        return self.filter(measure__in=Measure.objects.within(user.access, Ability.SEE_RESULT))


class ProgressEntry(VersionedRow):
    """What one section wrote about one measure in one week.

    Only the lead section's entry counts, the others are 配合情况. Written by
    `measures.domain.progress`; editable until the round closes.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="entries")
    week_start = models.DateField("周一", validators=[require_monday])
    section = models.ForeignKey(Section, models.PROTECT, related_name="entries")
    section_name = models.CharField(max_length=60)
    text = models.TextField("本周进展", blank=True)
    difficulty = models.TextField("存在困难", blank=True)
    no_change = models.BooleanField("无变化", default=False)
    status = models.CharField("状态", max_length=16, choices=Status)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="entries")
    author_name = models.CharField(max_length=60)
    on_behalf = models.BooleanField("代填", default=False)
    written_at = models.DateTimeField("填报时间")
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    objects = ProgressEntryQuerySet.as_manager()

    class Meta:
        ordering = ("measure", "-week_start", "section")
        verbose_name = "进展"
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "week_start", "section"],
                name="entry_once_a_week",
                violation_error_message="本周已填报，请在原记录上修改。",
            ),
            models.CheckConstraint(
                condition=Q(no_change=True) | ~Q(text=""),
                name="entry_says_something",
                violation_error_message="请填写本周进展，或选择“无变化”。",
            ),
            models.CheckConstraint(
                condition=Q(returned_by__isnull=True) | ~Q(return_reason=""),
                name="entry_return_reason",
                violation_error_message="退回须写明原因。",
            ),
        ]
        indexes = [models.Index(fields=["week_start", "measure"], name="entry_week")]

    def __str__(self) -> str:
        return self.text[:40] or "无变化"


class InstructionQuerySet(models.QuerySet["Instruction"]):
    def visible_to(self, user: User) -> InstructionQuerySet:
        return self.filter(
            Q(measure__in=Measure.objects.within(user.access, Ability.SEE_RESULT))
            | Q(section_id__in=user.access.sections)
            | Q(inspection__organization_id__in=user.access.whole(Ability.SEE_RESULT))
        )


class Instruction(VersionedRow):
    """批示 or 议定事项: who asked what of a measure or a section, by when, and the reply.

    Given, recorded and answered by `measures.domain.instructions`; open until it has a reply.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="instructions")
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    kind = models.CharField(
        "种类", max_length=12, choices=InstructionKind, default=InstructionKind.INSTRUCTION
    )
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="instructions")
    given_by_name = models.CharField("批示人", max_length=60)
    medium = models.CharField("方式", max_length=8, choices=Medium, default=Medium.SYSTEM)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by_name = models.CharField("代录人", max_length=60, blank=True)
    given_on = models.DateField("日期")
    occasion = models.CharField("场合", max_length=100, blank=True)
    text = models.TextField("内容")
    due_on = models.DateField("办理时限", null=True, blank=True)
    reply = models.TextField("办理情况", blank=True)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)
    replied_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    replied_by_name = models.CharField("答复人", max_length=60, blank=True)
    objects = InstructionQuerySet.as_manager()

    class Meta:
        ordering = ("-given_on", "-pk")
        verbose_name = "批示"
        constraints = [
            models.CheckConstraint(
                condition=Q(measure__isnull=False) | Q(section__isnull=False),
                name="instruction_addressed",
                violation_error_message="请选定措施或科室。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=models.F("given_on")),
                name="instruction_due_after",
                violation_error_message="办理时限不能早于批示日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
