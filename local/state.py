"""The state directory: one launcher at a time, on a disk with room."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

from local.errors import CloudError

_ROOM = 300 << 20


class StateDirectory:
    """`.local/`: `data/` outlives a run, everything else may be deleted at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.data = self.path / "data"
        self.logs = self.path / "logs"
        self._lock: int | None = None

    def open(self, *, clean: bool = False) -> None:
        """Take the directory for this process; forget its data when asked to."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise CloudError(
                f"{self.path} belongs to another user: start as that user, or delete the folder as that user."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._lock, 20).decode() or "unknown"
            self.close()
            raise CloudError(f"The local cloud already runs on {self.path}: stop it first (kill {holder}).") from error
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        if clean:
            shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.logs, ignore_errors=True)
        room = shutil.disk_usage(self.path).free
        if room < _ROOM:
            raise CloudError(
                f"The disk has {room >> 20} MB free, {_ROOM >> 20} are needed: free some space and start again."
            )
        self.data.mkdir(exist_ok=True)
        self.logs.mkdir(exist_ok=True)

    def close(self) -> None:
        """Let another launcher have it."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.close(self._lock)
            self._lock = None
