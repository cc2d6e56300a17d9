"""POST /api/v1/search."""

import pytest

from assistant.identity.caller import Caller
from assistant.platform import objects
from assistant.search.documents import store_document
from assistant.search.uploads import Upload

SEARCH = "search.search_documents"
TEXT = "# Budgets\n\nThe hold is taken before the call. Бюджет держится до вызова.\n"


@pytest.fixture
def upload(db, monkeypatch):
    monkeypatch.setattr(objects, "put", lambda *_: None)

    def store(whose, text, filename="a.md"):
        caller = Caller(whose.user_id, whose.organization_id, whose.role, frozenset(), "token", whose.email)
        with db.transaction() as work:
            return store_document(work, caller, Upload(text.encode(), filename))

    return store


def test_anonymous(call):
    assert call(SEARCH, json_body={"query": "hold"}).status == 401


def test_without_the_scope(call, person, monkeypatch):
    monkeypatch.setitem(call.__globals__["SCOPES"], "user", "basic generate")
    answer = call(SEARCH, person(), json_body={"query": "hold"})
    assert (answer.status, answer.body["missing_scopes"]) == (403, ["search"])


def test_a_foreign_organization_finds_nothing(call, person, upload):
    upload(person(), TEXT)
    answer = call(SEARCH, person(), json_body={"query": "hold budget бюджет"})
    assert (answer.status, answer.body["results"], answer.body["total_found"]) == (200, [], 0)


def test_the_best_first_with_where_and_why(call, person, upload):
    me = person()
    document = upload(me, TEXT)
    upload(me, "A hold of something else, nothing more.", "b.md")
    answer = call(SEARCH, me, json_body={"query": "hold before the call"})
    assert answer.status == 200
    assert answer.body["total_found"] == 2
    assert answer.body["search_time_ms"] > 0
    best, other = answer.body["results"]
    assert best == {
        "document_id": document.document_id,
        "chunk_index": 0,
        "title": "a.md",
        "heading": "Budgets",
        "content": TEXT.strip(),
        "highlights": ["# Budgets The ⟦hold⟧ is taken before the ⟦call⟧. Бюджет держится до вызова."],
        "score": best["score"],
        "lexical_score": best["score"],
        "similarity": None,
        "collection": "uploaded_files",
        "source_type": "upload",
        "url": None,
        "created_at": best["created_at"],
    }
    assert 1 > best["score"] > other["score"] > 0


def test_without_content(call, person, upload):
    me = person()
    upload(me, TEXT)
    [result] = call(SEARCH, me, json_body={"query": "hold", "include_content": False}).body["results"]
    assert result["content"] is None


@pytest.mark.parametrize(
    "query",
    ["'; DROP TABLE chunks; --", "SELECT * FROM бюджет WHERE hold = 'x' OR 1=1", "def f(x): return x['hold']", "תקציב",
     "😀", "h" * 1000, '"', "&|!()<->", "the"],
)  # fmt: skip
def test_odd_text(call, person, upload, query):
    me = person()
    upload(me, TEXT)
    answer = call(SEARCH, me, json_body={"query": query})
    assert answer.status == 200
    assert call(SEARCH, me, json_body={"query": "hold"}).body["total_found"] == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/query"),
        ({"query": ""}, "/query"),
        ({"query": " \n"}, "/query"),
        ({"query": "a" * 1001}, "/query"),
        ({"query": "a\x00b"}, "/query"),
        ({"query": "a\ud800b"}, "/query"),
        ({"query": 5}, "/query"),
        ({"query": ["x"]}, "/query"),
        ({"query": "x", "limit": 0}, "/limit"),
        ({"query": "x", "limit": -5}, "/limit"),
        ({"query": "x", "limit": 101}, "/limit"),
        ({"query": "x", "limit": 10**30}, "/limit"),
        ({"query": "x", "limit": "many"}, "/limit"),
        ({"query": "x", "threshold": 2}, "/threshold"),
        ({"query": "x", "sources": ["a\x00"]}, "/sources/0"),
        ({"query": "x", "source_types": ["t"] * 51}, "/source_types"),
        ({"query": "x", "filters": {"document_ids": ["1 OR 1=1"]}}, "/filters/document_ids/0"),
        ({"query": "x", "filters": {"organization_id": "x"}}, "/filters/organization_id"),
        ([], ""),
    ],
    ids=repr,
)
def test_malformed_input_is_named(call, person, body, pointer):
    answer = call(SEARCH, person(), json_body=body)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(error["pointer"].startswith(pointer or "/") for error in answer.body["errors"])


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"query": "x"} x', b'{"query": "\xd1"}', b"[" * 100_000])
def test_what_is_not_json(call, person, body):
    assert call(SEARCH, person(), body=body).status in (400, 422)
