"""Figures of a stage from its rows: per endpoint, over all, and second by second for the charts."""

from typing import Any

import numpy as np

from tests.performance.framework.driver import Records
from tests.performance.framework.observe import Counts
from tests.performance.framework.processes import Usage
from tests.performance.framework.quantiles import Interval, interval, quantile
from tests.performance.framework.verdicts import LEAST_POINTS, trend

BLOCKS = 20
"""A stage is cut into so many blocks of time for its intervals."""
CONFIDENCE = 0.99
LATE_MS = 20.0
"""When a hundredth of all requests left later than this, the figures are the load generator's."""


def endpoint(records: Records, seconds: float, seed: int = 1) -> dict[str, Any]:
    """Latencies in milliseconds, of failed requests too: a request that ends in a time-out was slow."""
    count = len(records.latency)
    if not count:
        return {"count": 0, "errors": 0}
    statuses, numbers = np.unique(records.status, return_counts=True)
    blocks = np.minimum((records.intended / seconds * BLOCKS).astype(int), BLOCKS - 1)
    _, blocks = np.unique(blocks, return_inverse=True)
    p95 = interval(records.latency, blocks, 0.95, CONFIDENCE, np.random.default_rng(seed))
    return {
        "count": count,
        "errors": int(records.failed.sum()),
        "statuses": {str(status): int(number) for status, number in zip(statuses, numbers, strict=True)},
        "rate": round(count / seconds, 2),
        "p50_ms": round(quantile(records.latency, 0.5), 2),
        "p95_ms": round(p95.estimate, 2),
        "p99_ms": round(quantile(records.latency, 0.99), 2),
        "max_ms": round(float(records.latency.max()), 2),
        "p95_low_ms": round(p95.low, 2),
        "p95_high_ms": round(p95.high, 2) if np.isfinite(p95.high) else None,
    }


def series(records: Records, seconds: float) -> dict[str, list[Any]]:
    """For each second of the stage: requests, errors, p50 and p95 of those that were meant to be sent in it."""
    found: dict[str, list[Any]] = {"rate": [], "errors": [], "p50_ms": [], "p95_ms": []}
    step = max(1.0, seconds / 60)
    for start in np.arange(0, seconds, step):
        part = records.where((records.intended >= start) & (records.intended < start + step))
        some = len(part.latency) > 0
        found["rate"].append(round(len(part.latency) / step, 1))
        found["errors"].append(int(part.failed.sum()))
        found["p50_ms"].append(round(quantile(part.latency, 0.5), 1) if some else None)
        found["p95_ms"].append(round(quantile(part.latency, 0.95), 1) if some else None)
    return {**found, "step_seconds": [step]}


def generator(records: Records) -> dict[str, Any]:
    """How well our own side kept the schedule."""
    p99 = quantile(records.late * 1000, 0.99) if len(records.late) else 0.0
    return {"late_p99_ms": round(p99, 2), "kept_up": p99 <= LATE_MS}


def parts(samples: list[tuple[float, Usage]], seconds: float) -> dict[str, Any]:
    """Memory in MB at the begin, the end and the most; CPU as a share of one core; growth in MB a minute.

    What grows is looked for in each process that lives all the while, as what it grows by in both halves of the time,
    and summed: a Lambda sandbox that starts or is reaped is 40 MB more or less of the part, and what one loads once at
    its first request is a step; neither is a leak.
    """
    if not samples:
        return {}
    times = np.array([at for at, _ in samples])
    found = {}
    for name in samples[0][1]:
        used = [usage[name] for _, usage in samples]
        pss = np.array([one.pss for one in used])
        lasting = set.intersection(*(set(one.own) for one in used))
        own = [np.array([one.own[pid] for one in used]) for pid in sorted(lasting)]
        known = len(times) >= 2 * LEAST_POINTS and own
        growing = [mb for mb in own if np.ptp(mb)]
        found[name] = {
            "pss_begin_mb": round(float(pss[0]), 1),
            "pss_end_mb": round(float(pss[-1]), 1),
            "pss_most_mb": round(float(pss.max()), 1),
            "cpu_cores": round((used[-1].cpu - used[0].cpu) / max(seconds, 0.001), 3),
            "processes": [len(used[0].own), len(used[-1].own), len(lasting)],
            "growth_mb_per_minute": round(60 * sum(_trend(times, mb).estimate for mb in growing), 3),
            "growth_low": round(60 * sum(_least(times, mb) for mb in growing), 3) if known else None,
            "samples": [(round(at, 1), round(float(mb), 1)) for at, mb in zip(times, pss, strict=True)],
            "own_mb": [round(float(mb), 1) for mb in sum(own, np.zeros(len(times)))],
        }
    return found


def _trend(times: np.ndarray, mb: np.ndarray) -> Interval:
    return trend(times, mb, np.random.default_rng(1))


def _least(times: np.ndarray, mb: np.ndarray) -> float:
    """MB a second that it surely grows by in the first half and in the second."""
    half = len(times) // 2
    return max(0.0, min(_trend(times[:half], mb[:half]).low, _trend(times[half:], mb[half:]).low))


def traffic(before: Counts, after: Counts, requests: int) -> dict[str, Any]:
    """Statements and cache calls per request of the stage, with what workers and schedules did meanwhile."""
    hits, misses = after.hits - before.hits, after.misses - before.misses
    starts = {
        name: found["cold_starts"] - before.host.get(name, {}).get("cold_starts", 0)
        for name, found in after.host.items()
    }
    return {
        "statements_per_request": _each(after.all_statements - before.all_statements, requests),
        "round_trips_per_request": _each(after.all_round_trips - before.all_round_trips, requests),
        "cache_calls_per_request": _each(after.cache_calls - before.cache_calls, requests),
        "valkey_hits": hits,
        "valkey_misses": misses,
        "valkey_hit_rate": round(hits / (hits + misses), 4) if hits + misses else None,
        "cold_starts": sum(starts.values()),
    }


def _each(total: int, requests: int) -> float | None:
    return round(total / requests, 2) if requests else None
