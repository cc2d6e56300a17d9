"""Every provider asked the same, one after the other: the task `benchmark_providers`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from assistant.llm.completion import Completion
from assistant.llm.fleet import Fleet
from assistant.llm.metered import Payer, metered
from assistant.llm.port import CompletionRequest, Message, Provider, ProviderError
from assistant.llm.prices import Price, UnpricedModel
from assistant.llm.tokens import input_tokens_upper_bound
from assistant.platform.db import Database, UnitOfWork

MOST_QUESTIONS = 20  # to each provider: eight of them are then asked within one run of a worker
DEFAULT_PROMPTS = (
    "List three risks of moving a monolith to serverless functions, one sentence each.",
    "Explain in four sentences what an idempotency key is for.",
    "Объясни в трёх предложениях, зачем нужен circuit breaker.",
)
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class BenchmarkRequest(BaseModel):
    """Arguments of the task `benchmark_providers`."""

    model_config = ConfigDict(extra="forbid")

    prompts: list[Prompt] = Field(default=list(DEFAULT_PROMPTS), min_length=1, max_length=10)
    repetitions: int = Field(default=1, ge=1, le=5)
    max_tokens: int = Field(default=128, ge=1, le=2000)

    @field_validator("repetitions")
    @classmethod
    def _not_too_many(cls, repetitions: int, info: ValidationInfo) -> int:
        if repetitions * len(info.data.get("prompts", ())) > MOST_QUESTIONS:
            raise ValueError(f"prompts times repetitions may be {MOST_QUESTIONS} at most")
        return repetitions

    def requests(self) -> list[CompletionRequest]:
        """What each provider is asked, in order."""
        asked = [CompletionRequest((Message("user", prompt),), self.max_tokens, 0.0) for prompt in self.prompts]
        return asked * self.repetitions


def worst_case(request: BenchmarkRequest, prices: Sequence[Price]) -> int:
    """Micro-dollars that the whole benchmark can cost at most: every call at every provider that has a price."""
    return sum(
        price.worst_case(input_tokens_upper_bound(asked.messages), asked.max_tokens)
        for price in prices
        for asked in request.requests()
    )


@dataclass(frozen=True)
class Answer:
    """One call of a benchmark. Money in micro-dollars; `error` is the code of what went wrong."""

    provider_id: str
    error: str | None
    first_token_ms: int | None = None
    duration_ms: int | None = None
    input_tokens: int = 0
    output_tokens: int = 0


def run(
    database: Database,
    fleet: Fleet,
    request: BenchmarkRequest,
    payer: Payer,
    done: list[dict[str, Any]],
    beat: Callable[[int], None],
    save: Callable[[UnitOfWork, list[dict[str, Any]]], None],
) -> list[Answer]:
    """Ask what is not in `done` yet. `save` keeps each answer with its cost: a later attempt goes on after it.

    A provider's failure is a result, not the end; `beat(percent)` is called while text comes and may raise.
    """
    answers = list(done)
    asked = [(provider, one) for provider in fleet.providers for one in request.requests()]
    for number, (provider, one) in enumerate(asked[len(answers) :], len(answers)):
        percent = 100 * number // len(asked)
        beat(percent)
        answer = _ask(database, fleet.only(provider.id), provider, one, payer, lambda: beat(percent), answers, save)  # noqa: B023
        if answer is not None:
            answers.append(asdict(answer))
            with database.transaction() as work:
                save(work, answers)
    return [Answer(**answer) for answer in answers]


def _ask(
    database: Database,
    alone: Fleet,
    provider: Provider,
    request: CompletionRequest,
    payer: Payer,
    beat: Callable[[], None],
    answers: list[dict[str, Any]],
    save: Callable[[UnitOfWork, list[dict[str, Any]]], None],
) -> Answer | None:
    """None when the answer was kept together with its cost, else the failure."""

    def keep(work: UnitOfWork, completion: Completion) -> None:
        usage = completion.usage
        kept = Answer(provider.id, None, completion.first_token_ms, completion.duration_ms, usage.input_tokens,
                      usage.output_tokens)  # fmt: skip
        save(work, [*answers, asdict(kept)])
        answers.append(asdict(kept))

    try:
        metered(database, alone, request, payer, on_text=lambda text, tokens: beat(), keep=keep)
    except (ProviderError, UnpricedModel) as error:
        return Answer(provider.id, error.code)
    return None


def table(answers: Sequence[Answer], costs: dict[str, int]) -> list[dict[str, Any]]:
    """A line for each provider, the most reliable and then the fastest first. `costs`: micro-dollars charged."""
    lines = []
    for provider_id in dict.fromkeys(answer.provider_id for answer in answers):
        own = [answer for answer in answers if answer.provider_id == provider_id]
        good = [answer for answer in own if answer.error is None]
        lines.append({
            "provider": provider_id,
            "calls": len(own),
            "succeeded": len(good),
            "errors": sorted({answer.error for answer in own if answer.error}),
            "first_token_ms_p50": _median([answer.first_token_ms for answer in good]),
            "duration_ms_p50": _median([answer.duration_ms for answer in good]),
            "input_tokens": sum(answer.input_tokens for answer in good),
            "output_tokens": sum(answer.output_tokens for answer in good),
            "tokens_per_second": _speed(good),
            "cost_microdollars": costs.get(provider_id, 0),
        })  # fmt: skip
    return sorted(lines, key=lambda line: (-line["succeeded"] / line["calls"], -(line["tokens_per_second"] or 0)))


def _median(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _speed(good: Sequence[Answer]) -> float | None:
    milliseconds = sum(answer.duration_ms or 0 for answer in good)
    return round(1000 * sum(answer.output_tokens for answer in good) / milliseconds, 1) if milliseconds else None
