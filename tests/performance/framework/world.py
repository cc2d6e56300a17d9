"""The people of a load test: who they are, what they own, and what each of them asks next."""

import itertools
import json
import re
import uuid
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.performance.framework.mix import Operation

PASSWORD = "Load-test-1"
WORDS = [
    "budget", "ledger", "hold", "settle", "task", "queue", "socket", "offset", "cache", "failover", "бюджет", "задача",
]  # fmt: skip
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass
class Person:
    email: str
    password: str
    user_id: str = ""
    token: str = ""
    own_task: str = ""


@dataclass(frozen=True)
class Request:
    """What goes over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None
    query: dict[str, str] = field(default_factory=dict)


class World:
    """Everybody who asks. Nothing here waits or calls while a stage runs: `prepare` does that before."""

    def __init__(self, session: aiohttp.ClientSession, admin: Person, people: list[Person]) -> None:
        self.session, self.admin, self.people = session, admin, people
        self.pools: dict[str, deque[tuple[int, str]]] = {}
        self._numbers = itertools.count()
        self._mark = uuid.uuid4().hex[:8]

    async def call(self, method: str, path: str, person: Person | None = None, **arguments: Any) -> Any:
        """An untimed request that has to succeed."""
        headers = {"authorization": f"Bearer {person.token}"} if person else {}
        async with self.session.request(method, path, headers=headers, **arguments) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
            return json.loads(text)

    async def sign_in(self, person: Person) -> Any:
        body = {"email": person.email, "password": person.password}
        found = await self.call("POST", "/api/v1/auth/login", json=body)
        person.token, person.user_id = found["access_token"], found["user"]["user_id"]
        return found

    async def register(self, person: Person) -> None:
        body = {"email": person.email, "password": person.password, "name": "Load test"}
        found = await self.call("POST", "/api/v1/auth/register", json=body)
        person.token, person.user_id = found["access_token"], found["user"]["user_id"]

    async def prepare(self, needed: "Counter[str]") -> None:
        """Fresh tokens for all, and in each pool as much as the coming stage takes (`needed` by pool)."""
        for one in (self.admin, *self.people):
            await self.sign_in(one)
        await self.prepare_pools(needed)

    async def prepare_pools(self, needed: "Counter[str]") -> None:
        for name, count in needed.items():
            pool = self.pools.setdefault(name, deque())
            while len(pool) < count:
                pool.append(await self._one_for(name, len(pool)))

    async def _one_for(self, pool: str, number: int) -> tuple[int, str]:
        index = number % len(self.people)
        person = self.people[index]
        if pool == "task_id":
            return index, await self.submit(person)
        if pool in ("refresh_token", "access_token"):
            kept = person.token
            found = await self.sign_in(person)
            person.token = kept or found["access_token"]
            return index, str(found[pool])
        raise ValueError(f"nobody knows how to fill the pool {pool}: teach world.py, or let an operation keep it")

    async def submit(self, person: Person) -> str:
        body = {
            "task_func": "llm_generate_rfc",
            "task_args": {"topic": "Load", "sections": ["Summary"], "target_length": 100, "sources": ["none"]},
        }
        return str((await self.call("POST", "/api/v1/async-tasks/submit", person, json=body))["task_id"])

    def request(self, operation: Operation, user: int) -> Request:
        """What a user sends for an operation now."""
        index = user % len(self.people)
        taken = ""
        if operation.takes:
            pool = self.pools.get(operation.takes)
            index, taken = pool.popleft() if pool else (index, "none-left")
        person = self.people[index]
        number = next(self._numbers)
        values = {
            "unique": f"{self._mark}{number}",
            "user_id": person.user_id,
            "email": person.email,
            "password": person.password,
            "own_task": person.own_task,
            "taken": taken,
            "words": " ".join(WORDS[(number * step) % len(WORDS)] for step in (1, 5, 7)),
        }
        token = {"user": person.token, "admin": self.admin.token, "taken": taken}.get(operation.caller, "")
        headers = {name: _filled(value, values) for name, value in operation.headers.items()}
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = None
        if operation.body is not None:
            headers["content-type"] = "application/json"
            body = _filled(json.dumps(operation.body, ensure_ascii=False), values).encode()
        elif operation.file is not None:
            headers["content-type"] = "multipart/form-data; boundary=load"
            body = _multipart({name: _filled(value, values) for name, value in operation.file.items()})
        return Request(operation.method, _filled(operation.path, values), headers, body, operation.query)

    def keep(self, operation: Operation, user: int, answer: bytes) -> None:
        """What the answer brings for later requests."""
        if operation.keeps:
            found = json.loads(answer)
            for name, pool in operation.keeps.items():
                self.pools.setdefault(pool, deque(maxlen=10_000)).append((user % len(self.people), str(found[name])))


def _filled(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), text)


def _multipart(file: dict[str, str]) -> bytes:
    head = f'--load\r\ncontent-disposition: form-data; name="file"; filename="{file["name"]}"\r\n'
    return f"{head}content-type: {file['type']}\r\n\r\n{file['content']}\r\n--load--\r\n".encode()


def crowd(number: int) -> list[Person]:
    """People whose addresses nobody has yet."""
    mark = uuid.uuid4().hex[:10]
    return [Person(f"load-{mark}-{index}@demo.example", PASSWORD) for index in range(number)]
