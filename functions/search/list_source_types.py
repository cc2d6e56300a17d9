"""GET /api/v1/sources/types: the types of sources, and what each must be told."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.http import Caller, lambda_handler
from assistant.search.parse import FORMATS
from assistant.search.sources.catalogue import TYPES

router = APIRouter(tags=["search"])


class SourceTypeDetails(BaseModel):
    source_type: str
    about: str
    secret: str | None = Field(description="What opens it; null when nothing does")
    config_schema: dict[str, Any] = Field(description="JSON Schema of `config`")


class SourceTypes(BaseModel):
    types: list[SourceTypeDetails]


@router.get("/api/v1/sources/types")
async def list_source_types(caller: Caller) -> SourceTypes:
    readable = ", ".join(sorted(suffix.removeprefix(".") for suffix in FORMATS))
    upload = SourceTypeDetails(
        source_type="upload", about=f"Files sent to POST /api/v1/upload: {readable}", secret=None, config_schema={}
    )
    configured = [
        SourceTypeDetails(
            source_type=each.name,
            about=each.about,
            secret=each.secret,
            config_schema=each.configuration.model_json_schema(),
        )
        for each in TYPES.values()
    ]
    return SourceTypes(types=[*configured, upload])


handler = lambda_handler(router)
