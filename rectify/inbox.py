"""The messages that the product has for a person."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from rectify.accounts.requests import person_of
from rectify.jobs.domain.reading import mark_all_read, mark_read
from rectify.jobs.enums import Channel
from rectify.jobs.models import Delivery

PAGE = 30


@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    """In-app messages, newest first, by key: `before` is the public id of the last one shown."""
    own = Delivery.objects.visible_to(person_of(request)).filter(channel=Channel.IN_APP)
    rows = own.order_by("-pk")
    if before := _uuid(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=get_object_or_404(own, public_id=before).pk)
    page = list(rows[: PAGE + 1])
    shown = page[:PAGE]
    older = f"?before={shown[-1].public_id}" if len(page) > PAGE else ""
    return render(
        request,
        "accounts/messages.html",
        {"deliveries": shown, "next_url": older, "first_page": before is None},
    )


@require_POST
def message_open(request: HttpRequest, delivery: UUID) -> HttpResponse:
    """Mark one message read and go where it leads."""
    user = person_of(request)
    found = get_object_or_404(
        Delivery.objects.visible_to(user).filter(channel=Channel.IN_APP), public_id=delivery
    )
    mark_read(found, actor=user)
    return redirect(_path(found.link) or "messages")


@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    """Mark all messages read."""
    count = mark_all_read(actor=person_of(request))
    messages.success(request, f"已将 {count} 条消息标为已读。")
    return redirect("messages")


def _path(link: str) -> str:
    """The path of a link into this site: mails carry the whole address, pages need the path."""
    parts = urlsplit(link)
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
