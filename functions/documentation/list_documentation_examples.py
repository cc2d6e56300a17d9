"""GET /api/v1/documentation/examples: requests to begin with."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.documentation import capabilities
from assistant.http import Caller, lambda_handler

router = APIRouter(tags=["documentation"])


class DocumentationExample(BaseModel):
    """`body` is sent to `path` as it is."""

    title: str
    path: str
    body: dict[str, Any]


class DocumentationExamples(BaseModel):
    examples: list[DocumentationExample]


@router.get("/api/v1/documentation/examples")
async def list_documentation_examples(caller: Caller) -> DocumentationExamples:
    return DocumentationExamples.model_validate({"examples": capabilities.examples()})


handler = lambda_handler(router)
