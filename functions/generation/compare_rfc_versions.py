"""GET /api/v1/generate/rfc/{rfc_id}/diff: what changed between two versions, section by section."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.generation.compare import compare
from assistant.generation.documents import find_rfc
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["generation"])

Version = Annotated[int, Query(ge=1, le=1_000_000)]


class SectionDiff(BaseModel):
    """`diff`: unified, empty when nothing changed."""

    title: str
    change: Literal["same", "changed", "added", "removed"]
    diff: str
    lines_added: int
    lines_removed: int


class RfcDiff(BaseModel):
    rfc_id: UUID
    from_version: int
    to_version: int
    title_changed: bool
    lines_added: int
    lines_removed: int
    sections: list[SectionDiff]


@router.get("/api/v1/generate/rfc/{rfc_id}/diff")
async def compare_rfc_versions(
    rfc_id: UUID, caller: Caller, db: Db, from_version: Version, to_version: Version
) -> RfcDiff:
    old = find_rfc(db, caller, str(rfc_id), from_version)
    new = find_rfc(db, caller, str(rfc_id), to_version)
    changes = compare(old.content, new.content)
    return RfcDiff(
        rfc_id=rfc_id,
        from_version=from_version,
        to_version=to_version,
        title_changed=old.title != new.title,
        lines_added=sum(change.lines_added for change in changes),
        lines_removed=sum(change.lines_removed for change in changes),
        sections=[SectionDiff.model_validate(change, from_attributes=True) for change in changes],
    )


handler = lambda_handler(router)
