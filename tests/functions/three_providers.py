"""A deployment of three providers, each a server of its own over real sockets; the last has no price."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from assistant.llm import circuit, measured, settings
from assistant.llm.fleet import fleet
from assistant.platform import cache, valkey
from tests.layers.llm.provider_server import ProviderServer

MODELS = {"first": "gpt-4o", "second": "gpt-4o-mini", "unpriced": "nobody-knows"}


def forget() -> None:
    """What this sandbox remembers of providers and organisations."""
    for one in (fleet, circuit.circuit, cache.cache, valkey.valkey):
        one.cache_clear()
    settings._kept.clear()
    measured._kept.clear()


@contextmanager
def running(monkeypatch) -> Iterator[dict]:
    """The servers, and under "ids" the ids of their providers, new each time so that no circuit is shared."""
    mark = uuid.uuid4().hex[:6]
    with ExitStack() as stack:
        servers = {name: stack.enter_context(ProviderServer()) for name in MODELS}
        entries = [
            {"id": f"{name}-{mark}", "kind": "openai", "model": model, "base_url": servers[name].base_url}
            for name, model in MODELS.items()
        ]
        monkeypatch.setenv("LLM_PROVIDERS", json.dumps(entries))
        monkeypatch.setattr("assistant.llm.configuration.LOCAL_HOSTS", ())
        monkeypatch.setattr("assistant.llm.configuration.KNOWN_HOSTS", {"127.0.0.1": "openai"})
        forget()
        yield {**servers, "ids": {name: f"{name}-{mark}" for name in MODELS}}
        forget()
