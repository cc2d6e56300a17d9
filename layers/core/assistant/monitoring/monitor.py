"""Looks at the conditions every minute and tells the administrators when one begins, lasts, or ends."""

from datetime import datetime, timedelta
from typing import Any

from assistant.monitoring.conditions import (
    CONDITIONS,
    MINUTES,
    REMIND_AFTER_SECONDS,
    TELL_AFTER_SECONDS,
    Condition,
    metrics_of,
    values,
)
from assistant.monitoring.measured import Measured, measure
from assistant.notifications.broadcast import performance_alert
from assistant.platform.clock import iso
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.observability import count, logger


def watch(database: Database, measured: Measured | None = None) -> dict[str, Any]:
    """One look: metrics to CloudWatch, states to PostgreSQL, alerts to administrators; what was breached, and told."""
    if measured is None:
        with database.reading() as work:
            measured = measure(work, MINUTES, dead_letters=True)
    count(metrics_of(measured))
    known = values(measured)
    breached, told = [], []
    for condition in CONDITIONS:
        if condition.name not in known:
            continue
        value = known[condition.name]
        with database.transaction() as work:
            news = _note(work, condition, value)
            if news:
                _tell(work, condition, value, news)
                told.append(condition.name)
        if condition.breached(value):
            breached.append(condition.name)
    logger.info("monitored", extra={"breached": breached, "told": told})
    return {"breached": breached, "told": told}


def _note(work: UnitOfWork, condition: Condition, value: float) -> str | None:
    """Store how the condition stands; "breached", "lasting" or "recovered" when people are to be told of it.

    The row is locked, so of two looks at once one tells.
    """
    breached = condition.breached(value)
    [row] = work.run(
        """INSERT INTO monitor_states AS s (name, value) VALUES (:name, CAST(:value AS double precision))
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, evaluated_at = now()
           RETURNING breached_since, alerted_at, now() AS now""",
        name=condition.name,
        value=value,
    )
    since, alerted, now = row["breached_since"], row["alerted_at"], row["now"]
    news = _news(breached, since, alerted, now)
    work.run(
        """UPDATE monitor_states SET breached_since = CASE WHEN :breached THEN coalesce(breached_since, now()) END,
               alerted_at = CASE WHEN NOT :breached THEN NULL WHEN :told THEN now() ELSE alerted_at END
           WHERE name = :name""",
        name=condition.name,
        breached=breached,
        told=news is not None,
    )
    return news


def _news(breached: bool, since: datetime | None, alerted: datetime | None, now: datetime) -> str | None:
    if not breached:
        return "recovered" if alerted else None
    if since is None or now - since < timedelta(seconds=TELL_AFTER_SECONDS - 5):  # schedules come a little early
        return None
    if alerted is None:
        return "breached"
    return "lasting" if now - alerted >= timedelta(seconds=REMIND_AFTER_SECONDS) else None


def _tell(work: UnitOfWork, condition: Condition, value: float, news: str) -> None:
    organizations = work.run(
        "/* every organization - the deployment is everybody's */ SELECT organization_id FROM organizations"
    )
    [row] = work.run("SELECT now() AS now")
    data = {
        "condition": condition.name,
        "state": news,
        "value": value,
        "threshold": condition.limit,
        "unit": condition.unit,
        "message": f"{value:g} {condition.unit} {condition.what}".replace("  ", " "),
        "runbook": condition.runbook,
        "at": iso(row["now"]),
    }
    priority = "normal" if news == "recovered" else "high"
    for organization in organizations:
        performance_alert(work, str(organization["organization_id"]), data, priority)  # type: ignore[arg-type]
    logger.warning("condition", extra={"alert": data})


def states(work: UnitOfWork) -> list[dict[str, Any]]:
    """How each condition stood when it was looked at last."""
    return work.run("SELECT name, value, breached_since, alerted_at, evaluated_at FROM monitor_states ORDER BY name")
