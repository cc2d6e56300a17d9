"""Keeping the index in step with a source, page by page, so that a run that is cut off goes on where it was.

A run has three parts. What changed is read and kept, each page in one transaction with its counts and the place from
where to go on. Then everything that is there is listed and ticked. Last, what was not ticked is asked for one by one,
and deleted when the source says that it is gone: a listing alone may miss what moved while it was made.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypedDict
from uuid import uuid4

from assistant.notifications.log import notify
from assistant.platform.clock import monotonic
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import AssistantError, Conflict
from assistant.search.index import delete, put
from assistant.search.sources import credentials, store
from assistant.search.sources.catalogue import TYPES
from assistant.search.sources.items import Counts, entry_of, hashes, read_items, tick, unticked
from assistant.search.sources.port import Connector, Cursor, Page
from assistant.search.sources.store import Source
from assistant.search.sources.task_types import SyncRequest
from assistant.tasks.task import Task

READ, LISTED = 60, 80  # progress when a part is done; nobody knows before how much there is
VERIFIED_AT_ONCE = 100

Result = dict[str, Any]


class Claim(Protocol):
    """What a run needs of its task."""

    @property
    def task(self) -> Task: ...

    def reach(self, stage: str, progress: int, **details: Any) -> None: ...

    def beat(self, progress: int) -> None: ...

    def save(self, work: UnitOfWork, checkpoint: dict[str, Any]) -> None: ...


class Checkpoint(TypedDict):
    """`cursor`: where the changes go on."""

    cursor: Cursor


Connect = Callable[[Source, str, list[str]], Connector]  # a source, its organization, the categories that are wanted


def connect(source: Source, organization_id: str, categories: list[str]) -> Connector:
    """The connector of a source, or of some of its categories, with its secret."""
    kind = TYPES[source.source_type]
    config = kind.only(source.config, categories) if categories else source.config
    return kind.connect(config, credentials.read(organization_id, source.source_id))


@dataclass
class Run:
    """One run of one source. `until`: when the sandbox's time is nearly over, on the monotonic clock."""

    database: Database
    claim: Claim
    source: Source
    connector: Connector
    request: SyncRequest
    until: float
    checkpoint: Checkpoint = field(default_factory=lambda: Checkpoint(cursor={}))
    unfinished: bool = False

    @property
    def organization_id(self) -> str:
        return self.claim.task.organization_id

    @property
    def task_id(self) -> str:
        return self.claim.task.task_id

    def begin(self) -> None:
        """Take up the checkpoint of an earlier attempt, or write down that a run begins."""
        kept = self.claim.task.checkpoint
        if kept:
            self.checkpoint = Checkpoint(cursor=kept["cursor"])
            return
        since = self.request.since_timestamp
        if since is not None:
            self.checkpoint["cursor"] = self.connector.cursor_at(since)
        elif self.request.sync_type == "incremental":
            self.checkpoint["cursor"] = self.source.cursor
        with self.database.transaction() as work:
            work.run(
                """INSERT INTO source_syncs (task_id, organization_id, source_id, sync_type)
                   VALUES (CAST(:task AS uuid), CAST(:organization AS uuid), CAST(:source AS uuid), :sync_type)
                   ON CONFLICT (task_id) DO NOTHING""",
                task=self.task_id,
                organization=self.organization_id,
                source=self.source.source_id,
                sync_type=self.request.sync_type,
            )
            self.claim.save(work, dict(self.checkpoint))
            self._tell(work, {"status": "running"})

    def read_changes(self) -> None:
        """Keep every page of changes, or as many as there is time for."""
        for number, page in enumerate(self.connector.changes(self.checkpoint["cursor"]), 1):
            self._keep(page)
            self.claim.beat(min(10 + number, READ))
            if monotonic() > self.until:
                self.unfinished = True
                return

    def delete_what_is_gone(self) -> None:
        """Tick what is listed, ask for what was not, and delete what the source says is gone."""
        whose = (self.organization_id, self.source.source_id, self.task_id)
        for portion in self.connector.present():
            with self.database.transaction() as work:
                tick(work, *whose, portion)
            self.claim.beat(READ)
        self.claim.beat(LISTED)
        after = ""
        while True:
            with self.database.reading() as work:
                suspects = unticked(work, *whose, after, VERIFIED_AT_ONCE)
            if not suspects:
                return
            after = suspects[-1]["external_id"]
            gone = [row["document_id"] for row in suspects if self.connector.is_gone(row["external_id"])]
            with self.database.transaction() as work:
                store.find(work, self.organization_id, self.source.source_id, lock=True)
                deleted = delete(work, self.organization_id, gone) if gone else []
                self._count(work, Counts(deleted=len(deleted)))
                self.claim.save(work, dict(self.checkpoint))
            self.claim.beat(LISTED)

    def finish(self, work: UnitOfWork) -> Result:
        """Store how far the source was read, and tell what the run came to.

        A run of some categories only, or from a time that somebody named, leaves the place where the next one begins.
        """
        whose = {"organization": self.organization_id, "source": self.source.source_id}
        if not self.request.is_partial:
            work.run(
                """UPDATE sources SET cursor = CAST(:cursor AS jsonb),
                       next_sync_at = CASE WHEN :unfinished THEN now() ELSE next_sync_at END
                   WHERE organization_id = CAST(:organization AS uuid) AND source_id = CAST(:source AS uuid)""",
                cursor=json.dumps(self.checkpoint["cursor"]),
                unfinished=self.unfinished,
                **whose,
            )
        [row] = work.run(
            """UPDATE source_syncs SET finished_at = now()
               WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
               RETURNING processed, added, updated, deleted, errors, last_error""",
            organization=self.organization_id,
            task=self.task_id,
        )
        result = {"sync_type": self.request.sync_type, "unfinished": self.unfinished, **row}
        self._tell(work, {"status": "completed", **result})
        return {"source_id": self.source.source_id, "source": self.source.name, **result}

    def failed(self, error: AssistantError) -> None:
        """Tell why a run stopped; whether it is tried again is the task's affair."""
        with self.database.transaction() as work:
            status = "waiting" if error.retryable else "failed"
            self._tell(work, {"status": status, "error": {"code": error.code, "detail": error.detail}})

    def _tell(self, work: UnitOfWork, what: dict[str, Any]) -> None:
        about = {"source_id": self.source.source_id, "source": self.source.name, "task_id": self.task_id}
        notify(work, self.organization_id, self.claim.task.user_id, "sync_status", {**about, **what})

    def _keep(self, page: Page) -> None:
        counts = Counts(processed=len(page.items))
        external_ids = [item.external_id for item in page.items]
        with self.database.reading() as work:
            known = hashes(work, self.organization_id, self.source.source_id, external_ids)
        described = partial(entry_of, source=self.source, organization_id=self.organization_id, task_id=self.task_id)
        read = list(read_items(page.items, known, described, counts))
        self.checkpoint = Checkpoint(cursor=page.cursor)
        with self.database.transaction() as work:
            # Deleting a source waits for this, and after it there is no source: nothing is indexed of it any more.
            store.find(work, self.organization_id, self.source.source_id, lock=True)
            for each in read:
                if each.chunks is None:
                    continue
                document_id = str(uuid4())
                written = put(work, each.entry, each.chunks, document_id=document_id, of_anyone=True)
                if written is not None and written["document_id"] == document_id:
                    counts.added += 1
                else:
                    counts.updated += 1
            tick(work, self.organization_id, self.source.source_id, self.task_id, external_ids)
            self._count(work, counts)
            self.claim.save(work, dict(self.checkpoint))

    def _count(self, work: UnitOfWork, counts: Counts) -> None:
        work.run(
            """UPDATE source_syncs SET processed = processed + :processed, added = added + :added,
                   updated = updated + :updated, deleted = deleted + :deleted, errors = errors + :errors,
                   last_error = coalesce(:last_error, last_error)
               WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)""",
            organization=self.organization_id,
            task=self.task_id,
            **vars(counts),
        )


def sync(
    database: Database, claim: Claim, *, until: float = float("inf"), connected: Connect = connect
) -> Callable[[UnitOfWork], Result]:
    """Do the task `process_data_sync`; what an earlier attempt kept is not read again."""
    request = SyncRequest.model_validate(claim.task.args)
    with database.reading() as work:
        source = store.find(work, claim.task.organization_id, str(request.source))
    if not source.is_enabled:
        raise Conflict(f"{source.name} is disabled. Enable it to sync it.")
    connector = connected(source, claim.task.organization_id, request.categories)
    run = Run(database, claim, source, connector, request, until)
    try:
        run.begin()
        claim.reach("reading_changes", 10, source=source.name)
        run.read_changes()
        if not run.unfinished and not request.categories:  # some categories say nothing of the others
            claim.reach("looking_for_deletions", READ, source=source.name)
            run.delete_what_is_gone()
    except AssistantError as error:
        run.failed(error)
        raise
    return run.finish
