"""The tasks that this context does."""

from assistant.enhancement.prompt import worst_case
from assistant.enhancement.request import EnhancementRequest
from assistant.enhancement.source import text_of
from assistant.llm.routing import dearest
from assistant.platform.db import UnitOfWork
from assistant.tasks.types import TaskType


def _worst_case(work: UnitOfWork, request: EnhancementRequest, organization_id: str | None) -> int:
    return worst_case(request, text_of(work, request, organization_id)[1], dearest(work, organization_id))


EXAMPLE = {"text": "The service restarts sometimes. We think it is the memory.", "enhancement_type": "clarity"}

TASK_TYPES = {"llm_enhance_document": TaskType(EnhancementRequest, _worst_case, EXAMPLE)}
