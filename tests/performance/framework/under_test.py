"""The cloud that is measured: a local one of our own with the limits raised, so that speed is seen and not refusals."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.addresses import Addresses
from local.cloud import LocalCloud
from local.deploy import client
from local.seed import Account, accounts, seed
from local.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "perf"
LIMITS = ("basic", "search", "documentation", "llm", "login", "register")
WARM = 120
"""Sandboxes that the host keeps: all functions fit, so that a stage measures warm ones and cold_init.py cold ones."""


@dataclass(frozen=True)
class Started:
    """A running cloud and how long its start took, in seconds."""

    cloud: LocalCloud
    seconds: float

    @property
    def addresses(self) -> Addresses:
        return self.cloud.addresses

    def pause_workers(self, paused: bool = True) -> None:
        """Stop handing tickets to the workers, or go on: what is measured meanwhile is not their model."""
        stems = [path.stem for path in (self.cloud.root / "functions" / "workers").glob("*.py")]
        workers = ["".join(word.title() for word in stem.split("_")) + "Function" for stem in stems]
        lambdas = client("lambda", self.addresses.aws_endpoint_url)
        for mapping in lambdas.list_event_source_mappings()["EventSourceMappings"]:
            if any(self.addresses.resources.get(name, "?") in mapping["FunctionArn"] for name in workers):
                lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=not paused)

    def accounts(self) -> tuple[Account, Account]:
        """The administrator and the demo user."""
        return accounts(self.addresses)


@contextmanager
def generous() -> Iterator[None]:
    """The environment in which functions refuse nobody for asking often."""
    names = {"RATE_LIMITS": ",".join(f"{name}=100000000" for name in LIMITS), "WARM_SANDBOXES": str(WARM)}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def local_cloud(
    state: Path, *, root: Path = ROOT, clean: bool = False, settings: Settings | None = None
) -> Iterator[Started]:
    """A cloud of the code under `root`; it ends with the block."""
    with generous():
        began = time.monotonic()
        with LocalCloud(root, state, clean=clean, seed=seed, settings=settings) as cloud:
            yield Started(cloud, time.monotonic() - began)
