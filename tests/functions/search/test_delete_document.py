"""DELETE /api/v1/vector-search/documents/{doc_id}."""

import time
import uuid

import pytest

from assistant.search.visible import still_there

DELETE = "search.delete_document"
pytestmark = pytest.mark.usefixtures("bucket")


def test_anonymous(call):
    assert call(DELETE, path={"doc_id": "a"}).status == 401


def test_gone_from_the_next_search_the_cache_and_citations_within_a_second(call, db, person, indexed, found):
    me = person()
    _, document_id = indexed(me, "the telling words", "a")
    assert found(me, "telling") == found(me, "telling") == ["a"]
    started = time.monotonic()
    answer = call(DELETE, me, path={"doc_id": "a"})
    assert (answer.status, answer.body) == (200, {"document_id": document_id})
    assert found(me, "telling") == []
    assert call("search.search_vectors", me, json_body={"query": "telling"}).body["results"] == []
    with db.reading() as work:
        assert still_there(work, me.organization_id, [document_id]) == set()
    assert time.monotonic() - started < 1
    with db.reading() as work:
        for table in ("chunks", "embeddings"):
            assert not work.run(f"SELECT 1 AS n FROM {table} WHERE document_id = CAST(:id AS uuid)", id=document_id)


def test_an_upload_with_its_original(call, form, person, bucket):
    me = person()
    document_id = call("search.upload_document", me, **form(("file", b"words", "a.md"))).body["document_id"]
    assert len(list(bucket.objects.all())) == 1
    assert call(DELETE, me, path={"doc_id": document_id}).status == 200
    assert list(bucket.objects.all()) == []


def test_whose_it_is(call, person, indexed, found):
    me = person()
    _, document_id = indexed(me, "the telling words", "a")
    for stranger in (person(), person(role="admin"), person(me.organization_id)):
        assert call(DELETE, stranger, path={"doc_id": document_id}).status == 404
        assert call(DELETE, stranger, path={"doc_id": "a"}).status == 404
    assert found(me, "telling") == ["a"]
    assert call(DELETE, person(me.organization_id, role="admin"), path={"doc_id": document_id}).status == 200


def test_what_a_source_would_bring_back(call, db, person, synced):
    admin = person(role="admin")
    synced(admin)
    [result] = call("search.search_documents", admin, json_body={"query": "number3"}).body["results"]
    answer = call(DELETE, admin, path={"doc_id": result["document_id"]})
    assert (answer.status, "Delete it there" in answer.body["detail"]) == (409, True)


@pytest.mark.parametrize("doc_id", [str(uuid.UUID(int=7)), "nothing", "%27%3B--"])
def test_what_is_not_there(call, person, doc_id):
    assert call(DELETE, person(), path={"doc_id": doc_id}).status == 404
