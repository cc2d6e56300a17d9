"""Versions of what was learned: one is active, each names what it was better than, and the last can be undone."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict
from assistant.search.ranking import DEFAULTS, Weights


@dataclass(frozen=True)
class Version:
    """`version` 0 are the defaults."""

    version: int
    weights: Weights
    examples: tuple[str, ...]


FIRST = Version(0, DEFAULTS, ())


def active(work: UnitOfWork, organization_id: str) -> Version:
    """What counts now."""
    row = work.one(
        """SELECT version, weights, examples FROM ranking_versions
           WHERE organization_id = CAST(:organization AS uuid) AND state = 'active'""",
        organization=organization_id,
    )
    return Version(row["version"], Weights(**row["weights"]), tuple(row["examples"])) if row else FIRST


def keep(
    work: UnitOfWork, organization_id: str, task_id: str, base: Version, weights: Weights, examples: tuple[str, ...],
    evaluation: dict[str, Any],
) -> int | None:  # fmt: skip
    """Make it the active version; its number. None when another one became active since `base` was read."""
    row = work.one(
        """WITH ended AS (
               UPDATE ranking_versions SET state = 'superseded'
               WHERE organization_id = CAST(:organization AS uuid) AND state = 'active' AND version = :base
               RETURNING version
           )
           SELECT (SELECT count(*) FROM ended) AS ended,
                  (SELECT count(*) FROM ranking_versions
                   WHERE organization_id = CAST(:organization AS uuid) AND state = 'active') AS active,
                  (SELECT coalesce(max(version), 0) FROM ranking_versions
                   WHERE organization_id = CAST(:organization AS uuid)) + 1 AS next""",
        organization=organization_id,
        base=base.version,
    )
    assert row is not None
    if row["ended"] != row["active"]:
        return None
    work.run(
        """INSERT INTO ranking_versions (organization_id, version, based_on, state, weights, examples, evaluation,
                                         trained_by)
           VALUES (CAST(:organization AS uuid), :version, CAST(:base AS integer), 'active', CAST(:weights AS jsonb),
                   CAST(:examples AS jsonb), CAST(:evaluation AS jsonb), CAST(:task AS uuid))""",
        organization=organization_id,
        version=row["next"],
        base=base.version or None,
        weights=json.dumps(asdict(weights)),
        examples=json.dumps(examples),
        evaluation=json.dumps(evaluation),
        task=task_id,
    )
    _use(work, organization_id, weights)
    version: int = row["next"]
    return version


@dataclass(frozen=True)
class RolledBack:
    """`active_version` 0: the defaults count again."""

    rolled_back_version: int
    active_version: int
    weights: Weights


def roll_back(work: UnitOfWork, caller: Caller, reason: str) -> RolledBack:
    """Undo the active version: what it was based on counts again. Raises Conflict when nothing was learned."""
    row = work.one(
        """UPDATE ranking_versions SET state = 'rolled_back', rolled_back_at = now(),
               rolled_back_by = CAST(:user AS uuid), rollback_reason = :reason
           WHERE organization_id = CAST(:organization AS uuid) AND state = 'active' RETURNING version, based_on""",
        organization=caller.organization_id,
        user=caller.user_id,
        reason=reason,
    )
    if row is None:
        raise Conflict("Nothing that was learned is in use, so there is nothing to roll back.")
    before = work.one(
        """UPDATE ranking_versions SET state = 'active'
           WHERE organization_id = CAST(:organization AS uuid) AND version = CAST(:version AS integer)
           RETURNING version, weights""",
        organization=caller.organization_id,
        version=row["based_on"],
    )
    weights = Weights(**before["weights"]) if before else DEFAULTS
    _use(work, caller.organization_id, weights)
    return RolledBack(row["version"], before["version"] if before else 0, weights)


def _use(work: UnitOfWork, organization_id: str, weights: Weights) -> None:
    """What the search reads; the defaults are no row."""
    if weights == DEFAULTS:
        work.run(
            "DELETE FROM search_weights WHERE organization_id = CAST(:organization AS uuid)",
            organization=organization_id,
        )
        return
    work.run(
        """INSERT INTO search_weights AS held (organization_id, lexical, semantic, title, freshness, half_life_days)
           VALUES (CAST(:organization AS uuid), CAST(:lexical AS real), CAST(:semantic AS real), CAST(:title AS real),
                   CAST(:freshness AS real), CAST(:half_life_days AS real))
           ON CONFLICT (organization_id) DO UPDATE
           SET lexical = excluded.lexical, semantic = excluded.semantic, title = excluded.title,
               freshness = excluded.freshness, half_life_days = excluded.half_life_days, learned_at = now()
           WHERE held.organization_id = CAST(:organization AS uuid)""",
        organization=organization_id,
        **{name: str(value) for name, value in asdict(weights).items()},
    )
