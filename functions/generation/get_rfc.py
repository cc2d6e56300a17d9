"""GET /api/v1/generate/rfc/{rfc_id}: an RFC, or a file of it in Markdown, HTML, plain text, JSON or Word."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from assistant.generation.documents import find_rfc
from assistant.generation.export import FORMATS, Format, export
from assistant.http import Caller, Db, lambda_handler
from assistant.http.generation import RfcDocument

router = APIRouter(tags=["generation"])

FILES: dict[str, Any] = {media_type.partition(";")[0]: {} for media_type, _ in FORMATS.values()}


@router.get("/api/v1/generate/rfc/{rfc_id}", response_model=RfcDocument, responses={200: {"content": FILES}})
async def get_rfc(
    rfc_id: UUID,
    caller: Caller,
    db: Db,
    format: Annotated[Format | None, Query(description="A file instead of the JSON answer")] = None,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="The current one unless told")] = None,
) -> RfcDocument | Response:
    rfc = find_rfc(db, caller, str(rfc_id), version)
    if format is None:
        return RfcDocument.of(rfc)
    file = export(rfc, format)
    disposition = f"attachment; filename=\"rfc.{format}\"; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return Response(file.content, media_type=file.media_type, headers=headers)


handler = lambda_handler(router)
