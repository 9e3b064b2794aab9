"""Own pages for what goes wrong: each says in Chinese what to do next."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from rectify.accounts.display import COOKIE, chosen
from rectify.audit.origin import current_origin

WORDS = {
    HTTPStatus.BAD_REQUEST: ("请求有误", "请返回上一页，检查后重试。"),
    HTTPStatus.FORBIDDEN: (
        "没有权限",
        "您的角色不能进行这项操作。如确有需要，请联系局办公室（整改办）。",
    ),
    HTTPStatus.NOT_FOUND: ("没有找到", "页面不存在，或不在您的查看范围内。请从首页重新进入。"),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "不能这样打开",
        "这个地址不能直接打开，本次操作没有保存。请从首页重新进入，用页面上的按钮操作。",
    ),
    HTTPStatus.CONFLICT: (
        "内容有冲突",
        "这条记录刚刚被他人修改，您的内容尚未保存。请返回上一页，刷新后重试。",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "提交的内容过大",
        "本次操作没有保存。请返回上一页，压缩或拆分文件、减少文字后重新提交。",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("没有完成", "请返回上一页，检查后重试。"),
    HTTPStatus.TOO_MANY_REQUESTS: ("操作过于频繁", "请稍等片刻再试。"),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "系统出错",
        "本次操作没有保存。请稍后重试；仍不成功时，请把下面的编号告诉管理员。",
    ),
}
TOO_MANY_PARTS = "提交的项目过多，本次操作没有保存。请返回上一页，分几次提交。"


def error_page(
    request: HttpRequest, status: HTTPStatus, message: str = "", title: str = ""
) -> HttpResponse:
    """The page for one status; `message` and `title` replace the standing words."""
    context = _words(request, status, message)
    if title:
        context["title"] = title
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return error_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    parts = isinstance(exception, TooManyFieldsSent | TooManyFilesSent)
    return error_page(request, HTTPStatus.BAD_REQUEST, TOO_MANY_PARTS if parts else "")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, getattr(exception, "message", ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without context processors: they read the session, whose database may be what broke."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    context = _words(request, status, "")
    context["display"] = chosen(None, request.COOKIES.get(COOKIE, ""))
    return HttpResponse(render_to_string("error.html", context), status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        "本次操作没有保存。请按浏览器的“返回”回到原页，刷新后再提交一次。",
        title="页面已过期",
    )


def _words(request: HttpRequest, status: HTTPStatus, message: str) -> dict[str, object]:
    """What error.html shows. A page that is not there says nothing of the request, so that a hidden
    object reads exactly like one that does not exist."""
    title, advice = WORDS[status]
    waits = status == HTTPStatus.TOO_MANY_REQUESTS and request.method == "GET"
    return {
        "title": title,
        "advice": message or advice,
        "request_id": "" if status == HTTPStatus.NOT_FOUND else current_origin().request_id,
        "again": request.get_full_path() if waits else "",
    }
