"""DELETE /api/v1/sources/{source_id}."""

import uuid

from tests.functions.search.test_create_source import secrets

DELETE = "search.delete_source"


def test_anonymous(call):
    assert call(DELETE, path={"source_id": uuid.uuid4()}).status == 401


def test_an_ordinary_user_and_a_foreign_administrator(call, person, synced, found):
    admin = person(role="admin")
    path = {"source_id": synced(admin)["source_id"]}
    assert call(DELETE, person(admin.organization_id), path=path).status == 403
    assert call(DELETE, person(role="admin"), path=path).status == 404
    assert found(admin, "number3")


def test_all_that_is_from_it_is_gone_from_the_next_search(call, person, synced, found):
    admin = person(role="admin")
    made = synced(admin)
    assert len(found(admin, "number3")) == 1
    assert len(found(admin, "number3")) == 1  # the second time from the cache
    answer = call(DELETE, admin, path={"source_id": made["source_id"]})
    assert (answer.status, answer.body["deleted_documents"]) == (200, 5)
    assert found(admin, "number3") == []
    assert secrets() == set()
    assert call("search.list_sources", admin).body["sources"] == []
    assert call(DELETE, admin, path={"source_id": made["source_id"]}).status == 404
