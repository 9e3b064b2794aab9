from importlib import import_module

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"
    verbose_name = "措施"

    def ready(self) -> None:
        registry = import_module("rectify.jobs.registry")
        registry.register_calendar(import_module("measures.domain.rounds").open_rounds_due)
        import_module("measures.jobs").register_all()
        administration = import_module("rectify.administration.registry")
        administration.register_open_work(import_module("measures.domain.named").open_measures_of)
