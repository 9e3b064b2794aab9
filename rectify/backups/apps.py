from importlib import import_module

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "rectify.backups"
    label = "backups"
    verbose_name = "备份"

    def ready(self) -> None:
        import_module("rectify.backups.jobs").register_all()
