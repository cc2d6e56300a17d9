"""GET /api/v1/documentation/templates: what each kind of document is made of."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.documentation import capabilities
from assistant.http import Caller, lambda_handler

router = APIRouter(tags=["documentation"])


class TemplateSection(BaseModel):
    name: str
    content: str


class DocumentationTemplate(BaseModel):
    """`sections` come from the parser; the two questions are what the model is asked."""

    documentation_type: str
    title: str
    purpose: str
    sections: list[TemplateSection]
    asked_of_the_whole: str
    asked_of_each_piece: str


class DocumentationTemplates(BaseModel):
    templates: list[DocumentationTemplate]


@router.get("/api/v1/documentation/templates")
async def list_documentation_templates(caller: Caller) -> DocumentationTemplates:
    return DocumentationTemplates.model_validate({"templates": capabilities.templates()})


handler = lambda_handler(router)
