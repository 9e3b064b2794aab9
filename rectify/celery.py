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
for name in ("data_folder_in", "control_folder"):
    if place := settings.CELERY["broker_transport_options"].get(name):
        Path(place).mkdir(parents=True, exist_ok=True)
