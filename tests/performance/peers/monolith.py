"""The monolith that the assistant is measured against: FastAPI with 75 routes, asyncpg, redis, PyJWTin one process."""

import asyncpg
import jwt
import redis.asyncio
from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel

app = FastAPI(title="monolith")


class Body(BaseModel):
    name: str
    amount: int
    tags: list[str] = []


class Answer(BaseModel):
    name: str
    total: int


def caller(authorization: str = Header()) -> str:
    subject: str = jwt.decode(authorization.removeprefix("Bearer "), "secret" * 8, algorithms=["HS256"])["sub"]
    return subject


async def pool() -> asyncpg.Pool:
    return await asyncpg.create_pool("postgresql://localhost/monolith")


def cache() -> redis.asyncio.Redis:
    return redis.asyncio.Redis()


def add(number: int) -> None:
    @app.post(f"/api/v1/things-{number}/{{thing_id}}")
    async def endpoint(thing_id: int, body: Body, user: str = Depends(caller)) -> Answer:
        return Answer(name=user, total=thing_id + body.amount)


for number in range(75):
    add(number)
