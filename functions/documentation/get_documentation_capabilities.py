"""GET /api/v1/documentation/capabilities: the languages, kinds and formats that work in this deployment."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.documentation import capabilities
from assistant.http import Caller, lambda_handler

router = APIRouter(tags=["documentation"])


class CodeLanguage(BaseModel):
    name: str
    suffixes: list[str]
    security: str
    performance: bool


class DocumentationCapabilities(BaseModel):
    """Told from the grammars that load here and from the code that writes each kind and format."""

    languages: list[CodeLanguage]
    documentation_types: list[dict[str, str]]
    output_formats: dict[str, str]
    audiences: dict[str, str]
    detail_levels: dict[str, dict[str, int]]
    limits: dict[str, int]


@router.get("/api/v1/documentation/capabilities")
async def get_documentation_capabilities(caller: Caller) -> DocumentationCapabilities:
    said: dict[str, Any] = {
        "languages": capabilities.languages(),
        "documentation_types": capabilities.kinds(),
        "output_formats": capabilities.formats(),
        "audiences": capabilities.audiences(),
        "detail_levels": capabilities.detail_levels(),
        "limits": capabilities.limits(),
    }
    return DocumentationCapabilities.model_validate(said)


handler = lambda_handler(router)
