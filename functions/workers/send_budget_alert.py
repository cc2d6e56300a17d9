"""Consumes SendBudgetAlertQueue: tells a person of a budget's alert, by e-mail and by notification."""

from typing import Any

from assistant.mail.send_alert import send_alert
from assistant.platform.db import database
from assistant.queue import consumes
from assistant.tasks.run import run_ticket


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "send_budget_alert", send_alert)
