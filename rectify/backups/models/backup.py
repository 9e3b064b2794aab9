"""Good backups."""

from __future__ import annotations

from pathlib import Path

from django.db import models

from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.models import VersionedRow
from rectify.backups.enums import Engine


class BackupQuerySet(models.QuerySet["Backup"]):
    def visible_to(self, user: User) -> BackupQuerySet:
        """All of them for whoever runs the system, none for anybody else."""
        return self.all() if user.access.whole(Ability.RUN_SYSTEM) else self.none()


class Backup(VersionedRow):
    """One backup that was written, read back and found whole. Never changed afterwards.

    Made by `backups.domain.making.make_backup`. The file itself may be gone: old nightly ones are
    deleted, others are carried to another place.
    """

    path = models.CharField("文件", max_length=500)
    made_at = models.DateTimeField("时间")
    size = models.PositiveBigIntegerField("字节")
    sha256 = models.CharField("校验值", max_length=64)
    engine = models.CharField("数据库", max_length=20, choices=Engine)
    rows = models.PositiveBigIntegerField("记录数")
    files = models.PositiveBigIntegerField("附件数")
    requester = models.ForeignKey(User, models.PROTECT, null=True, related_name="backups")
    by_name = models.CharField("操作人", max_length=60)
    checked_at = models.DateTimeField("校验时间")
    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = "备份"
        indexes = [models.Index(fields=["made_at"], name="backup_made")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        return Path(self.path).name

    @property
    def is_in_place(self) -> bool:
        """Whether the file still lies where it was written."""
        return Path(self.path).is_file()
