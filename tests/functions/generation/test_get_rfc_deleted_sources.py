"""A document is deleted: within a second nothing shows it, from the search to the texts that cite it."""

import time

import pytest

from assistant.llm.answers import Answers
from assistant.llm.completion import Completion
from assistant.llm.gateway import fleet
from assistant.llm.port import CompletionRequest, Message, Usage
from tests.functions.generation.conftest import BUDGETS
from tests.layers.llm.provider_server import normal

WITHIN = 1.0
TITLE, TOLD = "The Budgets", "A hold reserves the worst case"
QUESTION = "What does a hold reserve before the call?"
SEARCHES = [("search.search_documents", {"mode": mode}) for mode in ("lexical", "hybrid")]
SEARCHES.append(("search.search_vectors", {}))


class Shown:
    """Every place where a person meets a document."""

    def __init__(self, call, me, other_id, rfc_id, session_id):
        self._call, self._me = call, me
        self._other_id, self.rfc_id, self._session_id = other_id, rfc_id, session_id

    def searches(self):
        return [self._call(name, self._me, json_body={"query": "hold reserves", **how}).body for name, how in SEARCHES]

    def similar(self):
        answer = self._call("search.find_similar_documents", self._me, path={"doc_id": self._other_id})
        assert answer.status == 200, answer.body
        return answer.body

    def rfc(self, query=""):
        answer = self._call("generation.get_rfc", self._me, path={"rfc_id": self.rfc_id}, query=query)
        assert answer.status == 200, answer.body
        return answer.body

    def answer(self):
        path = {"session_id": self._session_id}
        [message] = self._call("generation.get_chat_session", self._me, path=path).body["messages"]
        return message


@pytest.fixture
def asked(person, upload, written, chat, work_on, server, call):
    """(me, the document's id, what shows it)."""
    me = person()
    document_id = upload(me, BUDGETS, title=TITLE)
    other_id = upload(me, "# Other\n\nBudgets of teams and a hold that reserves too.", "other.md")
    rfc_id, _ = written(me)
    server.default = normal("A hold reserves the worst case before the call is made [1].")
    exchange = chat(me, QUESTION).body
    work_on(exchange["task_id"])
    return me, document_id, Shown(call, me, other_id, rfc_id, exchange["session_id"])


def answers_that_cite(me, document_id):
    request = CompletionRequest((Message("user", QUESTION),), max_tokens=10, temperature=0)
    return Answers(me.organization_id, fleet().providers[0], request, [document_id])


def kept(me, document_id):
    return answers_that_cite(me, document_id).find()


def keep_an_answer(me, document_id):
    answers = answers_that_cite(me, document_id)
    assert answers.find() is None
    provider = fleet().providers[0]
    answers.keep(Completion(TOLD, Usage(1, 1), "stop", provider.model, 1, 2, provider_id=provider.id), 1)


def test_nothing_shows_a_deleted_document(asked, call):
    me, document_id, shown = asked
    keep_an_answer(me, document_id)
    shown.searches()
    again = shown.searches()
    assert all(document_id in str(body) for body in again)
    assert any(body.get("cached") for body in again)
    assert document_id in str(shown.similar())
    edited = {"based_on_version": 1, "content": shown.rfc()["full_content"] + "\nMore.", "title": "New"}
    assert call("generation.update_rfc", me, path={"rfc_id": shown.rfc_id}, json_body=edited).status == 200
    everything = [lambda: shown.rfc("version=1"), shown.rfc, lambda: shown.rfc("format=md"), shown.answer]
    assert all(TITLE in str(show()) for show in everything)
    assert TOLD in str(shown.rfc())
    assert kept(me, document_id)

    started = time.monotonic()
    assert call("search.delete_document", me, path={"doc_id": document_id}).status == 200
    assert not any(document_id in str(body) for body in shown.searches())
    assert document_id not in str(shown.similar())
    for show in everything:
        assert TITLE not in str(show())
    assert not any(TOLD in str(show()) for show in everything[:3])
    assert kept(me, document_id) is None
    assert time.monotonic() - started < WITHIN

    for cited in (shown.rfc()["sources_used"], shown.rfc("version=1")["sources_used"], shown.answer()["citations"]):
        [gone] = [one for one in cited if one["document_id"] == document_id]
        assert (gone["gone"], gone["excerpt"], gone["heading"], gone["filename"]) == (True, "", "", "")
    there = [one for one in shown.rfc()["sources_used"] if one["document_id"] != document_id]
    assert all(not one["gone"] and one["excerpt"] for one in there)
