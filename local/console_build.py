"""Building the web console with npm: only what is not there yet, and only what has changed."""

import fcntl
import hashlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.process import die_with_parent

_OLDEST_NODE = (20, 19)
_SOURCES = ("src", "public", "scripts")
_FILES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
_GET_NODE = (
    "needs Node.js 20.19 or newer with npm, which is not here. The API runs without it. "
    "Get it from your distribution or from nodejs.org and start again."
)


class NotBuilt(Exception):
    """There is no console, and what to do about it."""


def build(frontend: Path, say: Callable[[str], None]) -> Path:
    """The folder of the built console; builds it when its sources have changed. Raises NotBuilt."""
    folder = frontend.resolve() / "dist"
    with _alone(frontend):
        wanted = _fingerprint(frontend)
        if _read(folder / ".built") == wanted:
            return folder
        if not _has_node():
            raise NotBuilt(_GET_NODE)
        install(frontend, say)
        _run(frontend, ["npm", "run", "--silent", "bundle"], "is being built", say)
        (folder / ".built").write_text(wanted)
    return folder


def install(frontend: Path, say: Callable[[str], None]) -> None:
    """Install the pinned packages unless these very ones are there. Raises NotBuilt."""
    installed = frontend / "node_modules" / ".installed"
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    if _read(installed) != lock:
        _run(frontend, ["npm", "ci", "--no-audit", "--no-fund"], "installs its packages, once", say)
        installed.write_text(lock)


def _run(frontend: Path, command: list[str], what: str, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    say(f"{what} …")
    child = subprocess.Popen(
        command,
        cwd=frontend,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )
    output = b""
    while True:
        try:
            output, _ = child.communicate(timeout=5)
            break
        except subprocess.TimeoutExpired:
            say(f"{what} … {time.monotonic() - began:.0f} s")
    if child.returncode != 0:
        lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
        raise NotBuilt(f"could not be built ({' '.join(command)}): {' / '.join(lines[-3:])}. The API runs without it.")


def _has_node() -> bool:
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= _OLDEST_NODE


def _fingerprint(frontend: Path) -> str:
    digest = hashlib.sha256()
    files = [path for name in _SOURCES for path in (frontend / name).rglob("*") if path.is_file()]
    for path in sorted([*files, *(frontend / name for name in _FILES)]):
        digest.update(str(path.relative_to(frontend)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


@contextmanager
def _alone(frontend: Path) -> Iterator[None]:
    """Two local clouds on one checkout take turns."""
    with (frontend / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
