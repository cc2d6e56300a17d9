"""Runs of sources: whatever cuts them off and whatever changes meanwhile, the index ends as one whole run leaves it."""

import os
import random

import pytest

from assistant.identity.caller import Caller
from assistant.platform import queues
from assistant.platform.errors import NotFound
from assistant.search.models import SearchQuery
from assistant.search.search import search
from assistant.search.sources import store
from assistant.search.sources.catalogue import TYPES
from assistant.search.sources.port import SourceRefused
from assistant.search.sources.sync import sync
from assistant.search.sources.task_types import SyncRequest
from assistant.tasks.claim import claim_next
from assistant.tasks.run import run_ticket
from assistant.tasks.submit import submit
from assistant.tasks.sweep import release_expired
from assistant.tasks.task import Priority
from tests.servers.api import broken

TYPE = "process_data_sync"
RUNS = int(os.environ.get("SYNC_RUNS", "4"))  # ten in the long proof


class Killed(BaseException):
    """The sandbox is gone in the middle of it."""


class Fragile:
    """A claim whose sandbox dies at one of the places where it writes."""

    def __init__(self, claim, dies_at):
        self._claim, self._left = claim, dies_at

    task = property(lambda self: self._claim.task)

    def __getattr__(self, name):
        def call(*args, **how):
            self._left -= 1
            if self._left == 0:
                raise Killed
            return getattr(self._claim, name)(*args, **how)

        return call


@pytest.fixture(autouse=True)
def no_queue(monkeypatch, db):
    monkeypatch.setattr(queues, "send", lambda *_, **__: None)
    with db.transaction() as work:
        work.run("DELETE FROM tasks WHERE task_type = :type", type=TYPE)


@pytest.fixture
def admin(person):
    made = person(role="admin")
    return Caller(made.user_id, made.organization_id, made.role, frozenset(), "", made.email)


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
    """One attempt; its result is in the task."""
    claim = claim or claim_next(db, TYPE)
    claim.complete(sync(db, claim, connected=connected, **how))
    return claim.task


def run_with_kills(db, dice):
    """Attempts until one reaches the end; how many died."""
    died = 0
    while True:
        claim = claim_next(db, TYPE)
        try:
            claim.complete(sync(db, Fragile(claim, dice.randint(4, 16 + 6 * died)), connected=connected))
        except Killed:
            died += 1
            with db.transaction() as work:
                work.run(
                    "UPDATE tasks SET lease_until = now() - interval '1 s', max_attempts = 99 WHERE task_type = :type",
                    type=TYPE,
                )
            release_expired(db)
        else:
            return died


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


def test_runs_with_kills_end_like_one_whole_run(db, person, admin, world):
    dice = random.Random(5)
    source = source_of(db, admin, world)
    died = 0
    for _ in range(RUNS):
        world.server.before = lambda number: world.shake(1) if number % 20 == 0 else None
        request(db, admin, source)
        died += run_with_kills(db, dice)
        world.server.before = lambda number: None
        world.shake(3)
    request(db, admin, source)
    died += run_with_kills(db, dice)
    other = person(role="admin")
    other = Caller(other.user_id, other.organization_id, "admin", frozenset(), "", other.email)
    request(db, other, source_of(db, other, world), sync_type="full")
    run(db)
    assert died >= RUNS
    once = indexed(db, other)
    assert indexed(db, admin) == once
    wanted = world.contents()
    assert wanted.keys() <= once.keys()
    assert all(text in once[key]["content"] for key, text in wanted.items())
    assert len(once.keys() - wanted.keys()) <= 4  # code files, which the world does not list


ONE = pytest.mark.parametrize("world", ["jira-cloud"], indirect=True)


@ONE
def test_a_run_counts_what_it_did_and_tells_it(db, admin, world):
    source = source_of(db, admin, world)
    request(db, admin, source)
    task = run(db)
    result = task.result
    assert (result["added"], result["updated"], result["deleted"], result["errors"]) == (25, 0, 0, 0)
    assert (result["processed"], result["source_id"], result["unfinished"]) == (25, source.source_id, False)
    ids = list(world.contents())
    world.server.edit(ids[0], "changed mark1")
    world.server.remove(ids[1])
    world.server.add("DEV", "New", "new mark2")
    request(db, admin, source)
    result = run(db).result
    assert (result["added"], result["updated"], result["deleted"]) == (1, 1, 1)
    with db.reading() as work:
        told = work.run(
            """SELECT data FROM notifications WHERE organization_id = CAST(:id AS uuid) AND type = 'sync_status'
               ORDER BY "offset" """,
            id=admin.organization_id,
        )
        [listed] = store.listed(work, admin.organization_id, admin.user_id, include_disabled=True)
    assert [row["data"]["status"] for row in told] == ["running", "completed"] * 2
    assert told[-1]["data"]["deleted"] == 1
    assert (listed.documents, listed.last_sync["updated"], listed.last_sync["status"]) == (25, 1, "completed")


