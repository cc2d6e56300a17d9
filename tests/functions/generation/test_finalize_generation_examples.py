"""What a training chose is in the prompts that the model gets, and after a rollback it is not."""

import copy
import json

import pytest

from functions.workers import train_ranking
from tests.functions.dialogue_world import EVENT
from tests.functions.generation.conftest import prompts

LIKED = "Every limit has an owner who answers for it by name"


@pytest.fixture
def train(call, context, sent):
    def run(admin):
        answer = call("learning.train_model", admin, json_body={"context": "rfc"})
        assert answer.status == 202, answer.body
        event = copy.deepcopy(EVENT)
        ticket = {"task_type": "train_ranking", "task_id": answer.body["task_id"]}
        event["Records"][0]["body"] = json.dumps(ticket)
        assert train_ranking.handler(event, context) == {"batchItemFailures": []}
        return call("learning.get_training_status", admin, path={"training_id": answer.body["task_id"]}).body

    return run


@pytest.fixture
def prompts_of(server, written):
    """The prompts by which a new document of a person is written."""

    def make(person):
        before = len(server.records)
        written(person)
        sent = prompts(server)[before:]
        return [text for text in sent if "technical writer" in text]

    return make


def rate(call, raters, rfc_id, rating):
    for rater in raters:
        body = {"rfc_id": rfc_id, "feedback_type": "like" if rating > 3 else "dislike", "rating": rating}
        assert call("learning.give_learning_feedback", rater, json_body=body).status == 201


def test_an_example_is_served_and_rolled_back(call, db, person, server, written, prompts_of, train):
    admin, stranger = person(role="admin"), person()
    raters = [person(admin.organization_id) for _ in range(8)]
    plain, liked = written(admin)[0], written(admin)[0]
    with db.transaction() as work:
        work.run(
            """UPDATE rfcs SET sections = (SELECT jsonb_agg(part || jsonb_build_object('text', CAST(:text AS text)))
                                           FROM jsonb_array_elements(sections) AS part)
               WHERE rfc_id = CAST(:id AS uuid)""",
            text=f"{LIKED} [1].",
            id=liked,
        )
    rate(call, raters, liked, 5)
    rate(call, raters, plain, 1)
    assert not any(LIKED in text for text in prompts_of(admin))
    state = train(admin)
    assert (state["version"], state["evaluation"]["examples"]["examples"]) == (1, [liked]), state
    served = prompts_of(admin)
    assert len(served) == 6
    assert all(f"{LIKED}." in text for text in served)
    assert not any(LIKED in text for text in prompts_of(stranger))
    assert call("learning.roll_back_learning", admin, json_body={"reason": "Too stiff."}).status == 200
    assert not any(LIKED in text for text in prompts_of(admin))


def test_what_people_do_not_prefer_is_not_served(call, person, written, prompts_of, train):
    admin = person(role="admin")
    raters = [person(admin.organization_id) for _ in range(8)]
    rate(call, raters, written(admin)[0], 2)
    assert train(admin)["version"] is None
    assert not any("Readers liked" in text for text in prompts_of(admin))
