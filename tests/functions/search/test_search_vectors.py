"""POST /api/v1/vector-search/search."""

import pytest

from tests.layers.search.conftest import embeddings  # noqa: F401 - a fixture

SEARCH = "search.search_vectors"


def test_anonymous(call):
    assert call(SEARCH, json_body={"query": "car"}).status == 401


def test_by_meaning_with_a_snippet(call, person, indexed, embeddings):  # noqa: F811
    me = person()
    indexed(me, "Every vehicle is serviced.", "cars", title="Cars")
    answer = call(SEARCH, me, json_body={"query": "машина"})
    assert answer.status == 200
    [result] = answer.body["results"]
    assert (result["title"], result["snippet"], result["chunk_index"]) == ("Cars", "Every vehicle is serviced.", 0)
    assert 0.9 < result["similarity"] <= 1
    assert answer.body["degraded"] is None
    bare = call(SEARCH, me, json_body={"query": "машина", "include_snippets": False})
    assert bare.body["results"][0]["snippet"] is None
    assert bare.body["cached"]
    assert call(SEARCH, person(), json_body={"query": "машина"}).body["results"] == []


def test_both_ways_and_one_collection(call, person, indexed, embeddings):  # noqa: F811
    me = person()
    indexed(me, "The budget.", "one")
    indexed(me, "Something else agreed.", "two", collection="jira")
    ask = {"query": "agreed money", "hybrid_search": True}
    assert len(call(SEARCH, me, json_body=ask).body["results"]) == 2
    [only] = call(SEARCH, me, json_body={**ask, "collections": ["jira"]}).body["results"]
    assert (only["collection"], only["similarity"]) == ("jira", None)


def test_without_a_model_it_says_that_words_had_to_do(call, person, indexed):
    me = person()
    indexed(me, "Every vehicle is serviced.")
    answer = call(SEARCH, me, json_body={"query": "vehicle"}).body
    assert (len(answer["results"]), answer["degraded"], answer["cached"]) == (1, "embeddings_unavailable", False)


@pytest.mark.parametrize(
    "body", [{}, {"query": ""}, {"query": "x", "limit": 0}, {"query": "x", "filters": {"a": 1}}, {"query": "a\x00"}]
)
def test_malformed(call, person, body):
    assert call(SEARCH, person(), json_body=body).status == 422
