"""POST /api/v1/documentation/generate: order a document about code, written by a task whose cost is held before."""

from typing import Annotated

from fastapi import APIRouter, Header

from assistant.documentation.order import order
from assistant.documentation.request import CodeInput, Wish
from assistant.http import DOCUMENTATION, Db, GenerateCaller, lambda_handler
from assistant.http.tasks import SubmittedTask

router = APIRouter(tags=["documentation"])


class DocumentationOrder(Wish):
    """What to document, and how. The document is the task's result, and a file at the path that the result names."""

    code_input: CodeInput


@router.post("/api/v1/documentation/generate", status_code=202)
async def order_documentation(
    body: DocumentationOrder,
    caller: GenerateCaller,
    db: Db,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    ordered = order(db, caller, body.code_input, Wish(**body.model_dump(exclude={"code_input"})), idempotency_key)
    return SubmittedTask.of(ordered.task, ordered.typical_seconds)


handler = lambda_handler(router, limit=DOCUMENTATION)
