"""The monolith that the assistant is measured against: FastAPI, asyncpg, redis, PyJWT and RQ in one process.

It has as many routes as the assistant was once meant to have, and three that do the same work as ours: a read that the
cache answers, a read of the database, and a submit that holds money at two levels, stores a task and a notification in
one transaction and puts a job into the queue. DATABASE_URL and REDIS_URL say where; `uvicorn monolith:app` serves it.
"""

import json
import os
import uuid
from contextlib import asynccontextmanager

import asyncpg
import jwt
import redis.asyncio
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from redis import Redis
from rq import Queue

SECRET = "secret" * 8
SCHEMA = """
CREATE TABLE IF NOT EXISTS budgets (owner text PRIMARY KEY, granted bigint, held bigint DEFAULT 0,
  spent bigint DEFAULT 0);
CREATE TABLE IF NOT EXISTS tasks (task_id uuid PRIMARY KEY, owner text, status text, args jsonb, held bigint,
  idempotency_key text UNIQUE, created_at timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS notifications (owner text, position bigint, data jsonb, PRIMARY KEY (owner, position));
INSERT INTO budgets VALUES ('person', 1000000000000), ('company', 1000000000000) ON CONFLICT DO NOTHING;
"""
WORST_CASE = 1000


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=10)
    app.state.cache = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])
    app.state.queue = Queue("tasks", connection=Redis.from_url(os.environ["REDIS_URL"]))
    async with app.state.pool.acquire() as connection:
        await connection.execute(SCHEMA)
    yield
    await app.state.pool.close()


app = FastAPI(title="monolith", lifespan=lifespan)


class Body(BaseModel):
    name: str
    amount: int
    tags: list[str] = []


class Answer(BaseModel):
    name: str
    total: int


class Submission(BaseModel):
    task_func: str
    task_args: dict = {}
    priority: str = "normal"


class Submitted(BaseModel):
    task_id: str
    status: str
    held_cost: float


class ProviderState(BaseModel):
    provider: str
    model: str
    status: str
    latency_ms: float


class Health(BaseModel):
    status: str
    providers: list[ProviderState]


class Status(BaseModel):
    budget_limit: float
    current_usage: float
    remaining: float


def caller(authorization: str = Header()) -> str:
    subject: str = jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])["sub"]
    return subject


async def admitted(user: str) -> None:
    """A rate limit, as every endpoint of the assistant has one."""
    async with app.state.cache.pipeline() as pipeline:
        count, _ = await pipeline.incr(f"limit:{user}").expire(f"limit:{user}", 60).execute()
    if count > 100_000_000:
        raise HTTPException(429)


@app.get("/api/v1/llm/health")
async def get_health(user: str = Depends(caller)) -> Health:
    """The cached read."""
    await admitted(user)
    if (stored := await app.state.cache.get("health")) is None:
        state = {"provider": "local", "model": "m", "status": "healthy", "latency_ms": 1.0}
        stored = json.dumps({"status": "healthy", "providers": [state]})
        await app.state.cache.set("health", stored, ex=30)
    return Health.model_validate_json(stored)


@app.get("/api/v1/auth/budget")
async def get_budget(user: str = Depends(caller)) -> Status:
    """The uncached read."""
    await admitted(user)
    row = await app.state.pool.fetchrow("SELECT granted, held, spent FROM budgets WHERE owner = $1", user)
    left = row["granted"] - row["held"] - row["spent"]
    return Status(budget_limit=row["granted"] / 1e6, current_usage=row["spent"] / 1e6, remaining=left / 1e6)


@app.post("/api/v1/async-tasks/submit", status_code=202)
async def submit(body: Submission, user: str = Depends(caller), idempotency_key: str = Header()) -> Submitted:
    await admitted(user)
    task = uuid.uuid4()
    async with app.state.pool.acquire() as connection, connection.transaction():
        stored = await connection.fetchrow(
            "INSERT INTO tasks (task_id, owner, status, args, held, idempotency_key)"
            " VALUES ($1, $2, 'queued', $3, $4, $5) ON CONFLICT (idempotency_key) DO NOTHING RETURNING task_id",
            task, user, json.dumps(body.task_args), WORST_CASE, idempotency_key,
        )  # fmt: skip
        if stored is None:
            raise HTTPException(409)
        for owner in (user, "company"):
            held = await connection.execute(
                "UPDATE budgets SET held = held + $2 WHERE owner = $1 AND granted - held - spent >= $2",
                owner,
                WORST_CASE,
            )
            if held != "UPDATE 1":
                raise HTTPException(402)
        await connection.execute(
            "INSERT INTO notifications SELECT $1, coalesce(max(position), 0) + 1, $2"
            " FROM notifications WHERE owner = $1",
            user, json.dumps({"task_id": str(task), "stage": "queued"}),
        )  # fmt: skip
    app.state.queue.enqueue("monolith.work", str(task))
    return Submitted(task_id=str(task), status="queued", held_cost=WORST_CASE / 1e6)


def work(task_id: str) -> None:
    """What the RQ worker would run; the bench runs none, as it pauses ours."""


def add(number: int) -> None:
    @app.post(f"/api/v1/things-{number}/{{thing_id}}")
    async def endpoint(thing_id: int, body: Body, user: str = Depends(caller)) -> Answer:
        return Answer(name=user, total=thing_id + body.amount)


for number in range(72):
    add(number)
