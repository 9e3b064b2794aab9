# Pictures of the pages of uploaded files.

import uuid

import django.db.models.deletion
from django.db import migrations, models

import rectify.lib.clock


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
        ("measures", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidencePreview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="公开编号"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="版本"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=rectify.lib.clock.now, editable=False, verbose_name="建立时间"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=rectify.lib.clock.now, editable=False, verbose_name="修改时间"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "正在生成预览"),
                            ("ready", "可预览"),
                            ("none", "不提供预览"),
                            ("failed", "未能生成预览"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("pages", models.PositiveSmallIntegerField(default=0, verbose_name="页数")),
                ("reason", models.CharField(blank=True, max_length=120, verbose_name="原因")),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preview",
                        to="measures.evidence",
                    ),
                ),
                (
                    "tried_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="failed_previews",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "佐证材料预览",
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["state"], name="preview_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pages__gt", 0), ("state", "ready")),
                            models.Q(models.Q(("state", "ready"), _negated=True), ("pages", 0)),
                            _connector="OR",
                        ),
                        name="preview_ready_has_pages",
                        violation_error_message="可预览的材料须有页面。",
                    )
                ],
            },
        ),
    ]
