"""What a measure was, from when to when."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from measures.enums import Nature, Status
from measures.models.measure import Measure
from rectify.accounts.models import Section, User
from rectify.lib.shanghai import start_of_day


class MeasureState(models.Model):
    """One stretch of a measure's life; `valid_to` null = now. Half-open: [valid_from, valid_to).

    Written by the same domain function that changes the measure. Figures as of any day, the
    comparison of two days, the burn-up and undo all read it.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="states")
    valid_from = models.DateTimeField("自")
    valid_to = models.DateTimeField("至", null=True, blank=True)
    status = models.CharField(max_length=16, choices=Status)
    nature = models.CharField(max_length=12, choices=Nature)
    leader = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lead_section = models.ForeignKey(Section, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    # The columns of a measure that a state repeats.
    FIELDS = (
        "status", "nature", "leader_id", "lead_section_id", "due_on", "completed_on",
        "closed_at", "archived_at",
    )  # fmt: skip

    class Meta:
        ordering = ("measure", "valid_from")
        verbose_name = "历史状态"
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(valid_to__isnull=True), name="state_one_current"
            ),
            models.UniqueConstraint(fields=["measure", "valid_from"], name="state_from_unique"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="state_span_order",
            ),
        ]
        indexes = [models.Index(fields=["measure", "valid_from", "valid_to"], name="state_as_of")]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.valid_from:%Y-%m-%d}"


def holding_at_end_of(day: date, prefix: str = "states__") -> Q:
    """Condition that a state held when the Shanghai day ended."""
    end = start_of_day(day + timedelta(days=1))
    return Q(**{f"{prefix}valid_from__lt": end}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": end})
    )
