"""GET /api/v1/vector-search/stats."""

from tests.layers.search.conftest import embeddings  # noqa: F401 - a fixture

STATS = "search.get_vector_stats"


def test_anonymous(call):
    assert call(STATS).status == 401


def test_an_empty_organization(call, person):
    answer = call(STATS, person()).body
    assert (answer["documents"], answer["chunks"], answer["collections"]) == (0, 0, [])


def test_what_is_counted_is_only_ones_own(call, person, indexed, embeddings):  # noqa: F811
    me, other = person(), person()
    indexed(me, "one\n\n" + "many words " * 200, "a")
    indexed(me, "two", "b", collection="jira")
    indexed(other, "three", "c")
    answer = call(STATS, me).body
    per = {each["name"]: each for each in answer["collections"]}
    assert (answer["documents"], answer["embedded_documents"]) == (2, 2)
    assert per["documents"]["chunks"] + per["jira"]["chunks"] == answer["chunks"] > 2
    assert (per["jira"]["documents"], per["jira"]["state"]) == (1, "ready")
    assert answer["dimensions"] == 384
