"""Consumes BenchmarkProvidersQueue: asks every provider the same and stores the comparison."""

from typing import Any

from assistant.llm import benchmark, calls
from assistant.llm.gateway import fleet
from assistant.llm.metered import Payer
from assistant.platform.db import Database, UnitOfWork, database
from assistant.queue import consumes
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store, run_ticket


def perform(database: Database, claim: Claim) -> Store:
    task = claim.task
    request = benchmark.BenchmarkRequest.model_validate(task.args)
    payer = Payer(task.organization_id, task.user_id, task.task_id, task.task_type)
    claim.reach("budget_held", 10, held_microdollars=task.held)

    def save(work: UnitOfWork, answers: list[dict[str, Any]]) -> None:
        claim.save(work, {"answers": answers})

    answers = benchmark.run(
        database, fleet(), request, payer, task.checkpoint.get("answers", []),
        lambda percent: claim.beat(10 + percent * 85 // 100), save,
    )  # fmt: skip

    def store(work: UnitOfWork) -> dict[str, Any]:
        costs = calls.cost_by_provider(work, task.organization_id, task.task_id)
        return {"providers": benchmark.table(answers, costs), "prompts": request.prompts,
                "repetitions": request.repetitions, "max_tokens": request.max_tokens}  # fmt: skip

    return store


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "benchmark_providers", perform)
