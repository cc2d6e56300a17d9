"""Answers given again: only where chance has no part, only the very same question, and never after a source changed."""

import dataclasses
import uuid

import pytest

from assistant.llm import answers
from assistant.llm.answers import reused
from assistant.llm.fleet import fleet_of
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import CompletionRequest, Message
from assistant.platform.cache import Cache
from assistant.platform.cache_keys import document_tag
from assistant.platform.valkey import Valkey
from assistant.search import changes, index
from tests.layers.llm import provider_server as ps
from tests.layers.llm.paying import Paying, price_of_the_normal_answer

DOCUMENT, OTHER = str(uuid.uuid4()), str(uuid.uuid4())


@pytest.fixture
def cache(valkey, monkeypatch):
    monkeypatch.setenv("CACHE_HOST", valkey.host)
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    monkeypatch.setenv("CACHE_TLS", "off")
    cache = Cache(Valkey())
    monkeypatch.setattr(answers, "cache", lambda: cache)
    return cache


@pytest.fixture
def provider(server):
    return OpenAICompatible(server.base_url, "gpt-4o", "openai", id="first")


@pytest.fixture
def ask_twice(server, provider, paying, cache, db):
    """(first payer, second payer, how often the provider was asked, the second's text)."""

    def make(first, second, *, cited=(DOCUMENT,), between=lambda one: None, other_person=None):
        server._planned.clear()
        server.plan(*[ps.normal("Hello", usage=ps.usage_of(12, 3)) for _ in range(2)])
        one = paying()
        completion = one.call(fleet_of(provider), first, cited=cited)
        assert completion.text == "Hello"
        between(one)
        two = Paying(db, other_person or one.person, 50_000_000)
        heard = []
        text = two.call(fleet_of(provider), second, on_text=lambda piece, _: heard.append(piece), cited=cited).text
        assert "".join(heard) == text == "Hello"
        return one, two, 2 - len(server._planned)

    return make


@pytest.fixture
def question(ask):
    return lambda text="What is it?", temperature=0.0, **more: ask(text, temperature=temperature, **more)


def test_the_same_question_is_called_and_charged_once_and_logged_as_such(ask_twice, question, provider, db):
    one, two, calls = ask_twice(question(), question())
    assert calls == 1
    price = price_of_the_normal_answer(provider)
    assert [row["cost"] for row in one.rows()] == [price]
    assert two.rows() == []
    with db.reading() as work:
        again = reused(work, two.person.organization_id, 1)
    assert (again.answers, again.saved, again.input_tokens, again.output_tokens) == (1, price, 12, 3)


@pytest.mark.parametrize(
    "second",
    [
        {"text": "What is it?!"},
        {"max_tokens": 51},
        {"stop": ("\n",)},
        {"json_schema": {"type": "object", "properties": {}, "required": [], "additionalProperties": False}},
    ],
)
def test_another_question_is_another_call(ask_twice, question, second):
    assert ask_twice(question(), question(**second))[2] == 2


def test_where_chance_has_a_part_every_call_is_made(ask_twice, question):
    assert ask_twice(question(temperature=0.2), question(temperature=0.2))[2] == 2


def test_who_does_not_name_what_is_cited_always_calls(ask_twice, question):
    assert ask_twice(question(), question(), cited=None)[2] == 2


@pytest.mark.parametrize(("document", "calls"), [(DOCUMENT, 2), (OTHER, 1)], ids=["cited", "another"])
def test_a_changed_source_ends_its_answers_and_no_others(ask_twice, question, cache, document, calls):
    def change(one):
        cache.invalidate(one.person.organization_id, [document_tag(document)])

    assert ask_twice(question(), question(), between=change)[2] == calls


def test_a_replaced_and_a_deleted_document_end_what_cites_them(ask_twice, question, cache, monkeypatch, db):
    monkeypatch.setattr(changes, "cache", lambda: cache)
    documents = []

    def store(one):
        entry = index.Entry(
            one.person.organization_id, one.person.user_id, "index", "d", "T", "t.md", "text/markdown", "hash", 1
        )
        with db.transaction() as work:
            documents.append(index.put(work, entry, [], document_id=DOCUMENT, of_anyone=True)["document_id"])

    def delete(one):
        store(one)
        cache.invalidate(one.person.organization_id, [])
        with db.transaction() as work:
            index.delete(work, one.person.organization_id, [DOCUMENT])

    assert ask_twice(question("a?"), question("a?"), between=store)[2] == 2
    assert documents == [DOCUMENT]
    with db.transaction() as work:
        work.run("DELETE FROM documents WHERE document_id = CAST(:d AS uuid)", d=DOCUMENT)
    assert ask_twice(question("b?"), question("b?"), between=delete)[2] == 2


def test_another_organization_calls_for_itself(ask_twice, question, person):
    assert ask_twice(question(), question(), other_person=person())[2] == 2


def test_a_cut_answer_is_not_kept(server, provider, paying, cache, question, db):
    server.plan(ps.normal("Hel", usage=ps.usage_of(12, 3), finish="length"), ps.normal("Hello"))
    one = paying()
    one.call(fleet_of(provider), question(), cited=())
    two = Paying(db, one.person, 50_000_000)
    assert two.call(fleet_of(provider), question(), cited=()).text == "Hello"
    assert len(server._planned) == 0


def test_without_valkey_every_call_is_made(ask_twice, question, monkeypatch):
    without = Cache(Valkey())
    monkeypatch.setattr(answers, "cache", lambda: without)
    monkeypatch.setenv("CACHE_PORT", "1")
    assert ask_twice(question(), question())[2] == 2


def test_the_key_names_every_parameter():
    """A parameter that is added to a request later must be in the key, or be named here as none of the answer's."""
    fields = {field.name for field in dataclasses.fields(CompletionRequest)}
    assert fields == {"messages", "max_tokens", "temperature", "stop", "json_schema", "patience"}
    assert Message("user", "a") != Message("system", "a")
