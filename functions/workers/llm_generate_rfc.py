"""Consumes LlmGenerateRfcQueue: writes an RFC section by section, grounded in what the search finds."""

from typing import Any

from assistant.generation.rfc import write_rfc
from assistant.llm.gateway import fleet
from assistant.platform.db import Database, database
from assistant.queue import consumes
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store, run_ticket


def perform(database: Database, claim: Claim) -> Store:
    return write_rfc(database, claim, fleet())


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "llm_generate_rfc", perform)
