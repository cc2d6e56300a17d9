"""One process of the soak: many clients, each with a connection of its own, all of them careless.

Run as `python -m tests.soak.budget_client SETTINGS`, the settings as JSON. Writes what it saw as JSON lines.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.llm import calls
from assistant.llm.port import Usage
from assistant.platform.db import Database, StatementFailed, UnitOfWork
from assistant.platform.db.connection import PooledConnection
from assistant.platform.errors import Unavailable
from tests.soak.budget_status import Watcher
from tests.soak.budget_world import DATABASE

AT = "soak_now() + make_interval(secs => CAST(:skew AS float8))"
HOLD = f"SELECT hold_budget(CAST(:o AS uuid), CAST(:u AS uuid), :r, CAST(:amount AS bigint), 'soak', {AT}) AS held"
SETTLE = (
    f"""SELECT settled FROM settle_hold(CAST(:o AS uuid), :r, CAST(:cost AS bigint), CAST(:keep AS bigint), {AT})"""
)
# The same with the log of calls in one statement: for a million attempts, every round trip counts.
HOLD_AT_ONCE = f"""
WITH call AS (
    INSERT INTO llm_calls (organization_id, user_id, request_id, purpose, provider, model, reserved, provider_id)
    SELECT CAST(:o AS uuid), CAST(:u AS uuid), :r, 'soak', 'local', 'm', CAST(:amount AS bigint), 'local'
    WHERE NOT EXISTS (SELECT FROM llm_calls WHERE organization_id = CAST(:o AS uuid) AND request_id = :r)
) {HOLD}"""
SETTLE_AT_ONCE = f"""
WITH call AS (
    UPDATE llm_calls SET cost = CAST(:cost AS bigint), outcome = 'succeeded', finished_at = now()
    WHERE organization_id = CAST(:o AS uuid) AND request_id = :r AND outcome IN ('started', 'unknown')
) {SETTLE}"""
PASSING = ("08", "53", "57", "40")  # classes of SQLSTATE that say nothing about the request
MOST = 50  # micro-dollars a call
AS_THE_GATEWAY = 0.1  # share of attempts whose call is recorded by the gateway's own code, in a transaction
WATCHED = 0.05  # share of settlements after which the client reads the user's status from the cache


class Cut(OSError):
    """The wire was cut after the message had left."""


class CarelessConnection(PooledConnection):
    """Now and then loses the reply to what it sent."""

    lose_next = False

    def handle_messages(self, context: Any) -> None:
        if self.lose_next:
            self._usock.close()
            raise Cut("cut")
        super().handle_messages(context)


@dataclass
class Client:
    """Makes its share of the attempts, one after the other; settlements may come much later."""

    name: str
    attempts: int
    settings: dict[str, Any]
    log: Callable[[dict[str, Any]], None]

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.settings['seed']} {self.name}")  # replayable
        self.skew = self.random.uniform(-1, 1) * self.settings["skew"]
        self.database = Database(self._connect)
        self.late: list[Callable[[], None]] = []
        self.watcher = Watcher(self.database, self.log) if self.settings["watch"] else None

    def _connect(self) -> PooledConnection:
        return CarelessConnection(
            "assistant", host="127.0.0.1", port=self.settings["port"], database=DATABASE, timeout=30
        )

    def run(self) -> None:
        for number in range(self.attempts):
            self.attempt(f"{self.name}-{number}")
            if self.late and self.random.random() < 0.1:
                self.late.pop(self.random.randrange(len(self.late)))()
        for settle in self.late:
            settle()
        self.database.discard()

    def attempt(self, request: str) -> None:
        organization, user = self.random.choice(self.settings["people"])
        amount = self.random.randint(1, MOST)
        cost = self.random.randint(0, amount)
        as_the_gateway = self.random.random() < AS_THE_GATEWAY
        parameters = {"o": organization, "u": user, "r": request, "amount": amount, "skew": self.skew}

        def hold(work: UnitOfWork) -> int:
            if not as_the_gateway:
                return int(work.run(HOLD_AT_ONCE, **parameters)[0]["held"])
            if not calls_of(work, organization, request):
                calls.begin_call(work, organization, user, request, "soak", "local", "m", amount)
            return int(work.run_and_commit(HOLD, **parameters)[0]["held"])

        started = time.time()
        try:
            held = self.persist(hold, autocommit=not as_the_gateway)
        except StatementFailed as error:
            if error.sqlstate != "P0402":
                raise
            reason = json.loads(error.detail)
            self.log({"e": "refused", "r": request, "o": organization, "u": user, "a": amount, "t0": self.last_try,
                      "t1": time.time(), "level": reason["level"], "end": reason["resets_at"]})  # fmt: skip
            return
        self.log({"e": "held", "r": request, "a": held, "t0": started, "t1": time.time()})
        chance = self.random.random()
        if chance < 0.003:
            return  # the process forgets it: not even a call was made
        self.log({"e": "billed", "r": request, "cost": cost})  # the provider's truth, whatever happens to us now
        if chance < 0.006:
            return
        if chance < 0.015:
            self.persist(lambda work: self.lose(work, organization, request, amount), autocommit=False)
            return

        def settle() -> None:
            self.settle(organization, request, cost, as_the_gateway)
            self.log({"e": "settled", "r": request, "t1": time.time()})
            if self.random.random() < 0.05:  # twice, and with another bill
                self.settle(organization, request, amount, as_the_gateway)
            if self.watcher and self.random.random() < WATCHED:
                self.watcher.look(organization, user)

        if chance < 0.1:
            self.late.append(settle)
        else:
            settle()

    def settle(self, organization: str, request: str, cost: int, as_the_gateway: bool) -> None:
        parameters = {"o": organization, "r": request, "cost": cost, "keep": 0, "skew": self.skew}

        def charge(work: UnitOfWork) -> None:
            if not as_the_gateway:
                work.run(SETTLE_AT_ONCE, **parameters)
                return
            [call] = calls_of(work, organization, request)
            calls.finish_call(work, organization, call, Usage(1, 1), cost, "succeeded", 1, 1)
            work.run_and_commit(SETTLE, **parameters)

        self.persist(charge, autocommit=not as_the_gateway)

    def lose(self, work: UnitOfWork, organization: str, request: str, amount: int) -> None:
        calls.mark_unknown(work, organization, request)
        work.run_and_commit(SETTLE, o=organization, r=request, cost=0, keep=amount, skew=self.skew)

    def persist(self, action: Callable[[UnitOfWork], Any], *, autocommit: bool) -> Any:
        """Repeat with the same request id until an answer comes; a lost reply is repeated too."""
        while True:
            self.last_try = time.time()
            try:
                with self.database.work(autocommit=autocommit) as work:
                    if self.random.random() < self.settings["cuts"]:
                        connection = self.database.connection()
                        assert isinstance(connection, CarelessConnection)
                        connection.lose_next = True
                    return action(work)
            except Unavailable:
                pass
            except StatementFailed as error:
                if error.sqlstate[:2] not in PASSING:
                    raise
                self.database.discard()
            time.sleep(self.random.uniform(0.01, 0.2))  # a client's pause before it tries again


def calls_of(work: UnitOfWork, organization: str, request: str) -> list[str]:
    rows = work.run(
        """SELECT CAST(call_id AS text) AS id FROM llm_calls
           WHERE organization_id = CAST(:o AS uuid) AND request_id = :r""",
        o=organization,
        r=request,
    )
    return [row["id"] for row in rows]


def main() -> None:
    settings = json.loads(sys.argv[1])
    failures: list[BaseException] = []
    # Unbuffered: what a killed process saw is kept, but for the line that it was writing.
    with Path(settings["log"]).open("ab", buffering=0) as file:

        def log(line: dict[str, Any]) -> None:
            file.write(json.dumps(line).encode() + b"\n")

        def run(client: Client) -> None:
            try:
                client.run()
            except BaseException as error:
                failures.append(error)

        share, rest = divmod(settings["attempts"], settings["clients"])
        clients = [
            Client(f"{settings['name']}-{n}", share + (n < rest), settings, log) for n in range(settings["clients"])
        ]
        threading.stack_size(1 << 20)
        threads = [threading.Thread(target=run, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


if __name__ == "__main__":
    main()
