"""Vectors: found by meaning, paid for, done without when the model does not answer, gone with their document."""

import socket

import pytest

from assistant.budget import proof
from assistant.platform.clock import monotonic
from assistant.search import index
from assistant.search.embeddings import configured, queries
from assistant.search.embeddings.documents import embed_waiting
from assistant.search.embeddings.models import LOCAL
from assistant.search.models import SearchQuery
from assistant.search.search import search
from tests.conftest import add_budget

CAR = "# Fleet\n\nEvery vehicle is serviced in spring."
MONEY = "# Finance\n\nThe budget is agreed in autumn."


@pytest.fixture
def find(db):
    def find(who, query, **how):
        with db.work(autocommit=False) as work:
            return search(work, who, SearchQuery(query=query, **how))

    return find


@pytest.fixture
def me(caller, upload, embeddings):
    me = caller()
    upload(me, CAR, "car.md")
    upload(me, MONEY, "money.md")
    return me


def rows(db, sql, me):
    with db.reading() as work:
        return work.run(sql, id=me.organization_id)


def calls(db, me):
    return rows(
        db,
        """SELECT purpose, outcome, reserved, cost, request_id FROM llm_calls
           WHERE organization_id = CAST(:id AS uuid) ORDER BY created_at""",
        me,
    )


def names(found):
    return [result.title for result in found.results]


def test_what_shares_no_word_is_found_by_its_meaning(find, me, embeddings):
    found = find(me, "машина")
    assert names(found) == ["car.md"]
    assert found.degraded is None
    [result] = found.results
    assert result.lexical_score is None
    assert 0.9 < result.similarity <= 1
    assert 0 < result.score < 1
    assert embeddings.requests[-1].body["input_type"] == "query"
    assert embeddings.requests[0].body["input_type"] == "passage"
    assert embeddings.requests[0].body["input"] == ["car.md\nFleet\n" + CAR]


def test_what_both_find_is_above_what_one_finds(find, me, upload):
    upload(me, "# Word\n\nAll that was agreed: agreed, and agreed again.", "word.md")
    best, other = find(me, "budget agreed").results
    assert (best.title, other.title) == ("money.md", "word.md")
    assert best.lexical_score is not None
    assert best.similarity is not None
    assert other.similarity is None


def test_each_way_alone(find, me):
    assert names(find(me, "автомобиль", mode="lexical")) == []
    assert names(find(me, "автомобиль serviced", mode="vector")) == ["car.md"]
    assert find(me, "vehicle", mode="vector").results[0].lexical_score is None


def test_a_phrase_is_meant_literally(find, me, embeddings):
    asked = len(embeddings.requests)
    assert names(find(me, '"agreed in autumn" машина')) == ["money.md"]
    assert len(embeddings.requests) == asked


def test_a_foreign_organization_is_never_near(find, me, caller, upload):
    stranger = caller()
    assert names(find(stranger, "машина")) == []
    upload(stranger, CAR, "theirs.md")
    assert names(find(stranger, "машина")) == ["theirs.md"]
    assert names(find(me, "машина")) == ["car.md"]


def test_every_call_is_held_and_settled(db, find, me):
    find(me, "vehicle")
    made = calls(db, me)
    assert [(call["purpose"], call["outcome"]) for call in made] == [
        ("embed_document", "succeeded"), ("embed_document", "succeeded"), ("embed_query", "succeeded"),
    ]  # fmt: skip
    assert all(0 < call["cost"] <= call["reserved"] for call in made)
    with db.reading() as work:
        assert proof.discrepancies(work) == []
    held = rows(db, "SELECT state, settled FROM holds WHERE organization_id = CAST(:id AS uuid)", me)
    assert {hold["state"] for hold in held} == {"settled"}
    assert sum(hold["settled"] for hold in held) == sum(call["cost"] for call in made)


def test_the_same_query_again_costs_nothing(db, find, me):
    find(me, "vehicle")
    before = len(calls(db, me))
    find(me, " vehicle ")
    assert len(calls(db, me)) == before


def test_without_the_model_search_goes_by_words_and_says_so(db, find, me, embeddings):
    embeddings.plan = [503]
    found = find(me, "vehicle")
    assert (names(found), found.degraded) == (["car.md"], "embeddings_unavailable")
    asked = len(embeddings.requests)
    assert find(me, "budget").degraded == "embeddings_unavailable"
    assert len(embeddings.requests) == asked, "it is not asked again at once"
    [*_, last] = calls(db, me)
    assert (last["outcome"], last["cost"]) == ("failed", 0)


