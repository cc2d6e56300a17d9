"""Callers, and a bucket that keeps its objects in memory."""

from collections.abc import Callable, Iterator

import pytest

from assistant.identity.caller import Caller
from assistant.platform import objects
from assistant.search.documents import StoredDocument, store_document
from assistant.search.embeddings import configured, queries
from assistant.search.embeddings.models import LOCAL
from assistant.search.uploads import Upload
from tests.layers.search.embedding_server import EmbeddingServer


@pytest.fixture(autouse=True)
def near_valkey(valkey, monkeypatch) -> None:
    """What changes the index ends what was cached from it."""
    for name, value in {"HOST": valkey.host, "PORT": str(valkey.port), "TLS": "off", "USER": ""}.items():
        monkeypatch.setenv(f"CACHE_{name}", value)


@pytest.fixture
def bucket(monkeypatch) -> dict[str, bytes]:
    """The documents bucket, at the port that the context uses."""
    kept: dict[str, bytes] = {}
    monkeypatch.setattr(objects, "put", lambda key, content, content_type: kept.__setitem__(key, content))
    return kept


@pytest.fixture
def caller(person) -> Callable[..., Caller]:
    """Makes a signed-in user; in a new organisation unless told which."""

    def make(organization_id: str | None = None, role: str = "user") -> Caller:
        made = person(organization_id, role=role)
        scopes = frozenset({"basic", "search", "generate"})
        return Caller(made.user_id, made.organization_id, made.role, scopes, "token", made.email)

    return make


@pytest.fixture
def upload(db, bucket) -> Callable[..., StoredDocument]:
    """Stores a text as a file of a caller's, in a transaction of its own."""

    def store(whose: Caller, text: str, filename: str = "notes.md", **about) -> StoredDocument:
        with db.transaction() as work:
            return store_document(work, whose, Upload(text.encode(), filename, **about))

    return store


@pytest.fixture
def embeddings(monkeypatch) -> Iterator[EmbeddingServer]:
    """An embedding model that is configured, and forgotten again."""
    server = EmbeddingServer()
    monkeypatch.setenv("EMBEDDING_PROVIDER", "openai")
    monkeypatch.setenv("EMBEDDING_BASE_URL", server.url)
    monkeypatch.setenv("EMBEDDING_MODEL", LOCAL)
    configured.embedder.cache_clear()
    queries.forget()
    yield server
    server.stop()
    configured.embedder.cache_clear()
    queries.forget()
