from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "rectify.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        import_module("rectify.celery")  # shared_task needs the configured application
