"""POST /api/v1/vector-search/upload-file: a file straight into the index, its title and tags in the address."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.documents import store_document
from assistant.search.uploads import Upload

router = APIRouter(tags=["vector-search"])


class IndexedFile(BaseModel):
    document_id: UUID
    title: str
    filename: str
    chunks: int


@router.post("/api/v1/vector-search/upload-file", status_code=201)
async def upload_file(
    caller: Caller,
    db: Db,
    file: Annotated[UploadFile, File(description="As for POST /api/v1/upload; 4.4 MB at most")],
    title: Annotated[str, Query(description="The file's name when left out")] = "",
    tags: Annotated[str, Query(description="Separated by commas")] = "",
) -> IndexedFile:
    upload = Upload(
        content=await file.read(),
        filename=file.filename or "",
        declared_type=file.content_type or "",
        title=title,
        tags=tuple(tags.split(",")),
    )
    return IndexedFile.model_validate(store_document(db, caller, upload), from_attributes=True)


handler = lambda_handler(router)
