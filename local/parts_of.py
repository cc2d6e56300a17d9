"""Which parts a local cloud has, where they are, and in which order they start."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.addresses import Addresses
from local.parts import console, database_proxy, embeddings, gateway, lambda_host, model, postgres, valkey
from local.process import free_port, require_port
from local.settings import Settings
from local.state import StateDirectory
from local.supervisor import Supervisor

PROJECT = Path(__file__).resolve().parent.parent
"""Where the package `local` lies; the functions may lie elsewhere."""


@dataclass(frozen=True)
class Ports:
    """A port for each part."""

    api: int
    aws: int
    host: int
    proxy: int
    pins: int
    postgres: int
    valkey: int
    model: int
    embeddings: int
    console: int

    @classmethod
    def choose(cls, settings: Settings) -> "Ports":
        """Take the ports that were asked for, and free ones for the rest."""
        api = require_port(settings.api_port, "API_PORT") if settings.api_port else 0
        aws = require_port(settings.aws_port, "AWS_PORT") if settings.aws_port else 0
        console_port = require_port(settings.console_port, "CONSOLE_PORT") if settings.console_port else 0
        chosen: set[int] = {api, aws, console_port}

        def another() -> int:
            while (port := free_port()) in chosen:
                pass
            chosen.add(port)
            return port

        api, aws, console_port = api or another(), aws or another(), console_port or another()
        return cls(api, aws, *(another() for _ in range(7)), console=console_port)


def addresses(root: Path, state: Path, settings: Settings, ports: Ports) -> Addresses:
    """Where everything will be: on these ports, or outside where the settings say so."""
    database, llm = settings.database, settings.model
    return Addresses(
        root=str(root),
        state=str(state),
        api_url=f"http://127.0.0.1:{ports.api}",
        websocket_url=f"ws://127.0.0.1:{ports.api}/",
        aws_endpoint_url=f"http://127.0.0.1:{ports.aws}",
        lambda_endpoint_url=f"http://127.0.0.1:{ports.host}",
        connections_url="",
        database_host="127.0.0.1",
        database_port=ports.proxy,
        database_direct_host=database.host if database else "127.0.0.1",
        database_direct_port=database.port if database else ports.postgres,
        database_name=postgres.DATABASE,
        database_user=postgres.APPLICATION_USER,
        database_owner=database.user if database else postgres.SUPERUSER,
        pins_url=f"http://127.0.0.1:{ports.pins}/pins",
        cache_host=settings.cache[0] if settings.cache else "127.0.0.1",
        cache_port=settings.cache[1] if settings.cache else ports.valkey,
        model_url=llm.url if llm else f"http://127.0.0.1:{ports.model}/v1",
        model_name=llm.name if llm else model.NAME,
        model_api_key=llm.key if llm else secrets.token_urlsafe(24),
        embeddings_url=f"http://127.0.0.1:{ports.embeddings}/v1" if _embeds(settings) else "",
        embeddings_api_key=secrets.token_urlsafe(24) if _embeds(settings) else "",
        console_url="" if settings.console_port is None else f"http://127.0.0.1:{ports.console}",
    )


def _embeds(settings: Settings) -> bool:
    return settings.embeddings and embeddings.installed()


def start(
    supervisor: Supervisor,
    settings: Settings,
    ports: Ports,
    addresses: Addresses,
    state: StateDirectory,
    show: Callable[[str], None] | None,
) -> postgres.Postgres | None:
    """Start every part that needs no other; return PostgreSQL, whose data directory may still be in the making."""
    server: postgres.Postgres | None = None
    if settings.database is None:
        server = postgres.Postgres(state.data / "postgres", state.logs / "postgres.log", ports.postgres)
        server.begin()
    if settings.cache is None:
        supervisor.add("valkey", valkey.process(ports.valkey, state.path / "valkey", state.logs / "valkey.log"))
    supervisor.add(
        "gateway",
        gateway.process(ports.aws, ports.api, ports.host, state.path, PROJECT, state.logs / "gateway.log"),
    )
    root = Path(addresses.root)
    supervisor.add("host", lambda_host.process(ports.host, (PROJECT, root, state.path), state.logs / "host.log", show))
    database = (addresses.database_direct_host, addresses.database_direct_port)
    supervisor.add(
        "proxy",
        database_proxy.process(ports.proxy, ports.pins, database, PROJECT, state.path, state.logs / "proxy.log"),
    )
    if settings.model is None:
        supervisor.add("model", model.process(ports.model, addresses.model_api_key, PROJECT, state.logs / "model.log"))
    if addresses.embeddings_url:
        key, log = addresses.embeddings_api_key, state.logs / "embeddings.log"
        supervisor.add("embeddings", embeddings.process(ports.embeddings, key, PROJECT, log))
    return server


def start_console(
    supervisor: Supervisor, addresses: Addresses, state: StateDirectory, show: Callable[[str], None] | None
) -> None:
    """Start the console, once the addresses that it tells its browsers are known."""
    if not addresses.console_url:
        return
    port = int(addresses.console_url.rpartition(":")[2])
    frontend, log = PROJECT / "frontend", state.logs / "console.log"
    supervisor.add(
        "console",
        console.process(port, addresses.api_url, addresses.websocket_url, frontend, PROJECT, log, show),
    )
