"""The tree of what was found: problem area → issue → task."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from issues.enums import IssueSource
from issues.models.disclosure import Disclosed, public_along, withheld_with_reason
from issues.models.inspection import Inspection
from issues.models.source import SourceSpan
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.models import VersionedRow


class AreaQuerySet(models.QuerySet["ProblemArea"]):
    def visible_to(self, user: User) -> AreaQuerySet:
        """Areas of bureaus that the person reads whole; others reach them through measures."""
        return self.filter(inspection__organization_id__in=user.access.whole(Ability.SEE_SUMMARY))


class ProblemArea(SourceSpan, VersionedRow):
    """One 方面. Ordered by `position` inside its inspection; changed by `issues.domain.tree`."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="areas")
    position = models.PositiveIntegerField("次序")
    title = models.TextField("方面")
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ("inspection", "position", "pk")
        verbose_name = "方面"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "position"],
                name="area_position",
                violation_error_message="同时有人新增了方面，请再保存一次。",
            ),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="area_has_title",
                violation_error_message="请填写方面。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, user: User) -> IssueQuerySet:
        return self.filter(inspection__organization_id__in=user.access.whole(Ability.SEE_SUMMARY))

    def public(self) -> IssueQuerySet:
        """Issues that may be told to the public."""
        return self.filter(public_along(""))


class Issue(Disclosed, SourceSpan, VersionedRow):
    """One 问题 of the feedback. Never deleted: archived. Changed by `issues.domain.tree`."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="issues")
    area = models.ForeignKey(ProblemArea, models.PROTECT, related_name="issues")
    position = models.PositiveIntegerField("次序")
    title = models.TextField("问题")
    source_text = models.TextField("反馈原文", blank=True)
    source = models.CharField(
        "来源", max_length=20, choices=IssueSource, default=IssueSource.FEEDBACK
    )
    recurs_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="recurrences"
    )
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ("area__position", "position", "pk")
        verbose_name = "问题"
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="issue_has_title",
                violation_error_message="请填写问题。",
            ),
            models.UniqueConstraint(
                fields=["area", "position"],
                name="issue_position",
                violation_error_message="同时有人新增了问题，请再保存一次。",
            ),
            withheld_with_reason("issue_withheld_reason"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        return self.filter(inspection__organization_id__in=user.access.whole(Ability.SEE_SUMMARY))

    def public(self) -> TaskQuerySet:
        return self.filter(public_along("", "issue"))


class Task(Disclosed, SourceSpan, VersionedRow):
    """One 问题表现 or 整改任务; untitled where an issue is not split (implicit, one per issue)."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="tasks")
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="tasks")
    position = models.PositiveIntegerField("次序")
    title = models.TextField("问题表现", blank=True)
    lead_in = models.CharField("引语", max_length=20, blank=True)
    preamble = models.TextField("总述", blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ("issue__area__position", "issue__position", "position", "pk")
        verbose_name = "任务"
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                condition=Q(title="", archived_at__isnull=True),
                name="task_one_implicit",
                violation_error_message="一个问题只能有一个未写标题的任务。",
            ),
            models.UniqueConstraint(
                fields=["issue", "position"],
                name="task_position",
                violation_error_message="同时有人新增了任务，请再保存一次。",
            ),
            withheld_with_reason("task_withheld_reason"),
        ]

    def __str__(self) -> str:
        return self.title or self.issue.title

    @property
    def is_implicit(self) -> bool:
        return self.title == ""
