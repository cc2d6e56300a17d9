"""The tasks that this context does."""

from assistant.analytics.request import ReportRequest
from assistant.tasks.types import TaskType

EXAMPLE = {"report_type": "usage", "format": "html"}

# Nothing is held: no model is called.
TASK_TYPES = {"generate_analytics_report": TaskType(ReportRequest, lambda work, request, organization_id: 0, EXAMPLE)}
