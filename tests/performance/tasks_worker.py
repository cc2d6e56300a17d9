"""Our side's worker of `bench_tasks`: takes tickets, runs tasks, in a process of its own like a warm sandbox."""

import json
import sys
import time

from redis import Redis

from assistant.platform import queues
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.tasks.run import run_ticket

TYPE = "bench"


def perform(database, claim):
    started, args = time.time(), claim.task.args

    def store(work):
        work.run(
            "INSERT INTO bench_rows (serial, sent, started) VALUES (:serial, :sent, :started)",
            serial=args["serial"],
            sent=args["sent"],
            started=started,
        )
        return {}

    return store


def main():
    settings = json.loads(sys.argv[1])
    tickets = Redis(port=settings["valkey"])
    queues.send = lambda queue, body, delay_seconds=0: tickets.rpush("tickets", json.dumps(body))
    database = Database(
        lambda: PooledConnection("assistant", host="127.0.0.1", port=settings["proxy"], database=settings["database"])
    )
    while True:
        tickets.blpop("tickets")
        run_ticket(database, TYPE, perform)


if __name__ == "__main__":
    main()
