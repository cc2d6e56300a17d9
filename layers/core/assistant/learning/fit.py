"""Finding weights: fitted on one half of the queries, judged on the other, kept only if that is no accident."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.learning.evaluate import Comparison, JudgedQuery, compare, fit_of, mean_fit
from assistant.search.ranking import Weights

# Only the ratio of the two rankings matters, so `semantic` stays 1.
GRID: dict[str, tuple[float, ...]] = {
    "lexical": (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0),
    "freshness": (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6),
    "title": (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6),
    "half_life_days": (30.0, 90.0, 180.0, 365.0, 730.0),
}
ROUNDS = 3
WORTH = 0.001  # a step must raise the fit by this, or the weights stay where they are
MARGIN = 0.005  # so much better on held-out queries, or it is not worth a version
CHANCE = 0.05  # of an accident, at most
FEWEST = 5  # queries on each side
CYRILLIC = re.compile("[\u0400-\u04ff]")


@dataclass(frozen=True)
class Outcome:
    """What a fit came to. `kept`: the weights are worth keeping; `reason` says why or why not."""

    weights: Weights
    kept: bool
    reason: str
    trained_on: int
    comparison: Comparison | None
    by_language: dict[str, dict[str, Any]]


def held_out(query: str) -> bool:
    """Which side a query is on: the same in every training, so that none is judged by what it was fitted on."""
    return hashlib.sha256(query.lower().encode()).digest()[0] % 2 == 1


def language_of(query: str) -> str:
    return "ru" if CYRILLIC.search(query) else "en"


def fit(
    queries: Sequence[JudgedQuery],
    current: Weights,
    start: Weights,
    *,
    every_language: bool = False,
    step: Callable[[int], None] = lambda percent: None,
) -> Outcome:
    """Fit from `start`, and compare with `current`. `every_language`: no language may get worse. `step`: 0 to 100."""
    usable = [query for query in queries if fit_of(query, current) is not None]
    training = [query for query in usable if not held_out(query.text)]
    judging = [query for query in usable if held_out(query.text)]
    if len(training) < FEWEST or len(judging) < FEWEST:
        reason = (
            f"{len(training)} queries to fit on and {len(judging)} to judge by have something to compare; "
            f"{FEWEST} of each are needed."
        )
        return Outcome(current, False, reason, len(training), None, {})
    found = _climb(training, start, step)
    comparison = compare(judging, current, found)
    languages = {
        name: asdict(compare([query for query in judging if language_of(query.text) == name], current, found))
        for name in sorted({language_of(query.text) for query in judging})
    }
    reason = _refusal(comparison, languages if every_language else {}, found == current)
    return Outcome(
        current if reason else found, not reason, reason or "Better on held-out feedback, and no accident.",
        len(training), comparison, languages,
    )  # fmt: skip


def _refusal(comparison: Comparison, languages: dict[str, dict[str, Any]], unchanged: bool) -> str:
    if unchanged:
        return "Nothing fits better than what is in use."
    if comparison.after < comparison.before + MARGIN:
        return f"On held-out feedback {comparison.after:.3f} after {comparison.before:.3f}: not better enough."
    if comparison.chance > CHANCE:
        return (
            f"{comparison.better} held-out queries got better and {comparison.worse} worse, which a coin would do "
            f"with a chance of {comparison.chance:.2f}."
        )
    for name, one in languages.items():
        if one["after"] < one["before"] - MARGIN:
            return f"Queries in {name} got worse: {one['after']:.3f} after {one['before']:.3f}."
    return ""


def _climb(queries: Sequence[JudgedQuery], start: Weights, step: Callable[[int], None]) -> Weights:
    """One weight after the other to its best value, until a round changes nothing."""
    best = replace(start, lexical=start.lexical / start.semantic, semantic=1.0) if start.semantic else start
    value = mean_fit(queries, best)
    tried, all_tries = 0, ROUNDS * sum(map(len, GRID.values()))
    for _ in range(ROUNDS):
        before = best
        for name, values in GRID.items():
            chosen = best
            for other in values:
                tried += 1
                step(100 * tried // all_tries)
                trial = replace(best, **{name: other})
                if (reached := mean_fit(queries, trial)) > value + WORTH:
                    value, chosen = reached, trial
            best = chosen
        if best == before:
            break
    return best
