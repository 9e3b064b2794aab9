"""Plan baseline, adjustments, extensions, close-out and the decisions on them, look-back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from issues.models import Inspection, Task
from measures.enums import (
    AdjustmentAct,
    ApplicationState,
    DecisionStep,
    LookBackMethod,
    LookBackVerdict,
    Medium,
    SampleFrame,
    Verdict,
)
from measures.models.evidence import Evidence
from measures.models.measure import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.models import VersionedRow


class OfMeasureQuerySet(models.QuerySet[models.Model]):
    """Rows that hang on one measure and are read with its result and decisions."""

    def visible_to(self, user: User) -> OfMeasureQuerySet:
        return self.filter(measure__in=Measure.objects.within(user.access, Ability.SEE_RESULT))


class PlanBaselineQuerySet(models.QuerySet["PlanBaseline"]):
    def visible_to(self, user: User) -> PlanBaselineQuerySet:
        return self.filter(inspection__organization_id__in=user.access.whole(Ability.SEE_SUMMARY))


class PlanBaseline(VersionedRow):
    """The 整改方案 as approved: text, deadline and people of every measure, frozen as JSON rows."""

    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="baseline")
    meeting = models.CharField("审议会议", max_length=100)
    approved_on = models.DateField("审议日期")
    rows = models.JSONField("基线")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_by_name = models.CharField(max_length=60)
    objects = PlanBaselineQuerySet.as_manager()

    class Meta:
        verbose_name = "方案基线"

    def __str__(self) -> str:
        return f"{self.meeting} {self.approved_on}"


class Application(VersionedRow):
    """Something a section asks to be decided about one measure. Abstract.

    Filed, decided, withdrawn and voided by `measures.domain.applications` along the route that
    `measures.rules` gives for its kind.
    """

    applied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    applied_by_name = models.CharField(max_length=60)
    applied_at = models.DateTimeField("申请时间")
    state = models.CharField("进度", max_length=12, choices=ApplicationState)
    reason = models.TextField("理由", blank=True)

    class Meta:
        abstract = True


class ClosureApplication(Application):
    """销号申请: at most one pending per measure, by database constraint."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="closures")
    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ("-applied_at", "-pk")
        verbose_name = "销号申请"
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state__in=ApplicationState.pending()),
                name="closure_one_pending",
                violation_error_message="该措施已有待办的销号申请。",
            )
        ]

    def __str__(self) -> str:
        return f"销号申请 {self.measure_id}"


