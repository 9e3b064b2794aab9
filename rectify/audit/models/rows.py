"""Abstract columns that every row which people change shares."""

import uuid

from django.db import models

from rectify.lib.clock import now


class PublicRow(models.Model):
    """A row that a URL may name: by a random 128-bit id, never by its integer key."""

    public_id = models.UUIDField("公开编号", default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class VersionedRow(PublicRow):
    """A row that people edit: every change adds one to `version`, which is the optimistic lock."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("建立时间", default=now, editable=False)
    updated_at = models.DateTimeField("修改时间", default=now, editable=False)

    class Meta:
        abstract = True
