"""How a person's programs use the cloud: HTTP with a token, a socket that remembers what it heard, and patience."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pg8000.native
from websockets.sync.client import ClientConnection, connect

from local.addresses import Addresses

NO_SOURCES = ["no such document"]
FINAL = {"completed", "failed", "cancelled", "dead"}


def until(what: str, ask: Callable[[], Any], within: float = 120.0) -> Any:
    """Ask until the answer is true, and return it; fail with what was waited for."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"waited {within:.0f} s for {what}; the last answer was {answer!r}"
        time.sleep(0.05)
    return answer


class Client:
    """A signed-in user."""

    def __init__(self, addresses: Addresses, access_token: str) -> None:
        self._addresses = addresses
        self.access_token = access_token
        self.http = httpx.Client(
            base_url=addresses.api_url, timeout=60, headers={"authorization": f"Bearer {access_token}"}
        )

    @classmethod
    def sign_in(cls, addresses: Addresses, email: str, password: str) -> "Client":
        answer = httpx.post(
            f"{addresses.api_url}/api/v1/auth/login", json={"email": email, "password": password}, timeout=60
        )
        assert answer.status_code == 200, answer.text
        return cls(addresses, answer.json()["access_token"])

    def get(self, path: str) -> Any:
        answer = self.http.get(f"/api/v1{path}")
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def submit(self, topic: str = "How budgets hold", sections: tuple[str, ...] = ("Summary",), **args: Any) -> str:
        """Submit a small RFC, without passages unless `sources` says otherwise: a long prompt takes its time."""
        task_args = {"topic": topic, "sections": list(sections), "target_length": 100, "sources": NO_SOURCES, **args}
        answer = self.http.post(
            "/api/v1/async-tasks/submit", json={"task_func": "llm_generate_rfc", "task_args": task_args}
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def task(self, task_id: str) -> Any:
        return self.get(f"/async-tasks/{task_id}")

    def ended(self, task_id: str, within: float = 240.0) -> Any:
        """The task once it is final."""

        def final() -> Any:
            task = self.task(task_id)
            return task if task["status"] in FINAL else None

        return until(f"the end of task {task_id}", final, within)

    def upload(self, name: str, content: bytes) -> httpx.Response:
        return self.http.post("/api/v1/upload", files={"file": (name, content, "text/markdown")})

    def socket(self) -> "Socket":
        return Socket(
            connect(
                self._addresses.websocket_url, subprotocols=["bearer", self.access_token], legacy=True, open_timeout=60
            )
        )


class Socket:
    """A socket and everything that it heard."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []
        self.established = self.hear("connection_established")["data"]

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def say(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def hear(self, kind: str, within: float = 240.0, **data: Any) -> dict[str, Any]:
        """The next message of this type whose data has these values; all on the way are remembered."""
        deadline = time.monotonic() + within
        while True:
            try:
                message = json.loads(self.connection.recv(timeout=max(deadline - time.monotonic(), 0.01)))
            except TimeoutError as error:
                heard = [(item["type"], item["offset"]) for item in self.heard]
                raise AssertionError(f"waited {within:.0f} s for {kind} {data}; heard {heard}") from error
            self.heard.append(message)
            if message["type"] == kind and data.items() <= message["data"].items():
                return message

    def cut(self) -> None:
        """Lose the connection as a network does, without a word to the other side."""
        self.connection.close_socket()

    @property
    def offsets(self) -> list[int]:
        return [message["offset"] for message in self.heard if message["offset"] is not None]

    def assert_no_gap(self) -> None:
        first = self.established["offset"] + 1
        assert self.offsets == list(range(first, first + len(self.offsets)))


def owner_of_database(addresses: Addresses) -> pg8000.native.Connection:
    """A connection to the server itself, past the proxy, as its owner."""
    return pg8000.native.Connection(
        addresses.database_owner,
        host=addresses.database_direct_host,
        port=addresses.database_direct_port,
        database=addresses.database_name,
    )
