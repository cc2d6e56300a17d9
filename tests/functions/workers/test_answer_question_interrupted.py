"""AnswerQuestionQueue: cancelled, failed, killed or deleted, and never a wrong bill."""

import threading
import time

import pytest

from assistant.platform.db import Database
from assistant.tasks.claim import Claim
from assistant.tasks.run import run_ticket
from functions.schedules.sweep_tasks import handler as sweep
from functions.workers import answer_question
from tests.functions.workers.conftest import BACKED, TOLD
from tests.layers.llm.provider_server import endless, normal, status


def test_cancelling_stops_the_model_and_keeps_what_had_come(ask, upload, history, server, person, call, connect):
    me = person()
    upload(me, TOLD)
    server.default = endless(delay=0.02)
    asked = ask(me)
    worker_database = Database(connect)
    worker = threading.Thread(target=run_ticket, args=(worker_database, "answer_question", answer_question.perform))
    worker.start()
    while not server.records or server.records[0].pieces < 5:
        assert worker.is_alive()
        time.sleep(0.01)
    assert call("tasks.cancel_task", me, path={"task_id": asked["task_id"]}).status == 200
    assert server.records[0].client_closed.wait(2), "the model still writes"
    worker.join(5)
    worker_database.discard()
    [message] = history(me, asked)
    assert (message["status"], message["grounded"]) == ("cancelled", False)
    assert message["answer"]
    task = call("tasks.get_task", me, path={"task_id": asked["task_id"]}).body
    assert 0 < task["cost"] == message["cost"] < task["held"]


def test_a_model_that_fails_is_tried_again_and_costs_nothing(ask, upload, work_on, history, server, person, call):
    me = person()
    upload(me, TOLD)
    server.default = status(500)
    asked = ask(me)
    work_on(asked["task_id"])
    task = call("tasks.get_task", me, path={"task_id": asked["task_id"]}).body
    assert (task["status"], task["error"]["code"], history(me, asked)[0]["status"]) == (
        "queued", "model_unavailable", "queued"
    )  # fmt: skip
    server.default = normal(*BACKED)
    work_on(asked["task_id"])
    assert history(me, asked)[0]["status"] == "completed"


def test_an_answer_that_was_paid_for_is_not_asked_for_again(
    ask, upload, work_on, history, server, person, db, scheduled, context, monkeypatch
):
    class Killed(BaseException):
        """The process ends here."""

    me = person()
    upload(me, TOLD)
    server.default = normal(*BACKED)
    asked = ask(me)

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(Claim, "complete", die)
        # `complete` is asked for before `perform` runs, so the work is done and the end is not.
        with pytest.raises(Killed):
            run_ticket(db, "answer_question", lambda database, claim: answer_question.perform(database, claim))
    with db.transaction() as work:
        work.run("UPDATE tasks SET lease_until = now() - interval '1 second' WHERE task_id = CAST(:id AS uuid)",
                 id=asked["task_id"])  # fmt: skip
    sweep(scheduled, context)
    work_on(asked["task_id"])
    [message] = history(me, asked)
    assert (message["status"], message["answer"], len(server.records)) == ("completed", "".join(BACKED), 1)


def test_a_session_deleted_meanwhile_ends_the_task(ask, upload, work_on, person, db, call, server):
    me = person()
    upload(me, TOLD)
    asked = ask(me)
    with db.transaction() as work:
        work.run("DELETE FROM chat_sessions WHERE session_id = CAST(:id AS uuid)", id=asked["session_id"])
    work_on(asked["task_id"])
    task = call("tasks.get_task", me, path={"task_id": asked["task_id"]}).body
    assert (task["status"], task["error"]["code"], server.records) == ("failed", "not_found", [])
