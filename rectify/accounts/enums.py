"""Who people are and what they may be allowed: product.md §2, trust.md §1."""

from django.db import models


class Role(models.TextChoices):
    """A business or administrative role that a membership grants in one organization."""

    OFFICE = "office", "局办公室（整改办）"
    SECTION = "section", "责任科室"
    LEADER = "leader", "分管领导"
    PARTY_GROUP = "party_group", "党组成员"
    SECRETARY = "secretary", "党组书记"
    DISCIPLINE = "discipline", "派驻纪检监察组"
    OVERSIGHT = "oversight", "党委巡察办"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDITOR = "auditor", "审计员"

    @classmethod
    def administrators(cls) -> frozenset["Role"]:
        """三员: exclusive of one another, and of every business role, where 三员分立 is on."""
        return frozenset({cls.SYSADMIN, cls.SECADMIN, cls.AUDITOR})


class SectionKind(models.TextChoices):
    INTERNAL = "internal", "内设机构"
    SUBORDINATE = "subordinate", "下属单位"
    BRANCH = "branch", "党支部"
    DISCIPLINE_COMMITTEE = "discipline_committee", "机关纪委"


class Scope(models.TextChoices):
    """How far an ability of a role reaches."""

    BUREAU = "bureau", "本单位全部"
    BELOW = "below", "下级单位"
    PORTFOLIO = "portfolio", "本科室或分管范围"
    LEAD = "lead", "本科室牵头"


class Ability(models.TextChoices):
    """One thing that somebody may do; policy.yaml says which role may, and how far."""

    SEE_SUMMARY = "see_summary", "查看概要"
    SEE_RESULT = "see_result", "查看整改情况和困难"
    SEE_FULL = "see_full", "查看全部内容"
    WRITE_PROGRESS = "write_progress", "填报进展"
    REPORT_STATUS = "report_status", "填报状态"
    EDIT_MEASURE = "edit_measure", "修改措施"
    EDIT_TREE = "edit_tree", "修改问题清单"
    APPLY_CLOSURE = "apply_closure", "提出申请"
    REVIEW_CLOSURE = "review_closure", "初审申请"
    DECIDE_CLOSURE = "decide_closure", "审定申请"
    RECORD_PAPER = "record_paper", "代录纸质签批"
    INSTRUCT = "instruct", "批示"
    LOOK_BACK = "look_back", "回头看"
    RUN_ROUND = "run_round", "周调度"
    EXPORT_LEDGER = "export_ledger", "导出一览表"
    READ_DIGEST = "read_digest", "查看周报"
    DRAFT_DOCUMENT = "draft_document", "起草文件"
    READ_DOCUMENT = "read_document", "查看文件"
    REVIEW_SECRECY = "review_secrecy", "保密审查"
    SIGN_OFF = "sign_off", "签发"
    MANAGE_ACCOUNTS = "manage_accounts", "管理账号"
    MANAGE_GRANTS = "manage_grants", "管理授权"
    READ_AUDIT = "read_audit", "查看审计日志"
    RUN_SYSTEM = "run_system", "系统运行与备份"
