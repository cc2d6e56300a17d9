"""Every minute: vectors for documents that have none yet. The rules: tests/layers/search/test_embeddings.py."""

from functions.schedules.embed_waiting_documents import handler
from tests.functions.search.conftest import indexed  # noqa: F401 - a fixture
from tests.layers.search.conftest import embeddings  # noqa: F401 - a fixture


def test_where_no_model_is_configured_nothing_happens(scheduled, context):
    assert handler(scheduled, context) == {"embedded": 0}


def test_a_document_gets_its_vectors(scheduled, context, db, person, indexed, embeddings):  # noqa: F811
    with db.transaction() as work:  # what other tests left waiting is not meant
        work.run("UPDATE documents SET embedded_with = '-' WHERE embedded_with IS NULL")
    embeddings.plan = [503]
    indexed(person(), "Every vehicle.", "cars")
    assert handler(scheduled, context) == {"embedded": 1}
    assert handler(scheduled, context) == {"embedded": 0}
