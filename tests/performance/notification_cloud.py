"""A local cloud with many users who listen: their tickets and notifications come from our own code, against its parts.

The way under test is whole: PostgreSQL → SQS → deliver_notifications → @connections → socket.
"""

import asyncio
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.asyncio.client import connect

from assistant.identity import connection_tickets as tickets
from assistant.identity import sessions
from assistant.identity.caller import Caller
from assistant.notifications import log
from assistant.platform import aws
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from local.cloud import LocalCloud
from local.settings import ExternalModel, Settings

ROOT = Path(__file__).parents[2]
NO_MODEL = Settings(model=ExternalModel("http://127.0.0.1:9/v1", "none", "none"))


class NotificationCloud:
    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.addresses = cloud.addresses

    def database(self) -> Database:
        """A connection through the pooler, as a function has it."""
        here = self.addresses
        return Database(
            lambda: PooledConnection(
                here.database_user, host=here.database_host, port=here.database_port, database=here.database_name
            )
        )

    def people(self, n: int, organization: str = "People") -> list[Caller]:
        with self.database().transaction() as work:
            [row] = work.run("INSERT INTO organizations (name) VALUES (:n) RETURNING organization_id", n=organization)
            organization_id = str(row["organization_id"])
            rows = work.run(
                """INSERT INTO users (organization_id, email, name, password_hash)
                   SELECT CAST(:o AS uuid), CAST(:prefix AS text) || n || '@test.example', 'Test', '-'
                   FROM generate_series(1, CAST(:n AS int)) n RETURNING user_id, email""",
                o=organization_id,
                prefix=uuid.uuid4().hex,
                n=n,
            )
            ids = [str(user["user_id"]) for user in rows]
            opened = [sessions.start(work, organization_id, user_id) for user_id in ids]
        return [
            Caller(user_id, organization_id, "user", frozenset({"basic"}), "test", row["email"], session)
            for user_id, session, row in zip(ids, opened, rows, strict=True)
        ]

    def ticket(self, database: Database, caller: Caller) -> str:
        with database.transaction() as work:
            return tickets.issue(work, caller)

    async def connect(self, database: Database, caller: Caller):
        return await connect(
            self.addresses.websocket_url, subprotocols=["ticket", self.ticket(database, caller)], open_timeout=60
        )

    def tell(self, database: Database, caller: Caller, data: dict) -> float:
        """Append a notification as any function does; the time.monotonic of its commit."""
        committed = []
        with database.transaction() as work:
            work.after_commit(lambda: committed.append(time.monotonic()))
            log.notify(work, caller.organization_id, caller.user_id, "task_progress", data)
        return committed[0]


@contextmanager
def notification_cloud(state: Path) -> Iterator[NotificationCloud]:
    """The local cloud without its model, and this process's environment set as a function's is."""
    before = dict(os.environ)
    with LocalCloud(ROOT, state, settings=NO_MODEL) as cloud:
        os.environ.update(cloud.addresses.environment())
        os.environ["NOTIFICATION_DELIVERY_QUEUE_URL"] = cloud.addresses.resources["NotificationDeliveryQueue"]
        aws.client.cache_clear()
        try:
            yield NotificationCloud(cloud)
        finally:
            aws.client.cache_clear()
            os.environ.clear()
            os.environ.update(before)


async def in_batches(n: int, jobs) -> list:
    """The results of coroutines, `n` at once."""
    gate = asyncio.Semaphore(n)

    async def one(job):
        async with gate:
            return await job

    return await asyncio.gather(*(one(job) for job in jobs))
