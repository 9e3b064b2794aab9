"""Long work that a person can see."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from rectify.accounts.enums import Ability
from rectify.accounts.models import Membership, Organization, User
from rectify.accounts.rules import policy
from rectify.audit.models import VersionedRow
from rectify.jobs.enums import JobStatus
from rectify.jobs.registry import KINDS

NONE = Q(pk__in=[])


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """Own jobs whose ability is still held, as far as it was when they were asked for (by the
        same grants, where it reached a part only); the office also sees its bureau's jobs that
        the schedule started, and whoever runs the system sees the work of the whole system."""
        access = user.access
        own = NONE
        for kind in KINDS.values():
            part = Q(asked_whole=False, organization_id__in=access.anywhere(kind.ability))
            part &= ~Q(Exists(_lost_since(user, kind.ability)))
            reach = Q(organization_id__in=access.whole(kind.ability)) | part
            own |= Q(kind=kind.name) & reach
        of_system = Q(organization__isnull=True) if access.whole(Ability.RUN_SYSTEM) else NONE
        return self.filter(
            of_system
            | (Q(requester=user) & own)
            | Q(
                requester__isnull=True,
                organization_id__in=access.whole(Ability.DRAFT_DOCUMENT),
            )
        )


def _lost_since(user: User, ability: Ability) -> models.QuerySet[Membership]:
    """The grants of the ability in a job's bureau that have ended since it was asked for: whoever
    moved to another section keeps nothing of the one before."""
    return Membership.objects.filter(
        user=user,
        organization=OuterRef("organization"),
        role__in=policy().get(ability, {}),
        created_at__lte=OuterRef("created_at"),
        ended_at__gt=OuterRef("created_at"),
    )


def result_path(job: Job, filename: str) -> str:
    """Stored under the public id: the shown name never touches the disk."""
    return f"jobs/{job.public_id.hex}/{filename}"


class Job(VersionedRow):
    """One piece of background work. The row is the truth; the broker only rings the bell.

    Queued by `jobs.domain.work.request_job`, claimed and finished by `jobs.domain.work.run`.
    """

    MAX_ATTEMPTS = 3

    kind = models.CharField("种类", max_length=40)
    title = models.CharField("名称", max_length=120)
    # Empty: work of the whole system, such as a backup.
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    requester = models.ForeignKey(User, models.PROTECT, null=True, related_name="jobs")
    params = models.JSONField("参数", default=dict)
    # The requester's ability reached the whole bureau: the result may hold all of it.
    asked_whole = models.BooleanField("全局权限", default=False)
    # At most one open job of a kind may carry the same key: pressing twice builds once.
    key = models.CharField("键", max_length=200)
    status = models.CharField("状态", max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    message = models.CharField("进展", max_length=200, blank=True)
    log = models.TextField("日志", blank=True)
    error = models.TextField("错误", blank=True)
    result = models.JSONField("结果", default=dict, blank=True)
    result_file = models.FileField("文件", upload_to=result_path, max_length=200, blank=True)
    result_name = models.CharField("文件名", max_length=200, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    cancel_requested = models.BooleanField("已请求取消", default=False)
    started_at = models.DateTimeField("开始", null=True, blank=True)
    leased_until = models.DateTimeField("租约", null=True, blank=True)
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = "任务"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]),
                name="job_one_open",
                violation_error_message="同样的任务正在进行。",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=3),
                name="job_attempts_max",
                violation_error_message="任务最多尝试三次。",
            ),
        ]
        indexes = [models.Index(fields=["status", "leased_until"], name="job_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """0–100, rounded down."""
        return self.progress_done * 100 // self.progress_total if self.progress_total else 0

    @property
    def is_open(self) -> bool:
        return self.status in JobStatus.open_states()
