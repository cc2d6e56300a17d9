"""What the parts of a local cloud use: PSS (shared pages divided among their users) and CPU time, by process tree."""

import os
from collections import defaultdict
from pathlib import Path

Usage = dict[str, tuple[float, float]]
"""(PSS in MB, CPU seconds) by part."""

_TICKS = os.sysconf("SC_CLK_TCK")


def used_by(parts: dict[str, int]) -> Usage:
    """Each part's tree of processes, without the trees of the other parts. Linux only; a part that ended is 0.

    CPU counts children that ended and were waited for, so a part's figure only grows.
    """
    children = _children()
    roots = set(parts.values())
    found = {}
    for name, root in parts.items():
        pss = cpu = 0.0
        waiting = [root]
        while waiting:
            pid = waiting.pop()
            pss += pss_megabytes(pid)
            cpu += cpu_seconds(pid)
            waiting += [child for child in children[pid] if child not in roots]
        found[name] = (pss, cpu)
    return found


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(fields[1])].append(int(entry.name))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, which may hold anything; the state is the first."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS if fields else 0.0


def pss_megabytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # gone meanwhile, or another user's
        return 0.0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
