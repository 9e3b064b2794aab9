"""Words of an inspection and what it found (product.md §3)."""

from django.db import models


class Kind(models.TextChoices):
    REGULAR = "regular", "常规巡察"
    SPECIAL = "special", "专项巡察"
    MOBILE = "mobile", "机动巡察"
    LOOK_BACK = "look_back", "巡察“回头看”"
    JOINT = "joint", "提级或交叉巡察"


class Cadence(models.TextChoices):
    WEEKLY = "weekly", "每周"
    FORTNIGHTLY = "fortnightly", "每两周"
    MONTHLY = "monthly", "每月"
    PAUSED = "paused", "暂停"


class Stage(models.TextChoices):
    PLANNING = "planning", "制定方案"
    RECTIFYING = "rectifying", "集中整改"
    CONTINUING = "continuing", "持续整改"
    PUBLISHED = "published", "已公布"
    CLOSED = "closed", "已办结"


class ClosureGate(models.TextChoices):
    """What a close-out still needs after the leader accepted it; set per inspection."""

    NONE = "none", "分管领导审定后即销号"
    PARTY_GROUP = "party_group", "再经党组会议审议"
    VERIFICATION = "verification", "再经纪检监察组核实"
    BOTH = "both", "再经纪检监察组核实和党组会议审议"


class Classification(models.TextChoices):
    """Asked at creation. 秘密 and above may not be entered at all (database constraint)."""

    PUBLIC = "public", "可公开"
    INTERNAL = "internal", "内部"
    WORK_SECRET = "work_secret", "工作秘密（仅录入本单位概括）"
    CLASSIFIED = "classified", "秘密级及以上"

    @classmethod
    def admitted(cls) -> tuple["Classification", ...]:
        return (cls.PUBLIC, cls.INTERNAL, cls.WORK_SECRET)


class Level(models.TextChoices):
    AREA = "area", "方面"
    ISSUE = "issue", "问题"
    TASK = "task", "整改任务"
    MEASURE = "measure", "整改措施"


class IssueSource(models.TextChoices):
    FEEDBACK = "feedback", "巡察反馈"
    ADVICE = "advice", "意见建议"
    SPECIAL_PERSONNEL = "special_personnel", "选人用人专项"
    SPECIAL_IDEOLOGY = "special_ideology", "意识形态专项"
    ON_THE_SPOT = "on_the_spot", "立行立改"


class Disclosure(models.TextChoices):
    """How far a record may be told. Empty on a record = as its parent."""

    PUBLIC = "public", "社会公开"
    PARTY_ONLY = "party_only", "仅党内通报"
    WITHHELD = "withheld", "不公开"


class SourceKind(models.TextChoices):
    FEEDBACK = "feedback", "反馈意见"
    NOTICE = "notice", "通报"
    OUTLINE = "outline", "提纲文件"


class ClaimKind(models.TextChoices):
    AREAS = "areas", "方面数"
    ISSUES = "issues", "问题数"
    TASKS = "tasks", "任务数"
    MEASURES = "measures", "措施数"
    MEASURES_DONE = "measures_done", "已完成措施数"
    MEASURES_MOSTLY_DONE = "measures_mostly_done", "基本完成措施数"
    RULES = "rules", "制度数"
    MONEY_RETURNED = "money_returned", "退回资金"
    PERSONS_CRITICISED = "persons_criticised", "批评教育人次"
    MEETINGS = "meetings", "会议次数"
    OTHER = "other", "其他"
