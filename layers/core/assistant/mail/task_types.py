"""The tasks that this context does."""

from assistant.mail.request import BudgetAlertRequest
from assistant.tasks.types import TaskType

EXAMPLE = {"alert_type": "used_80", "current_usage": 80, "budget_limit": 100}

# Nothing is held: no model is called.
TASK_TYPES = {"send_budget_alert": TaskType(BudgetAlertRequest, lambda work, request, organization_id: 0, EXAMPLE)}
