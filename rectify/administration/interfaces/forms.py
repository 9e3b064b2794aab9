"""What administrators type: accounts, bureau, sections, grants, handover, reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from rectify.accounts.domain.first_run import ADMINISTRATORS, Administrator
from rectify.accounts.domain.people import login_name_fault, name_fault
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.form_fields import ChineseForm, CleanTextField, VersionField, text_column
from rectify.lib.login_names import canonical_login_name

if TYPE_CHECKING:
    _UserField = forms.ModelChoiceField[User]
    _MembershipsField = forms.ModelMultipleChoiceField[Membership]
else:
    _UserField = forms.ModelChoiceField
    _MembershipsField = forms.ModelMultipleChoiceField

SORT_HELP = "数字小的排在前面；班子成员按职务顺序填 1、2、3……，其他人员留空。"
STANDING_ORDER = 1000
LOGIN_HELP = "用于登录，建立后不能更改；用字母、数字或汉字均可，如 zhangsan。"


def _email() -> forms.EmailField:
    return forms.EmailField(
        label="电子邮箱", required=False, max_length=254,
        help_text="用于接收提醒，没有则留空。",
        error_messages={
            "invalid": "电子邮箱不正确，应如 name@example.gov.cn。",
            "max_length": "最多 254 个字符。",
        },
    )  # fmt: skip


def _whole_number(label: str, *, required: bool, help_text: str = "") -> forms.IntegerField:
    message = "请填写 0 到 9999 之间的整数。"
    return forms.IntegerField(
        label=label, required=required, min_value=0, max_value=9999, help_text=help_text,
        error_messages={"invalid": message, "min_value": message, "max_value": message},
    )  # fmt: skip


class AccountForm(ChineseForm):
    """What may change of a person's account."""

    name = text_column(User, "name")
    position = text_column(User, "position", help_text="如“党组成员、副局长”。")
    email = _email()
    sort_order = _whole_number("班子排序", required=False, help_text=SORT_HELP)

    def clean_name(self) -> str:
        given: str = self.cleaned_data["name"]
        if fault := name_fault(given):
            raise forms.ValidationError(fault)
        return given

    def clean_sort_order(self) -> int:
        given: int | None = self.cleaned_data["sort_order"]
        return STANDING_ORDER if given is None else given


class EditAccountForm(AccountForm):
    version = VersionField()


class _InBureau(ChineseForm):
    """Asks for the bureau only where the administrator keeps several."""

    def __init__(self, *args: Any, bureaus: QuerySet[Organization], **kwargs: Any) -> None:
        self.bureaus = list(bureaus)
        super().__init__(*args, **kwargs)
        if len(self.bureaus) > 1:
            self.fields["organization"] = forms.ModelChoiceField(
                label="单位", queryset=bureaus, to_field_name="public_id", empty_label="请选择",
                error_messages={"required": "请选择单位。",
                                "invalid_choice": "所选的单位已不可用，请重新选择。"},
            )  # fmt: skip
            self.order_fields(["organization", *self.fields])

    @property
    def bureau(self) -> Organization:
        """The chosen bureau, or the only one."""
        chosen: Organization = self.cleaned_data.get("organization") or self.bureaus[0]
        return chosen

    def values(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if k != "organization"}


class NewAccountForm(AccountForm, _InBureau):
    """Also asks for the login name, which never changes."""

    username = text_column(User, "username", help_text=LOGIN_HELP)
    field_order = ("organization", "username", "name", "position", "email", "sort_order")

    def clean_username(self) -> str:
        """Asked here too, so that a list can name every login that is taken at once."""
        given = canonical_login_name(self.cleaned_data["username"])
        if fault := login_name_fault(given):
            raise forms.ValidationError(fault)
        if User.objects.filter(username=given).exists():
            raise forms.ValidationError("该登录名已被使用，请改用另一个。")
        return given


