"""A wait for a silent model ends when another thread says so, wherever in the exchange it is silent."""

import threading
import time

import pytest

from assistant.llm import bedrock
from assistant.llm.bedrock import Bedrock
from assistant.llm.circuit import SandboxCircuit
from assistant.llm.gateway import generate
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.platform import aws, interruption
from tests.layers.llm import bedrock_wire as wire
from tests.layers.llm import provider_server as ps


async def silent_after_a_word(exchange):
    await exchange.begin()
    await exchange.event(ps.chunk_of("word "))
    exchange.record.pieces += 1
    await exchange.gone.wait()


@pytest.fixture
def providers(server, monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{server.port}",
    }.items():
        monkeypatch.setenv(name, value)
    for cached in (aws.client, bedrock._client):
        cached.cache_clear()
    yield {
        "http": OpenAICompatible(server.base_url, "m", name="local"),
        "bedrock": Bedrock("amazon.nova-lite-v1:0"),
    }
    for cached in (aws.client, bedrock._client):
        cached.cache_clear()


class Wish(Exception):
    pass


@pytest.mark.parametrize(
    ("kind", "behaviour", "text"),
    [
        ("http", ps.silence, ""),
        ("http", silent_after_a_word, "word "),
        ("bedrock", ps.silence, ""),
        ("bedrock", wire.converse(wire.text("word "), end="hang"), "word "),
    ],
    ids=["http, before the head", "http, between words", "bedrock, before the head", "bedrock, between words"],
)
def test_the_connection_closes_at_once_and_only_what_was_used_counts(providers, server, ask, kind, behaviour, text):
    server.plan(behaviour)
    heard, ended, started = [], {}, threading.Event()

    def work():
        with interruption.interruptible() as ended["by"]:
            started.set()
            ended["completion"] = generate(
                [providers[kind]], ask(max_tokens=5000), lambda piece, _: heard.append(piece), circuit=SandboxCircuit()
            )

    worker = threading.Thread(target=work)
    worker.start()
    started.wait(5)
    while "".join(heard) != text or not server.records:
        assert worker.is_alive()
        time.sleep(0.01)
    time.sleep(0.05)  # time has to pass: it waits for the next word by now
    asked = time.monotonic()
    ended["by"].interrupt(Wish())
    worker.join(2)
    assert time.monotonic() - asked < 1
    assert server.records[0].client_closed.wait(1)
    completion = ended["completion"]
    assert (completion.text, completion.cancelled, completion.usage_is_bound) == (text, True, True)
    assert completion.usage.output_tokens <= len(text) + 1
    assert len(server.records) == 1


def test_an_interruption_that_came_before_the_call_sends_nothing(providers, server, ask):
    with interruption.interruptible() as mine:
        mine.interrupt(Wish())
        with pytest.raises(Wish):
            generate([providers["http"]], ask(), circuit=SandboxCircuit())
    assert server.records == []


def test_a_pause_between_tries_ends_too(providers, server, ask):
    server.default = ps.throttled(retry_after="15")
    with interruption.interruptible() as mine:
        threading.Timer(0.1, mine.interrupt, [Wish()]).start()
        asked = time.monotonic()
        with pytest.raises(Wish):
            generate([providers["http"]], ask(), circuit=SandboxCircuit())
    assert time.monotonic() - asked < 2


def test_a_call_is_not_interrupted_by_another_threads_wish(providers, server, ask):
    server.plan(ps.normal("a", "b", delay=0.05))
    with interruption.interruptible():
        other = interruption.Interruption()
        other.interrupt(Wish())
        assert generate([providers["http"]], ask(), circuit=SandboxCircuit()).text == "ab"


def test_a_money_keeper_charges_the_bound_and_passes_the_reason_on(paying, providers, server, ask):
    from assistant.llm.fleet import Fleet

    server.plan(silent_after_a_word)
    payer, provider = paying(), OpenAICompatible(server.base_url, "SmolLM2-135M-Instruct", name="local")
    with interruption.interruptible() as mine, pytest.raises(Wish):
        payer.call(
            Fleet((provider,), (1,)), ask(max_tokens=5000),
            on_text=lambda *_: threading.Timer(0.05, mine.interrupt, [Wish()]).start(),
        )  # fmt: skip
    [row] = payer.rows()
    assert row["outcome"] == "cancelled"
    assert 0 < row["cost"] < row["reserved"]
    assert payer.settle() == (row["cost"], 0)
