"""Totals of the delivery: sent, late, gone, replayed. What the delivery function itself sees goes to CloudWatch."""

import random
from collections.abc import Mapping

from assistant.platform.db import UnitOfWork

SHARDS = 16
SENT, LATE, GONE, REPLAYED = "sent", "late", "gone", "replayed"


def shard() -> int:
    """Any of the rows of a name."""
    return random.randrange(SHARDS)  # noqa: S311 - spreads writers, guards nothing


def add(work: UnitOfWork, name: str, n: int) -> None:
    """Count; as late in the transaction as can be, since it locks a row that others write too."""
    if n:
        work.run(
            """INSERT INTO notification_counters AS c (name, shard, total)
               VALUES (:name, CAST(:shard AS int), CAST(:n AS bigint))
               ON CONFLICT (name, shard) DO UPDATE SET total = c.total + excluded.total""",
            name=name,
            shard=shard(),
            n=n,
        )


def totals(work: UnitOfWork) -> Mapping[str, int]:
    """Each name's total; 0 for what never happened."""
    rows = work.run("SELECT name, sum(total)::bigint AS total FROM notification_counters GROUP BY name")
    return {SENT: 0, LATE: 0, GONE: 0, REPLAYED: 0} | {row["name"]: row["total"] for row in rows}
