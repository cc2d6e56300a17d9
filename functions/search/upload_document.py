"""POST /api/v1/upload: a file becomes a document that search finds, parsed before the answer."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.documents import store_document
from assistant.search.uploads import Upload

router = APIRouter(tags=["search"])


class UploadedDocument(BaseModel):
    """The document as stored; the same file again gives the same document."""

    document_id: UUID
    title: str
    filename: str
    processing_status: Literal["completed"] = "completed"
    chunks: int
    size_bytes: int
    sha256: str


@router.post("/api/v1/upload", status_code=201)
async def upload_document(
    caller: Caller,
    db: Db,
    file: Annotated[UploadFile, File(description="pdf, docx, epub, html, md, txt, json, csv or yaml; 4.4 MB at most")],
    title: Annotated[str, Form(description="The file's name when left out")] = "",
    description: Annotated[str, Form()] = "",
    author: Annotated[str, Form()] = "",
    tags: Annotated[list[str], Form(description="Repeated or separated by commas")] = [],  # noqa: B006 (FastAPI copies)
) -> UploadedDocument:
    upload = Upload(
        content=await file.read(),
        filename=file.filename or "",
        declared_type=file.content_type or "",
        title=title,
        description=description,
        author=author,
        tags=tuple(tag for listed in tags for tag in listed.split(",")),
    )
    return UploadedDocument.model_validate(store_document(db, caller, upload), from_attributes=True)


handler = lambda_handler(router)
