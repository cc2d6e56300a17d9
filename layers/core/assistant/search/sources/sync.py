"""Keeping the index in step with a source, page by page, so that a run that is cut off goes on where it was.

A run has three parts. What changed is read and kept, each page in one transaction with its counts and the place from
where to go on. Then everything that is there is listed and ticked. Last, what was not ticked is asked for one by one,
and deleted when the source says that it is gone: a listing alone may miss what moved while it was made.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypedDict
from uuid import uuid4

from assistant.notifications.log import notify
from assistant.platform.db import Database, Row, UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.search.chunk import Chunk, chunk_blocks
from assistant.search.filenames import displayed
from assistant.search.index import Entry, delete, put
from assistant.search.parse import parse
from assistant.search.sources import credentials, store
from assistant.search.sources.catalogue import TYPES
from assistant.search.sources.port import Connector, Cursor, Item, Page, Unreadable
from assistant.search.sources.store import Source
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
    """`part`: changes or gone. `cursor`: where the changes go on."""

    part: str
    cursor: Cursor


@dataclass(frozen=True)
class Read:
    """An item that was parsed; without chunks when its content is the one that is indexed."""

    item: Item
    entry: Entry
    chunks: Sequence[Chunk] | None


@dataclass
class Counts:
    """What a page or a part of a run came to."""

    processed: int = 0
    added: int = 0
    updated: int = 0
    deleted: int = 0
    errors: int = 0
    last_error: str | None = None


@dataclass
class Run:
    """One run of one source."""

    database: Database
    claim: Claim
    source: Source
    connector: Connector
    sync_type: str
    checkpoint: Checkpoint = field(default_factory=lambda: Checkpoint(part="changes", cursor={}))

    @property
    def organization_id(self) -> str:
        return self.claim.task.organization_id

    def begin(self) -> None:
        """Take up the checkpoint of an earlier attempt, or write down that a run begins."""
        kept = self.claim.task.checkpoint
        if kept:
            self.checkpoint = Checkpoint(part=kept["part"], cursor=kept["cursor"])
            return
        self.checkpoint["cursor"] = {} if self.sync_type == "full" else self.source.cursor
        with self.database.transaction() as work:
            work.run(
                """INSERT INTO source_syncs (task_id, organization_id, source_id, sync_type)
                   VALUES (CAST(:task AS uuid), CAST(:organization AS uuid), CAST(:source AS uuid), :sync_type)
                   ON CONFLICT (task_id) DO NOTHING""",
                task=self.claim.task.task_id,
                organization=self.organization_id,
                source=self.source.source_id,
                sync_type=self.sync_type,
            )
            self.claim.save(work, dict(self.checkpoint))

    def read_changes(self) -> None:
        """Keep every page of changes."""
        for number, page in enumerate(self.connector.changes(self.checkpoint["cursor"]), 1):
            self._keep(page)
            self.claim.beat(min(10 + number, READ))

    def delete_what_is_gone(self) -> None:
        """Tick what is listed, ask for what was not, and delete what the source says is gone."""
        for portion in self.connector.present():
            with self.database.transaction() as work:
                self._tick(work, portion)
            self.claim.beat(READ)
        self.claim.beat(LISTED)
        asked: set[str] = set()
        while suspects := self._unticked(asked):
            asked.update(row["external_id"] for row in suspects)
            gone = [row["document_id"] for row in suspects if self.connector.is_gone(row["external_id"])]
            with self.database.transaction() as work:
                store.find(work, self.organization_id, self.source.source_id, lock=True)
                deleted = delete(work, self.organization_id, gone) if gone else []
                self._count(work, Counts(deleted=len(deleted)))
                self.claim.save(work, dict(self.checkpoint))
            self.claim.beat(LISTED)

    def finish(self, work: UnitOfWork) -> Result:
        """Store how far the source was read, and tell what the run came to."""
        work.run(
            """UPDATE sources SET cursor = CAST(:cursor AS jsonb)
               WHERE organization_id = CAST(:organization AS uuid) AND source_id = CAST(:source AS uuid)""",
            cursor=json.dumps(self.checkpoint["cursor"]),
            organization=self.organization_id,
            source=self.source.source_id,
        )
        [row] = work.run(
            """UPDATE source_syncs SET finished_at = now()
               WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
               RETURNING processed, added, updated, deleted, errors, last_error""",
            organization=self.organization_id,
            task=self.claim.task.task_id,
        )
        result = {"source_id": self.source.source_id, "source": self.source.name, "sync_type": self.sync_type, **row}
        notify(work, self.organization_id, self.claim.task.user_id, "sync_status", {"status": "completed", **result})
        return result

    def _keep(self, page: Page) -> None:
        counts = Counts(processed=len(page.items))
        read = list(self._read(page.items, counts))
        self.checkpoint = Checkpoint(part="changes", cursor=page.cursor)
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
            self._tick(work, [item.external_id for item in page.items])
            self._count(work, counts)
            self.claim.save(work, dict(self.checkpoint))

    def _read(self, items: Sequence[Item | Unreadable], counts: Counts) -> Iterator[Read]:
        """Parse what is new or differs from what is indexed; before the transaction, since it takes its time."""
        known = self._known([item.external_id for item in items])
        for item in items:
            if isinstance(item, Unreadable):
                counts.errors, counts.last_error = counts.errors + 1, item.reason[:500]
                continue
            entry = self._entry(item)
            if known.get(item.external_id) == entry.content_hash:
                yield Read(item, entry, None)
                continue
            try:
                parsed = parse(item.content, item.filename)
            except AssistantError as error:
                counts.errors, counts.last_error = counts.errors + 1, f"{item.title}: {error.detail}"[:500]
                continue
            known[item.external_id] = entry.content_hash
            yield Read(item, replace(entry, content_type=parsed.media_type), chunk_blocks(parsed.blocks))

    def _entry(self, item: Item) -> Entry:
        said = json.dumps([item.title, item.url, item.author, item.tags], ensure_ascii=False).encode()
        return Entry(
            organization_id=self.organization_id,
            user_id=self.source.created_by,
            origin=self.source.source_id,
            external_id=item.external_id,
            title=_clean(item.title)[:300] or item.external_id,
            filename=displayed(item.filename),
            content_type="",
            content_hash=hashlib.sha256(said + b"\0" + item.content).hexdigest(),
            size_bytes=len(item.content),
            source_type=self.source.source_type,
            collection=self.source.source_type,
            author=_clean(item.author)[:200],
            tags=tuple(_clean(tag)[:50] for tag in item.tags[:20]),
            url=item.url,
            changed_at=item.changed_at if item.changed_at.year > 1970 else None,
            source_id=self.source.source_id,
            seen_in=self.claim.task.task_id,
        )

    def _known(self, external_ids: list[str]) -> dict[str, str]:
        with self.database.reading() as work:
            rows = work.run(
                """SELECT external_id, content_hash FROM documents
                   WHERE organization_id = CAST(:organization AS uuid) AND origin = :origin
                     AND external_id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))""",
                organization=self.organization_id,
                origin=self.source.source_id,
                ids=json.dumps(external_ids),
            )
        return {row["external_id"]: row["content_hash"] for row in rows}

    def _tick(self, work: UnitOfWork, external_ids: list[str]) -> None:
        work.run(
            """UPDATE documents SET seen_in = CAST(:task AS uuid)
               WHERE organization_id = CAST(:organization AS uuid) AND origin = :origin
                 AND external_id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))
                 AND seen_in IS DISTINCT FROM CAST(:task AS uuid)""",
            task=self.claim.task.task_id,
            organization=self.organization_id,
            origin=self.source.source_id,
            ids=json.dumps(external_ids),
        )

    def _unticked(self, asked: set[str]) -> list[Row]:
        with self.database.reading() as work:
            return work.run(
                """SELECT CAST(document_id AS text) AS document_id, external_id FROM documents
                   WHERE organization_id = CAST(:organization AS uuid) AND origin = :origin
                     AND seen_in IS DISTINCT FROM CAST(:task AS uuid)
                     AND NOT CAST(:asked AS jsonb) ? external_id
                   ORDER BY external_id LIMIT :limit""",
                organization=self.organization_id,
                origin=self.source.source_id,
                task=self.claim.task.task_id,
                asked=json.dumps(sorted(asked)),
                limit=VERIFIED_AT_ONCE,
            )

    def _count(self, work: UnitOfWork, counts: Counts) -> None:
        work.run(
            """UPDATE source_syncs SET processed = processed + :processed, added = added + :added,
                   updated = updated + :updated, deleted = deleted + :deleted, errors = errors + :errors,
                   last_error = coalesce(:last_error, last_error)
               WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)""",
            organization=self.organization_id,
            task=self.claim.task.task_id,
            **vars(counts),
        )


def connect(source: Source, organization_id: str) -> Connector:
    """The connector of a source, with its secret."""
    return TYPES[source.source_type].connect(source.config, credentials.read(organization_id, source.source_id))


def sync(
    database: Database, claim: Claim, connected: Callable[[Source, str], Connector] = connect
) -> Callable[[UnitOfWork], Result]:
    """Do the task `process_data_sync`; what an earlier attempt kept is not read again."""
    args = claim.task.args
    with database.reading() as work:
        source = store.find(work, claim.task.organization_id, args["source"])
    run = Run(database, claim, source, connected(source, claim.task.organization_id), args["sync_type"])
    run.begin()
    claim.reach("reading_changes", 10, source=source.name)
    run.read_changes()
    claim.reach("looking_for_deletions", READ, source=source.name)
    run.delete_what_is_gone()
    return run.finish


def _clean(text: str) -> str:
    return "".join(
        character for character in text if character >= " " and not "\ud800" <= character <= "\udfff"
    ).strip()
