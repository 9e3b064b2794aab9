"""What is filled in about one outcome: rules, money, persons, meetings, other counts."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError

from measures.domain.outcome_twins import normal_title
from measures.enums import RuleStage
from measures.interfaces.amounts import Fen, WholeNumberField, YuanField
from measures.interfaces.outcome_fields import (
    OutcomeForm,
    choice_column,
    file_field,
    sentence_of,
    upload_field,
)
from measures.models import (
    CountOutcome,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from rectify.form_fields import ChineseForm, CleanTextField, VersionField, text_column


class RuleOutcomeForm(OutcomeForm):
    model = RuleOutcome
    constraint = "rule_withheld_reason"
    day_label = "印发日期"
    day_help = "已印发的须填；草案可不填。"
    title = text_column(
        RuleOutcome,
        "title",
        help_text="不必加书名号；带“（试行）”的照写，如“台账管理办法（试行）”。",
    )
    action = choice_column(RuleOutcome, "action")
    stage = choice_column(RuleOutcome, "stage")
    number = text_column(RuleOutcome, "number", help_text="如“坪政数〔2021〕5号”。")
    field_order = ("title", "action", "stage", "number", "happened_on")

    def clean_title(self) -> str:
        title = normal_title(self.cleaned_data["title"])
        if not title:
            raise ValidationError("请填写名称。")
        return title

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        undated = "happened_on" in data and data["happened_on"] is None
        if data.get("stage") == RuleStage.ISSUED and undated:
            self.add_error("happened_on", sentence_of(RuleOutcome, "rule_issued_date"))


class MoneyOutcomeForm(OutcomeForm):
    model = MoneyOutcome
    constraint = "money_withheld_reason"
    file_column = "voucher_file"
    kind = choice_column(MoneyOutcome, "kind")
    due_fen = YuanField(
        label="应缴", help_text="按元填写，也可写 1.2万元；保存后按元显示。各类资金分别统计。"
    )
    paid_fen = YuanField(label="实缴", required=False, help_text="还没有缴的，不填或填 0。")
    payer = text_column(MoneyOutcome, "payer")
    account = text_column(MoneyOutcome, "account", help_text="如“区财政非税收入专户”。")
    voucher = text_column(MoneyOutcome, "voucher", help_text="如缴款书、收据的编号。已缴的须填。")
    voucher_file = file_field("凭证文件")
    upload = upload_field("上传凭证")
    field_order = (
        "kind", "happened_on", "due_fen", "paid_fen", "payer", "account", "voucher",
        "voucher_file", "upload",
    )  # fmt: skip

    def clean_paid_fen(self) -> Fen:
        return self.cleaned_data["paid_fen"] or Fen(0)

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        due, paid = data.get("due_fen"), data.get("paid_fen")
        if paid and "voucher" in data and not data["voucher"]:
            words = sentence_of(MoneyOutcome, "money_paid_voucher")
            self.add_error("voucher", f"{words}还没有缴的，实缴填 0。")
        if due is not None and paid is not None and paid > due:
            words = sentence_of(MoneyOutcome, "money_paid_not_more")
            self.add_error("paid_fen", f"{words}应缴为{due}，请核对。")


class PersonOutcomeForm(OutcomeForm):
    model = PersonOutcome
    constraint = "person_withheld_reason"
    form = choice_column(PersonOutcome, "form")
    persons = WholeNumberField(label="人数", least=1, help_text="一人多次的，只计一人。")
    occasions = WholeNumberField(label="人次", least=1, help_text="一人两次的，计两人次。")
    with_names = forms.BooleanField(
        label="登记姓名", required=False,
        help_text="默认不登记。登记的姓名只有可看这条措施全部内容的人能打开，不进入统计、通报和导出。",
    )  # fmt: skip
    names = CleanTextField(
        label="姓名", rows=2, required=False, max_length=1000, help_text="勾选“登记姓名”后填写。"
    )
    field_order = ("form", "happened_on", "persons", "occasions", "with_names", "names")

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        persons, occasions = data.get("persons"), data.get("occasions")
        if persons is not None and occasions is not None and occasions < persons:
            self.add_error("occasions", sentence_of(PersonOutcome, "person_occasions"))
        if data.get("names") and not data.get("with_names"):
            self.add_error(
                "names", "没有勾选“登记姓名”，姓名不会保存。请勾选，或清空姓名后再保存。"
            )
        if data.get("with_names") and "names" in data and not data["names"]:
            self.add_error("names", "请填写姓名，或取消勾选“登记姓名”。")


class MeetingOutcomeForm(OutcomeForm):
    model = MeetingOutcome
    constraint = "meeting_withheld_reason"
    file_column = "minutes"
    kind = choice_column(MeetingOutcome, "kind")
    title = text_column(MeetingOutcome, "title", help_text="如“研究巡察整改方案”。")
    presided_by = text_column(MeetingOutcome, "presided_by")
    minutes = file_field("会议纪要")
    upload = upload_field("上传纪要")
    field_order = ("kind", "happened_on", "title", "presided_by", "minutes", "upload")


class CountOutcomeForm(OutcomeForm):
    model = CountOutcome
    constraint = "count_withheld_reason"
    label = text_column(CountOutcome, "label", help_text="如“清退人员”“签订责任书”。")
    value = WholeNumberField(label="数量", most=10**15)
    unit = text_column(CountOutcome, "unit", help_text="如“名”“份”。")
    field_order = ("label", "value", "unit", "happened_on")


class ArchiveOutcomeForm(ChineseForm):
    """Why an outcome no longer counts."""

    version = VersionField()
    reason = CleanTextField(
        label="作废理由", rows=3, max_length=500, help_text="如“与另一条重复”“登记有误”。"
    )


FORMS: Mapping[str, type[OutcomeForm]] = {
    "rule": RuleOutcomeForm,
    "money": MoneyOutcomeForm,
    "person": PersonOutcomeForm,
    "meeting": MeetingOutcomeForm,
    "count": CountOutcomeForm,
}
