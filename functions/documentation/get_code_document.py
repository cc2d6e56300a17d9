"""GET /api/v1/documentation/documents/{document_id}: a finished document about code as a file."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from assistant.documentation.documents import as_file
from assistant.documentation.documents import get_code_document as find_document
from assistant.documentation.request import OutputFormat
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["documentation"])


@router.get("/api/v1/documentation/documents/{document_id}", response_class=Response)
async def get_code_document(
    document_id: UUID,
    caller: Caller,
    db: Db,
    output_format: Annotated[OutputFormat | None, Query(alias="format", description="As ordered when left out")] = None,
) -> Response:
    made = as_file(find_document(db, caller, str(document_id)), output_format)
    # Never shown as a page of ours: it holds text of whoever wrote the code.
    headers = {
        "Content-Disposition": f'attachment; filename="{made.filename}"',
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(made.content, media_type=made.media_type, headers=headers)


handler = lambda_handler(router)
