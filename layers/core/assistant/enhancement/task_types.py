"""The tasks that this context does."""

from collections.abc import Callable

from assistant.enhancement.prompt import worst_case
from assistant.enhancement.request import EnhancementRequest
from assistant.enhancement.source import text_of
from assistant.llm.prices import Priced
from assistant.platform.db import UnitOfWork
from assistant.tasks.types import of_any_model


def _worst_case_at(
    work: UnitOfWork, request: EnhancementRequest, organization_id: str | None
) -> Callable[[Priced], int]:
    _, text = text_of(work, request, organization_id)
    return lambda price: worst_case(request, text, price)


EXAMPLE = {"text": "The service restarts sometimes. We think it is the memory.", "enhancement_type": "clarity"}

TASK_TYPES = {"llm_enhance_document": of_any_model(EnhancementRequest, _worst_case_at, EXAMPLE)}
