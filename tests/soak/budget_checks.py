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
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.platform.db.connection import PooledConnection

LAG = 2.0  # seconds from a commit's timestamp to its visibility, at most: a flush of the log lies between

ENTRIES = """SELECT extract(epoch FROM p.period_end), e.request_id, e.from_account, e.to_account, e.amount,
                    extract(epoch FROM pg_xact_commit_timestamp(e.xmin))
             FROM ledger_entries e
             JOIN budget_periods p ON p.budget_id = e.budget_id AND p.period_start = e.period_start
             WHERE e.budget_id = CAST(:budget AS uuid)"""


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
    looks: dict[str, int]
    stale: list[str]

    @property
    def sound(self) -> bool:
        return not (self.overspent or self.false_refusals or self.undercharged or self.stale)


def lines(folder: Path) -> Iterable[dict[str, Any]]:
    for path in folder.glob("*.log.jsonl"):
        for line in path.read_bytes().split(b"\n"):
            if line.endswith(b"}"):  # else cut off by a kill
                yield json.loads(line)


def judge(owner: PooledConnection, folder: Path) -> Verdict:
    """Read everything and decide, one budget after the other: a million attempts leave millions of entries."""
    settled_at: dict[str, float] = {}
    billed: dict[str, int] = {}
    refused: dict[tuple[str, str], list[tuple[str, int, float, float, float]]] = defaultdict(list)
    looks: Counter[str] = Counter()
    held, stale, teams = 0, [], dict(owner.run("SELECT CAST(user_id AS text), CAST(team_id AS text) FROM users"))
    for line in lines(folder):
        match line["e"]:
            case "held":
                held += 1
            case "settled":
                settled_at[line["r"]] = line["t1"]
            case "billed":
                billed[line["r"]] = line["cost"]
            case "refused":
                who = {"organization": line["o"], "team": teams[line["u"]], "user": line["u"]}[line["level"]]
                end = datetime.fromisoformat(line["end"]).timestamp()
                refused[line["level"], who].append((line["r"], line["a"], line["t0"], line["t1"], end))
            case "looked":
                looks[line["how"]] += 1
            case "stale":
                stale.append(f"{line['u']} had spent {line['truth']}, and the cache said {line['shown']}")

    periods, overspent, false = 0, [], []
    for budget, level, who in owner.run(
        "SELECT CAST(budget_id AS text), level, CAST(owner_id AS text) FROM budgets ORDER BY budget_id"
    ):
        exact, latest = _steps(owner.run(ENTRIES, budget=budget), settled_at)
        periods += len(exact)
        overspent += [
            f"the {level} {who} until {end} was {-min(steps.free)} below nothing"
            for end, steps in exact.items()
            if steps.free and min(steps.free) < 0
        ]
        for request, amount, start, answered, end in refused.pop((level, who), ()):
            if (least := latest[end].least(start, answered)) >= amount:
                false.append(f"{request} asked {amount} of the {level}, and {least} was always free")
    false += [f"refused by a {level} that has no budget" for level, _ in refused]

    charged = dict(owner.run("SELECT request_id, settled FROM holds"))
    under = [f"{request}: billed {cost}, charged {charged.get(request)}" for request, cost in billed.items()
             if charged.get(request, -1) < cost]  # fmt: skip
    refusals = sum(1 for line in lines(folder) if line["e"] == "refused")
    return Verdict(refusals + held, held, refusals, len(billed), periods, overspent, false, under, dict(looks), stale)


def _steps(
    rows: Iterable[tuple[Any, ...]], settled_at: dict[str, float]
) -> tuple[dict[float, Steps], dict[float, Steps]]:
    """What was free in each period of a budget: by the commits, and as late as it can have been seen."""
    exact: dict[float, Steps] = defaultdict(Steps)
    latest: dict[float, Steps] = defaultdict(Steps)
    for period_end, request, source, target, amount, commit in rows:
        end, committed = float(period_end), float(commit)
        if source == "granted":
            exact[end].granted += amount
            latest[end].granted += amount
        elif source == "free":
            exact[end].changes.append((committed, -amount))
            latest[end].changes.append((committed, -amount))
        elif target == "free":
            seen = settled_at.get(request)
            exact[end].changes.append((committed, amount))
            latest[end].changes.append((committed + LAG if seen is None else max(seen, committed), amount))
    for steps in [*exact.values(), *latest.values()]:
        steps.add_up()
    return exact, latest
