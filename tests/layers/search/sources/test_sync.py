"""Runs of sources: what they count, tell and leave behind."""

import pytest

from assistant.platform.errors import NotFound
from assistant.search.models import SearchQuery
from assistant.search.search import search
from assistant.search.sources import store
from assistant.search.sources.port import SourceRefused
from assistant.search.sources.sync import sync
from assistant.tasks.claim import claim_next
from assistant.tasks.run import run_ticket
from tests.layers.search.sources.runs import TYPE, connected, indexed, request, run, source_of
from tests.servers.api import broken

DOCUMENTS, UNREADABLE = 27, 1  # issues and their files, and a picture
ONE = pytest.mark.parametrize("world", ["jira-cloud"], indirect=True)


@ONE
def test_a_run_counts_what_it_did_and_tells_it(db, admin, world):
    source = source_of(db, admin, world)
    request(db, admin, source)
    task = run(db)
    result = task.result
    assert (result["added"], result["updated"], result["deleted"], result["errors"]) == (DOCUMENTS, 0, 0, UNREADABLE)
    assert (result["processed"], result["source_id"]) == (DOCUMENTS + UNREADABLE, source.source_id)
    assert result["unfinished"] is False
    _, _, edited, removed, *_ = world.contents()
    world.server.edit(edited, "changed mark1")
    world.server.remove(removed)
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
    assert (listed.documents, listed.last_sync["updated"], listed.last_sync["status"]) == (DOCUMENTS, 1, "completed")


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
    assert (result["processed"], result["added"], result["updated"], result["deleted"]) == (
        DOCUMENTS + UNREADABLE,
        0,
        0,
        0,
    )
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


@pytest.mark.parametrize("world", ["jira-cloud", "jira-server"], indirect=True)
def test_what_is_attached_comes_and_goes_with_its_issue(db, admin, world):
    source = source_of(db, admin, world)

    def now():
        request(db, admin, source)
        run(db)
        return {key for key in indexed(db, admin) if "/" in key}

    first, second, third, *_ = world.server.entries
    there = now()
    assert there == {key for key in world.contents() if "/" in key}
    more = f"{third}/{world.server.attach(third, 'third.md', b'attached later')}"
    assert now() == there | {more}
    assert indexed(db, admin)[more]["title"] == f"DEV-{third}: third.md"
    world.server.detach(second)
    world.server.remove(first)
    assert now() == {more}
    world.server.entries[third]["where"] = "SECRET"  # moved to a project that is not ours
    assert now() == set()


@ONE
def test_without_attachments_none_is_read(db, admin, world):
    world.config["include_attachments"] = False
    request(db, admin, source_of(db, admin, world))
    assert run(db).result["errors"] == 0
    assert not [key for key in indexed(db, admin) if "/" in key]
    assert not [each for each in world.server.requests if "/attachment/" in each.path]


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
    assert run(db).result["processed"] == DOCUMENTS + UNREADABLE
    with db.reading() as work:
        assert store.find(work, admin.organization_id, source.source_id).cursor == {}
    request(db, admin, source)
    assert run(db).result["processed"] == DOCUMENTS + UNREADABLE


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
    assert run(db).result["added"] == DOCUMENTS


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
    assert result["added"] + result["errors"] == DOCUMENTS + UNREADABLE
