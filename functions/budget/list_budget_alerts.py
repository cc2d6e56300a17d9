"""GET /api/v1/budget/alerts: the alerts of the caller's budget; an administrator sees the whole organisation's."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.budget.alerts import Alert, list_alerts
from assistant.budget.money import dollars
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["budget"])


class BudgetAlert(BaseModel):
    """As it was when it was raised, in US dollars. `threshold` in percent; none for a forecast.

    `resolved`: the period is over, or the limit was raised so that the mark is no longer passed.
    """

    alert_id: int
    level: str
    alert_type: str
    threshold: int | None
    current_usage: float
    budget_limit: float
    period_start: datetime
    period_end: datetime
    created_at: datetime
    resolved: bool

    @classmethod
    def of(cls, alert: Alert) -> "BudgetAlert":
        return cls(
            alert_id=alert.alert_id,
            level=alert.level,
            alert_type=alert.kind,
            threshold=alert.threshold,
            current_usage=dollars(alert.spent),
            budget_limit=dollars(alert.granted),
            period_start=alert.period_start,
            period_end=alert.period_end,
            created_at=alert.created_at,
            resolved=alert.resolved,
        )


class BudgetAlerts(BaseModel):
    alerts: list[BudgetAlert]


@router.get("/api/v1/budget/alerts")
async def list_budget_alerts(caller: Caller, db: Db, resolved: bool | None = None) -> BudgetAlerts:
    found = list_alerts(db, caller.organization_id, caller.user_id, resolved, whole_organization=caller.is_admin)
    return BudgetAlerts(alerts=[BudgetAlert.of(alert) for alert in found])


handler = lambda_handler(router)
