"""429 at the edge: the problem body, Retry-After, the RateLimit fields, and what happens when Valkey is down."""

import re

import pytest

from assistant.identity import rate_limits
from assistant.identity.lock_out import FIRST_WAIT, FREE
from assistant.platform.valkey import Valkey
from local.process import free_port
from tests.functions.conftest import call, context, sandbox  # noqa: F401 - fixtures

LOGIN = {"email": "nobody@test.example", "password": "Wrong-horse-1"}
ANN = {"email": "ann@nowhere.example", "password": "Correct-horse-1", "name": "Ann"}


@pytest.fixture(autouse=True)
def usual_limits(sandbox, monkeypatch, valkey):  # noqa: F811
    monkeypatch.delenv("RATE_LIMITS")
    client = Valkey()
    client.ask(lambda c: c.flushall())
    monkeypatch.setattr(rate_limits, "valkey", lambda: client)
    yield
    client.close()


@pytest.fixture
def valkey_down(monkeypatch):
    monkeypatch.setenv("CACHE_PORT", str(free_port()))
    down = Valkey()
    monkeypatch.setattr(rate_limits, "valkey", lambda: down)


def test_every_answer_says_where_one_stands(call, person):  # noqa: F811
    ann = person()
    answers = [
        call("identity.get_me", ann),
        call("identity.get_me", ann),
        call("identity.get_user", ann, path={"user_id": "x"}),
    ]
    assert [answer.status for answer in answers] == [200, 200, 422]
    assert answers[0].headers["ratelimit-policy"] == '"basic";q=30;w=60'
    assert [re.fullmatch(r'"basic";r=(\d+);t=(\d+)', a.headers["ratelimit"])[1] for a in answers] == ["29", "28", "29"]


def test_one_too_many_is_told_when_to_come_back(call, person):  # noqa: F811
    ann, bob = person(), person()
    statuses = [call("search.search_documents", ann, json_body={"query": "x"}).status for _ in range(20)]
    assert statuses == [200] * 20
    answer = call("search.search_documents", ann, json_body={"query": "x"})
    assert (answer.status, answer.body["code"]) == (429, "too_many_requests")
    assert answer.headers["content-type"] == "application/problem+json"
    wait = int(answer.headers["retry-after"])
    assert 0 < wait <= 60
    assert answer.headers["ratelimit"] == f'"search";r=0;t={wait}'
    assert answer.headers["ratelimit-policy"] == '"search";q=20;w=60'
    assert (answer.body["retry_after"], answer.body["limit"], answer.body["quota"]) == (wait, "search", 20)
    assert call("search.search_documents", bob, json_body={"query": "x"}).status == 200
    assert call("identity.get_me", ann).status == 200


def test_what_is_refused_never_reaches_the_endpoint(call, person, db, monkeypatch):  # noqa: F811
    ann = person()
    for _ in range(30):
        call("identity.get_me", ann)
    monkeypatch.setattr(db, "connection", lambda: pytest.fail("asked the database"))
    assert call("identity.get_me", ann).status == 429


def test_guessing_is_limited_by_address_and_by_account(call):  # noqa: F811
    """One address may try five times whatever account; one account five times from wherever."""
    by_address = [
        call("identity.log_in", json_body={**LOGIN, "email": f"{n}@a.example"}, address="198.51.100.1").status
        for n in range(6)
    ]
    by_account = [
        call("identity.log_in", json_body={**LOGIN, "email": "one@a.example"}, address=f"198.51.100.{n}").status
        for n in range(10, 16)
    ]
    assert by_address == by_account == [401] * 5 + [429]


def test_registering_is_limited_by_address(call):  # noqa: F811
    statuses = [call("identity.register", json_body=ANN, address="198.51.100.2").status for _ in range(4)]
    assert statuses == [403, 403, 403, 429]
    assert call("identity.register", json_body=ANN, address="198.51.100.3").status == 403


def test_probes_and_public_keys_are_not_limited(call):  # noqa: F811
    assert {call("system.get_health").status for _ in range(40)} == {200}
    assert {call("identity.get_jwks").status for _ in range(40)} == {200}


def test_without_valkey_signed_in_users_pass(call, person, valkey_down):  # noqa: F811
    ann = person()
    answers = [call("identity.get_me", ann) for _ in range(35)]
    assert {answer.status for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers


def test_without_valkey_guessing_is_still_limited(call, valkey_down):  # noqa: F811
    answers = [
        call("identity.log_in", json_body={**LOGIN, "email": "down@test.example"}, address=f"198.51.100.{n}")
        for n in range(FREE + 1)
    ]
    assert [answer.status for answer in answers] == [401] * FREE + [429]
    assert int(answers[-1].headers["retry-after"]) in (FIRST_WAIT, FIRST_WAIT - 1)


def test_without_valkey_nobody_registers(call, valkey_down):  # noqa: F811
    answer = call("identity.register", json_body=ANN)
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
