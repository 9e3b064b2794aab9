"""Words of what is told (product.md §5)."""

from django.db import models


class Audience(models.TextChoices):
    OFFICE = "office", "办公室（全部）"
    PARTY_GROUP = "party_group", "党组"
    LEADER = "leader", "分管领导"
    SECTION = "section", "科室"


class DocumentKind(models.TextChoices):
    PLAN = "plan", "整改方案"
    PROGRESS_REPORT = "progress_report", "整改进展情况报告"
    RESPONSIBILITY_REPORT = "responsibility_report", "主要负责人组织落实情况报告"
    PARTY_NOTICE = "party_notice", "党内通报"
    PUBLIC_NOTICE = "public_notice", "社会公开通报"


class DocumentState(models.TextChoices):
    DRAFT = "draft", "起草"
    SECRECY_REVIEW = "secrecy_review", "保密审查"
    PARTY_GROUP = "party_group", "党组会审议"
    OVERSIGHT_REVIEW = "oversight_review", "报党委巡察办审核"
    SIGN_OFF = "sign_off", "党组书记签发"
    PUBLISHED = "published", "已公布"
    WITHDRAWN = "withdrawn", "已撤回"
    CORRECTED = "corrected", "已更正"


class ImportState(models.TextChoices):
    CHECKED = "checked", "已校验"
    COMMITTED = "committed", "已入库"
    UNDONE = "undone", "已撤销"
    REFUSED = "refused", "未通过"
