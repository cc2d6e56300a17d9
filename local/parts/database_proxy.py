"""The pin-detecting proxy as a part of the local cloud."""

import sys
import urllib.request
from pathlib import Path

from local.process import Process, bare_environment


def process(port: int, http_port: int, database: tuple[str, int], project: Path, state: Path, log: Path) -> Process:
    """Describe the proxy in front of a PostgreSQL server."""

    def ready() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/pins", timeout=1) as answer:
            return bool(answer.status == 200)

    host, database_port = database
    arguments: list[str | Path] = [str(port), str(http_port), host, str(database_port), state / "pins.json"]
    return Process(
        name="The database proxy",
        command=[sys.executable, "-m", "local.database_proxy.proxy", *arguments],
        log=log,
        ready=ready,
        environment=bare_environment(PYTHONPATH=str(project)),
    )