class RosterForm(_InBureau):
    """A pasted list or a file; which of the two is read is decided by the view."""

    text = forms.CharField(
        label="从表格粘贴", required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(label="或选择 .csv 文件", required=False)


class ReasonForm(ChineseForm):
    reason = CleanTextField(label="原因", max_length=200)


class IdleForm(forms.Form):
    """The idle accounts that are to be closed: only accounts that the administrator keeps."""

    accounts = forms.ModelMultipleChoiceField(
        label="账号", queryset=User.objects.none(), to_field_name="public_id",
        error_messages={
            "required": "请先勾选要停用的账号。",
            "invalid_choice": "所选账号不全在您的管理范围内，没有停用任何账号。",
            "invalid_pk_value": "所选账号不全在您的管理范围内，没有停用任何账号。",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choice(self, "accounts").queryset = accounts


class BureauForm(ChineseForm):
    """What a bureau is called and where it is reached."""

    name = text_column(Organization, "name")
    short_name = text_column(Organization, "short_name", help_text="页面顶部和表格中的称呼。")
    party_group_name = text_column(
        Organization, "party_group_name", help_text="用于通报的标题和落款，如“中共某某局党组”。"
    )
    phone = text_column(Organization, "phone")
    address = text_column(Organization, "address")
    postcode = text_column(Organization, "postcode")
    email = _email()
    version = VersionField()


class NewSectionForm(ChineseForm):
    name = text_column(Section, "name")
    kind = forms.ChoiceField(label="性质", choices=Section._meta.get_field("kind").choices or [])
    sort_order = _whole_number("排序", required=True, help_text="各页面和表格按此顺序列出科室。")


class SectionForm(NewSectionForm):
    """Also asks who heads the section, of those who act for it."""

    version = VersionField()

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["head"] = _PersonField(
            label="负责人", queryset=people, to_field_name="public_id", required=False,
            empty_label="未指定",
            help_text="确认本科室提出的销号、延期和调整申请；未指定的，申请直接报局办公室（整改办）。"
            "只列出担任本科室责任科室角色的人员。",
            error_messages={"invalid_choice": "所选人员没有担任本科室的责任科室角色，请重新选择。"},
        )  # fmt: skip


class GrantForm(_InBureau):
    """A role, and the section where the role needs one."""

    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *Role.choices])
    section = forms.ModelChoiceField(
        label="科室", queryset=Section.objects.none(), to_field_name="public_id", required=False,
        empty_label="不选", help_text="只有“责任科室”角色须选科室。",
    )  # fmt: skip

    def __init__(self, *args: Any, bureaus: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, bureaus=bureaus, **kwargs)
        _choice(self, "section").queryset = Section.objects.filter(
            organization__in=bureaus, archived_at__isnull=True
        )


class OutsiderGrantForm(GrantForm):
    """Somebody whose account another bureau keeps, by the exact login name."""

    username = CleanTextField(
        label="登录名", max_length=64, help_text="请向对方单位索要准确的登录名；这里不能查找。"
    )
    field_order = ("organization", "username", "role", "section")

    def clean_username(self) -> User:
        login = canonical_login_name(self.cleaned_data["username"])
        found = User.objects.filter(username=login, is_active=True).first()
        if found is None:
            raise forms.ValidationError("没有这个登录名，或该账号已停用。请与对方单位核对。")
        return found


class _PersonField(_UserField):
    def label_from_instance(self, user: Any) -> str:
        return f"{user.name}（{user.position or user.username}）"


class _GrantsField(_MembershipsField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, membership: Any) -> str:
        return words_of(membership)


class HandoverForm(ChineseForm):
    """Which live grants of one person go to whom, and why."""

    grants = _GrantsField(
        label="移交的授权", queryset=Membership.objects.none(), to_field_name="public_id",
        error_messages={"required": "请至少勾选一项要移交的授权。"},
    )  # fmt: skip
    to = _PersonField(
        label="接手人", queryset=User.objects.none(), to_field_name="public_id",
        empty_label="请选择", help_text="列出本单位的启用账号。",
    )  # fmt: skip
    reason = CleanTextField(label="移交原因", max_length=200, help_text="如“岗位调整”“退休”。")

    def __init__(
        self, *args: Any, grants: QuerySet[Membership], people: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choice(self, "grants").queryset = grants
        _choice(self, "to").queryset = people


class FirstRunForm(ChineseForm):
    """The bureau, and with 三员分立 its three administrators."""

    name = text_column(Organization, "name", help_text="如“某某区政务服务和数据局”。")
    short_name = text_column(Organization, "short_name", help_text="页面顶部和表格中的称呼。")
    code = forms.SlugField(
        label="代码", max_length=40,
        help_text="导出和命令中使用，只能含字母、数字、连字符和下划线。建立后不再更改。",
        error_messages={
            "invalid": "代码只能含字母、数字、连字符和下划线。",
            "max_length": "代码最多 40 个字符。",
        },
    )  # fmt: skip
    party_group_name = text_column(
        Organization, "party_group_name", help_text="如“中共某某局党组”，用于通报。"
    )

    def __init__(self, *args: Any, three: bool, **kwargs: Any) -> None:
        self.roles = ADMINISTRATORS if three else ()
        super().__init__(*args, **kwargs)
        for role in self.roles:
            self.fields[f"{role}_username"] = _named(f"{role.label}登录名", "username")
            self.fields[f"{role}_name"] = _named(f"{role.label}姓名", "name")

    def clean(self) -> None:
        """Each fault beside its own field: three logins are typed at once."""
        taken: set[str] = set()
        for role in self.roles:
            login = canonical_login_name(self.cleaned_data.get(f"{role}_username", ""))
            if login and (fault := login_name_fault(login)):
                self.add_error(f"{role}_username", fault)
            elif login in taken:
                self.add_error(f"{role}_username", "三名管理员须各用一个登录名。")
            taken |= {login} - {""}
            if fault := name_fault(self.cleaned_data.get(f"{role}_name", "")):
                self.add_error(f"{role}_name", fault)

    def bureau(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FirstRunForm.base_fields}

    def administrators(self) -> list[Administrator]:
        return [
            Administrator(
                role, self.cleaned_data[f"{role}_username"], self.cleaned_data[f"{role}_name"]
            )
            for role in self.roles
        ]


def words_of(membership: Membership) -> str:
    """责任科室 · 政务服务科."""
    role = Role(membership.role).label
    return f"{role} · {membership.section}" if membership.section else role


def _named(label: str, column: str) -> CleanTextField:
    field = text_column(User, column)
    field.label = label
    field.error_messages["required"] = f"请填写{label}。"
    return field


def _choice(form: forms.Form, name: str) -> forms.ModelChoiceField[Any]:
    found = form.fields[name]
    assert isinstance(found, forms.ModelChoiceField)  # noqa: S101 - for the type checker
    return found
