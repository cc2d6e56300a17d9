"""The embedding model as the launcher starts it: OpenAI's answers, in both languages, and clear refusals."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.search.embeddings.models import LOCAL, MODELS
from assistant.search.embeddings.openai_compatible import OpenAICompatible
from local.parts import embeddings
from local.process import free_port

KEY = "key of the test"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    log = tmp_path_factory.mktemp("embeddings") / "log"
    part = embeddings.process(port, KEY, Path(__file__).parents[2], log)
    part.start()
    part.wait_ready()
    yield f"http://127.0.0.1:{port}/v1"
    part.stop()
    assert "Traceback" not in log.read_text()


@pytest.fixture
def model(url: str) -> OpenAICompatible:
    return OpenAICompatible(url, MODELS["local", LOCAL], lambda fresh: KEY)


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_the_name_is_the_one_that_functions_know():
    assert embeddings.NAME == LOCAL


def test_what_means_the_same_is_near_in_either_language(model):
    query = model.embed(["Как узнать, сколько памяти свободно?"], "query", 20).vectors[0]
    passages = model.embed(
        ["The free command shows how much memory is in use and free.", "The cat sleeps on the sofa all day."],
        "passage",
        20,
    )
    near, far = (cosine(query, vector) for vector in passages.vectors)
    assert near > far + 0.03
    assert cosine(query, query) == pytest.approx(1, abs=0.001)
    assert 20 < passages.input_tokens < 60


def test_a_query_is_read_differently_from_a_passage(model):
    [as_query] = model.embed(["memory"], "query", 20).vectors
    [as_passage] = model.embed(["memory"], "passage", 20).vectors
    assert as_query != as_passage


@pytest.mark.parametrize(
    ("path", "key", "body", "status"),
    [
        ("/embeddings", "wrong", {"model": LOCAL, "input": "a"}, 401),
        ("/other", KEY, {}, 404),
        ("/embeddings", KEY, {"model": "bert", "input": "a"}, 404),
        ("/embeddings", KEY, {"model": LOCAL}, 400),
        ("/embeddings", KEY, {"model": LOCAL, "input": []}, 400),
        ("/embeddings", KEY, {"model": LOCAL, "input": [" "]}, 400),
        ("/embeddings", KEY, {"model": LOCAL, "input": ["a"] * 65}, 400),
        ("/embeddings", KEY, {"model": LOCAL, "input": [1]}, 400),
        ("/embeddings", KEY, {"model": LOCAL, "input": "a", "input_type": "joke"}, 400),
        ("/embeddings", KEY, ["no object"], 400),
        ("/embeddings", KEY, {"model": LOCAL, "input": "a" * (1 << 20)}, 413),
    ],
)
def test_what_is_refused(url, path, key, body, status):
    request = urllib.request.Request(  # noqa: S310 - our own part
        url + path, json.dumps(body).encode(), {"authorization": f"Bearer {key}", "content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310
    assert refused.value.code == status
    assert json.load(refused.value)["error"]["message"]
