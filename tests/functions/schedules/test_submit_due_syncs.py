"""Every minute: a run of each source whose time has come."""

import pytest

from functions.schedules.submit_due_syncs import handler
from tests.functions.search.conftest import a_source, bucket, jira, source  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("bucket")


@pytest.fixture(autouse=True)
def alone(db):
    with db.transaction() as work:
        work.run("UPDATE sources SET next_sync_at = NULL")


def due(db, made):
    with db.transaction() as work:
        work.run("UPDATE sources SET next_sync_at = now() WHERE source_id = CAST(:id AS uuid)", id=made["source_id"])


def test_what_is_not_due_is_left_alone(scheduled, context, person, source, sent):  # noqa: F811
    source(person(role="admin"), schedule="hourly")
    source(person(role="admin"))
    assert handler(scheduled, context) == {"submitted": 0}
    assert sent == []


def test_what_is_due_is_submitted_once_and_due_again_later(scheduled, context, db, person, source, sent, call):  # noqa: F811
    admin = person(role="admin")
    made = source(admin, schedule="hourly")
    due(db, made)
    assert handler(scheduled, context) == {"submitted": 1}
    assert [queue for queue, *_ in sent] == ["PROCESS_DATA_SYNC_QUEUE_URL"]
    assert handler(scheduled, context) == {"submitted": 0}
    [listed] = call("search.list_sources", admin).body["sources"]
    assert listed["next_sync_at"] is not None


def test_a_run_that_goes_on_is_not_doubled_and_a_disabled_source_not_read(
    scheduled, context, db, person, source, sent  # noqa: F811
):  # fmt: skip
    admin = person(role="admin")
    made, off = source(admin, schedule="hourly"), source(admin, name="Off", schedule="daily", is_enabled=False)
    due(db, made)
    handler(scheduled, context)
    due(db, made)
    due(db, off)
    sent.clear()
    handler(scheduled, context)
    assert sent == []
