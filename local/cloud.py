"""The local cloud as an object: start it, ask it for addresses, break parts of it, stop it.

`make run` holds one for a person; tests hold their own, on another state directory and on free ports:

    with LocalCloud(root, state) as cloud:
        boto3.client("sqs", endpoint_url=cloud.addresses.aws_endpoint_url, ...)

Start it from a thread that lives as long as the cloud: the kernel ends the parts with the thread that forked them.
"""

import contextlib
import json
import os
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import environment, parts_of
from local.addresses import Addresses, running
from local.deploy import Deployment, client, deploy
from local.errors import CloudError
from local.first_steps import migrate, rotate_if_empty
from local.parts import gateway, postgres
from local.parts_of import Ports
from local.process import Process
from local.secrets_store import SecretsStore
from local.settings import Settings
from local.state import StateDirectory
from local.supervisor import Supervisor
from local.template import Expansion, expand

__all__ = ["Addresses", "CloudError", "LocalCloud", "running"]

_WEBSOCKET_API = "WebSocketApi"
_HTTP_API = "HttpApi"


class LocalCloud:
    """One local cloud on one state directory."""

    addresses: Addresses

    def __init__(
        self,
        root: Path,
        state: Path | None = None,
        *,
        settings: Settings | None = None,
        quiet: bool = True,
        clean: bool = False,
        template: Path | None = None,
        say: Callable[[str], None] = print,
        seed: Callable[[Addresses], list[str]] | None = None,
    ) -> None:
        """`root` is the folder of template.yaml and functions/; no settings mean free ports and our own parts.

        `seed` runs when everything is up and before others are told; its lines are kept in `notes`.
        """
        self.notes: list[str] = []
        self._seed = seed
        self.root = root.absolute()
        self._state = StateDirectory(state or self.root / ".local")
        self._settings = settings or Settings()
        self._clean = clean
        self._template = template or self.root / "template.yaml"
        self._show = None if quiet else say
        self._say: Callable[[str], None] = (lambda _line: None) if quiet else say
        self._store: SecretsStore | None = None
        self._supervisor = Supervisor(self._say, self._every_few_seconds)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def failure(self) -> str | None:
        """The line about the part that crashed, if one did."""
        return self._supervisor.failure

    @property
    def processes(self) -> dict[str, Process]:
        """The parts by name: postgres, valkey, model, gateway, host, proxy."""
        return self._supervisor.parts

    def start(self) -> Addresses:
        """Start every part, deploy the template, migrate; return the addresses. On failure nothing is left running."""
        try:
            self._state.open(clean=self._clean)
            self._start()
        except BaseException as error:
            crashed = self._supervisor.crashed()
            self.stop()
            if crashed is not None and not isinstance(error, CloudError):
                raise CloudError(crashed) from error  # the cause, not what it led to
            raise
        return self.addresses

    def _start(self) -> None:
        began = time.monotonic()
        ports = Ports.choose(self._settings)
        self.addresses = parts_of.addresses(self.root, self._state.path, self._settings, ports)
        server = parts_of.start(self._supervisor, self._settings, ports, self.addresses, self._state, self._show)
        expansion = expand(self._template, f"{self.addresses.lambda_endpoint_url}/invoke")
        if self.addresses.console_url:
            expansion.allow_origin(self.addresses.console_url)
        if server is not None:
            self._supervisor.add("postgres", server.process())
        self._await("gateway", "host")
        deployment = deploy(expansion, self.addresses.aws_endpoint_url)
        self._publish(expansion, deployment)
        parts_of.start_console(self._supervisor, self.addresses, self._state, self._show)
        self._say(f"  {len(expansion.functions)} functions deployed  {time.monotonic() - began:.1f} s")
        self._prepare_database()
        self._await("proxy")
        migrate(self.addresses)
        rotate_if_empty(self.addresses, deployment)
        self._store = SecretsStore(self._state.data, deployment, self.addresses.aws_endpoint_url)
        self._store.save()
        self._await(*self._supervisor.parts)
        self._say(f"  everything is up  {time.monotonic() - began:.1f} s")
        pids = {name: part.pid for name, part in self._supervisor.parts.items() if part.pid is not None}
        self.addresses = replace(self.addresses, launcher_pid=os.getpid(), pids=pids)
        if self._seed is not None:
            self.notes = self._seeded(self._seed)
        self.addresses.write()
        self._supervisor.watch()

    def _seeded(self, seed: Callable[[Addresses], list[str]]) -> list[str]:
        try:
            return seed(self.addresses)
        except Exception as error:
            said = f"{type(error).__name__}: {error}".replace("\n", " ")
            raise CloudError(f"The demo data could not be made ({said}): see {self._state.logs}") from error

    def stop(self) -> None:
        """End every part; what is to be kept is kept."""
        with contextlib.suppress(Exception):  # an emulator that is gone keeps nothing new
            if self._store is not None:
                self._store.save()
        self._store = None
        self._supervisor.stop()
        with contextlib.suppress(OSError):
            if getattr(self, "addresses", None) is not None and self.addresses.launcher_pid:
                (self._state.path / "run.json").unlink()
        self._state.close()

    def wait(self, ended: threading.Event) -> None:
        """Block until the event is set or a part crashes; a crash is raised as its CloudError."""
        while not ended.wait(0.1):
            if self.failure is not None:
                raise CloudError(self.failure)

    def kill(self, name: str) -> None:
        """Kill a part as a crash would; it stays down until start_part."""
        self._supervisor.parts[name].kill()

    def start_part(self, name: str) -> None:
        """Start a part again, at the same address, and wait until it answers."""
        part = self._supervisor.parts[name]
        part.start()
        part.wait_ready()

    def kill_sandboxes(self, function: str) -> int:
        """Kill the processes of a function, by logical id; return how many there were."""
        return int(self._host("DELETE", f"/sandboxes/{function}")["killed"])

    def stats(self) -> dict[str, Any]:
        """Return the Lambda host's numbers by logical id: cold starts, invocations, errors, memory."""
        return self._host("GET", "/stats")

    def pins(self) -> dict[str, Any]:
        """Return what the database proxy saw."""
        return _call("GET", self.addresses.pins_url)

    def _await(self, *names: str) -> None:
        for name in names:
            if (part := self._supervisor.parts.get(name)) is not None:
                part.wait_ready()

    def _publish(self, expansion: Expansion, deployment: Deployment) -> None:
        """Tell the host its functions and the gateway its APIs."""
        socket = deployment.resources.get(_WEBSOCKET_API, "")
        stage = deployment.stages.get(socket, "")
        self.addresses = replace(
            self.addresses,
            resources=deployment.resources,
            outputs=deployment.outputs,
            websocket_url=f"ws://127.0.0.1:{self.addresses.api_url.rsplit(':', 1)[1]}/{stage}",
            connections_url=f"{self.addresses.aws_endpoint_url}/_aws/execute-api/{socket}/{stage}",
        )
        manager = client("secretsmanager", self.addresses.aws_endpoint_url)
        manager.create_secret(Name=environment.MODEL_KEY_SECRET, SecretString=self.addresses.model_api_key)
        if key := self.addresses.embeddings_api_key:
            manager.create_secret(Name=environment.EMBEDDING_KEY_SECRET, SecretString=key)
        SecretsStore(self._state.data, deployment, self.addresses.aws_endpoint_url).restore()
        functions = environment.functions(expansion, deployment, self.addresses)
        self._host("PUT", "/functions", [asdict(function) for function in functions])
        apis = {"http": deployment.resources.get(_HTTP_API, "none")}
        if socket:
            apis |= {"websocket": socket, "stage": stage}
        _call("PUT", self.addresses.api_url + gateway.CONTROL_PATH, apis)

    def _prepare_database(self) -> None:
        self._await("postgres")
        if (outside := self._settings.database) is not None:
            try:
                postgres.prepare(outside.host, outside.port, outside.user, outside.password, outside.database)
            except Exception as error:
                raise CloudError(f"The PostgreSQL of DATABASE_URL does not answer as needed: {error}") from error

    def _every_few_seconds(self) -> None:
        if self._store is not None:
            self._store.save()

    def _host(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        return _call(method, self.addresses.lambda_endpoint_url + path, body)


def _call(method: str, url: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"content-type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own parts
        return dict(json.loads(answer.read() or b"{}"))
