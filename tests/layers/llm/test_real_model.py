"""The same port in front of the model that the local cloud runs."""

import json

import pytest

from assistant.llm.gateway import Cancelled, generate
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import CompletionRequest, Message
from assistant.llm.tokens import input_tokens_upper_bound


@pytest.fixture
def provider(real_model):
    return OpenAICompatible(f"{real_model}/v1", "SmolLM2-135M-Instruct", "local", running_usage=True)


def test_a_completion_and_its_count(provider):
    request = CompletionRequest((Message("user", "Name one colour of the flag of Japan, Россия, 日本."),), 12)
    pieces = []
    completion = generate([provider], request, lambda text, tokens: pieces.append((text, tokens)))
    assert "".join(text for text, _ in pieces) == completion.text != ""
    assert 1 <= completion.usage.output_tokens <= 12
    assert 1 < completion.usage.input_tokens <= input_tokens_upper_bound(request.messages)
    assert [tokens for _, tokens in pieces] == sorted(tokens for _, tokens in pieces)
    assert pieces[-1][1] <= completion.usage.output_tokens
    assert completion.model == "SmolLM2-135M-Instruct"
    assert completion.anomaly is None


def test_calls_that_follow_at_once(provider):
    for number in range(25):
        assert generate([provider], CompletionRequest((Message("user", f"Hi {number}"),), 1)).usage.output_tokens == 1


def test_max_tokens_is_kept(provider):
    endless = {"type": "array", "items": {"type": "string"}, "minItems": 50}  # it may not end by itself before
    request = CompletionRequest((Message("user", "Count from one to one hundred in words."),), 5, json_schema=endless)
    completion = generate([provider], request)
    assert (completion.usage.output_tokens, completion.stop_reason) == (5, "length")


def test_a_schema_makes_valid_json(provider):
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string", "maxLength": 30}, "size": {"enum": ["small", "large"]}},
        "required": ["title", "size"],
        "additionalProperties": False,
    }
    request = CompletionRequest((Message("user", "Describe a mouse."),), 60, json_schema=schema)
    answer = json.loads(generate([provider], request).text)
    assert set(answer) == {"title", "size"}
    assert answer["size"] in ("small", "large")


def test_cancelling_frees_the_model(provider):
    def after_three(text, tokens):
        if tokens >= 3:
            raise Cancelled

    request = CompletionRequest((Message("user", "Write a very long story."),), 2000)
    completion = generate([provider], request, after_three)
    assert completion.cancelled
    assert not completion.usage_is_bound
    assert 3 <= completion.usage.output_tokens < 20
    # The one slot of the server is free again: had it gone on, this would wait for 2000 tokens, half a minute.
    assert generate([provider], CompletionRequest((Message("user", "Hi"),), 3)).duration_ms < 5000
