"""manage.py run_jobs: drains everything without a broker, for cron."""

from typing import Any

from django.core.management.base import BaseCommand

from rectify.jobs.domain.reconcile import drain


class Command(BaseCommand):
    help = "Create what the calendar asks for, run every queued job, send every due message."

    def handle(self, *args: Any, **options: Any) -> None:
        ran, sent = drain()
        self.stdout.write(f"任务 {ran} 个已处理，消息 {sent} 条已发出。")
