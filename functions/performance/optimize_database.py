"""POST /api/v1/performance/database/optimize: find missing indexes, have them made, refresh the statistics."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.monitoring import indexes
from assistant.platform.cache import cache

router = APIRouter(tags=["performance"])


class FoundIndex(BaseModel):
    """`requested`: it is being made, concurrently; its state is in GET /performance/database/stats.

    `found`: only reported, because that was asked for or three others come first.
    """

    index: str
    table: str
    columns: list[str]
    reason: str
    evidence: dict[str, float]
    state: Literal["found", "requested"]


class DatabaseReport(BaseModel):
    """`analyzed`: tables whose statistics were a tenth out of date, and are fresh now."""

    indexes: list[FoundIndex]
    analyzed: list[str]


@router.post("/api/v1/performance/database/optimize")
async def optimize_database(
    caller: AdminCaller,
    db: Db,
    dry_run: Annotated[bool, Query(description="Report what is missing, and change nothing")] = False,
) -> DatabaseReport:
    analyzed = [] if dry_run else indexes.analyze(db)
    found = indexes.missing(db)
    requested = [] if dry_run else indexes.ask_for(db, found)
    if requested:
        db.after_commit(lambda: cache().invalidate(caller.organization_id, ["indexes"]))
    return DatabaseReport(
        indexes=[
            FoundIndex(
                index=one.name,
                table=one.table,
                columns=list(one.columns),
                reason=one.reason,
                evidence=one.evidence,
                state="requested" if one.name in requested else "found",
            )
            for one in found
        ],
        analyzed=analyzed,
    )


handler = lambda_handler(router)
