"""A chat over a real socket with the real model: heard while it is written, cancelled in the middle, not in the
sources. What a model says differs from run to run, and a weak one says much that nothing backs: both must be told."""

import re

import pytest

from assistant.chat.relevance import NOT_BACKED, NOTHING_FOUND
from assistant.generation.fence import unfenced

TOLD = """# Okapi tank

The okapi tank holds 40 litres of rain water. The okapi tank is emptied on the first Monday of each month.

## Keeper

The keeper of the day empties the okapi tank and writes the level of the okapi tank into the green book.
"""
QUESTION = "Who empties the okapi tank, and what does the keeper write into the green book?"
CITED = re.compile(r"\[(\d+)\]")


@pytest.fixture(scope="module")
def document_id(user):
    answer = user.upload("okapi.md", TOLD.encode())
    assert answer.status_code == 201, answer.text
    kept = answer.json()["document_id"]
    yield kept
    removed = user.http.delete(f"/api/v1/vector-search/documents/{kept}")
    assert removed.is_success, removed.text  # the cloud is shared: the demo's search would find it


def ask(user, question, **more):
    answer = user.http.post("/api/v1/chat", json={"question": question, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()


def pieces(socket, asked):
    """What was heard of an answer while it was written: numbered without a gap, all of one attempt."""
    said = [message for message in socket.heard if message["type"] == "chat_delta"]
    found = [message["data"] for message in said if message["data"]["message_id"] == asked["message_id"]]
    assert all(message["offset"] is None for message in said)
    assert [data["index"] for data in found] == list(range(len(found)))
    assert {data["attempt"] for data in found} <= {1}
    return "".join(data["text"] for data in found)


def kept(user, asked):
    """The exchange as the session's history has it."""
    [message] = user.get(f"/chat/sessions/{asked['session_id']}")["messages"]
    assert message["message_id"] == asked["message_id"]
    return message


def words(text):
    """Without citations, which the check takes away and adds."""
    return CITED.sub("", unfenced(text)).split()


def assert_cited_is_there(database, answer, document_id):
    """Each number in an answer names a chunk that is stored, is of a document that was uploaded, and says it."""
    numbers = {int(number) for number in CITED.findall(answer["answer"])}
    assert numbers == {citation["number"] for citation in answer["citations"]}
    assert answer["grounded"] == bool(numbers)
    for citation in answer["citations"]:
        [[content, name]] = database.run(
            """SELECT c.content, d.filename FROM chunks c JOIN documents d USING (document_id)
               WHERE c.document_id = CAST(:document AS uuid) AND c.chunk_index = :index""",
            document=citation["document_id"],
            index=citation["chunk_index"],
        )
        assert citation["excerpt"].removesuffix(" …") in " ".join(content.split())
        assert citation["filename"] == name
        if citation["document_id"] == document_id:
            assert " ".join(content.split()) in " ".join(TOLD.split())


def test_an_answer_is_heard_while_it_is_written_and_kept(user, document_id, database):
    with user.socket() as socket:
        asked = ask(user, QUESTION)
        first = socket.hear("chat_delta", message_id=asked["message_id"])
        told = socket.hear("chat_completed", task_id=asked["task_id"])
        socket.assert_no_gap()
        heard = pieces(socket, asked)
    assert first["timestamp"] < told["timestamp"]
    message, data = kept(user, asked), told["data"]
    assert message["status"] == "completed"
    assert (message["answer"], message["grounded"], message["cost"]) == (data["answer"], data["grounded"], data["cost"])
    assert [{**citation, "gone": False} for citation in data["citations"]] == message["citations"]
    assert_cited_is_there(database, data, document_id)
    if data["answer"] == NOTHING_FOUND["en"]:
        return  # what the model may say as well
    said, preface = words(data["answer"]), words(NOT_BACKED["en"])
    assert (said[: len(preface)] == preface) == (not data["grounded"])
    said = said if data["grounded"] else said[len(preface) :]
    assert said
    assert words(heard)[: len(said)] == said


def test_what_is_cited_exists_and_says_it(user, document_id, database):
    with user.socket() as socket:
        asked = ask(user, QUESTION, mode="search")
        data = socket.hear("chat_completed", task_id=asked["task_id"])["data"]
        assert pieces(socket, asked) == ""  # no model was asked
    assert data["citations"][0]["document_id"] == document_id
    assert_cited_is_there(database, data, document_id)
    assert kept(user, asked)["answer"] == data["answer"]


def test_an_answer_is_cancelled_while_it_is_written(user, document_id):
    with user.socket() as socket:
        # Some thousand characters, which take the model many times the two seconds that a cancellation may.
        asked = ask(user, f"Write all about it: {QUESTION}", mode="generate")
        socket.hear("chat_delta", message_id=asked["message_id"])
        answer = user.http.delete(f"/api/v1/async-tasks/{asked['task_id']}")
        assert answer.status_code == 200, answer.text
        socket.hear("task_cancelled", within=10, task_id=asked["task_id"])
        heard = pieces(socket, asked)
        assert "chat_completed" not in [message["type"] for message in socket.heard]
    message = kept(user, asked)
    assert (message["status"], message["grounded"], message["citations"]) == ("cancelled", False, [])
    assert heard
    assert message["answer"].startswith(heard)
    task = user.task(asked["task_id"])
    assert (task["status"], task["cost"]) == ("cancelled", message["cost"])
    assert 0 < message["cost"] < asked["held"]


def test_what_the_sources_do_not_say_is_said_not_to_be_there(user, document_id):
    for question, language in (
        ("Which currency do merchants of Samarkand prefer for silk?", "en"),
        ("Кто выиграл чемпионат Бразилии по футболу?", "ru"),
    ):
        with user.socket() as socket:
            asked = ask(user, question)
            data = socket.hear("chat_completed", task_id=asked["task_id"])["data"]
            assert pieces(socket, asked) == ""  # no model was asked
        assert (data["answer"], data["grounded"], data["citations"]) == (NOTHING_FOUND[language], False, [])
        assert kept(user, asked)["answer"] == data["answer"]
