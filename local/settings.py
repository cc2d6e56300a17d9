"""What the environment of the launcher decides: ports, and parts that run elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from local.errors import CloudError


@dataclass(frozen=True)
class ExternalDatabase:
    """A PostgreSQL that is not ours; its user may create roles and databases."""

    host: str
    port: int
    user: str
    password: str | None
    database: str


@dataclass(frozen=True)
class ExternalModel:
    """An OpenAI-compatible endpoint."""

    url: str
    name: str
    key: str


@dataclass(frozen=True)
class Settings:
    """Ports of 0 mean any free one; a part that is None is started here. Without `embeddings` search goes by words.

    `console_port` None: no console.
    """

    api_port: int = 0
    aws_port: int = 0
    database: ExternalDatabase | None = None
    cache: tuple[str, int] | None = None
    model: ExternalModel | None = None
    embeddings: bool = True
    console_port: int | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read API_PORT, AWS_PORT, CONSOLE_PORT, CONSOLE (off), DATABASE_URL, CACHE_URL, MODEL_URL, MODEL_NAME,
        MODEL_API_KEY, EMBEDDINGS (off)."""
        return cls(
            api_port=_port(environment, "API_PORT", 8080),
            aws_port=_port(environment, "AWS_PORT", 4566),
            database=_database(environment.get("DATABASE_URL", "")),
            cache=_cache(environment.get("CACHE_URL", "")),
            model=_model(environment),
            embeddings=environment.get("EMBEDDINGS", "on") != "off",
            console_port=None if environment.get("CONSOLE") == "off" else _port(environment, "CONSOLE_PORT", 8081),
        )


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdigit() or not int(text) < 65536:
        raise CloudError(f"{name}={text} is no port: give a number below 65536.")
    return int(text)


def _database(url: str) -> ExternalDatabase | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname:
        raise CloudError("DATABASE_URL is not understood: write postgresql://user:password@host:5432/database")
    return ExternalDatabase(
        host=parts.hostname,
        port=parts.port or 5432,
        user=unquote(parts.username or "postgres"),
        password=unquote(parts.password) if parts.password else None,
        database=parts.path.strip("/") or "postgres",
    )


def _cache(url: str) -> tuple[str, int] | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "valkey") or not parts.hostname:
        raise CloudError("CACHE_URL is not understood: write redis://host:6379")
    return parts.hostname, parts.port or 6379


def _model(environment: Mapping[str, str]) -> ExternalModel | None:
    url = environment.get("MODEL_URL", "").rstrip("/")
    if not url:
        return None
    if not url.startswith(("http://", "https://")) or not environment.get("MODEL_NAME"):
        raise CloudError("MODEL_URL needs MODEL_NAME beside it: MODEL_URL=http://host:port/v1 MODEL_NAME=name make run")
    return ExternalModel(url, environment["MODEL_NAME"], environment.get("MODEL_API_KEY", "none"))
