"""What the office types about an inspection and its tree; the domain decides what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import Q, QuerySet

from issues.enums import Classification, Disclosure
from issues.models import Inspection, Issue, ProblemArea, Task
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, User
from rectify.form_fields import ChineseDateField, ChineseForm, VersionField, text_column

DATES = ("entered_on", "left_on", "feedback_on", "plan_due_on", "intensive_until")
LABELS = ("label_area", "label_issue", "label_task", "label_measure")
HELP = {
    "organization": "只列出您有权录入的单位。",
    "code": "导出和命令中使用，只能含字母、数字、连字符和下划线，如 2026-r2。建立后不再更改。",
    "name": "按巡察通知的写法填写，如“三届区委第二轮巡察”。",
    "tier": "如“区委”“市委”。",
    "team": "如“第三巡察组”。",
    "entered_on": "边巡边改的成果自这一天起统计。",
    "feedback_on": "“整改第几周”自这一天起算。",
    "plan_due_on": "整改方案应报送巡察办的日期。",
    "intensive_until": "通常为反馈后两个月、三个月或六个月，以反馈会要求为准。",
    "cadence": "科室按这一周期填报进展。",
    "stage": "公布后，各项统计默认停在最后一轮调度。",
    "classification": "本系统为非涉密系统，严禁录入秘密级及以上内容。",
    "closure_gate": "科室申请、办公室初审、分管领导审定之后，还须经过哪些程序才算销号。",
    "rate_level": "完成率按哪一层级计算。",
    "rate_decimals": "完成率保留几位小数，可填 0、1、2。",
    "scheme": "通报中方面、问题、问题表现的编号样式。",
    "prints_tasks": "不印时，一个问题下各任务的措施连续编为“一是……二是……”。",
    "label_area": "各页面和通报中的称呼。",
}  # fmt: skip


def _text(model: type[models.Model], name: str, *, rows: int = 0, help_text: str = "") -> Any:
    return text_column(model, name, rows=rows, help_text=help_text or HELP.get(name, ""))


def _choice(
    model: type[models.Model], name: str, help_text: str = "", blank: str = ""
) -> forms.ChoiceField:
    column: Any = model._meta.get_field(name)
    choices = list(column.choices or [])
    if column.blank:
        choices = [("", blank), *choices]
    return forms.ChoiceField(
        label=str(column.verbose_name),
        choices=choices,
        required=not column.blank,
        initial=column.default,
        help_text=help_text or HELP.get(name, ""),
    )


def _day(name: str) -> ChineseDateField:
    column: Any = Inspection._meta.get_field(name)
    return ChineseDateField(
        label=str(column.verbose_name), required=False, help_text=HELP.get(name, "")
    )


def _sentence(model: type[models.Model], constraint: str) -> str:
    """What the named constraint says when it is broken."""
    found = next(one for one in model._meta.constraints if one.name == constraint)
    return str(found.violation_error_message)


class _InspectionColumns(ChineseForm):
    """What is asked of an inspection at its creation and may change afterwards."""

    name = _text(Inspection, "name")
    kind = _choice(Inspection, "kind")
    tier = _text(Inspection, "tier")
    team = _text(Inspection, "team")
    classification = _choice(Inspection, "classification")
    entered_on = _day("entered_on")
    left_on = _day("left_on")
    feedback_on = _day("feedback_on")
    plan_due_on = _day("plan_due_on")
    intensive_until = _day("intensive_until")
    stage = _choice(Inspection, "stage")
    cadence = _choice(Inspection, "cadence")
    closure_gate = _choice(Inspection, "closure_gate")
    rate_level = _choice(Inspection, "rate_level")
    rate_decimals = forms.TypedChoiceField(
        label="完成率小数位", choices=[(0, "0 位"), (1, "1 位"), (2, "2 位")], coerce=int, initial=2
    )
    scheme = _choice(Inspection, "scheme")
    prints_tasks = forms.BooleanField(
        label="通报印出任务层", required=False, initial=True, help_text=HELP["prints_tasks"]
    )
    label_area = _text(Inspection, "label_area")
    label_issue = _text(Inspection, "label_issue")
    label_task = _text(Inspection, "label_task")
    label_measure = _text(Inspection, "label_measure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LABELS:
            column: Any = Inspection._meta.get_field(name)
            self.fields[name].initial = column.default

    def clean_classification(self) -> str:
        chosen = str(self.cleaned_data["classification"])
        if chosen not in Classification.admitted():
            raise forms.ValidationError(_sentence(Inspection, "inspection_not_classified"))
        return chosen

    def clean(self) -> None:
        days = {name: self.cleaned_data.get(name) for name in DATES}
        entered, left = days["entered_on"], days["left_on"]
        if entered and left and left < entered:
            self.add_error("left_on", _sentence(Inspection, "inspection_left_after"))


class InspectionForm(_InspectionColumns):
    version = VersionField()


class NewInspectionForm(_InspectionColumns):
    """Also asks whose inspection it is and its code, which never change."""

    organization = forms.ModelChoiceField(
        label="单位", queryset=Organization.objects.none(), to_field_name="public_id",
        help_text=HELP["organization"],
    )  # fmt: skip
    code = forms.SlugField(
        label="代码", max_length=40, help_text=HELP["code"],
        error_messages={
            "invalid": "代码只能含字母、数字、连字符和下划线。",
            "max_length": "代码最多 40 个字符。",
        },
    )  # fmt: skip
    field_order = ("organization", "code", "name")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _model_choice(self, "organization").queryset = editable_organizations(user)


class NewAreaForm(ChineseForm):
    title = _text(
        ProblemArea, "title", rows=2, help_text="照反馈意见的写法，不带序号、引号和“方面”二字。"
    )


class AreaForm(NewAreaForm):
    version = VersionField()


class _DisclosedForm(ChineseForm):
    """How far a node may be told, with the basis and reason that withholding needs."""

    disclosure_constraint = ""

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Q(pk__in=User.objects.of_organization(organization).values("pk"))
        if approver := self.initial.get("disclosure_approver"):
            people |= Q(pk=approver.pk)  # may have left the bureau since
        _model_choice(self, "disclosure_approver").queryset = User.objects.filter(people)

    def clean(self) -> None:
        hidden = self.cleaned_data.get("disclosure") in (Disclosure.PARTY_ONLY, Disclosure.WITHHELD)
        model = Issue if isinstance(self, NewIssueForm) else Task
        if hidden and not self.cleaned_data.get("disclosure_reason"):
            self.add_error("disclosure_reason", _sentence(model, self.disclosure_constraint))


def _approver() -> Any:
    return forms.ModelChoiceField(
        label="批准人", queryset=User.objects.none(), to_field_name="public_id", required=False,
        empty_label="未指定", help_text="批准不公开的负责人。",
    )  # fmt: skip


if TYPE_CHECKING:
    _IssueField = forms.ModelChoiceField[Issue]
else:
    _IssueField = forms.ModelChoiceField


class _OlderIssueField(_IssueField):
    def label_from_instance(self, issue: Any) -> str:
        return f"{issue.inspection.name}：{issue.title}"


class NewIssueForm(_DisclosedForm):
    """`inspection` limits what an issue may recur from: the same bureau's other inspections."""

    disclosure_constraint = "issue_withheld_reason"
    title = _text(
        Issue, "title", rows=2, help_text="照反馈意见的写法，不带序号，也不带“针对”“关于”“的问题”。"
    )
    source_text = _text(
        Issue, "source_text", rows=6,
        help_text="反馈意见中这一问题的原话，一字不改；问题线索和秘密级及以上内容不得录入。",
    )  # fmt: skip
    source = _choice(Issue, "source")
    recurs_from = _OlderIssueField(
        label="与以往问题重复", queryset=Issue.objects.none(), to_field_name="public_id",
        required=False, empty_label="没有重复", help_text="屡改屡犯的，选定以往巡察中的同一问题。",
    )  # fmt: skip
    disclosure = _choice(
        Issue,
        "disclosure",
        "选“不公开”或“仅党内通报”的，对外通报不列出。",
        "未单独规定（按社会公开）",
    )
    disclosure_approver = _approver()
    disclosure_reason = _text(
        Issue, "disclosure_reason", rows=2, help_text="不向社会公开的，必须写明理由。"
    )
    disclosure_basis = _text(Issue, "disclosure_basis", rows=2, help_text="如有关规定的条款。")

    def __init__(self, *args: Any, inspection: Inspection, user: User, **kwargs: Any) -> None:
        super().__init__(*args, organization=inspection.organization, **kwargs)
        _model_choice(self, "recurs_from").queryset = recurring_choices(inspection, user)


