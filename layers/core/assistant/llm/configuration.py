"""Which providers a deployment has, from its environment; told without importing a client."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from assistant.llm.prices import listed_price
from assistant.platform.config import is_local, setting

Kind = Literal["bedrock", "openai", "anthropic"]
MOST_PROVIDERS = 8
# Providers by the host of their endpoint, as the price list names them. Others have no price until an admin sets one.
KNOWN_HOSTS = {"api.openai.com": "openai", "api.anthropic.com": "anthropic"}
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
DEFAULT_CONTEXT = 8192


class WrongSetting(ValueError):
    """LLM_PROVIDERS or LLM_PROVIDER says what cannot be; a mistake of the deployment."""


class Entry(BaseModel):
    """One provider of LLM_PROVIDERS: an object of a JSON list, in the order of priority."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")] | None = None
    kind: Kind
    model: Annotated[str, Field(min_length=1, max_length=300)]
    base_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    context_tokens: Annotated[int, Field(ge=512)] | None = None
    first_token_seconds: Annotated[float, Field(gt=0, le=120)] = 60.0
    read_seconds: Annotated[float, Field(gt=0, le=120)] = 60.0
    weight: Annotated[int, Field(ge=1, le=100)] = 1

    @model_validator(mode="after")
    def _openai_has_an_address(self) -> "Entry":
        if self.kind == "openai" and not self.base_url:
            raise ValueError("an openai provider needs a base_url")
        return self


ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(Annotated[list[Entry], Field(min_length=1, max_length=MOST_PROVIDERS)])


@dataclass(frozen=True)
class Configured:
    """A provider of this deployment. `name`: as the price list knows it. `weight`: its share in an A/B test."""

    id: str
    kind: Kind
    name: str
    model: str
    base_url: str | None
    context_tokens: int
    first_token_seconds: float
    read_seconds: float
    weight: int


def configured() -> tuple[Configured, ...]:
    """The providers in the order of priority: those of LLM_PROVIDERS, else the one of LLM_PROVIDER and LLM_MODEL."""
    return _read(setting("LLM_PROVIDERS", "-"), setting("LLM_PROVIDER", "-"))


def _read(listed: str, single: str) -> tuple[Configured, ...]:
    entries = _listed(listed) if listed != "-" else [_single(single)]
    found = [_configured(entry) for entry in entries]
    ids = [provider.id for provider in found]
    if len(set(ids)) < len(ids):
        raise WrongSetting(f"LLM_PROVIDERS names {sorted(ids)}: give each an id of its own.")
    return tuple(found)


def _listed(text: str) -> list[Entry]:
    try:
        entries: list[Entry] = ENTRIES.validate_json(text)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise WrongSetting(f"LLM_PROVIDERS cannot be read: {problems}") from error
    return entries


def _single(kind: str) -> Entry:
    if kind not in ("bedrock", "openai", "anthropic"):
        raise WrongSetting(f"LLM_PROVIDER is {kind!r}; it can be bedrock, openai or anthropic.")
    values: dict[str, Any] = {"kind": kind, "model": setting("LLM_MODEL")}
    if kind == "openai":
        values["base_url"] = setting("LLM_BASE_URL")
    elif kind == "anthropic" and (base_url := setting("LLM_BASE_URL", "-")) != "-":
        values["base_url"] = base_url
    if context := int(setting("LLM_CONTEXT_TOKENS", "0")):
        values["context_tokens"] = context
    return Entry(**values)


def _configured(entry: Entry) -> Configured:
    name = _name(entry)
    price = listed_price(name, entry.model)
    context = entry.context_tokens or (price and price.context_tokens) or DEFAULT_CONTEXT
    return Configured(entry.id or name, entry.kind, name, entry.model, entry.base_url, context,
                      entry.first_token_seconds, entry.read_seconds, entry.weight)  # fmt: skip


def _name(entry: Entry) -> str:
    if entry.kind == "bedrock":
        return "bedrock"
    if entry.kind == "anthropic" and entry.base_url is None:
        return "anthropic"
    host = urlsplit(entry.base_url or "").hostname or ""
    other = "anthropic" if entry.kind == "anthropic" else "openai-compatible"
    return "local" if host in LOCAL_HOSTS else KNOWN_HOSTS.get(host, other)


def api_key(provider_id: str, *, fresh: bool) -> str | None:
    """The provider's key, from the secret that LLM_API_KEY_SECRET names; a model of one's own may need none.

    The secret is one key for all providers, or a JSON object of keys by the provider's id.
    """
    text = _key_text(fresh=fresh)
    if text is None or not text.startswith("{"):
        return text
    keys = json.loads(text)
    key = keys.get(provider_id)
    return str(key) if key else None


def _key_text(*, fresh: bool) -> str | None:
    if is_local() and (key := setting("LLM_API_KEY", "-")) != "-":
        return key
    if setting("LLM_API_KEY_SECRET", "-") == "-":
        return None
    from assistant.platform.secrets import secret

    return secret("LLM_API_KEY_SECRET", fresh=fresh)
