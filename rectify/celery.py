"""The Celery application: one beat entry, because the database says what is due."""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rectify.settings.dev")

app = Celery("rectify")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "reconcile": {
        "task": "rectify.jobs.tasks.reconcile",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
}
if not settings.REDIS_URL:
    for name in ("queue", "control"):
        Path(settings.BROKER_FOLDER, name).mkdir(parents=True, exist_ok=True)
