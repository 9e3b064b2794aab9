from importlib import import_module

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "rectify.administration"
    label = "administration"
    verbose_name = "系统管理"

    def ready(self) -> None:
        registry = import_module("rectify.jobs.registry")
        registry.register_calendar(
            import_module("rectify.administration.domain.idle").disable_idle_due
        )
        import_module("rectify.administration.checks")  # the registry is filled by import
