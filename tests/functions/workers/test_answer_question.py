"""Consumes AnswerQuestionQueue: an answer from the sources or none, streamed, checked, and never a wrong bill."""

import pytest

from tests.functions.workers.conftest import BACKED, QUESTION, TOLD, priced
from tests.layers.llm.provider_server import normal


def test_an_answer_with_citations_that_hold(ask, upload, work_on, history, server, person, log):
    me = person()
    document = upload(me, TOLD)
    server.default = normal(*BACKED)
    asked = ask(me)
    work_on(asked["task_id"])
    [message] = history(me, asked)
    assert (message["status"], message["grounded"], message["answer"]) == ("completed", True, "".join(BACKED))
    [citation] = message["citations"]
    assert (citation["number"], citation["document_id"], citation["chunk_index"]) == (1, document, 0)
    assert citation["excerpt"] in TOLD
    assert message["cost"] == pytest.approx(priced(12, len(BACKED)) / 1e6)
    completed = dict(log(me))["chat_completed"]
    assert (completed["answer"], completed["citations"], completed["cost"]) == (
        message["answer"], [{name: value for name, value in citation.items() if name != "gone"}], message["cost"]
    )  # fmt: skip
    assert citation["gone"] is False
    assert log(me)[-1][0] == "task_completed"


def test_nothing_near_enough_means_no_model_and_no_charge(ask, upload, work_on, history, server, person, call):
    me = person()
    upload(me, TOLD)
    for question, said in (("Who won the football championship in Brazil yesterday evening?", "The sources do not say"),
                           ("Кто выиграл чемпионат Бразилии по футболу?", "В источниках этого нет")):  # fmt: skip
        asked = ask(me, question)
        work_on(asked["task_id"])
        [message] = history(me, asked)
        assert message["answer"].startswith(said)
        assert (message["grounded"], message["citations"], message["cost"]) == (False, [], 0)
    assert server.records == []
    status = call("budget.get_budget_status", me).body
    assert (status["current_usage"], status["held"]) == (0, 0)


def test_what_the_model_does_not_find_is_said(ask, upload, work_on, history, server, person):
    me = person()
    upload(me, TOLD)
    server.default = normal("NOT IN ", "THE SOURCES")
    asked = ask(me)
    work_on(asked["task_id"])
    [message] = history(me, asked)
    assert message["answer"].startswith("The sources do not say")
    assert (message["grounded"], message["cost"] > 0) == (False, True)


def test_what_nothing_backs_loses_its_citation_and_is_said(ask, upload, work_on, history, server, person):
    me = person()
    upload(me, TOLD)
    server.default = normal("A hold reserves the worst case for 90 minutes [1]. ", "It rains in Paris [7].")
    asked = ask(me)
    work_on(asked["task_id"])
    [message] = history(me, asked)
    assert message["answer"].startswith("The sources do not say this")
    assert "[" not in message["answer"]
    assert (message["grounded"], message["citations"]) == (False, [])
    assert [(one["number"], one["reason"]) for one in message["checked"]["removed"]] == [
        (1, "the passage does not contain '90'"), (7, "there is no such passage")
    ]  # fmt: skip


def test_looking_up_quotes_word_for_word_without_a_model(ask, upload, work_on, history, server, person):
    me = person()
    upload(me, TOLD)
    asked = ask(me, mode="search")
    work_on(asked["task_id"])
    [message] = history(me, asked)
    assert message["answer"] == f"> {TOLD} [1]"
    assert (message["grounded"], message["cost"], server.records) == (True, 0, [])


def test_a_short_question_leans_on_the_one_before(ask, upload, work_on, history, server, person):
    me = person()
    upload(me, TOLD)
    server.default = normal(*BACKED)
    first = ask(me)
    work_on(first["task_id"])
    second = ask(me, "And why?", session_id=first["session_id"])
    work_on(second["task_id"])
    prompt = server.records[1].body["messages"][1]["content"]
    assert "Earlier question: " + QUESTION in prompt
    assert prompt.endswith("Question: And why?")
    assert [one["status"] for one in history(me, first)] == ["completed", "completed"]
