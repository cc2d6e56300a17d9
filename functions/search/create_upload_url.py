"""POST /api/v1/upload/url: a form that takes a file of up to 50 MB straight to the bucket, which then indexes it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.http import Caller, Db, lambda_handler
from assistant.search.large_uploads import SECONDS, begin
from assistant.search.uploads import MOST_BYTES_BY_FORM

router = APIRouter(tags=["search"])


class ExpectedUpload(BaseModel):
    filename: Annotated[str, Field(min_length=1, max_length=1000)]
    title: str = ""
    description: str = ""
    author: str = ""
    tags: Annotated[list[str], Field(max_length=100)] = []


class UploadForm(BaseModel):
    """Post multipart/form-data to `url`: all `fields` first, then `file`. A notification tells when it is indexed."""

    upload_id: UUID
    url: str
    fields: dict[str, str]
    max_bytes: int
    expires_in: int


@router.post("/api/v1/upload/url", status_code=201)
async def create_upload_url(caller: Caller, db: Db, body: ExpectedUpload) -> UploadForm:
    form = begin(db, caller, body.filename, body.model_dump(exclude={"filename"}))
    return UploadForm(
        upload_id=UUID(form.upload_id),
        url=form.url,
        fields=form.fields,
        max_bytes=MOST_BYTES_BY_FORM,
        expires_in=SECONDS,
    )


handler = lambda_handler(router)
