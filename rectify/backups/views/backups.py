"""The page of the backups: what is saved, when, where, and how to bring it back."""

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rectify.accounts.requests import LoggedIn
from rectify.backups.domain.keeping import KIND, is_stale, last_good, request_backup
from rectify.backups.domain.making import require_system_runner
from rectify.backups.models import Backup
from rectify.jobs.models import Job

SHOWN = 30


@require_safe
def backups(request: LoggedIn) -> HttpResponse:
    """The newest backups, the last attempts, and what to do by hand."""
    require_system_runner(request.user)
    attempts = Job.objects.visible_to(request.user).filter(kind=KIND).order_by("-pk")
    context = {
        "backups": Backup.objects.visible_to(request.user)[:SHOWN],
        "last": last_good(),
        "stale": is_stale(),
        "attempt": attempts.first(),
        "folder": settings.BACKUP_DIR,
        "keep": settings.BACKUP_KEEP,
        "media": Path(settings.MEDIA_ROOT),
        "shown": SHOWN,
    }
    return render(request, "backups/backups.html", context)


@require_POST
def backup_make(request: LoggedIn) -> HttpResponse:
    """Queue a backup and show how far it is."""
    job = request_backup(actor=request.user)
    return redirect("job", job=job.public_id)
