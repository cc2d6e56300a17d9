"""Answers that were paid for once and are given again: for calls that say that the same question has the same answer.

Exact only: organisation, model, every message, every parameter, and the versions of the documents that the prompt
cites. A similar question is another question (docs/caching.md says why).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.llm.completion import Completion
from assistant.llm.port import CompletionRequest, Provider, Usage
from assistant.platform.cache import Place, cache
from assistant.platform.cache_keys import NAMESPACES, document_tag
from assistant.platform.db import UnitOfWork

MODEL = "model"  # tag: what a provider gave under a name may change with the name's meaning


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it came, and what it had cost in micro-dollars."""

    completion: Completion
    cost: int


class Answers:
    """What one call may take from the cache, and puts into it. `cited`: the ids of the documents in its prompt."""

    def __init__(self, organization_id: str, provider: Provider, request: CompletionRequest, cited: Sequence[str]):
        self._organization_id, self._provider = organization_id, provider
        self._key = key_of(provider, request)
        self._tags = [MODEL, *(document_tag(document) for document in sorted(set(cited)))]
        self._place: Place | None = None

    def find(self) -> Kept | None:
        """The answer, if it was given before and nothing that it cites has changed since; None also without Valkey."""
        found, self._place = cache().find(NAMESPACES["llm_answer"], self._organization_id, self._key, self._tags)
        return _read(found.value) if found else None

    def keep(self, completion: Completion, cost: int) -> None:
        """Keep a whole answer of the provider that was meant. One that was cut or cancelled is nobody's answer."""
        whole = completion.stop_reason == "stop" and not completion.cancelled and not completion.anomaly
        if self._place and whole and completion.provider_id == self._provider.id:
            cache().keep(self._place, _written(completion, cost))


def may_be_kept(request: CompletionRequest) -> bool:
    """Only what has no chance in it: a caller who asks for variety gets a new answer each time."""
    return request.temperature == 0


def key_of(provider: Provider, request: CompletionRequest) -> str:
    """Everything that the answer depends on. `patience` is not: it only says how long to wait."""
    said = [[message.role, message.content] for message in request.messages]
    asked = [
        provider.id, provider.name, provider.model, said, request.max_tokens, request.temperature, request.stop,
        request.json_schema,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def record_reuse(
    work: UnitOfWork, organization_id: str, user_id: str, request_id: str, purpose: str, kept: Kept
) -> None:
    """Note in the log of usage that an answer was given again, and what that saved. Nothing is charged."""
    usage = kept.completion.usage
    work.run(
        """INSERT INTO llm_reused_answers (organization_id, user_id, request_id, purpose, provider_id, model, saved,
                                           input_tokens, output_tokens)
           VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :request, :purpose, :provider, :model,
                   CAST(:saved AS bigint), CAST(:input AS bigint), CAST(:output AS bigint))""",
        organization=organization_id,
        user=user_id,
        request=request_id,
        purpose=purpose,
        provider=kept.completion.provider_id,
        model=kept.completion.model,
        saved=kept.cost,
        input=usage.input_tokens,
        output=usage.output_tokens,
    )


@dataclass(frozen=True, slots=True)
class Reused:
    """Of an organisation over some days. `saved` in micro-dollars."""

    answers: int
    saved: int
    input_tokens: int
    output_tokens: int


def reused(work: UnitOfWork, organization_id: str, days: int) -> Reused:
    """How many answers were given again, and what they would have cost."""
    [row] = work.run(
        """SELECT count(*) AS answers, CAST(coalesce(sum(saved), 0) AS bigint) AS saved,
                  CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
                  CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens
           FROM llm_reused_answers
           WHERE organization_id = CAST(:organization AS uuid) AND created_at > now() - make_interval(days => :days)""",
        organization=organization_id,
        days=days,
    )
    return Reused(**row)


def _written(completion: Completion, cost: int) -> dict[str, Any]:
    usage = completion.usage
    return {
        "text": completion.text,
        "model": completion.model,
        "provider": completion.provider,
        "provider_id": completion.provider_id,
        "usage": [
            usage.input_tokens, usage.output_tokens, usage.cached_input_tokens, usage.written_input_tokens,
        ],
        "cost": cost,
    }  # fmt: skip


def _read(value: dict[str, Any]) -> Kept:
    completion = Completion(
        text=value["text"], usage=Usage(*value["usage"]), stop_reason="stop", model=value["model"], first_token_ms=0,
        duration_ms=0, provider=value["provider"], provider_id=value["provider_id"],
    )  # fmt: skip
    return Kept(completion, value["cost"])
