"""What a task costs: agreed while its row is written, paid as the last statement of its transaction."""

from dataclasses import dataclass
from typing import Any

from assistant.budget import ledger
from assistant.budget.infrastructure import compute_estimate
from assistant.budget.money import dollars
from assistant.platform.db import UnitOfWork
from assistant.tasks.task import LeaseLost, Task


@dataclass(frozen=True, slots=True)
class Bill:
    """Micro-dollars. `cost` is what the task costs in all; `lost` stays held for calls of unknown outcome; `held` is
    what the open hold holds. `models`: the calls by provider and model."""

    cost: int
    known: int
    lost: int
    held: int
    input_tokens: int
    output_tokens: int
    models: list[dict[str, Any]]


def due(work: UnitOfWork, task: Task) -> Bill:
    """What the task is to pay. Locks its hold, so that this stays true until `pay`."""
    return _bill(work, task, None, died=False)


def due_of_claim(work: UnitOfWork, task: Task, *, died: bool = False) -> Bill:
    """The same for whoever has claimed it: locks the task before its money, as everyone does, so that nobody waits in
    a circle. `died`: its calls that still run become unknown. Raises LeaseLost when there is a newer claim."""
    return _bill(work, task, task.fence, died=died)


def _bill(work: UnitOfWork, task: Task, fence: int | None, *, died: bool) -> Bill:
    row = work.one(
        """SELECT cost, known, lost, held, input_tokens, output_tokens, models
           FROM task_bill(CAST(:organization AS uuid), CAST(:task AS uuid), CAST(:fence AS bigint), :died)""",
        organization=task.organization_id,
        task=task.task_id,
        fence=fence,
        died=died,
    )
    if row is None:
        raise LeaseLost
    return Bill(**row)


def saved(bill: Bill) -> dict[str, int]:
    """What a cancellation gives back of all that was held, in micro-dollars; what lost calls may cost is not in it."""
    return {
        "held_microdollars": bill.held,
        "cost_microdollars": bill.cost,
        "lost_microdollars": bill.lost,
        "saved_microdollars": bill.held - bill.cost - bill.lost,
    }


def pay(work: UnitOfWork, task: Task, bill: Bill) -> None:
    """Settle and commit. Last, and after the notification: everyone locks a user's log before the budgets' rows."""
    ledger.settle_and_commit(work, task.organization_id, task.task_id, bill.known, keep=bill.lost)


def explanation(task: Task, bill: Bill, seconds: float) -> dict[str, Any]:
    """The bill for the person who asked: actual against estimate, by model, and what the compute may have cost.

    Money in US dollars. `worst_case` is what was held before; `lost_calls_held` is what calls of unknown outcome may
    still cost.
    """
    return {
        "actual": dollars(bill.cost),
        "worst_case": dollars(task.held),
        "saved_against_worst_case": dollars(max(task.held - bill.cost - bill.lost, 0)),
        "lost_calls_held": dollars(bill.lost),
        "input_tokens": bill.input_tokens,
        "output_tokens": bill.output_tokens,
        "models": [{**model, "cost": dollars(model["cost"])} for model in bill.models],
        "infrastructure_estimate": compute_estimate(seconds),
    }
