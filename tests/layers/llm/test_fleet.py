"""Which providers the settings mean, with which keys, and what is refused."""

import json

import pytest

from assistant.llm.configuration import WrongSetting, configured
from assistant.llm.fleet import fleet
from assistant.llm.gateway import generate
from assistant.platform.errors import Invalid


@pytest.fixture
def settings(monkeypatch):
    for name in ("LLM_API_KEY", "LLM_API_KEY_SECRET", "LLM_CONTEXT_TOKENS", "STAGE", "LLM_PROVIDERS"):
        monkeypatch.delenv(name, raising=False)

    def put(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    fleet.cache_clear()
    yield put
    fleet.cache_clear()


@pytest.mark.parametrize(
    ("base_url", "model", "name", "context"),
    [
        ("http://127.0.0.1:8080/v1", "SmolLM2-135M-Instruct", "local", 8192),
        ("https://api.openai.com/v1", "gpt-4o", "openai", 128_000),
        ("https://api.anthropic.com/v1", "claude-sonnet-4-5", "anthropic", 200_000),
        ("https://models.example/v1", "gpt-4o", "openai-compatible", 8192),
    ],
)
def test_the_provider_is_named_by_its_host(settings, base_url, model, name, context):
    settings(LLM_PROVIDER="openai", LLM_MODEL=model, LLM_BASE_URL=base_url)
    [provider] = fleet().providers
    assert (provider.name, provider.model, provider.context_tokens) == (name, model, context)
    assert provider is fleet().providers[0]


def test_bedrock(settings):
    settings(LLM_PROVIDER="bedrock", LLM_MODEL="eu.amazon.nova-lite-v1:0", LLM_CONTEXT_TOKENS="5000")
    [provider] = fleet().providers
    assert (provider.name, provider.model, provider.context_tokens) == ("bedrock", "eu.amazon.nova-lite-v1:0", 5000)


def test_an_unknown_provider_is_refused(settings):
    settings(LLM_PROVIDER="magic", LLM_MODEL="m", LLM_BASE_URL="http://127.0.0.1/v1")
    with pytest.raises(ValueError, match="LLM_PROVIDER"):
        fleet()


def test_the_key_of_the_environment_counts_only_locally(settings, server, ask, monkeypatch):
    settings(LLM_PROVIDER="openai", LLM_MODEL="m", LLM_BASE_URL=server.base_url, LLM_API_KEY="sk-1", STAGE="local")
    generate(fleet().providers, ask())
    settings(STAGE="prod")
    generate(fleet().providers, ask())
    asked = []
    monkeypatch.setattr("assistant.platform.secrets.secret", lambda name, fresh: asked.append((name, fresh)) or "sk-2")
    settings(LLM_API_KEY_SECRET="arn:key")
    generate(fleet().providers, ask())
    assert [record.headers.get("authorization") for record in server.records] == ["Bearer sk-1", None, "Bearer sk-2"]
    assert asked == [("LLM_API_KEY_SECRET", False)]


SEVERAL = [
    {"kind": "anthropic", "model": "claude-sonnet-4-5", "id": "claude"},
    {"kind": "openai", "model": "gpt-4o-mini", "base_url": "https://api.openai.com/v1", "weight": 3},
    {"kind": "bedrock", "model": "amazon.nova-lite-v1:0", "context_tokens": 6000, "read_seconds": 20},
    {"kind": "openai", "model": "llama", "base_url": "http://127.0.0.1:1/v1"},
]


def test_several_providers_in_their_order(settings):
    settings(LLM_PROVIDERS=json.dumps(SEVERAL))
    made = [(one.id, one.name, one.model, one.context_tokens) for one in fleet().providers]
    assert made == [
        ("claude", "anthropic", "claude-sonnet-4-5", 200_000),
        ("openai", "openai", "gpt-4o-mini", 128_000),
        ("bedrock", "bedrock", "amazon.nova-lite-v1:0", 6000),
        ("local", "local", "llama", 8192),
    ]
    assert fleet().weights == (1, 3, 1, 1)
    assert fleet().context_tokens == 6000
    assert [one.id for one in fleet().only("openai").providers] == ["openai"]
    with pytest.raises(Invalid, match="Known: claude, openai, bedrock, local"):
        fleet().only("gemini")


def test_anthropic_alone(settings):
    settings(LLM_PROVIDER="anthropic", LLM_MODEL="claude-haiku-4-5")
    [one] = configured()
    assert (one.id, one.name, one.base_url) == ("anthropic", "anthropic", None)


@pytest.mark.parametrize(
    ("providers", "told"),
    [
        ("not json", "LLM_PROVIDERS cannot be read"),
        ("[]", "at least 1 item"),
        (json.dumps(SEVERAL * 3), "at most 8 items"),
        (json.dumps([SEVERAL[0], SEVERAL[0]]), "give each an id of its own"),
        ('[{"kind": "openai", "model": "m"}]', "needs a base_url"),
        ('[{"kind": "magic", "model": "m"}]', "kind"),
        ('[{"kind": "bedrock", "model": "m", "api_key": "sk-1"}]', "api_key"),
        ('[{"kind": "bedrock", "model": "m", "id": "a b"}]', "id"),
    ],
)
def test_what_cannot_be_is_refused_and_named(settings, providers, told):
    settings(LLM_PROVIDERS=providers)
    with pytest.raises(WrongSetting, match=told):
        configured()


def test_a_secret_may_hold_a_key_for_each_provider(settings, server, ask):
    entries = [{"id": name, "kind": "openai", "model": "m", "base_url": server.base_url} for name in ("a", "b", "c")]
    settings(LLM_PROVIDERS=json.dumps(entries), LLM_API_KEY='{"a": "sk-a", "b": "sk-b"}', STAGE="local")
    for provider in fleet().providers:
        generate([provider], ask())
    assert [record.headers.get("authorization") for record in server.records] == ["Bearer sk-a", "Bearer sk-b", None]
