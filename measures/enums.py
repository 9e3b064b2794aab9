"""Words of measures and their life (product.md §3–§5, §7)."""

from django.db import models


class Status(models.TextChoices):
    """How far a measure is, as its section reports it. Nature is another axis."""

    NOT_STARTED = "not_started", "未启动"
    IN_PROGRESS = "in_progress", "正在推进"
    BASICALLY_DONE = "basically_done", "基本完成"
    COMPLETED = "completed", "已完成"

    @classmethod
    def done_states(cls) -> tuple["Status", ...]:
        """States that the inclusive rate counts."""
        return (cls.BASICALLY_DONE, cls.COMPLETED)


class Nature(models.TextChoices):
    IMMEDIATE = "immediate", "立行立改"
    TIME_LIMITED = "time_limited", "限期整改"
    LONG_TERM = "long_term", "长期坚持"


class Lamp(models.TextChoices):
    """Computed, never stored: counting rule 5."""

    RED = "red", "红灯"
    YELLOW = "yellow", "黄灯"
    GREEN = "green", "绿灯"
    NONE = "none", "无灯"


class EvidenceKind(models.TextChoices):
    RULE = "rule", "制度"
    CONTRACT = "contract", "合同"
    VOUCHER = "voucher", "凭证"
    MEETING = "meeting", "会议"
    PHOTO = "photo", "照片"
    OTHER = "other", "其他"


class PreviewState(models.TextChoices):
    """Whether the pages of a file can be looked at in the browser."""

    WAITING = "waiting", "正在生成预览"
    READY = "ready", "可预览"
    NONE = "none", "不提供预览"
    FAILED = "failed", "未能生成预览"


class ApplicationState(models.TextChoices):
    CONFIRMING = "confirming", "待科室负责人确认"
    REVIEWING = "reviewing", "待办公室初审"
    DECIDING = "deciding", "待分管领导审定"
    VERIFYING = "verifying", "待纪检监察组核实"
    PARTY_GROUP = "party_group", "待党组审议"
    ACCEPTED = "accepted", "已同意"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    VOIDED = "voided", "已作废"

    @classmethod
    def pending(cls) -> tuple["ApplicationState", ...]:
        """States in which somebody has to decide, in the order of the route."""
        return (cls.CONFIRMING, cls.REVIEWING, cls.DECIDING, cls.VERIFYING, cls.PARTY_GROUP)


class DecisionStep(models.TextChoices):
    CONFIRM = "confirm", "科室负责人确认"
    OFFICE_REVIEW = "office_review", "办公室初审"
    LEADER = "leader", "分管领导审定"
    VERIFICATION = "verification", "纪检监察组核实"
    PARTY_GROUP = "party_group", "党组审议"


class AdjustmentAct(models.TextChoices):
    """What an adjustment of the approved plan does with a measure."""

    CHANGE = "change", "修改措施"
    ADD = "add", "新增措施"
    REMOVE = "remove", "取消措施"


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", "同意"
    RETURNED = "returned", "退回"


class Medium(models.TextChoices):
    SYSTEM = "system", "系统内办理"
    PAPER = "paper", "纸质签批代录"


class LookBackMethod(models.TextChoices):
    PAPERS = "papers", "查资料"
    ON_SITE = "on_site", "实地"
    INTERVIEW = "interview", "访谈"
    REVISIT = "revisit", "回访当事人"


class LookBackVerdict(models.TextChoices):
    OPEN = "open", "核查中"
    CONFIRMED = "confirmed", "属实"
    DENIED = "denied", "不属实"


class SampleFrame(models.TextChoices):
    """Which measures a random draw is taken from."""

    CLOSED = "closed", "已销号的措施"
    COMPLETED = "completed", "已完成的措施"


class InstructionKind(models.TextChoices):
    INSTRUCTION = "instruction", "批示"
    RESOLUTION = "resolution", "议定事项"


class RuleAction(models.TextChoices):
    CREATE = "create", "制定"
    REVISE = "revise", "修订"
    REPEAL = "repeal", "废止"


class RuleStage(models.TextChoices):
    DRAFT = "draft", "草案"
    ISSUED = "issued", "已印发"


class MoneyKind(models.TextChoices):
    REFUND = "refund", "退回资金"
    RECOVERY = "recovery", "追缴"
    DEDUCTION = "deduction", "扣款"
    LOSS_RECOVERED = "loss_recovered", "挽回损失"
    LOSS_AVERTED = "loss_averted", "避免损失"


class PersonForm(models.TextChoices):
    CRITICISM = "criticism", "批评教育"
    REMINDER_TALK = "reminder_talk", "提醒谈话"
    WARNING_TALK = "warning_talk", "警示谈话"
    ORDERED_SELF_CRITICISM = "ordered_self_criticism", "责令检查"
    CIRCULATED_CRITICISM = "circulated_criticism", "通报批评"
    SUMMONS = "summons", "约谈"
    ADMONITION = "admonition", "诫勉"
    ORG_ACTION = "org_action", "组织处理"
    PARTY_DISCIPLINE = "party_discipline", "党纪处分"
    ADMIN_SANCTION = "admin_sanction", "政务处分"


class MeetingKind(models.TextChoices):
    PARTY_GROUP = "party_group", "党组会议"
    SPECIAL = "special", "专题会议"
    DEMOCRATIC_LIFE = "democratic_life", "民主生活会"
    THEORY_STUDY = "theory_study", "理论学习"
