"""The sources of an organization, as rows. Nothing here is secret."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.platform.db import Row, StatementFailed, UnitOfWork
from assistant.platform.errors import Conflict, Invalid, NotFound
from assistant.search.changes import index_changed
from assistant.search.sources.port import Cursor

SCHEDULES = {"manual": None, "hourly": 3600, "daily": 86_400, "weekly": 604_800}
UNIQUE_VIOLATION = "23505"
COLUMNS = """CAST(source_id AS text) AS source_id, source_type, name, config, is_enabled,
    CAST(team_ids AS text[]) AS team_ids, schedule, next_sync_at, cursor, has_secret,
    CAST(created_by AS text) AS created_by, created_at, updated_at"""


@dataclass(frozen=True)
class Source:
    """A configured source. `team_ids`: who finds its documents besides administrators; empty for everyone."""

    source_id: str
    source_type: str
    name: str
    config: dict[str, Any]
    is_enabled: bool
    team_ids: list[str]
    schedule: str
    next_sync_at: datetime | None
    cursor: Cursor
    has_secret: bool
    created_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Listed:
    """A source with what is indexed of it and how its last run ended."""

    source: Source
    documents: int
    last_sync: Row | None


def create(work: UnitOfWork, organization_id: str, user_id: str, what: dict[str, Any]) -> Source:
    """Insert a source; Conflict when the name is taken, Invalid when a team is not one of the organization's."""
    _check_teams(work, organization_id, what["team_ids"])
    try:
        [row] = work.run(
            f"""INSERT INTO sources (organization_id, source_type, name, config, is_enabled, team_ids, schedule,
                                     next_sync_at, has_secret, created_by)
                VALUES (CAST(:organization_id AS uuid), :source_type, :name, CAST(:config AS jsonb), :is_enabled,
                        ARRAY(SELECT CAST(value AS uuid) FROM jsonb_array_elements_text(CAST(:team_ids AS jsonb))),
                        :schedule, now() + make_interval(secs => :period), :has_secret, CAST(:user_id AS uuid))
                RETURNING {COLUMNS}""",  # noqa: S608 - a constant list of columns
            organization_id=organization_id,
            user_id=user_id,
            **_written(what),
        )
    except StatementFailed as error:
        raise _refusal(error, what["name"]) from error
    return Source(**row)


def update(work: UnitOfWork, organization_id: str, source_id: str, what: dict[str, Any], *, anew: bool) -> Source:
    """Rewrite a source. `anew` forgets how far it was read: what it is told to read has changed."""
    _check_teams(work, organization_id, what["team_ids"])
    try:
        row = work.one(
            f"""UPDATE sources SET name = :name, config = CAST(:config AS jsonb), is_enabled = :is_enabled,
                    team_ids = ARRAY(SELECT CAST(value AS uuid)
                                     FROM jsonb_array_elements_text(CAST(:team_ids AS jsonb))),
                    next_sync_at = CASE WHEN schedule = :schedule THEN next_sync_at
                                        ELSE now() + make_interval(secs => :period) END,
                    schedule = :schedule, has_secret = :has_secret, updated_at = now(),
                    cursor = CASE WHEN :anew THEN '{{}}' ELSE cursor END
                WHERE organization_id = CAST(:organization_id AS uuid) AND source_id = CAST(:source_id AS uuid)
                  AND source_type = :source_type
                RETURNING {COLUMNS}""",  # noqa: S608
            organization_id=organization_id,
            source_id=source_id,
            anew=anew,
            **_written(what),
        )
    except StatementFailed as error:
        raise _refusal(error, what["name"]) from error
    if row is None:
        raise NotFound("There is no such source.")
    index_changed(work, organization_id)  # who finds its documents may have changed
    return Source(**row)


def find(
    work: UnitOfWork, organization_id: str, source_id: str, *, lock: bool = False, for_update: bool = False
) -> Source:
    """The source; NotFound for one that is not the organization's.

    `lock` keeps it from being deleted meanwhile, `for_update` from being changed.
    """
    row = work.one(
        f"""SELECT {COLUMNS} FROM sources
            WHERE organization_id = CAST(:organization_id AS uuid) AND source_id = CAST(:source_id AS uuid)
            {"FOR UPDATE" if for_update else "FOR KEY SHARE" if lock else ""}""",  # noqa: S608
        organization_id=organization_id,
        source_id=source_id,
    )
    if row is None:
        raise NotFound("There is no such source.")
    return Source(**row)


