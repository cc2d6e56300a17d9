"""When administrators are told: the conditions, their thresholds, and the page of docs/runbooks/ that says what to do.

CloudWatch's alarms of the same names watch the same marks (template.yaml) and tell the operator; these tell the
administrators of the organisation, from the database, and on a laptop too. A test holds both to the pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.monitoring.measured import Measured
from assistant.platform.config import setting

TELL_AFTER_SECONDS = 60  # a condition must hold that long: twice in a row
REMIND_AFTER_SECONDS = 3600
MINUTES = 5  # that the shares and quantiles are of


@dataclass(frozen=True, slots=True)
class Condition:
    """Breached when `value` (a field of Measured) is above the threshold, or below where `below`.

    `metric`: what the monitor sends to CloudWatch under that name, if it does. `setting`: may set another threshold.
    """

    name: str
    value: str
    threshold: float
    unit: str
    what: str
    below: bool = False
    metric: str | None = None
    setting: str | None = None

    @property
    def limit(self) -> float:
        return float(setting(self.setting, str(self.threshold))) if self.setting else self.threshold

    def breached(self, value: float) -> bool:
        return value < self.limit if self.below else value > self.limit

    @property
    def runbook(self) -> str:
        return f"docs/runbooks/{self.name}.md"


CONDITIONS = (
    Condition("server-errors", "server_errors", 4, "", "answers with status 500 or above in five minutes"),
    Condition("slow-answers", "latency_p95_ms", 1000, "ms", "is the time in which 95 % of the answers come"),
    Condition("cache-hit-rate", "cache_hit_rate_percent", 30, "%", "of the cached reads are hits", below=True),
    Condition("database-connections", "connections_percent", 80, "%", "of the database's connections are open",
              metric="DatabaseConnectionsPercent"),
    Condition("oldest-task", "oldest_task_seconds", 600, "s", "is the age of the oldest task that waits",
              metric="OldestTaskSeconds"),
    Condition("dead-tasks", "dead_tasks", 4, "", "tasks used up their attempts within an hour", metric="DeadTasks"),
    Condition("dead-letters", "dead_letters", 0, "", "messages are in the dead-letter queues", metric="DeadLetters"),
    Condition("socket-loss", "unsent_notification_seconds", 120, "s", "is the age of the oldest unsent notification",
              metric="UnsentNotificationSeconds"),
    Condition("budget-drift", "budget_drifts", 0, "", "budgets do not add up"),
    Condition("cost-per-hour", "model_cost_per_hour", 50, "USD", "is what models cost in the last hour",
              metric="ModelCostPerHour", setting="COST_PER_HOUR_ALARM"),
)  # fmt: skip


def values(measured: Measured) -> Mapping[str, float]:
    """The value of each condition that was measured."""
    found = {condition.name: getattr(measured, condition.value) for condition in CONDITIONS}
    return {name: float(value) for name, value in found.items() if value is not None}


def metrics_of(measured: Measured) -> dict[str, float]:
    """What the monitor sends to CloudWatch."""
    known = values(measured)
    return {one.metric: known[one.name] for one in CONDITIONS if one.metric and one.name in known}
