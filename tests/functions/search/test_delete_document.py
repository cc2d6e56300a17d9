"""DELETE /api/v1/vector-search/documents/{doc_id}."""

import json
import time
import uuid

import pytest

from assistant.search.visible import GONE

DELETE, RFC = "search.delete_document", "generation.get_rfc"
pytestmark = pytest.mark.usefixtures("bucket")


def test_anonymous(call):
    assert call(DELETE, path={"doc_id": "a"}).status == 401


def test_gone_from_the_next_search_the_cache_and_citations_within_a_second(call, db, person, indexed, found):
    me = person()
    _, document_id = indexed(me, "the telling words", "a")
    _, other_id = indexed(me, "the lasting words", "b")
    rfc_id, session_id = cite(db, me, document_id, other_id)
    assert found(me, "telling") == found(me, "telling") == ["a"]
    assert "the telling words" in call(RFC, me, path={"rfc_id": rfc_id}).body["full_content"]
    started = time.monotonic()
    answer = call(DELETE, me, path={"doc_id": "a"})
    assert (answer.status, answer.body) == (200, {"document_id": document_id})
    assert found(me, "telling") == []
    assert call("search.search_vectors", me, json_body={"query": "telling"}).body["results"] == []
    rfc = call(RFC, me, path={"rfc_id": rfc_id}).body
    [asked] = call("generation.get_chat_session", me, path={"session_id": session_id}).body["messages"]
    for cited in (rfc["sources_used"], asked["citations"]):
        assert [(one["excerpt"], one.get("deleted")) for one in cited] == [(GONE, True), ("the lasting words", None)]
    assert rfc["full_content"] == f"> {GONE} [1]\n>\n> the lasting words [2]"
    file = call(RFC, me, path={"rfc_id": rfc_id}, query="format=txt").body
    assert "telling" not in str(file)
    assert time.monotonic() - started < 1
    with db.reading() as work:
        for table in ("chunks", "embeddings"):
            assert not work.run(f"SELECT 1 AS n FROM {table} WHERE document_id = CAST(:id AS uuid)", id=document_id)


def cite(db, owner, *document_ids):
    """An RFC and a chat message of the owner that cite the documents; their ids."""
    texts = ["the telling words", "the lasting words"]
    sources = json.dumps(
        [
            {
                "number": n,
                "document_id": one,
                "title": "T",
                "filename": "f",
                "chunk_index": 0,
                "heading": "",
                "excerpt": t,
            }
            for n, (one, t) in enumerate(zip(document_ids, texts, strict=True), 1)
        ]
    )
    named = {"o": owner.organization_id, "u": owner.user_id, "sources": sources}
    content = "> the telling words [1]\n>\n> the lasting words [2]"
    with db.transaction() as work:
        [rfc] = work.run(
            """INSERT INTO rfcs (organization_id, user_id, title, content, sections, sources_used, quality, model)
               VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 'T', :content, '[]', CAST(:sources AS jsonb), '{}', 'm')
               RETURNING rfc_id""",
            content=content,
            **named,
        )
        work.run(
            """INSERT INTO rfc_versions (organization_id, rfc_id, version, title, content, quality, note, created_by)
               VALUES (CAST(:o AS uuid), CAST(:rfc AS uuid), 1, 'T', :content, '{"overall": 1}', 'n',
                       CAST(:u AS uuid))""",
            rfc=str(rfc["rfc_id"]), content=content, o=owner.organization_id, u=owner.user_id,
        )  # fmt: skip
        [session] = work.run(
            """WITH s AS (INSERT INTO chat_sessions (organization_id, user_id, title)
                          VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 'T') RETURNING session_id)
               INSERT INTO chat_messages (organization_id, session_id, mode, question, answer, citations)
               SELECT CAST(:o AS uuid), session_id, 'general', 'q', 'a', CAST(:sources AS jsonb)
               FROM s RETURNING session_id""",
            **named,
        )
    return str(rfc["rfc_id"]), str(session["session_id"])


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
