"""Consumes LlmEnhanceDocumentQueue: rewrites a document passage by passage into hunks that its owner decides about."""

from typing import Any

from assistant.enhancement.enhance import enhance_document
from assistant.llm.gateway import fleet
from assistant.platform.db import Database, database
from assistant.queue import consumes
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store, run_ticket


def perform(database: Database, claim: Claim) -> Store:
    return enhance_document(database, claim, fleet())


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "llm_enhance_document", perform)
