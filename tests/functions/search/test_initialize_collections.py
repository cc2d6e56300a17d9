"""POST /api/v1/vector-search/collections/initialize."""

from assistant.search.collections import COLLECTIONS
from assistant.search.embeddings.documents import embed_waiting
from tests.layers.search.conftest import embeddings  # noqa: F401 - a fixture

INITIALIZE = "search.initialize_collections"


def test_anonymous(call):
    assert call(INITIALIZE).status == 401


def test_an_ordinary_user(call, person):
    assert call(INITIALIZE, person()).status == 403


def test_a_second_time_changes_nothing(call, person):
    admin = person(role="admin")
    assert call(INITIALIZE, admin).body == {"collections": list(COLLECTIONS), "changed": list(COLLECTIONS)}
    assert call(INITIALIZE, admin).body["changed"] == []
    assert call(INITIALIZE, person(role="admin")).body["changed"] == list(COLLECTIONS)


def test_another_model_is_taken_up(call, db, person, indexed, embeddings):  # noqa: F811
    admin = person(role="admin")
    indexed(admin, "Every vehicle.", "cars")
    with db.transaction() as work:
        work.run("UPDATE documents SET embedded_with = 'old' WHERE organization_id = CAST(:id AS uuid)",
                 id=admin.organization_id)  # fmt: skip
        work.run("DELETE FROM embeddings WHERE organization_id = CAST(:id AS uuid)", id=admin.organization_id)
    with db.transaction() as work:  # what other tests left waiting is not meant
        work.run("UPDATE documents SET embedded_with = '-' WHERE embedded_with IS NULL")
    ask = {"query": "машина"}
    assert call("search.search_vectors", admin, json_body=ask).body["results"] == []
    assert call(INITIALIZE, admin).body["changed"]
    assert embed_waiting(db, 5.0) == 1
    assert len(call("search.search_vectors", admin, json_body=ask).body["results"]) == 1
