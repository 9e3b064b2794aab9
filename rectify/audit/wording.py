"""The log in Chinese: what happened, to what kind of thing, and which of its columns changed."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

# Every action that the product records, grouped as the filter of the log shows them.
GROUPS: dict[str, dict[str, str]] = {
    "登录与口令": {
        "user.log_in": "登录",
        "user.log_out": "退出登录",
        "user.lock_out": "登录被锁定",
        "user.second_factor": "输入动态码",
        "user.confirm_password": "确认口令",
        "user.change_password": "修改口令",
        "user.issue_password": "发放初始口令",
        "user.enable_second_factor": "开启两步验证",
        "user.disable_second_factor": "停用两步验证",
        "user.reset_second_factor": "重置两步验证",
        "user.renew_recovery_codes": "重新生成恢复码",
        "user.end_sessions": "结束登录",
        "user.set_preferences": "调整显示选项",
    },
    "单位、账号和授权": {
        "system.set_up": "初次设置",
        "organization.add": "新增单位",
        "organization.update": "修改单位",
        "section.add": "新增科室",
        "section.update": "修改科室",
        "section.end_head": "科室负责人离任",
        "section.archive": "停用科室",
        "section.restore": "恢复科室",
        "user.create": "新增账号",
        "user.update": "修改账号",
        "user.deactivate": "停用账号",
        "user.reactivate": "恢复账号",
        "membership.grant": "授予角色",
        "membership.end": "结束角色",
    },
    "查阅、导出和拒绝": {
        "list.read": "查阅清单",
        "access.denied": "拒绝访问",
        "evidence.preview": "预览佐证材料",
        "evidence.download": "下载佐证材料",
        "job.download": "下载任务文件",
        "audit.verify": "核验审计链",
        "audit.export": "导出审计日志",
    },
    "问题清单": {
        "inspection.create": "新增巡察",
        "inspection.update": "修改巡察",
        "source.add": "存入反馈原文",
        "area.create": "新增方面",
        "area.update": "修改方面",
        "issue.create": "新增问题",
        "issue.update": "修改问题",
        "task.create": "新增问题表现",
        "task.update": "修改问题表现",
    },
    "整改": {
        "plan.approve": "审定整改方案",
        "measure.create": "新增措施",
        "measure.update": "修改措施",
        "adjustment.create": "登记措施调整",
        "measure.report": "填报状态",
        "measure.step_back": "退回状态",
        "measure.close": "销号",
        "measure.reopen": "重新启动",
        "measure.extend": "延期",
        "measure.archive": "取消措施",
        "measure.undo": "撤销批量修改",
        "progress.write": "填报进展",
        "progress.rewrite": "修改进展",
        "progress.return": "退回进展",
        "twins.create": "设立同一措施",
        "measure.join": "关联同一措施",
        "measure.leave": "取消同一措施",
        "instruction.give": "批示",
        "instruction.record": "代录批示",
        "instruction.reply": "答复批示",
        "instruction.rewrite": "修改批示答复",
        "evidence.add": "上传佐证材料",
        "evidence.link": "关联佐证材料",
        "evidence.share": "关联已有佐证材料",
        "evidence.unlink": "移除佐证材料",
        "evidence.kind": "修改佐证材料种类",
        "evidence.archive": "归档佐证材料",
        "evidence.preview_made": "生成佐证材料预览",
        "evidence.refuse": "拒收佐证材料",
        "closure.apply": "申请销号",
        "closure.reapply": "重新申请销号",
        "closure.confirm": "确认销号申请",
        "closure.office_review": "初审销号申请",
        "closure.leader": "审定销号申请",
        "closure.verification": "核实销号申请",
        "closure.party_group": "审议销号申请",
        "closure.withdraw": "撤回销号申请",
        "closure.void": "作废销号申请",
        "extension.apply": "申请延期",
        "extension.reapply": "重新申请延期",
        "extension.confirm": "确认延期申请",
        "extension.office_review": "初审延期申请",
        "extension.leader": "审定延期申请",
        "extension.withdraw": "撤回延期申请",
        "extension.void": "作废延期申请",
        "adjustment.apply": "申请措施调整",
        "adjustment.reapply": "重新申请措施调整",
        "adjustment.confirm": "确认措施调整申请",
        "adjustment.office_review": "初审措施调整申请",
        "adjustment.leader": "审定措施调整申请",
        "adjustment.withdraw": "撤回措施调整申请",
        "adjustment.void": "作废措施调整申请",
        "adjustment.fulfil": "落实措施调整",
        "decision.add": "登记意见",
        "outcome.create": "登记成果",
        "outcome.update": "修改成果",
        "outcome.archive": "作废成果",
        "outcome.link": "关联成果",
        "outcome.unlink": "取消关联成果",
        "look_back.ask": "提出抽样",
        "look_back.draw": "抽样",
        "look_back.sampled": "抽中核查",
        "look_back.pick": "指定核查",
        "look_back.save": "填写核查记录",
        "look_back.file": "上传核查材料",
        "look_back.drop_file": "撤下核查材料",
        "look_back.issue": "出具核查结论",
        "round.open": "开始周调度",
        "round.close": "结束周调度",
    },
    "周报、文件和任务": {
        "digest.build": "生成周报",
        "document.draft": "起草文件",
        "document.edit": "修改文件",
        "job.request": "提交任务",
        "job.cancel": "取消任务",
        "job.retry": "重试任务",
        "job.succeed": "任务完成",
        "job.queued": "任务重新排队",
        "job.failed": "任务失败",
        "job.cancelled": "任务已取消",
    },
    "备份": {
        "backup.make": "备份",
        "backup.restore": "恢复备份",
        "backup.remove": "清理旧备份",
    },
}
ACTIONS = {action: word for group in GROUPS.values() for action, word in group.items()}

# Names of objects in addresses that are not names of models.
ADDRESSED = {"account": "账号", "person": "人员", "grant": "授权", "bureau": "单位", "area": "方面"}

# Rooms whose labels name people, bureaus and copies; all others may quote findings.
OPEN_LABELS = frozenset({"accounts", "audit", "backups"})
# These are labelled by the log itself, with the name of a page.
OWN_LABELS = frozenset({"list.read", "access.denied"})

# What changes with an object but is no column of it, and columns that have no name of their own.
BESIDES = {
    "applied_by_name": "申请人",
    "author_name": "填报人",
    "co_leader_ids": "共同责任领导（编号）",
    "co_leaders": "共同责任领导",
    "drafted_by_name": "起草人",
    "evidence": "佐证材料",
    "file": "文件",
    "files": "文件",
    "frame_sha256": "抽样范围摘要",
    "given_by_name": "批示人",
    "lead_section_name": "牵头科室",
    "leader_name": "责任领导",
    "length": "条数",
    "made_at": "备份时间",
    "measures": "对应措施",
    "outcome": "成果",
    "owner_name": "责任人",
    "reason": "事由",
    "recorded_by_name": "登记人",
    "rows": "行数",
    "section_name": "科室",
    "sessions": "登录会话",
    "sha256": "文件摘要",
    "status": "状态",
    "support_section_ids": "配合科室（编号）",
    "support_sections": "配合科室",
    "uploaded_by_name": "上传人",
    "way": "方式",
    "why": "原因",
}


def action_word(action: str) -> str:
    """The action in Chinese; one that has no word stands as it was recorded."""
    return ACTIONS.get(action, action)


def kind_word(object_type: str) -> str:
    """What kind of thing an event is about: the model's Chinese name."""
    model = _models().get(object_type)
    if model is not None:
        return str(model._meta.verbose_name)
    return ADDRESSED.get(object_type, object_type)


def may_show_label(action: str, object_type: str) -> bool:
    """Whether the label names the object without quoting what an inspection found."""
    model = _models().get(object_type)
    return model is None or action in OWN_LABELS or model._meta.app_label in OPEN_LABELS


def field_word(object_type: str, name: str) -> str:
    """The Chinese name of a changed column, or of what is recorded beside the columns."""
    if name in BESIDES:
        return BESIDES[name]
    model = _models().get(object_type)
    try:
        field = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        return name
    if not isinstance(field, models.Field):
        return name
    word = str(field.verbose_name)
    if word.isascii() and field.related_model and not isinstance(field.related_model, str):
        return str(field.related_model._meta.verbose_name)
    return word


@cache
def _models() -> dict[str, type[models.Model]]:
    return {model._meta.model_name or "": model for model in apps.get_models()}
