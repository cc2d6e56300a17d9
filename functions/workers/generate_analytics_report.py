"""Consumes GenerateAnalyticsReportQueue: counts, draws and stores a report."""

from typing import Any

from assistant.analytics.generate import generate_report
from assistant.platform.db import database
from assistant.queue import consumes
from assistant.tasks.run import run_ticket


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "generate_analytics_report", generate_report)
