"""What came of the measures: typed rows of the inspection, entered once and counted once."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from issues.models import Disclosed, Inspection, public_along, withheld_with_reason
from measures.enums import MeetingKind, MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models.evidence import Evidence
from measures.models.measure import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.models import VersionedRow


class OutcomeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> OutcomeQuerySet:
        """All of bureaus that the person reads whole, otherwise those of own measures."""
        own = Measure.objects.within(user.access, Ability.SEE_SUMMARY).values("pk")
        return self.filter(
            Q(inspection__organization_id__in=user.access.whole(Ability.SEE_SUMMARY))
            | Q(pk__in=self.model.measures.through.objects.filter(
                measure_id__in=own
            ).values(f"{self.model._meta.model_name}_id"))
        )  # fmt: skip

    def public(self) -> OutcomeQuerySet:
        return self.filter(public_along(""))

    def current(self) -> OutcomeQuerySet:
        return self.filter(archived_at__isnull=True)


class Outcome(Disclosed, VersionedRow):
    """Columns of every outcome. Abstract. Changed by `measures.domain.outcomes`.

    `happened_on` is the day by which an outcome counts (rule 8); empty = since the beginning.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="%(class)ss")
    measures = models.ManyToManyField(Measure, related_name="%(class)ss", blank=True)
    happened_on = models.DateField("日期", null=True, blank=True)
    remark = models.TextField("备注", blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = OutcomeQuerySet.as_manager()

    class Meta:
        abstract = True


class RuleOutcome(Outcome):
    """A rule that was made, revised or repealed. Counted only when issued; (试行) counts."""

    title = models.CharField("名称", max_length=200)
    action = models.CharField("方式", max_length=8, choices=RuleAction)
    stage = models.CharField("阶段", max_length=8, choices=RuleStage)
    number = models.CharField("文号", max_length=60, blank=True)

    class Meta:
        ordering = ("inspection", "happened_on", "pk")
        verbose_name = "制度"
        constraints = [
            withheld_with_reason("rule_withheld_reason"),
            models.CheckConstraint(
                condition=Q(stage=RuleStage.DRAFT) | Q(happened_on__isnull=False),
                name="rule_issued_date",
                violation_error_message="已印发的制度须填印发日期。",
            ),
            models.UniqueConstraint(
                fields=["inspection", "title", "action"],
                condition=Q(archived_at__isnull=True),
                name="rule_once",
                violation_error_message="该制度已登记，请勿重复。",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》"


class MoneyOutcome(Outcome):
    """An amount, in integer fen; due and paid apart; what was paid needs a voucher."""

    kind = models.CharField("类别", max_length=16, choices=MoneyKind)
    due_fen = models.PositiveBigIntegerField("应缴（分）")
    paid_fen = models.PositiveBigIntegerField("实缴（分）", default=0)
    payer = models.CharField("缴款方", max_length=100, blank=True)
    account = models.CharField("缴入账户", max_length=100, blank=True)
    voucher = models.CharField("凭证", max_length=100, blank=True)
    voucher_file = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("inspection", "happened_on", "pk")
        verbose_name = "资金"
        constraints = [
            withheld_with_reason("money_withheld_reason"),
            models.CheckConstraint(
                condition=Q(paid_fen=0) | ~Q(voucher=""),
                name="money_paid_voucher",
                violation_error_message="已缴的资金须填凭证。",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__lte=models.F("due_fen")),
                name="money_paid_not_more",
                violation_error_message="实缴不能多于应缴。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_fen}"


class PersonOutcome(Outcome):
    """People dealt with: persons (人) and person-times (人次) apart; names off by default."""

    form = models.CharField("方式", max_length=24, choices=PersonForm)
    persons = models.PositiveIntegerField("人数")
    occasions = models.PositiveIntegerField("人次")
    names = models.TextField("姓名（默认不填）", blank=True)

    class Meta:
        ordering = ("inspection", "happened_on", "pk")
        verbose_name = "人员处理"
        constraints = [
            withheld_with_reason("person_withheld_reason"),
            models.CheckConstraint(
                condition=Q(occasions__gte=models.F("persons")),
                name="person_occasions",
                violation_error_message="人次不能少于人数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.persons}人{self.occasions}人次"


class MeetingOutcome(Outcome):
    """A meeting that was held for the rectification."""

    kind = models.CharField("类别", max_length=16, choices=MeetingKind)
    title = models.CharField("议题", max_length=200)
    presided_by = models.CharField("主持人", max_length=60, blank=True)
    minutes = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("inspection", "happened_on", "pk")
        verbose_name = "会议"
        constraints = (withheld_with_reason("meeting_withheld_reason"),)

    def __str__(self) -> str:
        return self.title


class CountOutcome(Outcome):
    """Any other count worth telling: 清退人员 12 名, 责任书 183 份."""

    label = models.CharField("事项", max_length=100)
    value = models.PositiveBigIntegerField("数量")
    unit = models.CharField("单位", max_length=10)

    class Meta:
        ordering = ("inspection", "happened_on", "pk")
        verbose_name = "其他数量"
        constraints = (withheld_with_reason("count_withheld_reason"),)

    def __str__(self) -> str:
        return f"{self.label}{self.value}{self.unit}"