@ONE
def test_what_is_the_same_is_not_indexed_again(db, admin, world):
    source = source_of(db, admin, world)
    request(db, admin, source)
    run(db)
    with db.reading() as work:
        before = work.run(
            "SELECT chunk_id FROM chunks WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id
        )
    request(db, admin, source, sync_type="full")
    result = run(db).result
    assert (result["processed"], result["added"], result["updated"], result["deleted"]) == (25, 0, 0, 0)
    with db.reading() as work:
        assert before == work.run(
            "SELECT chunk_id FROM chunks WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id
        )


@ONE
def test_what_the_source_deletes_is_gone_from_the_next_search(db, admin, world):
    source = source_of(db, admin, world)
    request(db, admin, source)
    run(db)
    [(identity, text), *_] = world.contents().items()

    def found():
        with db.transaction() as work:
            return [str(result.title) for result in search(work, admin, SearchQuery(query=f'"{text}"')).results]

    assert len(found()) == 1
    world.server.remove(identity)
    request(db, admin, source)
    run(db)
    assert found() == []


@ONE
def test_a_run_that_has_no_more_time_goes_on_in_the_next(db, admin, world):
    source = source_of(db, admin, world)
    request(db, admin, source)
    result = run(db, until=0.0).result
    assert result["unfinished"]
    assert 0 < result["added"] < 25
    with db.reading() as work:
        kept = store.find(work, admin.organization_id, source.source_id)
    assert kept.next_sync_at is not None
    added = result["added"]
    for _ in range(5):
        request(db, admin, source)
        result = run(db, until=0.0).result
        added += result["added"]
    assert added == 25


@ONE
def test_a_run_from_a_time_or_of_a_category_leaves_the_next_one_whole(db, admin, world):
    source = source_of(db, admin, world)
    moment = sorted(entry["changed"] for entry in world.server.entries.values())[20]
    request(db, admin, source, since_timestamp=moment)
    assert run(db).result["added"] in range(5, 10)
    request(db, admin, source, categories=["DEV"], sync_type="full")
    assert run(db).result["processed"] == 25
    with db.reading() as work:
        assert store.find(work, admin.organization_id, source.source_id).cursor == {}
    request(db, admin, source)
    assert run(db).result["processed"] == 25


@ONE
def test_a_refused_secret_ends_the_task_and_says_so(db, admin, world):
    source = source_of(db, admin, world)
    world.server.secret = "another"
    task = request(db, admin, source)
    with pytest.raises(SourceRefused):
        run(db)
    world.server.requests.clear()
    with db.transaction() as work:
        work.run("UPDATE tasks SET status = 'queued', lease_until = NULL WHERE task_type = :type", type=TYPE)
    assert run_ticket(db, TYPE, lambda database, claim: sync(database, claim, connected=connected)) == task.task_id
    with db.reading() as work:
        [row] = work.run(
            "SELECT status, error FROM tasks WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id
        )
        [listed] = store.listed(work, admin.organization_id, admin.user_id, include_disabled=True)
    assert (row["status"], row["error"]["code"]) == ("failed", "source_refused")
    assert (listed.last_sync["status"], listed.last_sync["error"]["code"]) == ("failed", "source_refused")


@ONE
def test_a_source_that_is_down_is_tried_again(db, admin, world):
    request(db, admin, source_of(db, admin, world))
    world.server.plan = [broken()] * 4
    run_ticket(db, TYPE, lambda database, claim: sync(database, claim, connected=connected))
    with db.transaction() as work:
        [row] = work.run("SELECT status FROM tasks WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id)
        work.run("UPDATE tasks SET not_before = now() WHERE task_type = :type", type=TYPE)
    assert row["status"] == "queued"
    assert run(db).result["added"] == 25


@ONE
def test_a_source_that_is_deleted_meanwhile_leaves_nothing(db, admin, world):
    source = source_of(db, admin, world)
    request(db, admin, source)
    claim = claim_next(db, TYPE)

    def delete(number):
        if number == 2:
            with db.transaction() as work:
                store.delete(work, admin.organization_id, source.source_id)

    world.server.before = delete
    with pytest.raises(NotFound):
        run(db, claim)
    assert indexed(db, admin) == {}


@ONE
def test_what_cannot_be_read_is_counted_and_the_rest_is_there(db, admin, world):
    world.server.edit(next(iter(world.contents())), "</p>")
    request(db, admin, source_of(db, admin, world))
    result = run(db).result
    assert result["added"] + result["errors"] == 25
