"""What the parts of a local cloud use: PSS (shared pages divided among their users) and CPU time, by process tree."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Used:
    """Of one part's tree of processes."""

    pss: float
    """MB."""
    cpu: float
    """Seconds."""
    own: dict[int, float]
    """Anonymous memory in MB by process id: what a process can leak, whoever else maps its files."""


Usage = dict[str, Used]
"""By part."""

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
        own = {}
        waiting = [root]
        while waiting:
            pid = waiting.pop()
            memory = memory_megabytes(pid)
            pss += memory.get("Pss", 0.0)
            own[pid] = memory.get("Anonymous", 0.0)
            cpu += cpu_seconds(pid)
            waiting += [child for child in children[pid] if child not in roots]
        found[name] = Used(pss, cpu, own)
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


def memory_megabytes(pid: int) -> dict[str, float]:
    """The sums over a process's mappings, by the kernel's names; nothing once it is gone, or when it is another's."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}


def pss_megabytes(pid: int) -> float:
    return memory_megabytes(pid).get("Pss", 0.0)
