"""What the generation endpoints share in their answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from assistant.budget.money import dollars
from assistant.generation.documents import Rfc
from assistant.generation.questions import Question
from assistant.generation.sessions import Session, Status

TaskKindName = Literal["new_feature", "modify_existing", "analyze_current"]


class Choice(BaseModel):
    value: str
    label: str


class AskedQuestion(BaseModel):
    """Answer with text, one `value`, a list of values, true or false, or a number, as `question_type` says.

    `asked_by`: rules, search (it depends on what was found) or model. `follows`: the question whose answer made it
    come up.
    """

    question_id: str
    question: str
    question_type: Literal["text", "choice", "multiple_choice", "boolean", "number"]
    options: list[Choice]
    is_required: bool
    asked_by: Literal["rules", "search", "model"]
    follows: str | None
    minimum: float | None
    maximum: float | None

    @classmethod
    def of(cls, question: Question) -> "AskedQuestion":
        return cls(
            question_id=question.question_id,
            question=question.question,
            question_type=question.question_type,
            options=[Choice(value=option.value, label=option.label) for option in question.options],
            is_required=question.is_required,
            asked_by=question.asked_by,
            follows=question.follows,
            minimum=question.minimum,
            maximum=question.maximum,
        )


class GivenAnswer(BaseModel):
    answer: Any
    confidence: float | None


class FoundDocument(BaseModel):
    document_id: str
    title: str


class SessionState(BaseModel):
    """A session of the dialogue. `questions` are those without an answer; money in US dollars.

    `document_worst_case`: what finalizing would hold now; the document never costs more.
    """

    session_id: str
    status: Status
    task_type: TaskKindName
    initial_request: str
    context: str
    search_sources: list[str]
    found: list[FoundDocument]
    questions: list[AskedQuestion]
    answers: dict[str, GivenAnswer]
    is_ready_to_generate: bool
    cost: float = Field(description="What the model's questions cost")
    document_worst_case: float | None
    task_id: str | None
    rfc_id: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, session: Session, worst_case: int | None = None, **more: Any) -> "SessionState":
        return cls(
            session_id=session.session_id,
            status=session.status,
            task_type=session.task_type,
            initial_request=session.initial_request,
            context=session.context,
            search_sources=session.search_sources,
            found=[FoundDocument(document_id=one.document_id, title=one.title) for one in session.found],
            questions=[AskedQuestion.of(one) for one in session.asked if one.question_id not in session.answers],
            answers={name: GivenAnswer(**one) for name, one in session.answers.items()},
            is_ready_to_generate=session.is_ready and session.status in ("asking", "ready", "failed"),
            cost=dollars(session.cost),
            document_worst_case=None if worst_case is None else dollars(worst_case),
            task_id=session.task_id,
            rfc_id=session.rfc_id,
            created_at=session.created_at,
            updated_at=session.updated_at,
            **more,
        )


class RfcSection(BaseModel):
    title: str
    text: str


class RfcDocument(BaseModel):
    """A version of an RFC. `sections` are the model's own texts, of version 1; `full_content` is Markdown.

    `citations`: how many were checked against the passages that they name, and which were taken away.
    """

    rfc_id: str
    session_id: str | None
    title: str
    version: int
    latest_version: int
    sections: list[RfcSection]
    full_content: str
    sources_used: list[dict[str, Any]]
    quality: dict[str, Any]
    citations: dict[str, Any]
    metadata: dict[str, Any]

    @classmethod
    def of(cls, rfc: Rfc) -> "RfcDocument":
        return cls(
            rfc_id=rfc.rfc_id,
            session_id=rfc.session_id,
            title=rfc.title,
            version=rfc.version,
            latest_version=rfc.latest_version,
            sections=[RfcSection(**section) for section in rfc.sections],
            full_content=rfc.content,
            sources_used=rfc.sources_used,
            quality=rfc.quality,
            citations=rfc.citations,
            metadata={
                "word_count": len(rfc.content.split()),
                "model": rfc.model,
                "task_id": rfc.task_id,
                "created_at": rfc.created_at.isoformat(),
                "version_created_at": rfc.version_created_at.isoformat(),
            },
        )
