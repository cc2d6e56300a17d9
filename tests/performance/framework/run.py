"""A whole run: warm up, every stage, stress until it breaks, each operation alone; everything into one report."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tests.performance.framework import cost, summary
from tests.performance.framework.alone import counted
from tests.performance.framework.driver import Driver, Records, Row
from tests.performance.framework.mix import Mix
from tests.performance.framework.observe import Eye, Watching
from tests.performance.framework.profiles import Profile
from tests.performance.framework.schedule import Stage, arrivals
from tests.performance.framework.score import of_run
from tests.performance.framework.sockets import Sockets
from tests.performance.framework.target import Target, world_of
from tests.performance.framework.world import World

BROKEN_P95_MS, BROKEN_ERRORS = 1000.0, 0.01
GIVE_UP = 200  # failures after which a stress step is broken off
SETTLE = 30.0  # seconds that tasks have to end after their stage
Say = Callable[[str], None]


async def run(target: Target, mix: Mix, profile: Profile, seed: int, commit: str, say: Say) -> dict[str, Any]:
    """The report as it is written to JSON."""
    async with world_of(target, profile.people) as world:
        say(f"{len(world.people)} people signed in; every operation once, so that it is warm …")
        alone = await counted(world, mix.operations, target.eye, profile.alone)
        for found in alone.values():
            found["cost"] = cost.of_thousand(found)
        bad = {
            name: found["statuses"] for name, found in alone.items() if not _fine(found, mix.operations[name].expected)
        }
        if bad:
            say(f"not as expected when asked alone: {bad}")
        stages = []
        for number, stage in enumerate(profile.stages):
            stages.append(await one_stage(target, world, mix, stage, seed + number))
            say(_line(stages[-1]))
        breaks = ""
        users = profile.stress_from
        for step in range(profile.stress_steps):
            stage = Stage(f"stress {users} users", profile.stress_seconds, users)
            stages.append({**await one_stage(target, world, mix, stage, seed + 100 + step), "stress": True})
            say(_line(stages[-1]))
            if breaks := _broken(stages[-1]):
                break
            users = round(users * 4 / 3)
        if profile.stress_steps and not breaks:
            breaks = f"It did not break up to {stages[-1]['users']} users."
    shares = {name: operation.share for name, operation in mix.operations.items()}
    return {
        "commit": commit,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "profile": profile.name,
        "seed": seed,
        "cpus": os.cpu_count(),
        "load_average": os.getloadavg(),
        "about": target.about,
        "endpoints": len(mix.operations),
        "stages": stages,
        "breaks": breaks,
        "alone": alone,
        "unexpected_alone": bad,
        "cost": cost.of_mix(alone, shares),
        "prices": cost.PRICES,
        "score": of_run(stages, mix.operations).as_json(),
    }


def _fine(found: dict[str, Any], expected: tuple[int, ...]) -> bool:
    return all(status.startswith("2") or int(status) in expected for status in found["statuses"])


async def one_stage(target: Target, world: World, mix: Mix, stage: Stage, seed: int) -> dict[str, Any]:
    """Prepare, send, wait for the last answer, and sum up."""
    plan = arrivals(stage, mix.operations, mix.pace, seed)
    needed = Counter(mix.operations[one.operation].takes for one in plan if mix.operations[one.operation].takes)
    await world.prepare(needed)
    sockets = Sockets(world, target.socket_url) if stage.sockets and target.socket_url else None
    if sockets:
        await sockets.open(stage.sockets)
    failures = 0

    def on_row(row: Row) -> None:
        nonlocal failures
        failures += row[5]
        driver.stopped = driver.stopped or failures > GIVE_UP

    driver = Driver(world, mix.operations, on_row)
    eye = target.eye
    before = eye.counts(host=True) if eye else None
    began = datetime.now(UTC)
    started = time.perf_counter()
    with Watching(eye) if eye else nullcontext() as watching:
        pinging = asyncio.create_task(sockets.ping(stage.seconds, seed)) if sockets else None
        records = await driver.run(plan)
        if pinging:
            await pinging
    seconds = time.perf_counter() - started
    after = eye.counts(host=True) if eye else None
    if sockets:
        await sockets.close()
    found: dict[str, Any] = {
        "name": stage.name,
        "users": stage.users,
        "seconds": round(seconds, 1),
        "memory": stage.memory,
        "intended_rate": round(len(plan) / stage.seconds, 2) if stage.seconds else 0,
        "stopped": driver.stopped,
        "all": summary.endpoint(records, stage.seconds),
        "operations": _operations(records, stage.seconds),
        "generator": summary.generator(records),
        "series": summary.series(records, stage.seconds),
        "parts": summary.parts(watching.samples, seconds) if watching else {},
        "traffic": summary.traffic(before, after, len(records.latency)) if before and after else None,
    }
    if sockets:
        found["sockets"] = sockets.summary()
    if stage.tasks_per_minute:
        found["tasks"] = await tasks(eye, began, stage)
    return found


def _operations(records: Records, seconds: float) -> dict[str, Any]:
    return {
        name: summary.endpoint(records.of(name), seconds)
        for index, name in enumerate(records.operations)
        if np.any(records.which == index)
    }


async def tasks(eye: Eye | None, began: datetime, stage: Stage) -> dict[str, Any] | None:
    """What became of the tasks that were submitted in the stage, waited for as long as SETTLE."""
    if eye is None:
        return None
    started = time.perf_counter()
    while True:
        counts = await asyncio.to_thread(eye.tasks_since, began)
        waited = time.perf_counter() - started
        waiting = sum(counts.get(status, 0) for status in ("queued", "running", "retrying", "waiting"))
        if not waiting or waited > SETTLE:
            break
        await asyncio.sleep(0.2)
    return {
        "submitted": sum(counts.values()),
        "completed": counts.get("completed", 0),
        "cancelled": counts.get("cancelled", 0),
        "failed": counts.get("failed", 0) + counts.get("dead", 0),
        "a_minute": round(counts.get("completed", 0) * 60 / (stage.seconds + waited), 1),
        "waited_s": round(waited, 1),
    }


def _broken(stage: dict[str, Any]) -> str:
    found = stage["all"]
    errors = found["errors"] / max(1, found["count"])
    if not stage["generator"]["kept_up"]:
        return f"At {stage['users']} users the load generator could not keep its schedule: the machine is full."
    if errors > BROKEN_ERRORS:
        return f"It breaks at {stage['users']} users, {found['rate']} requests a second: {errors:.1%} errors."
    if found.get("p95_ms", 0) > BROKEN_P95_MS:
        return f"It breaks at {stage['users']} users, {found['rate']} requests a second: p95 {found['p95_ms']:.0f} ms."
    return ""


def _line(stage: dict[str, Any]) -> str:
    found = stage["all"]
    text = f"{stage['name']:<28}{found['count']:>7} requests {found['errors']:>5} errors"
    if found["count"]:
        text += f"  p50 {found['p50_ms']:>7.1f}  p95 {found['p95_ms']:>7.1f}  p99 {found['p99_ms']:>7.1f} ms"
    if not stage["generator"]["kept_up"]:
        text += f"  (generator late: p99 {stage['generator']['late_p99_ms']} ms)"
    if sockets := stage.get("sockets"):
        text += f"  {sockets['held']} sockets, ping p99 {sockets['p99_ms']} ms"
    if done := stage.get("tasks"):
        text += f"  tasks {done['completed']}/{done['submitted']}"
    return text
