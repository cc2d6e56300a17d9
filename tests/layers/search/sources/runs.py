"""Configuring a world as a source, asking for runs of it and doing them."""

from assistant.search.sources import store
from assistant.search.sources.catalogue import TYPES
from assistant.search.sources.sync import sync
from assistant.search.sources.task_types import SyncRequest
from assistant.tasks.claim import claim_next
from assistant.tasks.submit import submit
from assistant.tasks.task import COLUMNS, Priority, from_row

TYPE = "process_data_sync"


def source_of(db, admin, world, **changed):
    what = {"source_type": world.source_type, "name": "S", "config": world.config, "is_enabled": True, "team_ids": [],
            "schedule": "manual", "has_secret": True, **changed}  # fmt: skip
    with db.transaction() as work:
        return store.create(work, admin.organization_id, admin.user_id, what)


def request(db, admin, source, **args):
    asked = SyncRequest(source=source.source_id, **args).model_dump(mode="json")
    with db.transaction() as work:
        return submit(work, admin, TYPE, asked, Priority.normal, 0, None)


def connected(source, organization_id, categories):
    kind = TYPES[source.source_type]
    return kind.connect(kind.only(source.config, categories) if categories else source.config, "right")


def run(db, claim=None, **how):
    """One attempt, and the task as it was stored: its result is in it."""
    claim = claim or claim_next(db, TYPE)
    claim.complete(sync(db, claim, connected=connected, **how))
    with db.reading() as work:
        row = work.one(
            f"""SELECT {COLUMNS} FROM tasks
                WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:id AS uuid)""",
            organization=claim.task.organization_id,
            id=claim.task.task_id,
        )
    return from_row(row)


def indexed(db, admin):
    """What is in the index: by external id, how it is described and all its chunks."""
    with db.reading() as work:
        rows = work.run(
            """SELECT external_id, documents.title, url, author, tags, content_hash, chunk_count,
                      string_agg(content, '|' ORDER BY chunk_index) AS content
               FROM documents JOIN chunks USING (document_id)
               WHERE documents.organization_id = CAST(:id AS uuid)
               GROUP BY document_id""",
            id=admin.organization_id,
        )
    return {row.pop("external_id"): row for row in rows}
