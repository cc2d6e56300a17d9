"""Consumes TrainRankingQueue: what people like becomes the order of their searches, and can be undone."""

import json
import random

import pytest

from assistant.identity.caller import Caller
from assistant.learning.evaluate import score
from assistant.learning.examples import shown_examples
from assistant.learning.judgements import Selection, votes
from assistant.platform import objects
from assistant.search.documents import store_document
from assistant.search.embeddings import configured, queries
from assistant.search.embeddings.documents import embed_soon
from assistant.search.embeddings.models import LOCAL
from assistant.search.embeddings.queries import query_vector
from assistant.search.ranking import DEFAULTS, weights_of
from assistant.search.search import ranked
from assistant.search.uploads import Upload
from functions.workers import train_ranking as worker
from tests.functions.workers.conftest import EVENT
from tests.layers.search.embedding_server import EmbeddingServer

TOPICS = ("budget", "server", "cat", "car", "money", "machine", "kitten", "vehicle", "cost", "automobile", "бюджет",
          "кошка", "сервер", "машина")  # fmt: skip


@pytest.fixture
def embeddings(monkeypatch):
    server = EmbeddingServer()
    monkeypatch.setenv("EMBEDDING_PROVIDER", "openai")
    monkeypatch.setenv("EMBEDDING_BASE_URL", server.url)
    monkeypatch.setenv("EMBEDDING_MODEL", LOCAL)
    configured.embedder.cache_clear()
    queries.forget()
    yield server
    server.stop()
    configured.embedder.cache_clear()
    queries.forget()


@pytest.fixture
def train(call, db, context, sent):
    def run(admin, **body):
        answer = call("learning.train_model", admin, json_body=body)
        assert answer.status == 202, answer.body
        event = json.loads(json.dumps(EVENT))
        ticket = {"task_type": "train_ranking", "task_id": answer.body["task_id"]}
        event["Records"][0]["body"] = json.dumps(ticket)
        assert worker.handler(event, context) == {"batchItemFailures": []}
        return call("learning.get_training_status", admin, path={"training_id": answer.body["task_id"]}).body

    return run


@pytest.fixture
def library(db, person, embeddings, monkeypatch):
    """Documents in pairs on each topic, an old and a new one, of an administrator's organisation."""
    monkeypatch.setattr(objects, "put", lambda *_: None)
    admin = person(role="admin")
    caller = Caller(admin.user_id, admin.organization_id, admin.role, frozenset(), "", admin.email)
    old, new = {}, {}
    for topic in TOPICS:
        for name, kept in (("old", old), ("new", new)):
            with db.transaction() as work:
                text = f"The {topic} is described here in some words, {name}."
                made = store_document(work, caller, Upload(text.encode(), f"{topic}-{name}.md", "text/markdown"))
                kept[topic] = made.document_id
            embed_soon(db, admin.organization_id, admin.user_id, made.document_id)
    with db.transaction() as work:
        work.run(
            """UPDATE documents SET changed_at = now() - interval '3 years'
               WHERE organization_id = CAST(:o AS uuid) AND filename LIKE '%-old.md'""",
            o=admin.organization_id,
        )
    return admin, old, new


def judge(call, admin, liked, disliked):
    for topic in TOPICS:
        for targets, kind in ((liked, "like"), (disliked, "dislike")):
            for query in (topic, f"{topic} described"):
                body = {"target_id": targets[topic], "context": "search", "feedback_type": kind, "query": query}
                assert call("feedback.give_feedback", admin, json_body=body).status == 201


def used(db, admin):
    with db.reading() as work:
        return weights_of(work, admin.organization_id)


def test_a_liking_for_old_documents_changes_the_order_and_rolls_back(call, db, library, train):
    admin, old, new = library
    with db.transaction() as work:  # where freshness was weighed much before
        work.run(
            """INSERT INTO search_weights (organization_id, lexical, semantic, title, freshness, half_life_days)
               VALUES (CAST(:o AS uuid), 1, 1, 0.1, 1.6, 180)""",
            o=admin.organization_id,
        )
        work.run(
            """INSERT INTO ranking_versions (organization_id, version, state, weights, examples, evaluation)
               VALUES (CAST(:o AS uuid), 1, 'active', '{"lexical": 1, "semantic": 1, "title": 0.1, "freshness": 1.6,
                       "half_life_days": 180}', '[]', '{}')""",
            o=admin.organization_id,
        )

    def first(topic):
        with db.reading() as work:
            vector, _ = query_vector(db, admin.organization_id, admin.user_id, topic)
            return ranked(work, admin.organization_id, admin.user_id, topic, vector)[0].document_id

    judge(call, admin, liked=old, disliked=new)
    before = sum(first(topic) == old[topic] for topic in TOPICS)
    state = train(admin)
    assert state["status"] == "completed", state["error"]
    held_out = state["evaluation"]["ranking"]["held_out"]
    assert state["version"] == 2, state
    assert held_out["after"] > held_out["before"]
    assert used(db, admin).freshness < 1.6
    assert sum(first(topic) == old[topic] for topic in TOPICS) > before
    assert [line["message"] for line in state["log"]][-1] == "Version 2 is in use."
    rolled = call("learning.roll_back_learning", admin, json_body={"reason": "worse in practice"})
    assert (rolled.status, rolled.body["active_version"]) == (200, 1)
    assert used(db, admin).freshness == pytest.approx(1.6)
    assert sum(first(topic) == old[topic] for topic in TOPICS) == before


