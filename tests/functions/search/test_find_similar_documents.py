"""GET /api/v1/vector-search/similar/{doc_id}."""

from tests.layers.search.conftest import embeddings  # noqa: F401 - a fixture

SIMILAR = "search.find_similar_documents"


def test_anonymous(call):
    assert call(SIMILAR, path={"doc_id": "a"}).status == 401


def titles(answer):
    return [document["title"] for document in answer.body["documents"]]


def test_the_nearest_first(call, person, indexed, embeddings):  # noqa: F811
    me = person()
    indexed(me, "Every vehicle.", "cars")
    indexed(me, "Ein automobile und ein car.", "autos")
    indexed(me, "The vehicle and its cost.", "both")
    indexed(me, "The kitten.", "cats")
    answer = call(SIMILAR, me, path={"doc_id": "cars"})
    assert (answer.status, answer.body["by"], titles(answer)[0]) == (200, "vectors", "autos")
    assert "cats" not in titles(answer)
    assert len(titles(call(SIMILAR, me, path={"doc_id": "cars"}, query="limit=1"))) == 1


def test_by_words_where_there_are_no_vectors(call, person, indexed):
    me = person()
    indexed(me, "The hold is taken before the call.", "one")
    indexed(me, "A call has a hold.", "two")
    indexed(me, "Кошка.", "three")
    answer = call(SIMILAR, me, path={"doc_id": "one"})
    assert (answer.body["by"], titles(answer)) == ("words", ["two"])


def test_a_foreign_document(call, person, indexed, embeddings):  # noqa: F811
    me, stranger = person(), person()
    _, mine = indexed(me, "Every vehicle.", "cars")
    indexed(stranger, "Every vehicle.", "theirs")
    assert call(SIMILAR, stranger, path={"doc_id": mine}).status == 404
    assert titles(call(SIMILAR, me, path={"doc_id": mine})) == []
    assert call(SIMILAR, me, path={"doc_id": "nothing"}).status == 404


def test_malformed(call, person):
    assert call(SIMILAR, person(), path={"doc_id": "a"}, query="limit=21").status == 422
    assert call(SIMILAR, person(), path={"doc_id": "a" * 201}).status == 422
