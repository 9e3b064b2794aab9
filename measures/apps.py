from importlib import import_module

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"
    verbose_name = "措施"

    def ready(self) -> None:
        registry = import_module("rectify.jobs.registry")
        registry.register_calendar(import_module("measures.domain.rounds").open_rounds_due)
