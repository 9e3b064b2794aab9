"""States of background work."""

from django.db import models


class JobStatus(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    SUCCEEDED = "succeeded", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"

    @classmethod
    def open_states(cls) -> tuple["JobStatus", ...]:
        return (cls.QUEUED, cls.RUNNING)


class Channel(models.TextChoices):
    EMAIL = "email", "电子邮件"
    IN_APP = "in_app", "站内消息"


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
