"""What functions print: whole into a file per function, shortened to the terminal."""

import json
import sys
import time
from pathlib import Path

_SHOWN = 200
_ORDINARY = {
    "level", "location", "message", "timestamp", "service", "cold_start", "function_name", "function_memory_size",
    "function_arn", "function_request_id", "xray_trace_id", "sampling_rate", "exception_name", "stack_trace",
}  # fmt: skip


class FunctionLog:
    """Appends the lines of one function to its file and repeats each on the terminal as one short line."""

    def __init__(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._name = path, name.removesuffix("Function")

    def write(self, line: bytes) -> None:
        """Keep one line of output."""
        try:
            with self._path.open("ab") as file:
                file.write(line)
        except OSError:
            pass  # a full disk must not take the function with it
        if short := shorten(line.decode("utf-8", "replace")):
            sys.stdout.write(f"{time.strftime('%H:%M:%S')} {self._name}: {short}\n")
            sys.stdout.flush()


def shorten(line: str) -> str:
    """Return a log line as a person wants it: level, message and own fields; nothing for metrics."""
    line = line.strip()
    if not line.startswith("{"):
        return line[:_SHOWN]
    try:
        record = json.loads(line)
    except ValueError:
        return line[:_SHOWN]
    if "_aws" in record:
        return ""
    extra = " ".join(f"{key}={value}" for key, value in record.items() if key not in _ORDINARY)
    failed = f" {record['exception_name']}" if record.get("exception_name") else ""
    text = f"{record.get('level', 'INFO')} {record.get('message', '')}{failed} {extra}".strip()
    return text.replace("\n", " ")[:_SHOWN]
