"""Consumes TrainRankingQueue: learns from feedback, and keeps what is better on feedback that was held out."""

from typing import Any

from assistant.learning.train import train
from assistant.platform.db import database
from assistant.queue import consumes
from assistant.tasks.run import run_ticket


@consumes
def handler(ticket: dict[str, Any]) -> None:
    run_ticket(database(), "train_ranking", train)
