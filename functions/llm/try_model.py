"""POST /api/v1/llm/test: one question to a provider, budgeted and logged like every call."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.budget.money import dollars
from assistant.http import LLM, AdminCaller, Db, lambda_handler
from assistant.llm.gateway import fleet
from assistant.llm.port import CompletionRequest, Message
from assistant.llm.trial import try_model as make_trial

router = APIRouter(tags=["llm"])


class TrialQuestion(BaseModel):
    """`provider`: the id of one of GET /llm/models, which then answers alone; else the routing strategy chooses."""

    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
    system_prompt: str | None = Field(default=None, max_length=4000)
    max_tokens: int = Field(default=100, ge=1, le=1000)
    temperature: float = Field(default=0.7, ge=0, le=2)
    provider: str | None = Field(default=None, min_length=1, max_length=40)


class TrialAnswer(BaseModel):
    """Money in US dollars. `stop_reason` "time": the answer was cut, because a request must end in 29 seconds."""

    content: str
    provider: str
    model: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    first_token_ms: int | None
    duration_ms: int
    tries: int
    held: float
    cost: float
    request_id: str


@router.post("/api/v1/llm/test")
async def try_model(body: TrialQuestion, caller: AdminCaller, db: Db) -> TrialAnswer:
    chosen = fleet() if body.provider is None else fleet().only(body.provider)
    system = (Message("system", body.system_prompt),) if body.system_prompt else ()
    request = CompletionRequest((*system, Message("user", body.prompt)), body.max_tokens, body.temperature)
    trial = make_trial(db.database, caller.organization_id, caller.user_id, chosen, request)
    completion = trial.completion
    return TrialAnswer(
        content=completion.text,
        provider=completion.provider_id,
        model=completion.model,
        stop_reason=completion.stop_reason,
        input_tokens=completion.usage.input_tokens,
        output_tokens=completion.usage.output_tokens,
        cached_tokens=completion.usage.cached_input_tokens,
        first_token_ms=completion.first_token_ms,
        duration_ms=completion.duration_ms,
        tries=trial.tries,
        held=dollars(trial.held),
        cost=dollars(trial.cost),
        request_id=trial.request_id,
    )


handler = lambda_handler(router, limit=LLM)
