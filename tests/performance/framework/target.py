"""Whom the load is sent to: a local cloud of our own with a model that costs nothing, or an address that is given."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.errors import CloudError
from local.parts.model import NAME
from local.process import die_with_parent, free_port
from local.settings import ExternalModel, Settings
from tests.performance.framework.driver import session
from tests.performance.framework.observe import Eye
from tests.performance.framework.provider import FIRST_TOKEN
from tests.performance.framework.under_test import ROOT, Started, local_cloud
from tests.performance.framework.world import Person, World, crowd

ABOUT_LOCAL = (
    "Local cloud: gateway, functions, PostgreSQL, Valkey, queues and the load generator share these CPUs; rate limits "
    f"raised; the model is an endpoint that answers after {FIRST_TOKEN * 1000:.0f} ms and costs no CPU. "
    "Latency counts from the moment a request was meant to be sent."
)
ABOUT_REMOTE = "A given target: nothing is known of its parts, and only what changes nothing was asked. "


@dataclass(frozen=True)
class Target:
    url: str
    socket_url: str
    eye: Eye | None
    started: Started | None

    @property
    def about(self) -> str:
        return ABOUT_LOCAL if self.started else ABOUT_REMOTE


@contextmanager
def local_target(state: Path, root: Path = ROOT, clean: bool = True) -> Iterator[Target]:
    """A cloud of the code under `root`, ended with the block."""
    port = free_port()
    provider = subprocess.Popen(
        [sys.executable, "-m", "tests.performance.framework.provider", str(port)],
        cwd=ROOT, preexec_fn=die_with_parent, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        answers(f"http://127.0.0.1:{port}/v1/models")
        settings = Settings(model=ExternalModel(f"http://127.0.0.1:{port}/v1", NAME, "none"))
        with local_cloud(state, root=root, clean=clean, settings=settings) as started:
            here = started.addresses
            yield Target(here.api_url, here.websocket_url, Eye(here), started)
    finally:
        provider.terminate()
        provider.wait()


def remote_target(url: str) -> Target:
    """TARGET with ADMIN_EMAIL, ADMIN_PASSWORD, USER_EMAIL, USER_PASSWORD; SOCKET_URL where sockets are wanted."""
    return Target(url.rstrip("/"), os.environ.get("SOCKET_URL", ""), None, None)


@asynccontextmanager
async def world_of(target: Target, people: int) -> AsyncIterator[World]:
    """Everybody signed in, with a budget that a load test does not exhaust and a task of their own."""
    async with session(target.url) as opened:
        if target.started is None:
            names = ("ADMIN_EMAIL", "ADMIN_PASSWORD", "USER_EMAIL", "USER_PASSWORD")
            if missing := [name for name in names if name not in os.environ]:
                raise CloudError(f"A TARGET needs accounts of its own: set {', '.join(missing)}.")
            admin_email, admin_password, email, password = (os.environ[name] for name in names)
            world = World(opened, Person(admin_email, admin_password), [Person(email, password)])
            for person in (world.admin, *world.people):
                await world.sign_in(person)
        else:
            account, _ = target.started.accounts()
            world = World(opened, Person(account.email, account.password), crowd(people))
            await world.sign_in(world.admin)
            limit = {"new_budget_limit": 1_000_000, "reason": "load test"}
            await world.call("POST", "/api/v1/budget/update", world.admin, json={**limit, "level": "organization"})
            for person in world.people:
                await world.register(person)
                body = {**limit, "user_id": person.user_id}
                await world.call("POST", "/api/v1/budget/update", world.admin, json=body)
                person.own_task = await world.submit(person)
        yield world


def answers(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
