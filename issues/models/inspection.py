"""One inspection of one bureau."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from issues.enums import Cadence, Classification, ClosureGate, Kind, Level, Stage
from issues.schemes import SCHEMES
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, User
from rectify.audit.models import VersionedRow


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: User) -> InspectionQuerySet:
        """Inspections of every organization in which the person reads at least some measures."""
        return self.filter(organization_id__in=user.access.anywhere(Ability.SEE_SUMMARY))

    def for_shell(self) -> InspectionQuerySet:
        """What the inspection switch lists: newest feedback first."""
        return self.select_related("organization").order_by("-feedback_on", "-pk")


class Inspection(VersionedRow):
    """What a bureau answers. Created and changed by `issues.domain.inspections` (office)."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="inspections")
    code = models.SlugField(
        "代码", max_length=40, unique=True, error_messages={"unique": "该代码已被使用，请换一个。"}
    )
    name = models.CharField("名称", max_length=100)
    tier = models.CharField("层级", max_length=20, blank=True)
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.REGULAR)
    team = models.CharField("巡察组", max_length=60, blank=True)
    entered_on = models.DateField("进驻日期", null=True, blank=True)
    left_on = models.DateField("离开日期", null=True, blank=True)
    feedback_on = models.DateField("反馈日期", null=True, blank=True)
    plan_due_on = models.DateField("方案报送期限", null=True, blank=True)
    intensive_until = models.DateField("集中整改期至", null=True, blank=True)
    cadence = models.CharField("调度周期", max_length=12, choices=Cadence, default=Cadence.WEEKLY)
    rate_level = models.CharField("完成率层级", max_length=8, choices=Level, default=Level.MEASURE)
    rate_decimals = models.PositiveSmallIntegerField(
        "完成率小数位", default=2, validators=[MaxValueValidator(2, "最多两位小数。")]
    )
    closure_gate = models.CharField(
        "销号程序", max_length=12, choices=ClosureGate, default=ClosureGate.NONE
    )
    stage = models.CharField("阶段", max_length=12, choices=Stage, default=Stage.PLANNING)
    classification = models.CharField(
        "内容密级", max_length=12, choices=Classification, default=Classification.INTERNAL
    )
    scheme = models.CharField(
        "通报编号体例",
        max_length=20,
        choices=[(key, scheme.label) for key, scheme in SCHEMES.items()],
        default="pingshan",
    )
    prints_tasks = models.BooleanField("通报印出任务层", default=True)
    label_area = models.CharField("方面的称呼", max_length=10, default="方面")
    label_issue = models.CharField("问题的称呼", max_length=10, default="问题")
    label_task = models.CharField("任务的称呼", max_length=10, default="整改任务")
    label_measure = models.CharField("措施的称呼", max_length=10, default="整改措施")
    source = models.ForeignKey(
        "issues.SourceDocument", models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ("-feedback_on", "-pk")
        verbose_name = "巡察"
        constraints = [
            models.CheckConstraint(
                condition=Q(classification__in=Classification.admitted()),
                name="inspection_not_classified",
                violation_error_message="本系统为非涉密系统：秘密级及以上内容不得录入，"
                "请改录本单位自行概括的内容。",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(entered_on__isnull=True)
                | Q(left_on__gte=F("entered_on")),
                name="inspection_left_after",
                violation_error_message="离开日期不能早于进驻日期。",
            ),
            models.CheckConstraint(
                condition=Q(rate_decimals__lte=2),
                name="inspection_decimals",
                violation_error_message="完成率最多两位小数。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        days: list[tuple[str, str, date | None]] = [
            ("plan_due_on", "方案报送期限", self.plan_due_on),
            ("intensive_until", "集中整改期", self.intensive_until),
        ]
        for name, label, day in days:
            if day is not None and self.feedback_on is not None and day < self.feedback_on:
                raise ValidationError({name: f"{label}不能早于反馈日期。"})

    @property
    def rate_label(self) -> str:
        """The level that the rates of this inspection count, in its own word."""
        return self.label_of(Level(self.rate_level))

    def label_of(self, level: Level) -> str:
        """What this inspection calls a level, such as 问题表现 for a task."""
        return str(getattr(self, f"label_{level}"))
