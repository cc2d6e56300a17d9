"""POST /api/v1/documentation/quick-generate: order a short document about code in the body, written by a task."""

from typing import Annotated

from fastapi import APIRouter, Header

from assistant.documentation.order import order
from assistant.documentation.request import DocumentationType, OutputFormat, TextInput, Wish
from assistant.http import DOCUMENTATION, Db, GenerateCaller, lambda_handler
from assistant.http.tasks import SubmittedTask

router = APIRouter(tags=["documentation"])


class QuickOrder(TextInput):
    """Code as text. Three calls to the model at most."""

    documentation_type: DocumentationType = "api_reference"
    output_format: OutputFormat = "md"


@router.post("/api/v1/documentation/quick-generate", status_code=202)
async def order_quick_documentation(
    body: QuickOrder,
    caller: GenerateCaller,
    db: Db,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    wish = Wish(documentation_type=body.documentation_type, output_format=body.output_format, detail_level="brief")
    code = TextInput(code=body.code, language=body.language, filename=body.filename)
    ordered = order(db, caller, code, wish, idempotency_key)
    return SubmittedTask.of(ordered.task, ordered.typical_seconds)


handler = lambda_handler(router, limit=DOCUMENTATION)
