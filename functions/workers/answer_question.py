"""Consumes AnswerQuestionQueue: answers a question of a chat from what the search finds, streamed while it is made."""

from typing import Any

from assistant.chat.answering import answer_question
from assistant.llm.gateway import fleet
from assistant.platform.db import Database, database
from assistant.queue import consumes
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store, run_ticket


def perform(database: Database, claim: Claim) -> Store:
    return answer_question(database, claim, fleet())


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "answer_question", perform)
