"""GET /api/v1/generate/examples: one request and tips for each type of task."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.generation.examples import EXAMPLES
from assistant.http import Caller, lambda_handler
from assistant.http.generation import AskedQuestion, TaskKindName

router = APIRouter(tags=["generation"])


class GenerationExample(BaseModel):
    """`request` can be sent to POST /generate as it is; `first_questions` is what it asks where nothing is found."""

    task_type: TaskKindName
    title: str
    request: dict[str, str]
    tips: list[str]
    sections: list[str]
    first_questions: list[AskedQuestion]


class GenerationExamples(BaseModel):
    examples: list[GenerationExample]


@router.get("/api/v1/generate/examples")
async def list_generation_examples(caller: Caller) -> GenerationExamples:
    return GenerationExamples(
        examples=[
            GenerationExample(
                task_type=example.task_type,
                title=example.title,
                request=example.request,
                tips=list(example.tips),
                sections=example.sections,
                first_questions=[AskedQuestion.of(question) for question in example.first_questions],
            )
            for example in EXAMPLES
        ]
    )


handler = lambda_handler(router)
