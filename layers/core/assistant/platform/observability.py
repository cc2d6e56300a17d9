"""Structured logs and EMF metrics of all functions, by Powertools. Powertools' Tracer is left out: its import
costs more than a cold function's own work, even when tracing is off."""

import threading
from collections.abc import Mapping

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from assistant.platform.config import setting

logger = Logger(service="assistant", use_rfc3339=True)
metrics = Metrics(service="assistant", namespace="Assistant")
_one_line_at_a_time = threading.Lock()

# Every metric that this code sends, and what it counts. The alarms, the dashboard and docs/monitoring.md name these
# and no others; a test holds them to each other.
METRICS: Mapping[str, str] = {
    "BudgetDrift": "budget periods and holds that the hourly proof found not to add up",
    "BudgetRefusals": "calls that a hard budget refused",
    "CacheBypassed": "cached reads that went to the source because Valkey did not answer",
    "CacheHits": "cached reads that were answered by the cache",
    "CacheMisses": "cached reads that went to the source",
    "CacheStale": "cached reads that were answered past their time because the source failed",
    "DatabaseConnectionsPercent": "open connections of the database, of the most it takes (%)",
    "DatabaseUnreachable": "connections to the database that could not be opened",
    "DeadLetters": "messages in the dead-letter queues",
    "DeadTasks": "tasks that died in the last hour, their attempts used up",
    "ModelCostPerHour": "what calls to models cost in the last hour (US dollars)",
    "ModelFailures": "tries of calls to models that failed",
    "NotificationsFailed": "posts to sockets that failed and will be repeated",
    "NotificationsGone": "posts to sockets that were closed",
    "NotificationsLate": "posts to sockets more than 5 s after their commit",
    "NotificationsSent": "posts to sockets that API Gateway took",
    "NotificationsSlow": "posts to sockets that API Gateway did not take in time: lost to the socket, kept in the log",
    "OldestTaskSeconds": "age of the oldest task that is due and waits",
    "ServerErrors": "answers with a status of 500 or above",
    "SlowStatements": "SQL statements over SLOW_STATEMENT_MS",
    "UnsentNotificationSeconds": "age of the oldest notification that nobody has handed to the delivery",
}


def count(numbers: Mapping[str, float]) -> None:
    """Send numbers to CloudWatch by a line in the log (EMF): no call, and it works outside the VPC as inside."""
    if unknown := numbers.keys() - METRICS.keys():
        raise ValueError(f"METRICS does not know {min(unknown)}: write down what it counts.")
    if not numbers:
        return
    with _one_line_at_a_time:  # a thread that watches beside the work counts too, and would flush the other's numbers
        for name, number in numbers.items():
            metrics.add_metric(name, MetricUnit.Count, number)
        # Read here and not at import: nothing reads the environment at import.
        metrics.provider.namespace = setting("POWERTOOLS_METRICS_NAMESPACE", "Assistant")
        metrics.flush_metrics()


def begin_request(request_id: str) -> None:
    """From here on, each line of this sandbox's log carries the id, until the next invocation."""
    logger.set_correlation_id(request_id)


def current_request() -> str | None:
    """The id of what this sandbox works on, to be passed on with messages; none outside a request."""
    return logger.get_correlation_id()
