"""PUT /api/v1/sources/{source_id}."""

import uuid

import pytest

UPDATE = "search.update_source"


def test_anonymous(call):
    assert call(UPDATE, path={"source_id": uuid.uuid4()}, json_body={}).status == 401


def test_an_ordinary_user_and_a_foreign_administrator(call, person, source):
    admin = person(role="admin")
    path = {"source_id": source(admin)["source_id"]}
    assert call(UPDATE, person(admin.organization_id), path=path, json_body={"name": "X"}).status == 403
    assert call(UPDATE, person(role="admin"), path=path, json_body={"name": "X"}).status == 404


def test_what_is_named_changes_and_the_rest_stays(call, person, source):
    admin = person(role="admin")
    made = source(admin)
    answer = call(
        UPDATE, admin, path={"source_id": made["source_id"]}, json_body={"name": "Other", "schedule": "hourly"}
    )
    assert (answer.status, answer.body["connection_test_passed"]) == (200, True)
    changed = answer.body["source"]
    assert (changed["name"], changed["schedule"], changed["config"]) == ("Other", "hourly", made["config"])
    assert changed["next_sync_at"] is not None


def test_a_new_secret_is_tried(call, person, source, jira):
    admin = person(role="admin")
    path = {"source_id": source(admin)["source_id"]}
    jira.secret = "newer"
    assert not call(UPDATE, admin, path=path, json_body={}).body["connection_test_passed"]
    assert call(UPDATE, admin, path=path, json_body={"secret": "newer"}).body["connection_test_passed"]
    assert call(UPDATE, admin, path=path, json_body={}).body["connection_test_passed"]
    gone = call(UPDATE, admin, path=path, json_body={"secret": ""}).body
    assert (gone["source"]["has_secret"], gone["connection_test_passed"]) == (False, False)


def test_a_kept_secret_is_not_sent_to_another_address(call, person, source):
    admin = person(role="admin")
    made = source(admin)
    config = {**made["config"], "base_url": "https://elsewhere.example"}
    answer = call(UPDATE, admin, path={"source_id": made["source_id"]}, json_body={"config": config})
    assert (answer.status, "another address" in answer.body["detail"]) == (422, True)


def test_a_disabled_source_is_not_found_in(call, person, synced, found):
    admin = person(role="admin")
    made = synced(admin)
    assert found(admin, "number3")
    call(UPDATE, admin, path={"source_id": made["source_id"]}, json_body={"is_enabled": False})
    assert found(admin, "number3") == []


@pytest.mark.parametrize(
    ("body", "status"), [({"schedule": "x"}, 422), ({"config": {}}, 422), ({"source_type": "gitlab"}, 422)]
)
def test_malformed(call, person, source, body, status):
    admin = person(role="admin")
    assert call(UPDATE, admin, path={"source_id": source(admin)["source_id"]}, json_body=body).status == status


def test_no_transaction_is_open_while_the_source_is_connected_to(call, db, person, source, jira):
    admin = person(role="admin")
    path = {"source_id": source(admin)["source_id"]}
    open_ones = []

    def look(number):
        with db.reading() as work:
            open_ones.append(
                work.one(
                    """SELECT count(*) AS n FROM pg_stat_activity
                       WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""
                )["n"]
            )

    jira.before = look
    assert call(UPDATE, admin, path=path, json_body={"name": "Other"}).body["connection_test_passed"]
    assert open_ones
    assert set(open_ones) == {0}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(call, db, person, source, jira):
    admin = person(role="admin")
    path = {"source_id": source(admin)["source_id"]}

    def change(number):
        with db.transaction() as work:
            work.run(
                "UPDATE sources SET name = 'Theirs' WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id
            )

    jira.before = change
    answer = call(UPDATE, admin, path=path, json_body={"schedule": "hourly"})
    assert (answer.status, "changed while" in answer.body["detail"]) == (409, True)