class Extension(Application):
    """延期, or 转为长期坚持: the original deadline stays visible for ever in `old_due_on`."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="extensions")
    old_due_on = models.DateField("原到期日", null=True, blank=True)
    old_deadline_text = models.CharField("原时限", max_length=100, blank=True)
    new_due_on = models.DateField("新到期日", null=True, blank=True)
    new_deadline_text = models.CharField("新时限", max_length=100, blank=True)
    long_term = models.BooleanField("转为长期坚持", default=False)
    stage_goal = models.TextField("阶段目标", blank=True)
    next_review_on = models.DateField("下次复核", null=True, blank=True)
    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ("-applied_at", "-pk")
        verbose_name = "延期申请"
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state__in=ApplicationState.pending()),
                name="extension_one_pending",
                violation_error_message="该措施已有待办的延期申请。",
            ),
            models.CheckConstraint(
                condition=Q(old_due_on__isnull=True)
                | Q(new_due_on__isnull=True)
                | Q(new_due_on__gt=F("old_due_on")),
                name="extension_later",
                violation_error_message="新的到期日须晚于原到期日。",
            ),
            models.CheckConstraint(
                condition=Q(new_due_on__isnull=False) | Q(long_term=True),
                name="extension_until",
                violation_error_message="请填写新的到期日，或选择转为长期坚持。",
            ),
            models.CheckConstraint(
                condition=Q(long_term=False)
                | (Q(next_review_on__isnull=False) & ~Q(stage_goal="")),
                name="extension_long_term",
                violation_error_message="转为长期坚持须写明阶段目标和下次复核日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"延期至 {self.new_due_on}" if self.new_due_on else "转为长期坚持"


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def visible_to(self, user: User) -> AdjustmentQuerySet:
        """Those of measures whose decisions the person reads; a measure that is only proposed
        is read by who reads the bureau whole, who proposed it and who is to lead it."""
        return self.filter(
            Q(measure__in=Measure.objects.within(user.access, Ability.SEE_RESULT))
            | Q(measure__isnull=True)
            & (
                Q(inspection__organization_id__in=user.access.whole(Ability.SEE_RESULT))
                | Q(applied_by=user)
                | Q(leader=user)
            )
        )


class Adjustment(Application):
    """措施调整 after the plan was frozen, with reason and decision.

    `changes` {column: [before, after]} in words, for people and for ever; `values` the columns to
    be written, as `measures.domain.plan_columns` packs them. A proposed new measure has a `task`
    and the `leader` who decides; it gets its `measure` when it is accepted.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="adjustments")
    act = models.CharField(
        "种类", max_length=8, choices=AdjustmentAct, default=AdjustmentAct.CHANGE
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="adjustments"
    )
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="adjustments"
    )
    leader = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    changes = models.JSONField("调整内容")
    values = models.JSONField("拟写入", default=dict, blank=True)
    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        ordering = ("-applied_at", "-pk")
        verbose_name = "措施调整"
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="adjustment_reason",
                violation_error_message="措施调整须写明理由。",
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state__in=ApplicationState.pending()),
                name="adjustment_one_pending",
                violation_error_message="该措施已有待办的调整申请。",
            ),
            models.CheckConstraint(
                condition=Q(act=AdjustmentAct.ADD) | Q(measure__isnull=False),
                name="adjustment_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.measure_id or ''}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User) -> DecisionQuerySet:
        readable = Measure.objects.within(user.access, Ability.SEE_RESULT)
        return self.filter(
            Q(closure__measure__in=readable)
            | Q(extension__measure__in=readable)
            | Q(adjustment__in=Adjustment.objects.visible_to(user))
        )


class Decision(VersionedRow):
    """One decision on one application; a recorded paper decision is marked so for ever.

    Never changed. On paper: `decided_by_name` signed, `recorded_by` of the office typed it in.
    """

    closure = models.ForeignKey(
        ClosureApplication, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    extension = models.ForeignKey(
        Extension, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    adjustment = models.ForeignKey(
        Adjustment, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    step = models.CharField("环节", max_length=16, choices=DecisionStep)
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    comment = models.TextField("意见", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="decisions")
    decided_by_name = models.CharField("决定人", max_length=60)
    decided_on = models.DateField("日期")
    medium = models.CharField("方式", max_length=8, choices=Medium, default=Medium.SYSTEM)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by_name = models.CharField("代录人", max_length=60, blank=True)
    scan = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    meeting = models.CharField("会议", max_length=100, blank=True)
    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("decided_on", "pk")
        verbose_name = "决定"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(closure__isnull=False, extension__isnull=True, adjustment__isnull=True)
                    | Q(closure__isnull=True, extension__isnull=False, adjustment__isnull=True)
                    | Q(closure__isnull=True, extension__isnull=True, adjustment__isnull=False)
                ),
                name="decision_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.ACCEPTED) | ~Q(comment=""),
                name="decision_return_reason",
                violation_error_message="退回须写明意见。",
            ),
            models.CheckConstraint(
                condition=Q(medium=Medium.SYSTEM) | ~Q(recorded_by_name=""),
                name="decision_paper_recorded",
                violation_error_message="纸质签批须有代录人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.get_verdict_display()}"


class SampleQuerySet(models.QuerySet["LookBackSample"]):
    def visible_to(self, user: User) -> SampleQuerySet:
        return self.filter(inspection__organization_id__in=user.access.whole(Ability.LOOK_BACK))


class LookBackSample(VersionedRow):
    """One random draw. The system fixes the seed before drawing; no draw is ever discarded.

    `frame_ids` are the public ids (hex) that could be drawn: with the seed anybody can draw the
    same sample again (`measures.domain.look_back_sample`). Rows never change.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="samples")
    number = models.PositiveIntegerField("第几次抽样", default=1)
    frame = models.CharField(
        "抽样范围", max_length=10, choices=SampleFrame, default=SampleFrame.CLOSED
    )
    frame_ids = models.JSONField("可抽措施", default=list)
    seed = models.CharField("随机种子", max_length=64)
    size = models.PositiveIntegerField("抽取数")
    population = models.PositiveIntegerField("总体数")
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drawn_by_name = models.CharField("抽样人", max_length=60, blank=True)
    drawn_at = models.DateTimeField("抽取时间")
    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ("-drawn_at", "-pk")
        verbose_name = "抽样"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "number"],
                name="sample_number",
                violation_error_message="同时有人抽样，请再试一次。",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=F("population")),
                name="sample_size",
                violation_error_message="抽取数须在1与总体数之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"抽样 {self.size}/{self.population}"


class LookBackQuerySet(models.QuerySet["LookBack"]):
    def visible_to(self, user: User) -> LookBackQuerySet:
        """The discipline group sees its own checks; others see a check once it is issued."""
        return self.filter(
            Q(measure__organization_id__in=user.access.whole(Ability.LOOK_BACK))
            | Q(
                issued_at__isnull=False,
                measure__in=Measure.objects.within(user.access, Ability.SEE_RESULT),
            )
        )


class LookBack(VersionedRow):
    """回头看 of one measure by the discipline group (`measures.domain.look_back`).

    Private to the group until it is issued; the notes stay private for ever.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="look_backs")
    sample = models.ForeignKey(
        LookBackSample, models.PROTECT, null=True, blank=True, related_name="checks"
    )
    pick_reason = models.CharField("选取理由", max_length=200, blank=True)
    method = models.CharField("方式", max_length=10, choices=LookBackMethod, blank=True)
    private_notes = models.TextField("工作记录", blank=True)
    finding = models.TextField("核查情况", blank=True)
    verdict = models.CharField(
        "结论", max_length=10, choices=LookBackVerdict, default=LookBackVerdict.OPEN
    )
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="look_backs")
    checked_on = models.DateField("核查日期", null=True, blank=True)
    checked_by_name = models.CharField("核查人", max_length=60, blank=True)
    issued_at = models.DateTimeField("出具时间", null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    issued_by_name = models.CharField("出具人", max_length=60, blank=True)
    files = models.ManyToManyField(Evidence, related_name="look_backs", blank=True)
    objects = LookBackQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = "回头看"
        constraints = [
            models.CheckConstraint(
                condition=Q(sample__isnull=False) | ~Q(pick_reason=""),
                name="look_back_why",
                violation_error_message="指定核查须写明选取理由。",
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True) | ~Q(verdict=LookBackVerdict.OPEN),
                name="look_back_issued",
                violation_error_message="出具前须有结论。",
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(issued_at__isnull=True),
                name="look_back_one_open",
                violation_error_message="该措施正在核查中。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()
