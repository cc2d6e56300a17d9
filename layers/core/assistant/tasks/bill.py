"""What a task costs: agreed while its row is written, paid as the last statement of its transaction."""

from dataclasses import dataclass
from typing import Any

from assistant.budget import ledger
from assistant.budget.infrastructure import compute_estimate
from assistant.budget.money import dollars
from assistant.llm import calls
from assistant.platform.db import UnitOfWork
from assistant.tasks.task import Task


@dataclass(frozen=True, slots=True)
class Bill:
    """Micro-dollars. `cost` is what the task costs in all; `lost` stays held for calls of unknown outcome."""

    cost: int
    known: int
    lost: int
    input_tokens: int
    output_tokens: int


def due(work: UnitOfWork, task: Task) -> Bill:
    """What the task is to pay. Locks its hold, so that this stays true until `pay`."""
    totals = calls.totals(work, task.organization_id, task.task_id)
    cost = ledger.agreed_cost(work, task.organization_id, task.task_id, totals.cost)
    return Bill(cost, totals.cost, totals.reserved, totals.input_tokens, totals.output_tokens)


def saved(work: UnitOfWork, task: Task, bill: Bill) -> dict[str, int]:
    """What a cancellation gives back of all that was held, in micro-dollars; what lost calls may cost is not in it."""
    held = ledger.held(work, task.organization_id, task.task_id)
    return {
        "held_microdollars": held,
        "cost_microdollars": bill.cost,
        "lost_microdollars": bill.lost,
        "saved_microdollars": held - bill.cost - bill.lost,
    }


def pay(work: UnitOfWork, task: Task, bill: Bill) -> None:
    """Settle and commit. Last, and after the notification: everyone locks a user's log before the budgets' rows."""
    ledger.settle_and_commit(work, task.organization_id, task.task_id, bill.known, keep=bill.lost)


def explanation(work: UnitOfWork, task: Task, bill: Bill, seconds: float) -> dict[str, Any]:
    """The bill for the person who asked: actual against estimate, by model, and what the compute may have cost.

    Money in US dollars. `worst_case` is what was held before; `lost_calls_held` is what calls of unknown outcome may
    still cost.
    """
    rows = work.run(
        """SELECT provider, model, count(*) AS calls, CAST(sum(input_tokens) AS bigint) AS input_tokens,
                  CAST(sum(output_tokens) AS bigint) AS output_tokens, CAST(coalesce(sum(cost), 0) AS bigint) AS cost
           FROM llm_calls WHERE organization_id = CAST(:organization AS uuid) AND request_id = :request
           GROUP BY provider, model ORDER BY provider, model""",
        organization=task.organization_id,
        request=task.task_id,
    )
    return {
        "actual": dollars(bill.cost),
        "worst_case": dollars(task.held),
        "saved_against_worst_case": dollars(max(task.held - bill.cost - bill.lost, 0)),
        "lost_calls_held": dollars(bill.lost),
        "input_tokens": bill.input_tokens,
        "output_tokens": bill.output_tokens,
        "models": [{**row, "cost": dollars(row["cost"])} for row in rows],
        "infrastructure_estimate": compute_estimate(seconds),
    }
