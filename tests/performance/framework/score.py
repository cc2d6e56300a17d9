"""0 to 100 and a grade. A point is lost only where the whole interval lies on the wrong side, and each loss says why.

What cannot be told costs nothing and is listed: a score that guesses moves with the noise, and is soon ignored.
"""

from dataclasses import dataclass, field
from math import sqrt
from typing import Any

GRADES = ((90, "A"), (80, "B"), (70, "C"), (60, "D"), (0, "F"))
SPEED, ERRORS, MEMORY, SOCKETS, TASKS = 40.0, 25.0, 10.0, 15.0, 10.0
SOCKET_P99_MS = 150.0
TASKS_A_MINUTE = 50.0
GROWTH_MB_A_MINUTE = 1.0
Z = 2.576


@dataclass
class Score:
    """What was lost and why, what could not be told, and of how many points there was something to say."""

    lost: list[tuple[float, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    unjudged: float = 0.0
    """Points of which nothing can be said: a hundred of a hundred means little while most of them are such."""

    def leave_open(self, points: float, why: str) -> None:
        self.unjudged += points
        self.open.append(why)

    @property
    def points(self) -> float:
        return round(max(0.0, 100 - sum(points for points, _ in self.lost)), 1)

    @property
    def grade(self) -> str:
        """A letter, or a question mark where less than half of the points could be judged."""
        if self.unjudged > 50:
            return "?"
        return next(grade for least, grade in GRADES if self.points >= least)

    def as_json(self) -> dict[str, Any]:
        lost = [{"points": round(points, 2), "why": why} for points, why in sorted(self.lost, reverse=True)]
        return {
            "points": self.points,
            "grade": self.grade,
            "judged": round(100 - self.unjudged, 1),
            "lost": lost,
            "cannot_tell": self.open,
        }


def least_errors(errors: int, count: int) -> float:
    """The lower end of Wilson's interval at 99 %: the error rate that the counts support at least."""
    if not count or not errors:
        return 0.0
    share, square = errors / count, Z * Z / count
    middle = share + square / 2
    return max(0.0, (middle - Z * sqrt(share * (1 - share) / count + square / (4 * count))) / (1 + square))


def largest_steady(stages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The stage whose latencies are judged; a spike or stress is more than the machine can do by intention."""
    steady = [stage for stage in stages if stage["name"].startswith("steady")]
    return max(steady, key=lambda stage: stage["users"], default=None)


def of_run(stages: list[dict[str, Any]], mix: dict[str, Any]) -> Score:
    """The score of one run: speed at the largest steady load, errors, memory, sockets and tasks over all stages."""
    score = Score()
    if steady := largest_steady(stages):
        _speed(score, steady, mix)
    for stage in stages:
        if not stage.get("stress"):
            _errors(score, stage, len(stages))
        if stage.get("sockets"):
            _sockets(score, stage, sum(1 for one in stages if one.get("sockets")))
        if stage.get("tasks"):
            _tasks(score, stage, sum(1 for one in stages if one.get("tasks")))
    _memory(score, [stage for stage in stages if stage.get("memory")])
    return score


def _speed(score: Score, stage: dict[str, Any], mix: dict[str, Any]) -> None:
    """Each operation is worth its share of the load; twice its target loses all of it."""
    total = sum(mix[name].share for name in stage["operations"])
    for name, found in stage["operations"].items():
        target, weight = mix[name].p95_ms, SPEED * mix[name].share / total
        low, high = found.get("p95_low_ms") or 0.0, found.get("p95_high_ms")
        if low > target:
            why = f"p95 of at least {low:.0f} ms against a target of {target:.0f} ms ({stage['name']})"
            score.lost.append((weight * min(1.0, (low - target) / target), f"{name}: {why}"))
        elif high is None or high > target:
            many = f"{found['count']} requests bound its p95 to {low:.0f}–{'?' if high is None else f'{high:.0f}'} ms"
            score.leave_open(weight, f"{name}: {many}, its target is {target:.0f} ms")


def _errors(score: Score, stage: dict[str, Any], stages: int) -> None:
    found = stage["all"]
    if not found["errors"]:
        return
    least = least_errors(found["errors"], found["count"])
    worst = sorted(stage["operations"].items(), key=lambda item: -item[1]["errors"])[:3]
    where = ", ".join(f"{name} {one['errors']} of {one['count']}" for name, one in worst if one["errors"])
    points = min(ERRORS / stages, ERRORS / stages * least / 0.01)
    score.lost.append((points, f"errors: at least {least:.2%} in {stage['name']} ({where})"))


def _sockets(score: Score, stage: dict[str, Any], stages: int) -> None:
    found, worth = stage["sockets"], SOCKETS / stages
    if missing := found["lost"] + found["refused"]:
        score.lost.append((worth / 2, f"sockets: {missing} of {missing + found['held']} not held in {stage['name']}"))
    if found["pongs"] < found["pings"]:
        gone = found["pings"] - found["pongs"]
        score.lost.append((worth / 4, f"sockets: {gone} pings unanswered in {stage['name']}"))
    if (p99 := found["p99_ms"]) is None:
        score.leave_open(worth / 4, f"sockets: no pong in {stage['name']}")
    elif p99 > SOCKET_P99_MS:
        why = f"sockets: p99 {p99:.0f} ms in {stage['name']}, its target is {SOCKET_P99_MS:.0f} ms; it has no interval"
        score.leave_open(worth / 4, why)


def _tasks(score: Score, stage: dict[str, Any], stages: int) -> None:
    found = stage["tasks"]
    if found["failed"]:
        score.lost.append((TASKS / stages, f"tasks: {found['failed']} of {found['submitted']} failed, {stage['name']}"))
    elif found["completed"] < found["submitted"] - found["cancelled"]:
        behind = found["submitted"] - found["cancelled"] - found["completed"]
        score.lost.append((TASKS / stages, f"tasks: {behind} not done {found['waited_s']:.0f} s after {stage['name']}"))


def _memory(score: Score, soaks: list[dict[str, Any]]) -> None:
    for stage in soaks:
        for part, found in stage["parts"].items():
            low = found["growth_low"]
            if low is None:
                worth = MEMORY / len(soaks) / len(stage["parts"])
                score.leave_open(worth, f"memory: too few samples of {part} in {stage['name']}")
            elif low > GROWTH_MB_A_MINUTE:
                why = f"memory: {part} grows by at least {low:.1f} MB a minute in {stage['name']}"
                score.lost.append((MEMORY / len(soaks), why))


def of_comparison(comparisons: list[dict[str, Any]], shares: dict[str, float]) -> Score:
    """Against another commit: what is slower loses its share of the load by how much slower it is at least."""
    score = Score()
    total = sum(shares.get(one["operation"], 0.0) for one in comparisons) or 1.0
    for one in comparisons:
        name, worth = one["operation"], 100 * shares.get(one["operation"], 0.0) / total
        if one["verdict"] == "slower":
            least = one["low"] - 1
            score.lost.append((worth * min(1.0, least * 2), f"{name}: {one['quantile']} at least {least:.1%} slower"))
        elif one["verdict"] == "cannot tell":
            score.leave_open(
                worth, f"{name}: {one['quantile']} between {_signed(one['low'])} and {_signed(one['high'])}"
            )
    return score


def _signed(ratio: float | None) -> str:
    return "?" if ratio is None else f"{ratio - 1:+.1%}"
