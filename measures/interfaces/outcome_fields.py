"""What every form of an outcome asks: day, measures, how far it may be told, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from issues.enums import Disclosure
from issues.models import Inspection
from measures.domain.outcome_files import Upload
from measures.domain.outcomes import linkable
from measures.interfaces.amounts import Fen
from measures.interfaces.uploads import ACCEPT, check_upload, clean_name, limit_words
from measures.models import Evidence, Measure
from measures.models.outcomes import Outcome
from rectify.accounts.models import User
from rectify.form_fields import ChineseDateField, ChineseForm, CleanTextField, VersionField
from rectify.lib.chinese_dates import format_date

# Fields that are no columns of the outcome.
_BESIDES = frozenset({"version", "confirmed", "measures", "upload", "with_names"})
_FOREIGN = "只能关联本次巡察中您可以登记的措施，请重新选择。"


@dataclass(frozen=True)
class Pick:
    """One measure in the list to choose from."""

    value: str
    number: int
    text: str
    about: str
    chosen: bool


def choice_column(model: type[Outcome], name: str) -> forms.ChoiceField:
    column: Any = model._meta.get_field(name)
    return forms.ChoiceField(
        label=str(column.verbose_name), choices=[("", "请选择"), *column.choices]
    )


class _EvidenceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        return (
            f"{obj.original_name}（{obj.get_kind_display()}，{format_date(obj.created_at.date())}）"
        )


def file_field(label: str) -> Any:
    return _EvidenceField(
        label=label, queryset=Evidence.objects.none(), to_field_name="public_id", required=False,
        empty_label="不选", help_text="从本次巡察已有的佐证材料中选择。",
    )  # fmt: skip


def upload_field(label: str) -> forms.FileField:
    return forms.FileField(
        label=label, required=False, max_length=None, allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip


class OutcomeForm(ChineseForm):
    """The columns that every outcome has. `user` limits what may be chosen; `measure` is chosen
    from the beginning, such as the one whose page led here."""

    model: ClassVar[type[Outcome]]
    constraint: ClassVar[str]
    file_column: ClassVar[str] = ""
    day_label: ClassVar[str] = "日期"
    day_help: ClassVar[str] = "成果自巡察组进驻之日起统计；不填的，始终计入。"

    happened_on = ChineseDateField(required=False, latest_today=True)
    remark = CleanTextField(label="备注", rows=2, required=False, max_length=2000)
    measures = forms.ModelMultipleChoiceField(
        label="对应措施", queryset=Measure.objects.none(), to_field_name="public_id",
        required=False, widget=forms.CheckboxSelectMultiple,
        help_text="一项成果可对应多条措施，只登记一次、只计一次。",
    )  # fmt: skip
    disclosure = forms.ChoiceField(
        label="公开范围", required=False,
        choices=[("", "未单独规定（按社会公开）"), *Disclosure.choices],
        help_text="选“不公开”或“仅党内通报”的，对外通报不列出。",
    )  # fmt: skip
    disclosure_approver = forms.ModelChoiceField(
        label="批准人", queryset=User.objects.none(), to_field_name="public_id", required=False,
        empty_label="未指定", help_text="批准不公开的负责人。",
    )  # fmt: skip
    disclosure_reason = CleanTextField(
        label="不公开理由", rows=2, required=False, max_length=200,
        help_text="不向社会公开的，必须写明理由。",
    )  # fmt: skip
    disclosure_basis = CleanTextField(
        label="不公开依据", rows=2, required=False, max_length=200, help_text="如有关规定的条款。"
    )
    # Asked for only where something like it is entered already.
    confirmed = forms.BooleanField(
        label="核对重复", required=False, widget=forms.HiddenInput(attrs={"id": "id_confirmed"})
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        inspection: Inspection,
        user: User,
        outcome: Outcome | None = None,
        measure: Measure | None = None,
    ) -> None:
        super().__init__(data, files, initial=_initial(self.model, outcome, measure))
        self.inspection = inspection
        self.user = user
        self.refused: tuple[str, str] | None = None
        self.twins: list[tuple[str, str]] = []
        self.unseen_twins = 0
        self.archive_url = ""
        day = self.fields["happened_on"]
        day.label, day.help_text = self.day_label, self.day_help
        self._offer_people(outcome)
        self._offer_measures(outcome)
        if self.file_column:
            self._offer_files(outcome)
        if outcome is not None:
            self.fields["version"] = VersionField()
            self.initial["version"] = outcome.version

    def _offer_people(self, outcome: Outcome | None) -> None:
        people = Q(pk__in=User.objects.of_organization(self.inspection.organization).values("pk"))
        if outcome is not None and outcome.disclosure_approver_id is not None:
            people |= Q(pk=outcome.disclosure_approver_id)  # may have left the bureau since
        rows = User.objects.filter(people).order_by("sort_order", "pk")
        _rows_of(self, "disclosure_approver", rows)

    def _offer_measures(self, outcome: Outcome | None) -> None:
        rows = Q(pk__in=linkable(self.inspection, self.user).values("pk"))
        if outcome is not None:
            rows |= Q(pk__in=outcome.measures.values("pk"))  # closed or archived since
        field = _rows_of(self, "measures", Measure.objects.filter(rows).in_order())
        field.error_messages |= {"invalid_choice": _FOREIGN, "invalid_pk_value": _FOREIGN}

    def _offer_files(self, outcome: Outcome | None) -> None:
        self.fields["upload"].help_text = f"同时存为所选措施的佐证材料。{limit_words()}"
        rows = Evidence.objects.visible_to(self.user).filter(
            inspection=self.inspection, archived_at__isnull=True
        )
        present = getattr(outcome, self.file_column, None)
        if present is not None and not rows.filter(pk=present.pk).exists():
            # Another section's file: its name is not theirs to see, and it stays as it is.
            del self.fields[self.file_column], self.fields["upload"]
            return
        _rows_of(self, self.file_column, rows.order_by("-created_at", "-pk"))

    def clean_happened_on(self) -> date | None:
        day: date | None = self.cleaned_data["happened_on"]
        entered = self.inspection.entered_on
        if day is not None and entered is not None and day < entered:
            raise ValidationError(
                f"不能早于巡察组进驻之日（{format_date(entered)}），此前的不是本次整改的成果。"
            )
        return day

    def clean_upload(self) -> Upload | None:
        sent = self.cleaned_data["upload"]
        if not sent:
            return None
        try:
            checked = check_upload(sent)
        except ValidationError as error:
            self.refused = (clean_name(sent.name), str(error.code))
            raise
        return Upload(checked.file, checked.name, checked.size, self.file_column)

    def clean(self) -> None:
        data = self.cleaned_data
        kept_back = data.get("disclosure") in (Disclosure.PARTY_ONLY, Disclosure.WITHHELD)
        if kept_back and not data.get("disclosure_reason"):
            self.add_error("disclosure_reason", sentence_of(self.model, self.constraint))
        if self.file_column and data.get("upload") and data.get(self.file_column):
            present = getattr(self.initial.get(self.file_column), "pk", None)
            if data[self.file_column].pk != present:
                self.add_error("upload", "已选择现有材料，又上传了文件：请只用其中一种。")

    def columns(self) -> dict[str, Any]:
        """What of the form is stored in the outcome itself."""
        return {name: value for name, value in self.cleaned_data.items() if name not in _BESIDES}

    def sent_file(self) -> Upload | None:
        found: Upload | None = self.cleaned_data.get("upload")
        return found

    def read_back(self) -> list[str]:
        """Amounts that were typed otherwise than they are shown: “1.2万元 = 12,000元”."""
        words = []
        for name, field in self.fields.items():
            amount = self.cleaned_data.get(name) if hasattr(self, "cleaned_data") else None
            if not isinstance(amount, Fen):
                continue
            typed = str(self[name].data or "").strip()
            if typed and typed.replace(",", "").removesuffix("元") != _plain(amount):
                words.append(f"{field.label}：{typed} = {amount}")
        return words

    def picks(self) -> tuple[list[Pick], list[Pick]]:
        """The measures to choose from in the order of the ledger: chosen ones, and the others."""
        field: Any = self.fields["measures"]
        chosen = {str(value) for value in self["measures"].value() or []}
        visible = Measure.objects.visible_to(self.user).filter(inspection=self.inspection)
        number = {pk: n for n, pk in enumerate(
            visible.current().in_order().values_list("pk", flat=True), 1)}  # fmt: skip
        rows = [
            Pick(str(row.public_id), number.get(row.pk, 0), row.text,
                 "，".join(one for one in (row.task.issue.title, row.lead_section_name) if one),
                 str(row.public_id) in chosen)
            for row in field.queryset.select_related("task__issue")
        ]  # fmt: skip
        return [row for row in rows if row.chosen], [row for row in rows if not row.chosen]


def now_of(outcome: Any) -> dict[str, Any]:
    """What the conflict page compares besides plain columns: links, amounts in words."""
    now: dict[str, Any] = {"measures": list(outcome.measures.in_order())}
    for name in ("due_fen", "paid_fen"):
        if hasattr(outcome, name):
            now[name] = Fen(getattr(outcome, name))
    if hasattr(outcome, "names"):
        now["with_names"] = bool(outcome.names)
    return now


def _initial(
    model: type[Outcome], outcome: Outcome | None, measure: Measure | None
) -> dict[str, Any]:
    if outcome is None:
        return {"measures": [measure] if measure is not None else []}
    columns: Sequence[Any] = model._meta.concrete_fields
    return {
        **{column.name: getattr(outcome, column.name) for column in columns},
        **now_of(outcome),
    }


def _rows_of(form: forms.Form, name: str, rows: models.QuerySet[Any]) -> Any:
    field: Any = form.fields[name]
    field.queryset = rows
    return field


def sentence_of(model: type[models.Model], constraint: str) -> str:
    """What the named constraint says when it is broken."""
    found = next(one for one in model._meta.constraints if one.name == constraint)
    return str(found.violation_error_message)


def _plain(amount: Fen) -> str:
    """The amount as it is typed most often, without separators and unit."""
    return str(amount).replace(",", "").removesuffix("元")
