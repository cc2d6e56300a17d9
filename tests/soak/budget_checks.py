"""Decides from what the database stored and what the clients saw whether money was safe and nobody refused for nothing.

**Overspend**: the ledger's entries in the order of their commits, by PostgreSQL's own commit timestamps: at no instant
may a period have more spent and held than granted. And the provider's truth: what it billed for a request is never
more than what the ledger charged for it.

**False refusals**: a refusal is right when at some instant between the sending of the call and its answer less was
free than asked for, at the level that it names. The free amount is rebuilt from the same entries; what a settlement
freed counts from the latest instant at which it can have become visible (its answer, or LAG after its commit if the
answer was lost), what a hold took from the earliest (its commit), so that only what is certainly false is reported.
"""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.platform.db.connection import PooledConnection

LAG = 2.0  # seconds from a commit's timestamp to its visibility, at most: a flush of the log lies between

ENTRIES = """SELECT b.level, CAST(b.owner_id AS text), extract(epoch FROM p.period_end), e.request_id, e.from_account,
                    e.to_account, e.amount, extract(epoch FROM pg_xact_commit_timestamp(e.xmin))
             FROM ledger_entries e JOIN budgets b USING (budget_id)
             JOIN budget_periods p ON p.budget_id = e.budget_id AND p.period_start = e.period_start"""


@dataclass
class Steps:
    """Changes of what is free in one period: (instant, change), and the sum after each."""

    granted: int = 0
    changes: list[tuple[float, int]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    free: list[int] = field(default_factory=list)

    def add_up(self) -> None:
        self.changes.sort(key=lambda change: (change[0], -change[1]))
        total = self.granted
        for instant, change in self.changes:
            total += change
            self.times.append(instant)
            self.free.append(total)

    def least(self, start: float, end: float) -> int:
        """The least that was free at an instant of the window."""
        first, last = bisect_left(self.times, start), bisect_right(self.times, end)
        before = self.free[first - 1] if first else self.granted
        return min([before, *self.free[first:last]])


@dataclass
class Verdict:
    attempts: int
    held: int
    refused: int
    billed: int
    periods: int
    overspent: list[str]
    false_refusals: list[str]
    undercharged: list[str]

    @property
    def sound(self) -> bool:
        return not (self.overspent or self.false_refusals or self.undercharged)


def lines(folder: Path) -> Iterable[dict[str, Any]]:
    for path in folder.glob("*.log.jsonl"):
        for line in path.read_bytes().split(b"\n"):
            if line.endswith(b"}"):  # else cut off by a kill
                yield json.loads(line)


def judge(owner: PooledConnection, folder: Path) -> Verdict:
    """Read everything and decide."""
    settled_at, billed, refused, held = {}, {}, [], 0
    for line in lines(folder):
        if line["e"] == "settled":
            settled_at[line["r"]] = line["t1"]
        elif line["e"] == "billed":
            billed[line["r"]] = line["cost"]
        elif line["e"] == "refused":
            refused.append(line)
        else:
            held += 1

    exact: dict[tuple[str, str, float], Steps] = defaultdict(Steps)
    latest: dict[tuple[str, str, float], Steps] = defaultdict(Steps)
    for level, owner_id, end, request, source, target, amount, committed in owner.run(ENTRIES):
        key = (level, owner_id, float(end))
        if source == "granted":
            exact[key].granted += amount
            latest[key].granted += amount
        elif source == "free":
            exact[key].changes.append((float(committed), -amount))
            latest[key].changes.append((float(committed), -amount))
        elif target == "free":
            visible = max(settled_at.get(request, 0.0), float(committed))
            exact[key].changes.append((float(committed), amount))
            latest[key].changes.append((visible if request in settled_at else float(committed) + LAG, amount))
    for steps in [*exact.values(), *latest.values()]:
        steps.add_up()

    overspent = [f"{key} was {-min(steps.free)} below nothing" for key, steps in exact.items()
                 if steps.free and min(steps.free) < 0]  # fmt: skip
    owners = {"organization": "o", "user": "u"}
    teams = dict(owner.run("SELECT CAST(user_id AS text), CAST(team_id AS text) FROM users"))
    false = []
    for line in refused:
        who = teams[line["u"]] if line["level"] == "team" else line[owners[line["level"]]]
        steps = latest[line["level"], who, datetime.fromisoformat(line["end"]).timestamp()]
        least = steps.least(line["t0"], line["t1"])
        if least >= line["a"]:
            false.append(f"{line['r']} asked {line['a']} of the {line['level']}, and {least} was always free")

    charged = dict(owner.run("SELECT request_id, settled FROM holds"))
    under = [f"{request}: billed {cost}, charged {charged.get(request)}" for request, cost in billed.items()
             if charged.get(request, -1) < cost]  # fmt: skip
    return Verdict(len(refused) + held, held, len(refused), len(billed), len(exact), overspent, false, under)