def test_a_call_of_unknown_outcome_stays_held(db, find, me, embeddings):
    embeddings.plan = [lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)]
    assert find(me, "vehicle").degraded == "embeddings_unavailable"
    [*_, last] = calls(db, me)
    assert (last["outcome"], last["cost"]) == ("unknown", None)
    [hold] = rows(db, "SELECT state, kept FROM holds WHERE organization_id = CAST(:id AS uuid) AND kept > 0", me)
    assert (hold["state"], hold["kept"]) == ("unknown", last["reserved"])


@pytest.mark.parametrize(
    "answer",
    [
        b"not json", b"[]", b'{"data": []}', b'{"data": [{"index": 0, "embedding": [1, 2]}]}', b'{"data": {}}',
        b'{"data": [{"index": 0, "embedding": [' + b"NaN," * 383 + b"1]}]}",
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_no_vector(find, me, embeddings, answer):
    embeddings.plan = [lambda handler: handler.answer(200, answer)]
    assert find(me, "vehicle").degraded == "embeddings_unavailable"


def test_over_budget_search_goes_by_words(find, caller, person, upload, db, embeddings):
    with db.transaction() as work:
        [row] = work.run("INSERT INTO organizations (name) VALUES ('Poor') RETURNING organization_id")
        add_budget(work, str(row["organization_id"]), "organization", str(row["organization_id"]), 1)
    me = caller(str(row["organization_id"]))
    upload(me, CAR, "car.md")
    found = find(me, "vehicle")
    assert (names(found), found.degraded) == (["car.md"], "budget_exceeded")
    assert embeddings.requests == []


def test_a_document_that_missed_its_vectors_gets_them_later(db, find, caller, upload, embeddings):
    me = caller()
    with db.transaction() as work:  # what other tests left waiting is not meant
        work.run("UPDATE documents SET embedded_with = '-' WHERE embedded_with IS NULL")
    embeddings.plan = [503]
    upload(me, CAR, "car.md")
    assert names(find(me, "машина")) == []
    assert embed_waiting(db, 20.0) == 1
    assert names(find(me, "машина")) == ["car.md"]
    [document] = rows(db, "SELECT embedded_with FROM documents WHERE organization_id = CAST(:id AS uuid)", me)
    assert document["embedded_with"] == configured.model().key == f"local/{LOCAL}/384"


def test_a_new_content_has_new_vectors(find, me, upload):
    upload(me, MONEY + " More budget.", "car.md")
    assert set(names(find(me, "деньги"))) == {"car.md", "money.md"}
    assert names(find(me, "машина")) == []


def test_a_deleted_document_is_gone_from_the_next_search(db, find, me):
    [result] = find(me, "машина").results
    with db.transaction() as work:
        assert index.delete(work, me.organization_id, [str(result.document_id)])
    assert find(me, "машина").results == []
    assert find(me, "vehicle").results == []
    assert (
        rows(
            db,
            "SELECT chunk_id FROM embeddings WHERE organization_id = CAST(:id AS uuid) AND document_id NOT IN "
            "(SELECT document_id FROM documents WHERE organization_id = CAST(:id AS uuid))",
            me,
        )
        == []
    )


def test_another_organization_cannot_delete(db, find, me, caller):
    [result] = find(me, "машина").results
    with db.transaction() as work:
        assert index.delete(work, caller().organization_id, [str(result.document_id)]) == []
    assert names(find(me, "машина")) == ["car.md"]


def test_embedding_inside_a_transaction_is_a_mistake_that_is_seen(db, me):
    with db.transaction() as work:
        work.run("SELECT 1 AS one")
        with pytest.raises(RuntimeError, match="before the transaction begins"):
            queries.query_vector(db, me.organization_id, me.user_id, "something new")


def test_where_no_model_is_configured_nothing_is_degraded(find, caller, upload, monkeypatch):
    me = caller()
    upload(me, CAR, "car.md")
    found = find(me, "vehicle")
    assert (names(found), found.degraded) == (["car.md"], None)


@pytest.mark.parametrize(("name", "text"), [("EMBEDDING_MODEL", "bert"), ("EMBEDDING_PROVIDER", "bedrock")])
def test_an_unknown_model_is_refused_with_those_that_are_known(embeddings, monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(ValueError, match="Known: "):
        configured.model()


@pytest.mark.parametrize(
    ("text", "key"),
    [("sk-1", "sk-1"), ('{"embeddings": "sk-2", "openai": "sk-3"}', "sk-2"), ('{"openai": "sk-3"}', None)],
)
def test_the_key_is_the_secret_or_the_one_among_the_providers(embeddings, monkeypatch, text, key):
    monkeypatch.setenv("EMBEDDING_API_KEY_SECRET", "keys")
    monkeypatch.setattr("assistant.platform.secrets._cache", {"keys": (monotonic(), text)})
    assert configured._api_key(fresh=False) == key
