"""The tasks that this context does."""

from assistant.mail.request import BudgetAlertRequest
from assistant.tasks.types import TaskType

# Nothing is held: no model is called.
TASK_TYPES = {"send_budget_alert": TaskType(BudgetAlertRequest, lambda work, request, organization_id: 0)}
