"""POST /api/v1/vector-search/collections/initialize."""

from dataclasses import replace

from assistant.search.collections import COLLECTIONS
from assistant.search.embeddings import configured, queries
from assistant.search.embeddings.documents import embed_waiting
from assistant.search.embeddings.models import MODELS
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


def test_a_model_of_other_dimensions_is_taken_up_and_nothing_is_lost_meanwhile(
    call,
    db,
    person,
    indexed,
    embeddings,  # noqa: F811
    monkeypatch,
):
    admin, stranger = person(role="admin"), person(role="admin")
    for each in (admin, stranger):
        indexed(each, "Every vehicle.", "cars")
        call(INITIALIZE, each)
    with db.transaction() as work:  # what other tests left waiting is not meant
        work.run("UPDATE documents SET embedded_with = '-' WHERE embedded_with IS NULL")

    def found(who, **how):
        return len(call("search.search_vectors", who, json_body={"limit": 5, **how}).body["results"])

    assert found(admin, query="машина") == 1
    wide = replace(MODELS["openai", "text-embedding-3-small"], provider="local")  # which the test's server speaks for
    monkeypatch.setitem(MODELS, ("local", wide.name), wide)
    monkeypatch.setenv("EMBEDDING_MODEL", wide.name)
    embeddings.dimensions = wide.dimensions
    configured.embedder.cache_clear()
    queries.forget()
    assert call(INITIALIZE, admin).body["changed"] == list(COLLECTIONS)
    assert (found(admin, query="машина"), found(admin, query="vehicle", hybrid_search=True)) == (0, 1)
    assert embed_waiting(db, 5.0) == 1  # the stranger's organization has not asked
    assert (found(admin, query="машина"), found(stranger, query="машина")) == (1, 0)
    listed = call("search.list_collections", admin).body["collections"]
    assert {one["dimensions"] for one in listed} == {1536}
    assert [one["embedded_documents"] for one in listed if one["documents"]] == [1]
    with db.reading() as work:
        rows = work.run(
            "SELECT dimensions, count(*) AS n FROM embeddings WHERE organization_id = CAST(:id AS uuid) GROUP BY 1",
            id=admin.organization_id,
        )
    assert {row["dimensions"]: row["n"] for row in rows}[1536] == 1
    assert call(INITIALIZE, admin).body["changed"] == []
