"""GET /api/v1/vector-search/health."""

from assistant.budget import proof
from tests.layers.search.conftest import embeddings  # noqa: F401 - a fixture

HEALTH = "search.get_vector_health"


def test_anonymous(call):
    assert call(HEALTH).status == 401


def test_both_parts_answer(call, db, person, embeddings):  # noqa: F811
    answer = call(HEALTH, person())
    assert (answer.status, answer.body["status"]) == (200, "healthy")
    assert all(part["milliseconds"] > 0 for part in answer.body["parts"])
    with db.reading() as work:
        assert proof.discrepancies(work) == []


def test_a_model_that_does_not_answer(call, person, embeddings):  # noqa: F811
    embeddings.plan = [503]
    answer = call(HEALTH, person()).body
    assert (answer["status"], answer["parts"][1]["status"]) == ("degraded", "unhealthy")


def test_without_a_model(call, person):
    answer = call(HEALTH, person()).body
    assert [part["status"] for part in answer["parts"]] == ["healthy", "off"]
