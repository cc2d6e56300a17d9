"""`make e2e`, `screenshots` and `perf-console`: the console in a real browser, against a local cloud of its own."""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from local.console_build import NotBuilt, build, install
from local.console_rows import add_tasks
from local.errors import CloudError

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_SPECS = {"e2e": "e2e/[0-9]*", "screenshots": "e2e/screenshots.spec.ts", "performance": "e2e/performance.spec.ts"}


def check(arguments: argparse.Namespace) -> int:
    """Start a cloud, run the browser, end the cloud; the exit code of the browser's tests."""
    from local.cloud import LocalCloud
    from local.seed import accounts, seed
    from local.settings import Settings

    frontend = (arguments.root / "frontend").resolve()
    chromium = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if chromium is None:
        raise CloudError("There is no Chromium here: apt-get install chromium, then start again.")
    try:
        install(frontend, print)
        build(frontend, print)
    except NotBuilt as error:
        raise CloudError(f"The console {error}") from error
    with (
        tempfile.TemporaryDirectory(prefix="console-") as state,
        LocalCloud(arguments.root, Path(state), settings=Settings(console_port=0), seed=seed) as cloud,
    ):
        admin, user = accounts(cloud.addresses)
        _await_console(cloud.addresses.console_url)
        environment = os.environ | {
            "CHROMIUM": chromium,
            "CONSOLE_URL": cloud.addresses.console_url,
            "API_URL": cloud.addresses.api_url,
            "USER_EMAIL": user.email,
            "USER_PASSWORD": user.password,
            "ADMIN_EMAIL": admin.email,
            "ADMIN_PASSWORD": admin.password,
        }
        if arguments.what == "screenshots":
            environment["SCREENSHOTS"] = str((arguments.root / "docs" / "images").resolve())
        if arguments.what == "performance":
            add_tasks(cloud.addresses, user.email)
            subprocess.run(["npm", "run", "--silent", "check-size"], cwd=frontend, check=True)
            environment["PERFORMANCE"] = str((arguments.root / "build" / "perf" / "console.json").resolve())
            environment["CONNECTIONS_URL"] = cloud.addresses.connections_url
        command = ["npx", "playwright", "test", *(arguments.only or _specs(frontend, arguments))]
        return subprocess.run(command, cwd=frontend, env=environment, check=False).returncode


def _specs(frontend: Path, arguments: argparse.Namespace) -> list[str]:
    return sorted(str(path.relative_to(frontend)) for path in frontend.glob(_SPECS[arguments.what]))


def _await_console(url: str) -> None:
    """The server answers 503 until it has found the build, which is there already."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own part
                return
        except urllib.error.HTTPError:
            time.sleep(0.1)
    raise CloudError(f"The console at {url} was not ready within a minute.")
