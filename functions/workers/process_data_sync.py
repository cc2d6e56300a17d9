"""Consumes ProcessDataSyncQueue: brings the index in step with one source."""

from typing import Any

from assistant.platform.clock import monotonic
from assistant.platform.db import Database, database
from assistant.queue import consumes
from assistant.search.sources.sync import sync
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store, run_ticket

SECONDS = 780  # of the function's 900; what is left then is the next run's


def perform(database: Database, claim: Claim) -> Store:
    return sync(database, claim, until=monotonic() + SECONDS)


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "process_data_sync", perform)
