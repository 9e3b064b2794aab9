"""The door for people who hold an administrative role beside a business role."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed

# (what it takes, URL name, icon, heading, what is done there)
ROOMS = (
    (Ability.MANAGE_ACCOUNTS, "accounts", "person", "账号",
     "新建、导入、停用账号，签发初始口令，退出登录。"),
    (Ability.MANAGE_ACCOUNTS, "sections", "tree", "单位与科室",
     "单位名称和联系方式，科室的增加、改名、排序、停用。"),
    (Ability.MANAGE_GRANTS, "grants", "lock", "授权", "授予和结束角色，岗位移交，重置两步验证。"),
    (Ability.READ_AUDIT, "audit_log", "document", "审计日志", "查询、核验和导出操作记录。"),
    (Ability.RUN_SYSTEM, "backups", "download", "备份", "查看备份情况，立即备份。"),
)  # fmt: skip


@require_safe
def administration(request: LoggedIn) -> HttpResponse:
    """The rooms that the person may enter."""
    rooms = [row[1:] for row in ROOMS if request.user.access.whole(row[0])]
    if not rooms:
        raise NotAllowed("您没有系统管理方面的权限。如确有需要，请联系本单位安全管理员。")
    return render(request, "administration/index.html", {"rooms": rooms})
