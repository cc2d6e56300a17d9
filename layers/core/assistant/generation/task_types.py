"""The tasks that this context does."""

from assistant.generation.prompt import worst_case
from assistant.generation.request import RfcRequest
from assistant.llm.routing import dearest
from assistant.platform.db import UnitOfWork
from assistant.tasks.types import TaskType


def _rfc_worst_case(work: UnitOfWork, request: RfcRequest, organization_id: str | None) -> int:
    return worst_case(request, dearest(work, organization_id))


RFC_EXAMPLE = {
    "topic": "Move sessions from memory to Valkey",
    "sections": ["Summary", "Proposal", "Risks"],
    "target_length": 400,
}

TASK_TYPES = {"llm_generate_rfc": TaskType(RfcRequest, _rfc_worst_case, RFC_EXAMPLE)}

# What the same task would cost at most with another model.
WORST_CASE_AT = {"llm_generate_rfc": (RfcRequest, worst_case)}
