"""Tickets: an SQS message asks a worker to run the best waiting task of its type, whichever that is by then."""

from assistant.platform import queues
from assistant.platform.db import UnitOfWork

LONGEST_DELAY = 900  # seconds that SQS holds a message back at most


def queue_setting(task_type: str) -> str:
    """The environment variable that holds the URL of the type's queue."""
    return f"{task_type.upper()}_QUEUE_URL"


def send_ticket(work: UnitOfWork, organization_id: str, task_id: str, task_type: str, delay_seconds: int = 0) -> None:
    """Send a ticket, after the commit that noted it in `ticketed_at`. One that is not taken is noted as missing, one
    that is lost is taken for lost when it is old: the sweep sends both again."""
    try:
        queues.send(queue_setting(task_type), {"task_type": task_type, "task_id": task_id}, delay_seconds)
    except Exception:
        with work.database.reading() as after:
            after.run(
                """UPDATE tasks SET ticketed_at = NULL
                   WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)""",
                organization=organization_id,
                task=task_id,
            )
        raise
