"""`make soak-notifications`: clients cut over and over, posts lost and doubled, and not one silent gap.

The clients, contexts, SQL and PostgreSQL are the real ones; the gateway, the queue and the network are in this process
and fail as Faults says. A trigger writes down every notification in the order of its commit; at the end each client's
screen is held to that. `--plant NAME` puts a known bug in, which the same check has to find. The seed decides every
fault and every cut; threads still interleave as they like, so a seed replays the plan, not each instruction.
"""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import time
import uuid
from collections import Counter, defaultdict
from dataclasses import replace
from unittest import mock

from assistant.identity import sessions
from assistant.identity.caller import Caller
from assistant.notifications import fanout, log, outbox
from assistant.platform import queues, sockets
from tests.soak.databases import fresh_database, server
from tests.soak.notification_bugs import PLANTS
from tests.soak.notification_devices import Device, Plan, check
from tests.soak.notification_gateway import LOSSLESS, Faults, Gateway


class Soak:
    def __init__(self, connect, plan: Plan) -> None:
        self.plan, self._connect = plan, connect
        self.random = random.Random(plan.seed)
        self.made = Counter()
        self.devices: list[Device] = []
        self.unfinished: list[str] = []

    async def run(self) -> dict:
        plan, began = self.plan, time.monotonic()
        self.gateway = Gateway(self._connect, plan.seed + 1, plan.faults)
        with patched(self.gateway):
            callers = await self.gateway.in_thread(self._people)
            for n in range(plan.sockets):
                caller, start = callers[n % len(callers)]
                self.devices.append(Device(self.gateway, caller, start, plan))
            clients = [asyncio.create_task(device.run()) for device in self.devices]
            relay = asyncio.create_task(self._relay())
            await self._cut_all(callers)
            busy = time.monotonic() - began
            self.gateway.faults = Faults(0, 0, 0, 0, 0, 0, 0, 0)
            settled = await self._settle(plan.settle_seconds)
            self.made["crashed"] = sum(task.done() for task in [*clients, relay])
            for task in [*clients, relay]:
                task.cancel()
            await asyncio.gather(*clients, relay, return_exceptions=True)
            problems = check(self.devices, self.made, *await self.gateway.in_thread(self._truth))
            await asyncio.to_thread(self.gateway.stop)
        return self._report(problems, busy, settled)

    def _people(self) -> list[tuple[Caller, log.Position]]:
        found = []
        with self.gateway.database().transaction() as work:
            [row] = work.run("INSERT INTO organizations (name) VALUES ('Soak') RETURNING organization_id")
            organization = str(row["organization_id"])
            for _ in range(max(1, self.plan.sockets // self.plan.devices)):
                email = f"{uuid.uuid4().hex}@soak.example"
                text = """INSERT INTO users (organization_id, email, name, password_hash)
                          VALUES (CAST(:o AS uuid), :email, 'Soak', '-') RETURNING user_id"""
                [user] = work.run(text, o=organization, email=email)
                user_id = str(user["user_id"])
                session = sessions.start(work, organization, user_id)
                caller = Caller(user_id, organization, "user", frozenset(), "soak", email, session)
                found.append((caller, log.locked_end(work, organization, caller.user_id)))
        return found

    async def _relay(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            with contextlib.suppress(Exception):  # a run that fails is made up by the next
                self.made["relayed"] += await self.gateway.in_thread(
                    lambda: outbox.relay_unsent(self.gateway.database(), older_than_seconds=0.5)
                )

    async def _cut_all(self, callers) -> None:
        plan, at_once = self.plan, asyncio.Semaphore(40)
        jobs: set[asyncio.Task] = set()

        def start(work) -> None:
            jobs.add(task := asyncio.create_task(work))
            task.add_done_callback(jobs.discard)

        async def say(caller, n=1) -> None:
            async with at_once:
                await self.gateway.in_thread(self._append, caller, n)

        async def absence(device) -> None:
            device.away = True
            await self.gateway.in_thread(self._append, device.caller, log.KEPT + 10)
            device.away = False

        due = 0.0
        while self.made["cuts"] < plan.cuts:
            device = self.random.choice(self.devices)
            if not device.live:
                await asyncio.sleep(0.001)
                continue
            self.gateway.cut(device.socket, silently=self.gateway.chance(plan.faults.silent))
            self.made["cuts"] += 1
            due += plan.messages_per_cut
            while due >= 1:
                due -= 1
                start(say(self.random.choice(callers)[0]))
            if self.random.random() < plan.absent:
                self.made["absences"] += 1
                start(absence(device))
            if self.random.random() < plan.restored:
                self.made["restores"] += 1
                start(self.gateway.in_thread(self._restore, self.random.choice(callers)[0]))
            while len(jobs) > 50:  # noqa: ASYNC110 - what is said keeps pace with the cuts
                await asyncio.sleep(0.002)
            if self.made["cuts"] % 20 == 0:
                await asyncio.sleep(0.002)
            if plan.round and self.made["cuts"] % plan.round == 0:
                await asyncio.gather(*jobs)
                if not await self._settle(4):
                    break
            if self.made["cuts"] % 5000 == 0:
                print(f"  {self.made['cuts']} cuts, {dict(self.gateway.events)}", flush=True)
        await asyncio.gather(*jobs)

    def _append(self, caller: Caller, n: int) -> None:
        for i in range(n):
            with self.gateway.database().transaction() as work:
                log.notify(work, caller.organization_id, caller.user_id, "task_progress", {"n": i})
            self.made["messages"] += 1

    def _restore(self, caller: Caller) -> None:
        """As docs/notifications.md says to do after a restored backup: the log ends earlier, its epoch is new."""
        with self.gateway.database().transaction() as work:
            last = log.locked_end(work, caller.organization_id, caller.user_id)
            back = max(0, last.offset - 5)
            work.run(
                """DELETE FROM notifications WHERE user_id = CAST(:u AS uuid) AND "offset" > :back""",
                u=caller.user_id,
                back=back,
            )
            work.run(
                """UPDATE notification_streams SET last_offset = :back, epoch = gen_random_uuid()
                   WHERE user_id = CAST(:u AS uuid)""",
                u=caller.user_id,
                back=back,
            )

    async def _settle(self, seconds: float) -> bool:
        """Wait until every client says that it has all there is."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(0.05)
            if not self.gateway.idle:
                continue
            ends = await self.gateway.in_thread(self._ends)
            self.unfinished = [
                f"{device.client.inbox.epoch}:{device.client.inbox.offset} of {ends[device.caller.user_id]}, "
                f"behind {device.client.inbox.behind}, live {device.live}, resumes {device.client.resumes}"
                for device in self.devices
                if (device.client.inbox.epoch, device.client.inbox.offset) != ends[device.caller.user_id]
            ]
            if not self.unfinished:
                return True
        return False

    def _ends(self) -> dict[str, tuple[str, int]]:
        with self.gateway.database().reading() as work:
            rows = work.run("SELECT user_id, epoch, last_offset FROM notification_streams")
        return {str(row["user_id"]): (str(row["epoch"]), row["last_offset"]) for row in rows}

    def _truth(self):
        with self.gateway.database().reading() as work:
            rows = work.run('SELECT user_id, epoch, "offset", message_id FROM soak_truth ORDER BY serial')
        truth = defaultdict(dict)
        for row in rows:
            truth[str(row["user_id"])][(str(row["epoch"]), row["offset"])] = str(row["message_id"])
        return truth, self._ends()

    def _report(self, problems: Counter, busy: float, settled: bool) -> dict:
        made = self.made
        return {
            "seed": self.plan.seed,
            "sockets": len(self.devices),
            **{name: made[name] for name in ("cuts", "messages", "shown", "announced", "absences", "restores")},
            "relayed": made["relayed"],
            "resumes": sum(device.client.resumes for device in self.devices),
            "dropped_duplicates": sum(device.client.inbox.duplicates for device in self.devices),
            "faults": dict(self.gateway.events),
            "seconds": round(busy, 1),
            "settled": settled,
            "crashed": made["crashed"],
            "unfinished": self.unfinished,
            "problems": {name: problems[name] for name in ("silent gaps", "duplicates", "swaps", "foreign")},
        }


@contextlib.contextmanager
def patched(gateway: Gateway):
    with (
        mock.patch.object(sockets, "post", gateway.post),
        mock.patch.object(sockets, "close", gateway.close_by_server),
        mock.patch.object(queues, "send", gateway.send),
        mock.patch.object(queues, "send_ordered", gateway.send_ordered),
        mock.patch.object(fanout, "count"),
        mock.patch.object(fanout.logger, "info"),
    ):
        yield


# Under this one nothing is lost on the way and nobody pings: whatever is missing was never sent.
LOSSLESS_PLANTS = {"registered_too_late"}


def lossless(plan: Plan) -> Plan:
    return replace(plan, faults=LOSSLESS, ping_seconds=3600, absent=0, restored=0, round=plan.sockets)


def soak(connect, plan: Plan, plant: str | None = None) -> dict:
    with contextlib.ExitStack() as bugs:
        for patch in PLANTS[plant]() if plant else ():
            bugs.enter_context(patch)
        return asyncio.run(Soak(connect, plan).run())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=100_000)
    parser.add_argument("--plant", choices=sorted(PLANTS))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: replay with --seed {arguments.seed}", flush=True)
    plan = Plan(arguments.seed, arguments.sockets, arguments.cuts)
    if arguments.plant in LOSSLESS_PLANTS:
        plan = lossless(plan)
    with server() as (host, port), fresh_database(host, port) as connect:
        result = soak(connect, plan, arguments.plant)
    print(json.dumps(result, indent=2))
    return 1 if any(result["problems"].values()) or not result["settled"] or result["crashed"] else 0


if __name__ == "__main__":
    sys.exit(main())
