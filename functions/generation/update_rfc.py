"""PUT /api/v1/generate/rfc/{rfc_id}: an edited text becomes the next version of an RFC."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.generation.documents import edit_rfc
from assistant.http import Db, GenerateCaller, lambda_handler
from assistant.http.generation import RfcDocument
from assistant.search.models import Text

router = APIRouter(tags=["generation"])


class EditedRfc(BaseModel):
    based_on_version: int = Field(ge=1, description="The version that was edited; 409 when there is a newer one")
    content: Annotated[Text, StringConstraints(min_length=1, max_length=200_000)]
    title: Annotated[Text, StringConstraints(min_length=1, max_length=500)] | None = None
    note: Annotated[Text, StringConstraints(max_length=500)] = Field(default="", description="What was changed")


@router.put("/api/v1/generate/rfc/{rfc_id}")
async def update_rfc(rfc_id: UUID, body: EditedRfc, caller: GenerateCaller, db: Db) -> RfcDocument:
    rfc = edit_rfc(db, caller, str(rfc_id), body.based_on_version, body.title, body.content, body.note)
    return RfcDocument.of(rfc)


handler = lambda_handler(router)
