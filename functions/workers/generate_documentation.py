"""Consumes GenerateDocumentationQueue: writes a document about code, piece by piece."""

from typing import Any

from assistant.documentation.write import write_documentation
from assistant.llm.gateway import fleet
from assistant.platform.db import Database, database
from assistant.queue import consumes
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store, run_ticket


def perform(database: Database, claim: Claim) -> Store:
    return write_documentation(database, claim, fleet())


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "generate_documentation", perform)
