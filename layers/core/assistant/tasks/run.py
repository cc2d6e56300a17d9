"""What a worker does with a ticket: claim, perform, and end in exactly one way."""

from collections.abc import Callable
from typing import Any

from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.platform.observability import begin_request, logger
from assistant.tasks.claim import CancelRequested, Claim, LeaseLost, claim_next

Store = Callable[[UnitOfWork], dict[str, Any]]
Perform = Callable[[Database, Claim], Store]


def run_ticket(database: Database, task_type: str, perform: Perform) -> str | None:
    """Run the best waiting task of the type; its id, or None when another ticket has taken it.

    `perform` does the work and returns what stores its effects, which happens in the completing transaction.
    """
    claim = claim_next(database, task_type)
    if claim is None:
        logger.info("nothing_to_claim", extra={"task_type": task_type})
        return None
    task = claim.task
    if task.request_id:  # the ticket may have come with another task's
        begin_request(task.request_id)
    logger.append_keys(task_id=task.task_id)
    logger.info("claimed", extra={"task_type": task_type, "attempt": task.attempts, "fence": task.fence})
    try:
        claim.complete(perform(database, claim))
    except LeaseLost:
        logger.warning("lease_lost")
    except CancelRequested:
        claim.cancelled()
    except AssistantError as error:
        logger.warning("task_error", extra={"code": error.code, "error": str(error)})
        reason = {"code": error.code, "title": error.title, "detail": error.detail}
        if error.retryable:
            claim.retry(reason, getattr(error, "retry_after", None))
        else:
            claim.failed(reason)
    except Exception:
        logger.exception("task_crashed")
        claim.retry({"code": "internal_error", "title": "Something went wrong on our side", "detail": "See the logs."})
    return task.task_id
