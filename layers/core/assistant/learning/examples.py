"""The RFCs that people rate best, shown to the model as examples of what they want.

A rating counts as it is; a like without one as 5, a dislike as 1. An average is drawn towards 3 by three imagined
votes, so that one enthusiast makes no example.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.platform.db import UnitOfWork

SHOWN = 3
FEWEST_VOTES, LOWEST = 2, 3.5
PRIOR, PRIOR_VOTES = 3.0, 3


@dataclass(frozen=True)
class Vote:
    rfc_id: str
    user_id: str
    value: float


@dataclass(frozen=True)
class Choice:
    """`before` and `after`: held-out averages of the examples in use (of all votes without any) and of the chosen."""

    examples: tuple[str, ...]
    kept: bool
    reason: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Example:
    """An RFC that readers liked: what its model wrote, by the title of the section. Nothing quoted from sources."""

    rfc_id: str
    title: str
    sections: dict[str, str]


def rfc_votes(work: UnitOfWork, organization_id: str) -> list[Vote]:
    """What people said of RFCs that are still there."""
    rows = work.run(
        """SELECT f.target_id AS rfc_id, CAST(f.user_id AS text) AS user_id,
                  coalesce(f.rating, CASE f.feedback_type WHEN 'like' THEN 5 ELSE 1 END) AS value
           FROM feedback f
           JOIN rfcs r ON r.organization_id = CAST(:organization AS uuid) AND CAST(r.rfc_id AS text) = f.target_id
           WHERE f.organization_id = CAST(:organization AS uuid) AND f.removed_at IS NULL AND f.context = 'rfc'
             AND f.feedback_type <> 'report'""",
        organization=organization_id,
    )
    return [Vote(row["rfc_id"], row["user_id"], float(row["value"])) for row in rows]


def choose(votes: Sequence[Vote], current: Sequence[str]) -> Choice:
    """The best by one half of the votes, kept if the other half rates them above the examples in use."""
    training = [vote for vote in votes if not _held_out(vote)]
    judging = [vote for vote in votes if _held_out(vote)]
    rated: dict[str, list[float]] = {}
    for vote in training:
        rated.setdefault(vote.rfc_id, []).append(vote.value)
    averages = {
        name: (sum(values) + PRIOR * PRIOR_VOTES) / (len(values) + PRIOR_VOTES)
        for name, values in rated.items()
        if len(values) >= FEWEST_VOTES
    }
    chosen = tuple(sorted((n for n, a in averages.items() if a >= LOWEST), key=lambda n: (-averages[n], n))[:SHOWN])
    if not chosen:
        return Choice(tuple(current), False, "No RFC has enough good votes.", None, None)
    if set(chosen) == set(current):
        return Choice(tuple(current), False, "The examples in use are still the best.", None, None)
    after = _average(vote.value for vote in judging if vote.rfc_id in chosen)
    before = _average(vote.value for vote in judging if not current or vote.rfc_id in current)
    if after is None:
        return Choice(tuple(current), False, "Nobody else has rated the best ones yet.", before, after)
    if before is not None and after <= before:
        return Choice(tuple(current), False, "Held-out votes do not prefer them.", before, after)
    return Choice(chosen, True, "Held-out votes prefer them.", before, after)


def shown_examples(work: UnitOfWork, organization_id: str) -> list[Example]:
    """The examples of the active version, best first; none where nothing was learned."""
    rows = work.run(
        """SELECT CAST(r.rfc_id AS text) AS rfc_id, r.title, r.sections FROM ranking_versions v
           CROSS JOIN LATERAL jsonb_array_elements_text(v.examples) WITH ORDINALITY AS e (rfc_id, place)
           JOIN rfcs r ON r.organization_id = CAST(:organization AS uuid) AND CAST(r.rfc_id AS text) = e.rfc_id
           WHERE v.organization_id = CAST(:organization AS uuid) AND v.state = 'active' ORDER BY place""",
        organization=organization_id,
    )
    return [
        Example(row["rfc_id"], row["title"], {part["title"]: part["text"] for part in row["sections"]}) for row in rows
    ]


def _held_out(vote: Vote) -> bool:
    return hashlib.sha256(json.dumps([vote.rfc_id, vote.user_id]).encode()).digest()[0] % 2 == 1


def _average(values: object) -> float | None:
    listed = list(values)  # type: ignore[call-overload]
    return round(sum(listed) / len(listed), 3) if listed else None
