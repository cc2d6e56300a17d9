"""What a worker does with a ticket: claim, perform, and end in exactly one way."""

from collections.abc import Callable
from typing import Any

from assistant.platform.clock import deadline
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.platform.interruption import interruptible
from assistant.platform.observability import begin_request, logger
from assistant.tasks.backoff import kind_of, reason_of
from assistant.tasks.claim import Claim, claim_next
from assistant.tasks.heartbeat import beating
from assistant.tasks.task import CancelRequested, LeaseLost, SliceOver

Store = Callable[[UnitOfWork], dict[str, Any]]
Perform = Callable[[Database, Claim], Store]


def run_ticket(database: Database, task_type: str, perform: Perform) -> str | None:
    """Run the best waiting task of the type; its id, or None when another ticket has taken it.

    `perform` does the work and returns what stores its effects, which happens in the completing transaction. While it
    works a heartbeat keeps its lease and interrupts its wait for a model when the task is to stop.
    """
    claim = claim_next(database, task_type)
    if claim is None:
        logger.info("nothing_to_claim", extra={"task_type": task_type})
        return None
    _run_claim(database, claim, perform, more=False)
    return claim.task.task_id


def run_tickets(database: Database, task_type: str, perform: Perform, tickets: int) -> int:
    """Run up to `tickets` tasks, one after the other; how many tickets are done with, found they a task or not.

    For types whose tasks are short: each is claimed when the one before it has ended, in the same transaction, so
    nothing is taken that does not begin at once. What fails takes nobody with it.
    """
    done, claim = 0, None
    while done < tickets:
        if claim is None:
            if done and _late():
                return done  # the other tickets go back, and wake another sandbox
            claim = claim_next(database, task_type)
        if claim is None:
            logger.info("nothing_to_claim", extra={"task_type": task_type, "tickets": tickets - done})
            return tickets
        done += 1
        claim = _run_claim(database, claim, perform, more=done < tickets and not _late())
    return done


def _late() -> bool:
    """Half of the sandbox's time is over: a task that would begin now might not end."""
    end = deadline()
    return end is not None and end.left < end.whole / 2


def _run_claim(database: Database, claim: Claim, perform: Perform, *, more: bool) -> Claim | None:
    task = claim.task
    if task.request_id:  # the ticket may have come with another task's
        begin_request(task.request_id)
    logger.append_keys(task_id=task.task_id)
    logger.info("claimed", extra={"task_type": task.task_type, "attempt": task.attempts, "fence": task.fence})
    try:
        return _run(database, claim, perform, more=more)
    except LeaseLost:  # also while it was being ended: whoever has it now ends it
        logger.warning("lease_lost")
    return None


def _run(database: Database, claim: Claim, perform: Perform, *, more: bool) -> Claim | None:
    try:
        with interruptible() as interruption, beating(database, claim.task, interruption):
            return claim.complete(perform(database, claim), more=more)
    except LeaseLost:
        raise
    except CancelRequested:
        claim.cancelled()
    except SliceOver:
        logger.info("slice_over", extra={"slices": claim.task.slices + 1})
        claim.hand_over()
    except Exception as error:
        if isinstance(error, AssistantError):
            logger.warning("task_error", extra={"code": error.code, "error": str(error)})
        else:
            logger.exception("task_crashed")
        if kind_of(error) == "invalid":
            claim.failed(reason_of(error))
        else:
            claim.retry(reason_of(error), getattr(error, "retry_after", None))
    return None