def test_votes_at_random_change_nothing(call, db, library, train):
    admin, old, new = library
    chance = random.Random(4)
    for topic in TOPICS:
        for target in (old[topic], new[topic]):
            kind = chance.choice(["like", "dislike"])
            body = {"target_id": target, "context": "search", "feedback_type": kind, "query": topic}
            call("feedback.give_feedback", admin, json_body=body)
    state = train(admin)
    assert (state["status"], state["version"]) == ("completed", None)
    assert used(db, admin) == DEFAULTS
    assert call("learning.get_learning_statistics", admin).body["last_kept"] is False


def test_the_trainer_scores_as_the_search_does(call, db, library):
    admin, old, new = library
    judge(call, admin, liked=old, disliked=new)
    with db.reading() as work:
        asked = votes(work, admin.organization_id, Selection())
    for one in asked[:5]:
        vector, _ = query_vector(db, admin.organization_id, admin.user_id, one.text)
        with db.reading() as work:
            rows = ranked(work, admin.organization_id, admin.user_id, one.text, vector)
        assert rows
        for row in rows:
            assert score(row, DEFAULTS, DEFAULTS.half_life_days) == pytest.approx(row.score, abs=2e-6)


def test_the_vectors_are_paid_for_and_nothing_else(call, db, library, train):
    admin, old, new = library
    judge(call, admin, liked=old, disliked=new)
    queries.forget()
    state = train(admin)
    assert state["status"] == "completed", state["error"]
    with db.reading() as work:
        rows = work.run("SELECT DISTINCT purpose FROM llm_calls WHERE request_id = :id", id=state["training_id"])
    assert rows == [{"purpose": "embed_query"}]
    assert call("budget.get_budget_status", admin).body["held"] == 0


def test_by_words_alone_nothing_is_learned_and_it_is_said(call, db, person, train, monkeypatch):
    monkeypatch.setenv("EMBEDDING_PROVIDER", "off")
    configured.embedder.cache_clear()
    admin = person(role="admin")
    for number in range(12):
        body = {"target_id": "d", "context": "search", "feedback_type": "like", "query": f"q{number}"}
        call("feedback.give_feedback", admin, json_body=body)
    state = train(admin)
    assert (state["status"], state["version"]) == ("completed", None)
    assert "0 of 12 queries were searched by words and vectors." in [line["message"] for line in state["log"]]


def test_too_little_feedback_is_said(train, person):
    state = train(person(role="admin"), min_feedback_count=5)
    assert (state["status"], state["version"]) == ("completed", None)
    assert "Fewer than the 5" in state["log"][-1]["message"]


def test_the_best_rated_rfcs_become_examples(call, db, person, train):
    admin = person(role="admin")
    voters = [person(admin.organization_id) for _ in range(8)]
    made = {}
    with db.transaction() as work:
        for title in ("good", "bad"):
            [row] = work.run(
                """INSERT INTO rfcs (organization_id, user_id, title, content, sections, sources_used, quality, model)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), :title, 'c', '[]', '[]', '{}', 'm') RETURNING rfc_id""",
                o=admin.organization_id, u=admin.user_id, title=title,
            )  # fmt: skip
            made[title] = str(row["rfc_id"])
    for voter in voters:
        for title, rating in (("good", 5), ("bad", 1)):
            body = {"rfc_id": made[title], "feedback_type": "like" if rating == 5 else "dislike", "rating": rating}
            assert call("learning.give_learning_feedback", voter, json_body=body).status == 201
    state = train(admin, context="rfc")
    assert state["version"] == 1, state
    with db.reading() as work:
        assert [example.title for example in shown_examples(work, admin.organization_id)] == ["good"]
        assert shown_examples(work, person().organization_id) == []
    assert used(db, admin) == DEFAULTS
    call("learning.roll_back_learning", admin, json_body={"reason": "not good"})
    with db.reading() as work:
        assert shown_examples(work, admin.organization_id) == []
