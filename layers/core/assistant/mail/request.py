"""The arguments of the task `send_budget_alert`, and its e-mail in words."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

AlertType = Literal["used_80", "used_95", "used_100", "forecast"]
Dollars = Annotated[Decimal, Field(ge=0, le=10**9, max_digits=16, decimal_places=6)]


class BudgetAlertRequest(BaseModel):
    """Whom to tell what. An alert that the ledger raised has its `alert_id`; it is told once, whoever submits it."""

    model_config = ConfigDict(extra="forbid")

    user: UUID | None = Field(default=None, description="Whom to tell; the caller when left out")
    alert_type: AlertType
    current_usage: Dollars = Field(description="US dollars")
    budget_limit: Dollars = Field(description="US dollars")
    level: Literal["user", "team", "organization"] = "user"


class MailedAlert(BudgetAlertRequest):
    """The same as the ledger submits it."""

    alert_id: int = Field(ge=1)


SUBJECTS = {
    "en": {
        "used_80": "80 % of {whose} budget is used",
        "used_95": "95 % of {whose} budget is used",
        "used_100": "{Whose} budget is used up",
        "forecast": "{Whose} budget will not last until its period ends",
    },
    "ru": {
        "used_80": "Израсходовано 80 % бюджета {whose}",
        "used_95": "Израсходовано 95 % бюджета {whose}",
        "used_100": "Бюджет {whose} израсходован",
        "forecast": "Бюджета {whose} не хватит до конца периода",
    },
}
WHOSE = {
    "en": {"user": "your", "team": "your team's", "organization": "your organisation's"},
    "ru": {"user": "(личный)", "team": "команды", "organization": "организации"},
}
BODIES = {
    "en": (
        "Hello {name},\n\n{subject}: ${used} of ${limit}.\n\n"
        "Calls to models that no longer fit are refused until the period ends or an administrator raises the limit.\n"
        "What was spent on what: GET /api/v1/budget/usage-history. All alerts: GET /api/v1/budget/alerts.\n"
    ),
    "ru": (
        "Здравствуйте, {name}!\n\n{subject}: {used} $ из {limit} $.\n\n"
        "Вызовы моделей, которые не помещаются в бюджет, отклоняются до конца периода или до повышения лимита.\n"
        "На что потрачено: GET /api/v1/budget/usage-history. Все предупреждения: GET /api/v1/budget/alerts.\n"
    ),
}


def words(request: BudgetAlertRequest, name: str, language: str) -> tuple[str, str]:
    """(subject, body) in the reader's language."""
    whose = WHOSE[language][request.level]
    subject = SUBJECTS[language][request.alert_type].format(whose=whose, Whose=whose.capitalize())
    used, limit = f"{request.current_usage:.2f}", f"{request.budget_limit:.2f}"
    return subject, BODIES[language].format(name=" ".join(name.split()), subject=subject, used=used, limit=limit)
