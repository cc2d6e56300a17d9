"""Child processes that never outlive the one that started them."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from local.errors import CloudError

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that forked it ends (Linux; elsewhere nothing)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port(below: int = 55536) -> int:
    """Return a free port on the loopback address; Valkey's cluster bus needs port + 10000 to exist."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < below:
            return port
    raise CloudError(f"No free port below {below}: stop some programs and start again.")


def require_port(port: int, variable: str) -> int:
    """Return the port when it can be bound, else say which variable chooses another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CloudError(
                f"Port {port} is in use: stop the program that holds it, "
                f"or choose another: {variable}={port + 1} make run"
            ) from error
    return port


def tail(path: Path, limit: int = 160) -> str:
    """Return the last line of a log that says anything, cut to the limit."""
    try:
        lines = path.read_bytes()[-8000:].decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip()[-limit:] for line in reversed(lines) if line.strip()), "")


@dataclass
class Process:
    """One part: how it starts, when it is ready, how it ends."""

    name: str
    command: Sequence[str | Path]
    log: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    ready_within: float = 30.0
    restartable: bool = False
    show: Callable[[str], None] | None = None
    """Takes each line of the standard output; without it they go to the log."""
    unprivileged_user: str | None = None
    """A user to become before the program starts; only for programs that refuse root."""
    child: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    """False once somebody stopped it on purpose: then its end is no crash."""

    @property
    def pid(self) -> int | None:
        """The process id while the part runs."""
        return self.child.pid if self.child is not None and self.child.poll() is None else None

    def start(self) -> None:
        """Start without waiting. Call from a thread that lives as long as the part: see die_with_parent."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            try:
                self.child = subprocess.Popen(
                    [str(word) for word in self.command],
                    env=dict(self.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE if self.show else log,
                    stderr=log if self.show else subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                    user=self.unprivileged_user,
                    extra_groups=[] if self.unprivileged_user else None,
                )
            except OSError as error:
                raise CloudError(
                    f"{self.name} could not be started ({error}): run `make run` again to reinstall it."
                ) from error
        if self.show is not None:
            threading.Thread(target=_pass_on, args=(self.child.stdout, self.show), daemon=True).start()
        self.wanted = True

    def wait_ready(self) -> None:
        """Block until the part answers; a crash or a silence is a CloudError that quotes the log."""
        deadline = time.monotonic() + self.ready_within
        while time.monotonic() < deadline:
            if self.child is None or self.child.poll() is not None:
                raise CloudError(self.crash_line())
            try:
                if self.ready():
                    return
            except Exception:  # noqa: S110 - any refusal means "not yet"; the deadline and the log tell the rest
                pass
            time.sleep(0.02)
        raise CloudError(f"{self.name} did not answer within {self.ready_within:.0f} s: see {self.log}")

    def crash_line(self) -> str:
        """Say that the part ended, why as far as its log tells, and what to do."""
        code = self.child.returncode if self.child is not None else None
        how = f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        said = tail(self.log)
        if "No space left on device" in said or shutil.disk_usage(self.log.parent).free < 16 << 20:
            return f"{self.name} stopped because the disk is full: free some space and start again."
        return f"{self.name} stopped ({how}){': ' + said if said else ''} - see {self.log}, then start again."

    def ask_to_stop(self) -> None:
        """Begin to end the part; several can be asked before any is waited for."""
        self.wanted = False
        if self.child is not None:
            _signal_group(self.child.pid, self.stop_signal)

    def stop(self, within: float = 5.0) -> None:
        """End the part politely, then with force, with everything it started."""
        self.ask_to_stop()
        child, self.child = self.child, None
        if child is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(within)
        _signal_group(child.pid, signal.SIGKILL)
        child.wait()

    def kill(self) -> None:
        """Kill the part at once, as a crash would, without it being taken for one."""
        self.wanted = False
        if self.child is not None:
            _signal_group(self.child.pid, signal.SIGKILL)
            self.child.wait()


def _pass_on(stream: IO[bytes], show: Callable[[str], None]) -> None:
    with stream:
        for line in stream:
            text = line.decode("utf-8", "replace").rstrip("\n")
            show("".join(character if character.isprintable() else " " for character in text))


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def bare_environment(**extra: str) -> dict[str, str]:
    """Return what a part may inherit: where programs and temporary files are, and nothing of the user's session."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ} | extra
