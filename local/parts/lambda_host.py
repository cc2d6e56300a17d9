"""The Lambda host as a part of the local cloud."""

import os
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from local.process import Process, bare_environment


def process(port: int, folders: tuple[Path, Path, Path], log: Path, show: Callable[[str], None] | None) -> Process:
    """Describe the host: folders of `local`, of the functions and of the state; `show` gets their log lines."""

    project, root, state = folders
    warm = {"WARM_SANDBOXES": os.environ["WARM_SANDBOXES"]} if "WARM_SANDBOXES" in os.environ else {}

    def ready() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=1) as answer:
            return bool(answer.status == 200)

    return Process(
        name="The Lambda host",
        command=[sys.executable, "-m", "local.lambda_host.server", str(port), root, state],
        log=log,
        ready=ready,
        environment=bare_environment(PYTHONPATH=str(project), PYTHONUNBUFFERED="1", **warm),
        show=show,
    )
