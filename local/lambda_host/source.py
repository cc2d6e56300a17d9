"""Noticing that the code on disk has changed."""

from collections.abc import Iterable
from pathlib import Path


class SourceVersion:
    """A number that grows whenever a Python or SQL file under the folders is added, changed or removed."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.number = 0
        self._folders = list(folders)
        self._seen = self._scan()

    def refresh(self) -> int:
        """Look again; return the current number."""
        found = self._scan()
        if found != self._seen:
            self._seen = found
            self.number += 1
        return self.number

    def _scan(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for folder in self._folders:
            for pattern in ("**/*.py", "**/*.sql", "**/*.json"):
                for path in folder.glob(pattern):
                    try:
                        found[str(path)] = path.stat().st_mtime_ns
                    except FileNotFoundError:
                        continue
        return found
