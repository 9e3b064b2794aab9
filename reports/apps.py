from importlib import import_module

from django.apps import AppConfig

from rectify.audit.registry import register_anchors


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表"

    def ready(self) -> None:
        import_module("reports.jobs").register_all()
        register_anchors(import_module("reports.domain.digests").anchors)
        import_module("rectify.checks")  # the registry of system checks is filled by import