def listed(
    work: UnitOfWork, organization_id: str, user_id: str, *, include_disabled: bool, with_documents: bool = True
) -> list[Listed]:
    """The sources whose documents the user may find, by name, each with its documents and its last run."""
    rows = work.run(
        f"""SELECT {COLUMNS}, documents, last_sync FROM sources
            LEFT JOIN LATERAL (
                SELECT count(*) AS documents FROM documents
                WHERE documents.organization_id = CAST(:organization_id AS uuid)
                  AND documents.source_id = sources.source_id AND CAST(:with_documents AS boolean)
            ) AS counted ON true
            LEFT JOIN LATERAL (
                SELECT jsonb_build_object('task_id', task_id, 'sync_type', sync_type, 'processed', processed,
                    'added', added, 'updated', updated, 'deleted', deleted, 'errors', errors,
                    'last_error', last_error, 'started_at', source_syncs.started_at,
                    'finished_at', coalesce(source_syncs.finished_at, tasks.finished_at), 'status', tasks.status,
                    'error', tasks.error) AS last_sync
                FROM source_syncs JOIN tasks USING (task_id)
                WHERE source_syncs.organization_id = CAST(:organization_id AS uuid)
                  AND tasks.organization_id = CAST(:organization_id AS uuid)
                  AND source_syncs.source_id = sources.source_id
                ORDER BY source_syncs.started_at DESC LIMIT 1
            ) AS latest ON true
            WHERE organization_id = CAST(:organization_id AS uuid)
              AND (is_enabled OR CAST(:include_disabled AS boolean))
              AND (team_ids = '{{}}' OR EXISTS (
                  SELECT FROM users
                  WHERE users.organization_id = CAST(:organization_id AS uuid)
                    AND users.user_id = CAST(:user_id AS uuid)
                    AND (users.role = 'admin' OR users.team_id = ANY (team_ids))))
            ORDER BY lower(name)""",  # noqa: S608
        organization_id=organization_id,
        user_id=user_id,
        include_disabled=include_disabled,
        with_documents=with_documents,
    )
    return [
        Listed(last_sync=row.pop("last_sync"), documents=row.pop("documents"), source=Source(**row)) for row in rows
    ]


def delete(work: UnitOfWork, organization_id: str, source_id: str) -> int:
    """Delete a source with its documents, their chunks and vectors; how many documents there were."""
    find(work, organization_id, source_id)
    work.run(  # a run that holds the row is waited for, and its next page finds no source
        """SELECT FROM sources WHERE organization_id = CAST(:organization_id AS uuid)
           AND source_id = CAST(:source_id AS uuid) FOR UPDATE""",
        organization_id=organization_id,
        source_id=source_id,
    )
    [counted] = work.run(
        """WITH gone AS (
               DELETE FROM documents
               WHERE organization_id = CAST(:organization_id AS uuid) AND source_id = CAST(:source_id AS uuid)
               RETURNING document_id
           )
           SELECT count(*) AS documents FROM gone""",
        organization_id=organization_id,
        source_id=source_id,
    )
    work.run(
        """DELETE FROM sources
           WHERE organization_id = CAST(:organization_id AS uuid) AND source_id = CAST(:source_id AS uuid)""",
        organization_id=organization_id,
        source_id=source_id,
    )
    index_changed(work, organization_id)
    documents: int = counted["documents"]
    return documents


def _written(what: dict[str, Any]) -> dict[str, Any]:
    return {
        **what,
        "config": json.dumps(what["config"]),
        "team_ids": json.dumps(what["team_ids"]),
        "period": SCHEDULES[what["schedule"]],
    }


def _check_teams(work: UnitOfWork, organization_id: str, team_ids: list[str]) -> None:
    if not team_ids:
        return
    known = work.run(
        """SELECT CAST(team_id AS text) AS team_id FROM teams
           WHERE organization_id = CAST(:organization_id AS uuid)
             AND CAST(team_id AS text) IN (SELECT jsonb_array_elements_text(CAST(:team_ids AS jsonb)))""",
        organization_id=organization_id,
        team_ids=json.dumps(team_ids),
    )
    if unknown := set(team_ids) - {row["team_id"] for row in known}:
        raise Invalid(f"/team_ids: there is no team {min(unknown)} in your organization.")


def _refusal(error: StatementFailed, name: str) -> Exception:
    return Conflict(f"There is a source called {name} already.") if error.sqlstate == UNIQUE_VIOLATION else error
