"""POST /api/v1/vector-search/index."""

import pytest

INDEX = "search.index_text"


def test_anonymous(call):
    assert call(INDEX, json_body={"text": "x"}).status == 401


def test_a_text_is_found_with_what_was_said_of_it(call, person):
    me = person()
    about = {"title": "Holds", "source": "Wiki", "source_type": "notes", "author": "Ann", "tags": ["RFC"],
             "url": "https://a.example/1", "updated_at": "2026-01-02T03:04:05Z"}  # fmt: skip
    answer = call(INDEX, me, json_body={"text": "# A\n\nThe hold is taken.", "doc_id": "7/a", **about})
    assert (answer.status, answer.body["doc_id"], answer.body["chunks"]) == (201, "7/a", 1)
    ask = {"query": "hold", "sources": ["wiki"], "filters": {"tags": ["rfc"]}}
    [result] = call("search.search_documents", me, json_body=ask).body["results"]
    assert (result["title"], result["source_type"], result["collection"]) == ("Holds", "notes", "documents")
    assert (result["url"], result["heading"]) == ("https://a.example/1", "A")
    assert call("search.search_documents", person(), json_body=ask).body["results"] == []


def test_the_same_id_replaces_the_text(call, person, indexed, found):
    me = person()
    first = indexed(me, "old words", "a")
    assert found(me, "old") == ["a"]
    assert indexed(me, "new words", "a") == first
    assert (found(me, "old"), found(me, "new")) == ([], ["a"])


def test_a_colleagues_id_is_theirs(call, person, indexed):
    me = person()
    indexed(me, "mine", "a")
    assert call(INDEX, person(me.organization_id), json_body={"text": "x", "doc_id": "a"}).status == 409
    assert call(INDEX, person(me.organization_id, role="admin"), json_body={"text": "x", "doc_id": "a"}).status == 201
    assert call(INDEX, person(), json_body={"text": "x", "doc_id": "a"}).status == 201


@pytest.mark.parametrize("text", ["'; DROP TABLE chunks; --", "<script>alert(1)</script> words", "тест 😀", "{{7*7}}"])
def test_odd_text_is_text(call, person, text):
    assert call(INDEX, person(), json_body={"text": text}).status == 201


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": ""}, {"text": " \n"}, {"text": "x", "doc_id": "a" * 201}, {"text": "x", "url": "javascript:x"},
        {"text": "x", "source": "upload"}, {"text": "x", "source": "9b9cbb4e-7d9c-4d4e-8ad0-0bd0c94f0000"},
        {"text": "x", "collection": "mine"}, {"text": "{", "content_type": "application/json"}, {"text": "a\x00b"},
        {"text": "x", "tags": ["t"] * 21}, {"text": "x", "created_at": "yesterday"}, {"text": "x", "owner": "me"},
        {"text": "x", "content_type": "application/pdf"},
    ],
    ids=repr,
)  # fmt: skip
def test_malformed(call, person, body):
    assert call(INDEX, person(), json_body=body).status in (415, 422)
