"""The tasks that this context does."""

from collections.abc import Callable

from assistant.generation.prompt import worst_case
from assistant.generation.request import RfcRequest
from assistant.llm.prices import Priced
from assistant.platform.db import UnitOfWork
from assistant.tasks.types import of_any_model


def _worst_case_at(_work: UnitOfWork, request: RfcRequest, _organization_id: str | None) -> Callable[[Priced], int]:
    return lambda price: worst_case(request, price)


RFC_EXAMPLE = {
    "topic": "Move sessions from memory to Valkey",
    "sections": ["Summary", "Proposal", "Risks"],
    "target_length": 400,
}

TASK_TYPES = {"llm_generate_rfc": of_any_model(RfcRequest, _worst_case_at, RFC_EXAMPLE)}
