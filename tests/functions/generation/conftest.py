"""A dialogue of a person, as the API leads it."""

import json

import pytest

from assistant.budget.proof import discrepancies
from assistant.platform import objects
from tests.functions.dialogue_world import model, uploading, working

ANSWERS = {"users": "Team leads, who ask the finance team by mail today.", "success": "No team is over its budget.",
           "data": ["internal"], "external": False}  # fmt: skip
BUDGETS = "# Budgets\n\nBudgets of teams are limits. A hold reserves the worst case before the call is made.\n"
REQUEST = {"task_type": "new_feature", "initial_request": "Budgets for teams with a warning before they are used up"}


@pytest.fixture(autouse=True)
def server(monkeypatch):
    with model(monkeypatch) as running:
        yield running


@pytest.fixture(autouse=True)
def adds_up(db):
    """After each test the ledger proves every budget."""
    yield
    with db.reading() as work:
        assert discrepancies(work) == []


@pytest.fixture
def upload(db, monkeypatch):
    monkeypatch.setattr(objects, "put", lambda *_: None)
    return uploading(db)


@pytest.fixture
def work_on(db, context, sent):
    return working(db, context)


@pytest.fixture
def opened(call):
    """Opens a session: the answer's body."""

    def make(person, **more):
        answer = call("generation.start_generation", person, json_body={**REQUEST, **more})
        assert answer.status == 201, answer.body
        return answer.body

    return make


@pytest.fixture
def reply(call):
    """Answers questions of a session."""

    def make(person, session_id, /, **answers):
        given = [{"question_id": name, "answer": value} for name, value in answers.items()]
        return call("generation.answer_questions", person, json_body={"session_id": session_id, "answers": given})

    return make


@pytest.fixture
def ready(opened, reply):
    """A session that is ready: its id."""

    def make(person, **more):
        session_id = opened(person, **more)["session_id"]
        answered = reply(person, session_id, **ANSWERS)
        assert answered.body["is_ready_to_generate"], answered.body
        return session_id

    return make


@pytest.fixture
def finalize(call):
    def make(person, session_id, **more):
        return call("generation.finalize_generation", person, json_body={"session_id": session_id, **more})

    return make


@pytest.fixture
def written(ready, finalize, work_on, sent):
    """An RFC that a session led to: (its id, the session's)."""

    def make(person, **more):
        session_id = ready(person)
        task = finalize(person, session_id, target_length=100, **more)
        assert task.status == 202, task.body
        work_on(task.body["task_id"], "llm_generate_rfc")
        rfc = finalize(person, session_id)
        assert rfc.status == 200, rfc.body
        return rfc.body["rfc_id"], session_id

    return make


@pytest.fixture
def chat(call, sent):
    """Asks a question: the answer of POST /chat."""

    def make(person, question="How long is a hold kept before the call?", **more):
        return call("generation.ask_question", person, json_body={"question": question, **more})

    return make


def asked(body):
    """The ids of the questions without an answer."""
    return [question["question_id"] for question in body["questions"]]


def prompts(server):
    """What the model was sent, each request as one text."""
    return [json.dumps(record.body["messages"], ensure_ascii=False) for record in server.records]
