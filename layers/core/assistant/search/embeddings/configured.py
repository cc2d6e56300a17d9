"""The embedding model of this deployment, by EMBEDDING_PROVIDER (off, openai, bedrock) and EMBEDDING_MODEL."""

import json
from functools import cache
from urllib.parse import urlsplit

from assistant.platform.config import setting
from assistant.search.embeddings.models import MODELS
from assistant.search.embeddings.port import Embedder, Model

OPENAI = "api.openai.com"


def model() -> Model | None:
    """The model, told without importing a client; None when search is to go by words alone."""
    kind = setting("EMBEDDING_PROVIDER", "off")
    if kind == "off":
        return None
    host = urlsplit(setting("EMBEDDING_BASE_URL", "-")).hostname
    provider = kind if kind == "bedrock" else "openai" if host == OPENAI else "local"
    name = setting("EMBEDDING_MODEL")
    known = MODELS.get((provider, name))
    if known is None:
        names = ", ".join(f"{of} at {at}" for at, of in MODELS)
        raise ValueError(f"EMBEDDING_MODEL {name!r} at {provider} is not known. Known: {names}.")
    return known


@cache
def embedder() -> Embedder | None:
    """The configured model's endpoint, made once per sandbox."""
    chosen = model()
    if chosen is None:
        return None
    if chosen.provider == "bedrock":
        from assistant.search.embeddings.bedrock import Bedrock

        return Bedrock(chosen)
    from assistant.search.embeddings.openai_compatible import OpenAICompatible

    return OpenAICompatible(setting("EMBEDDING_BASE_URL"), chosen, _api_key)


def _api_key(fresh: bool) -> str | None:
    """The secret's text; where it is a JSON object of keys by provider (docs/models.md), the one of "embeddings"."""
    if setting("EMBEDDING_API_KEY_SECRET", "-") == "-":
        return None
    from assistant.platform.secrets import secret

    text = secret("EMBEDDING_API_KEY_SECRET", fresh=fresh)
    if not text.startswith("{"):
        return text
    key = json.loads(text).get("embeddings")
    return str(key) if key else None
