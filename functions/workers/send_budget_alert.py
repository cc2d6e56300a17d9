"""Consumes SendBudgetAlertQueue: tells people of their budgets' alerts, by e-mail and by notification."""

from assistant.mail.send_alert import send_alert
from assistant.platform.db import database
from assistant.queue import consumes_tickets
from assistant.tasks.run import run_tickets


@consumes_tickets
def handler(tickets: int) -> int:
    return run_tickets(database(), "send_budget_alert", send_alert, tickets)
