"""GET /api/v1/generate/rfc/{rfc_id}/versions: the history of an RFC, newest first."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.generation.documents import list_versions
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["generation"])


class RfcVersion(BaseModel):
    """`overall`: its quality, 0 to 100."""

    version: int
    title: str
    word_count: int
    overall: float
    note: str
    created_by: str
    created_at: datetime


class RfcVersions(BaseModel):
    rfc_id: UUID
    versions: list[RfcVersion]


@router.get("/api/v1/generate/rfc/{rfc_id}/versions")
async def list_rfc_versions(rfc_id: UUID, caller: Caller, db: Db) -> RfcVersions:
    found = list_versions(db, caller, str(rfc_id))
    versions = [RfcVersion.model_validate(version, from_attributes=True) for version in found]
    return RfcVersions(rfc_id=rfc_id, versions=versions)


handler = lambda_handler(router)