class IssueForm(NewIssueForm):
    version = VersionField()


class NewTaskForm(_DisclosedForm):
    disclosure_constraint = "task_withheld_reason"
    title = _text(
        Task, "title", rows=2,
        help_text="照反馈意见的写法，不带序号。问题不再分解的，留空即可，一个问题只能有一个。",
    )  # fmt: skip
    lead_in = _text(Task, "lead_in", help_text="通报中整改情况前的引语，留空按通报体例。")
    preamble = _text(Task, "preamble", rows=3, help_text="通报中“一是”之前的总述，没有则留空。")
    disclosure = _choice(Task, "disclosure", "只能比所属问题更严，不能更宽。", "随所属问题")
    disclosure_approver = _approver()
    disclosure_reason = _text(
        Task, "disclosure_reason", rows=2, help_text="不向社会公开的，必须写明理由。"
    )
    disclosure_basis = _text(Task, "disclosure_basis", rows=2, help_text="如有关规定的条款。")


class TaskForm(NewTaskForm):
    version = VersionField()


def editable_organizations(user: User) -> QuerySet[Organization]:
    """Bureaus whose tree the person may change."""
    return Organization.objects.visible_to(user).filter(pk__in=user.access.whole(Ability.EDIT_TREE))


def recurring_choices(inspection: Inspection, user: User) -> QuerySet[Issue]:
    """Issues of the same bureau's other inspections that the person may read."""
    return (
        Issue.objects.visible_to(user)
        .filter(inspection__organization=inspection.organization_id, archived_at__isnull=True)
        .exclude(inspection=inspection.pk)
        .select_related("inspection")
    )


def _model_choice(form: forms.Form, name: str) -> forms.ModelChoiceField[Any]:
    found = form.fields[name]
    assert isinstance(found, forms.ModelChoiceField)  # noqa: S101 - for the type checker
    return found
