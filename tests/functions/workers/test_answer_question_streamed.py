"""AnswerQuestionQueue: the pieces of an answer reach whoever listens, and nothing else is pushed out of the log."""

import time

from assistant.chat import stream
from assistant.notifications.log import KEPT
from tests.functions.dialogue_world import listening
from tests.functions.workers.conftest import BACKED, TOLD
from tests.layers.llm.provider_server import normal


def deltas(sent):
    """The data of the deltas that were handed to the delivery queue."""
    return [one[2]["message"]["data"] for one in sent if len(one) == 3 and one[2]["message"]["type"] == "chat_delta"]


def test_deltas_are_numbered_few_and_outside_the_log(ask, upload, work_on, server, person, db, sent, log, monkeypatch):
    me = person()
    upload(me, TOLD)
    listening(db, me, "one")
    listening(db, me, "deaf", ["task_completed"])
    pieces = [f"word{n} " for n in range(200)]
    server.default = normal(*pieces, delay=0.003)
    asked = ask(me)
    started = time.monotonic()
    work_on(asked["task_id"])
    took = time.monotonic() - started
    found = deltas(sent)
    assert "".join(one["text"] for one in found) == "".join(pieces)
    assert [one["index"] for one in found] == list(range(len(found)))
    assert 2 <= len(found) <= took / stream.SECONDS_BETWEEN + 2
    assert {one["message_id"] for one in found} == {asked["message_id"]}
    bodies = [one[2] for one in sent if len(one) == 3 and one[2]["message"]["type"] == "chat_delta"]
    assert all(body["connection_ids"] == ["one"] and body["message"]["offset"] is None for body in bodies)
    kinds = [kind for kind, _ in log(me)]
    assert "chat_delta" not in kinds
    assert len(kinds) < KEPT // 5


def test_nobody_listens_nothing_is_sent(ask, upload, work_on, server, person, sent):
    me = person()
    upload(me, TOLD)
    asked = ask(me)
    work_on(asked["task_id"])
    assert deltas(sent) == []


def test_a_delta_that_cannot_be_sent_stops_nothing(ask, upload, work_on, history, server, person, db, monkeypatch):
    me = person()
    upload(me, TOLD)
    listening(db, me, "lost")

    def broken(*_, **__):
        raise RuntimeError("SQS is away")

    monkeypatch.setattr(stream, "tell", broken)
    server.default = normal(*BACKED)
    asked = ask(me)
    work_on(asked["task_id"])
    assert history(me, asked)[0]["answer"] == "".join(BACKED)
